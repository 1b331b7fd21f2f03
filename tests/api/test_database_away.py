"""While the database cannot be reached, requests are told so in time, and to come back; afterwards all is as before."""

import signal
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.api.conftest import Visitor
from tests.e2e.server import free_ports
from tests.factories import live, settings
from tests.faultproxy import FaultProxy, fault_proxy
from tests.postgres import Postgres, postgres_or_skip

SECONDS = 2.0


@dataclass
class House:
    """A server that reaches its database through a connection that can be made bad."""

    visitor: Visitor
    proxy: FaultProxy
    postgres: Postgres

    def refused(self, path: str) -> float:
        """How many seconds it takes until a request is told to come back."""
        began = time.monotonic()
        answer = self.visitor.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "database_away"), answer.text
        assert int(answer.headers["retry-after"]) > 0
        return time.monotonic() - began


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    folder: Path = tmp_path_factory.mktemp("away")
    with (
        postgres_or_skip(port=int(free_ports(1)[0])) as server,
        fault_proxy(("127.0.0.1", server.port)) as proxy,
    ):
        name = urlsplit(server.new_database(tables=True)).path.strip("/")
        database = {"url": server.url(name, port=proxy.port), "seconds": SECONDS}
        with live(settings(folder, database=database, queue={"kind": "procrastinate"}), worker=False) as at:
            yield House(Visitor(at), proxy, server)


Break = Callable[[House], Callable[[], None]]
WAYS: dict[str, Break] = {
    "gone": lambda house: house.proxy.down,
    "silent": lambda house: house.proxy.blackhole,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_requests_are_told_in_time_and_served_again_afterwards(house: House, way: Break) -> None:
    photo = house.visitor.upload()
    with house.proxy.broken(way(house)):
        for path in ("/api/v1/photos", f"/api/v1/photos/{photo['id']}", "/api/v1/jobs"):
            assert house.refused(path) < SECONDS + 1.0
    assert house.visitor.http.get(f"/api/v1/photos/{photo['id']}").status_code == 200


def test_a_restarted_database_is_used_again_at_once(house: House) -> None:
    photo = house.visitor.upload()
    # In good order: this server is one that forgets what it has not written when it is killed.
    house.postgres.running.stop(signal.SIGINT)
    assert house.refused("/api/v1/photos") < SECONDS + 1.0
    house.postgres.running.start()
    assert house.visitor.http.get(f"/api/v1/photos/{photo['id']}").status_code == 200
