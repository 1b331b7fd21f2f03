"""How a resource says which calls it answers."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulators.stripe.forms import Params
from tests.simulators.stripe.world import Thing, World

COMMON = ("expand",)
"""The parameter that every call takes."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the world, its parameters, and the ids in its path."""

    world: World
    params: Params
    ids: dict[str, str]

    @property
    def id(self) -> str:
        return self.ids["id"]


Answer = Callable[[Call], Thing]


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    path: str
    known: tuple[str, ...]
    """The parameters that it takes; any other is refused."""
    answer: Answer


class Routes(list[Endpoint]):
    """The endpoints of one resource, in the order in which they are tried."""

    def on(self, method: str, path: str, known: str = "") -> Callable[[Answer], Answer]:
        def register(answer: Answer) -> Answer:
            self.append(Endpoint(method, path, (*known.split(), *COMMON), answer))
            return answer

        return register
