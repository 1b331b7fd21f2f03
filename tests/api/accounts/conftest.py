"""One server with accounts for all tests of a process that need nothing special, without a worker."""

from collections.abc import Generator

import pytest

from tests.api.accounts.people import Town, town

OPERATOR = "operator@example.org"


@pytest.fixture(scope="session")
def shared_town(tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    with town(tmp_path_factory.mktemp("town"), accounts={"operators": [OPERATOR.upper()]}) as made:
        yield made


@pytest.fixture(name="town")
def town_of_all(shared_town: Town) -> Town:
    """A server that all tests share: there may be others on it."""
    return shared_town
