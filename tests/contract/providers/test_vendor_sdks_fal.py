"""What shows that the simulated fal is like the real one: the official client understands it.

The client speaks https whatever it is told, so the simulator is reached by TLS, with a certificate made for the test.
It reads where to go as it is imported, so it runs in a process of its own.
"""

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from PIL import Image

from tests.simulators.upstreams.fal import FalSimulator
from tests.simulators.upstreams.pictures import encoded

pytest.importorskip("fal_client")
trustme = pytest.importorskip("trustme")

CLIENT = """
import dataclasses, json, pathlib, sys
import fal_client

endpoint, prompt, todo = sys.argv[1:4]
picture = fal_client.encode(pathlib.Path(sys.argv[4]).read_bytes(), "image/jpeg")
arguments = {"prompt": prompt, "image_url": picture, "image_urls": [picture]}
client, said = fal_client.SyncClient(key=sys.argv[5]), {}
try:
    handle = client.submit(endpoint, arguments, start_timeout=30, webhook_url="https://photos.example.org/x")
    said["request"] = handle.request_id
    if todo == "cancel":
        handle.cancel()
    else:
        said["events"] = [[type(each).__name__, dataclasses.asdict(each)] for each in handle.iter_events(interval=0.01)]
        said["result"] = handle.get()
except fal_client.client.FalClientHTTPError as error:
    said["error"] = [error.status_code, error.message, error.error_type]
print(json.dumps(said))
"""

EDITOR = "google/nano-banana-2.1/edit"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[str, str]]:
    """The file of the authority, and those of a certificate and its key."""
    folder, made = tmp_path_factory.mktemp("tls"), trustme.CA()
    issued = made.issue_cert("127.0.0.1", "localhost")
    made.cert_pem.write_to_path(str(folder / "authority.pem"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "certificate.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    return folder / "authority.pem", (str(folder / "certificate.pem"), str(folder / "key.pem"))


@pytest.fixture
def simulator(authority: tuple[Path, tuple[str, str]]) -> Generator[FalSimulator]:
    with FalSimulator(tls=authority[1]) as running:
        yield running


class Client:
    """The official client in a process of its own."""

    def __init__(self, simulator: FalSimulator, trusted: Path, folder: Path) -> None:
        self.simulator, self.trusted, self.photo = simulator, trusted, folder / "photo.jpg"
        self.photo.write_bytes(encoded(Image.new("RGB", (64, 48), (120, 90, 60)), "JPEG"))

    def run(self, prompt: str, *, endpoint: str = EDITOR, todo: str = "get", key: str = "sim-key") -> dict[str, Any]:
        place = urlsplit(self.simulator.url).netloc
        environment = {
            **os.environ, "FAL_RUN_HOST": place, "FAL_QUEUE_RUN_HOST": place, "SSL_CERT_FILE": str(self.trusted),
        }  # fmt: skip
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            environment.pop(name, None)
        words = [sys.executable, "-c", CLIENT, endpoint, prompt, todo, str(self.photo), key]
        ran = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr[-2000:]
        return json.loads(ran.stdout)


@pytest.fixture
def client(simulator: FalSimulator, authority: tuple[Path, tuple[str, str]], tmp_path: Path) -> Client:
    return Client(simulator, authority[0], tmp_path)


def test_the_official_client_hands_in_waits_and_gets_a_picture(client: Client) -> None:
    said = client.run("Mend it.")
    assert [name for name, _ in said["events"]] == ["Queued", "InProgress", "Completed"]
    assert said["events"][-1][1]["metrics"] == {"inference_time": 4.2}
    (image,) = said["result"]["images"]
    with httpx2.Client(verify=ssl.create_default_context(cafile=client.trusted), trust_env=False) as http:
        assert http.get(image["url"]).content.startswith(b"\x89PNG")
    headers, body = client.simulator.asked[said["request"]]
    assert headers["authorization"] == "Key sim-key"
    assert headers["x-fal-request-timeout"] == "30.0"
    assert body["image_url"].startswith("data:image/jpeg;base64,")
    assert client.simulator.calls_back == {said["request"]: "https://photos.example.org/x"}


def test_the_official_client_sees_that_completed_is_not_succeeded(client: Client) -> None:
    said = client.run("simulate:fails")
    name, facts = said["events"][-1]
    assert (name, facts["error_type"]) == ("Completed", "runner_disconnected")
    assert said["error"] == [500, "The runner disconnected.", "runner_disconnected"]


def test_the_official_client_sees_a_refusal_where_the_result_should_be(client: Client) -> None:
    said = client.run("simulate:refused")
    assert said["events"][-1][0] == "Completed"
    status, (fault,), _ = said["error"]
    assert (status, fault["type"]) == (422, "content_policy_violation")


def test_the_official_client_is_told_that_its_key_is_wrong_or_its_account_is_empty(client: Client) -> None:
    assert client.run("Mend it.", key="wrong")["error"][0] == 401
    status, message, _ = client.run("simulate:unpaid")["error"]
    assert status == 403
    assert "Exhausted balance" in message


def test_the_official_client_stops_an_edit(client: Client) -> None:
    said = client.run("simulate:never", todo="cancel")
    assert client.simulator.canceled == 1
    assert client.simulator.orders[said["request"]].canceled
