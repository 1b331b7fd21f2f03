"""What Postgres gives when no program is in the way: pgbench sends the very statements of a script of ours."""

import re
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from sqlalchemy import make_url

from rekindle.infra.db.base import Base
from tests.postgres import Postgres

Script = Generator[tuple[str, tuple[object, ...]], Any, None]

IDENTIFIER = "lpad(to_hex(:{0}::bigint), 32, '0')::uuid"
LARGEST = 2**62


class Written(str):
    """An expression of SQL, which can be calculated with."""

    __slots__ = ()

    def __add__(self, other: object) -> "Written":
        return Written(f"{self}::bigint + {other}")

    def __sub__(self, other: object) -> "Written":
        return Written(f"{self}::bigint - {other}")


class Answer:
    """Rows that are not there yet: whoever looks at one gets the names of the variables that it will be in."""

    def __init__(self, statement: str, number: int) -> None:
        self.used = False
        self._prefix = f"a{number}_"
        self._columns = _columns(statement)

    def __getitem__(self, _row: int) -> "list[Written]":
        self.used = True
        return [Written(f":{self._prefix}{name}") for name in self._columns]

    @property
    def kept(self) -> str:
        """How the statement ends."""
        return f"\n\\gset {self._prefix}" if self.used else ";"


def written(scripts: Sequence[Callable[[], Script]], *, first: str, identifiers: Sequence[str]) -> str:
    """The scripts, each a transaction that begins with `first`; `identifiers` are new numbers at each run."""
    lines = [f"\\set {name} random(1, {LARGEST})" for name in identifiers]
    for make in scripts:
        lines += ["BEGIN;", *([first] if first else []), *_statements(make()), "COMMIT;"]
    return "\n".join(lines) + "\n"


def identifier(name: str) -> Written:
    """One of these numbers, as an identifier."""
    return Written(IDENTIFIER.format(name))


def run_pgbench(server: Postgres, url: str, script: str, *, count: int) -> None:
    """Let one client get through the script `count` times, with prepared statements. Raises ValueError."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        options = ["--no-vacuum", "--protocol=prepared", "--client=1", f"--transactions={count}", f"--file={file.name}"]
        said = server.run("pgbench", *options, make_url(url).database or "")
    if f"number of transactions actually processed: {count}/{count}" not in said:
        raise ValueError(f"pgbench did not get through: {said}")


def _statements(script: Script) -> Iterator[str]:
    statement, parameters = next(script)
    number = 0
    while True:
        answer = Answer(statement, number)
        text, number = _filled(statement, parameters), number + 1
        try:
            statement, parameters = script.send(answer)
        except StopIteration:
            yield text + answer.kept
            return
        yield text + answer.kept


def _filled(statement: str, parameters: Sequence[object]) -> str:
    values = iter(parameters)
    return re.sub(r"\?", lambda _: _literal(next(values)), statement)


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, Written | int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _columns(statement: str) -> list[str]:
    """What a query answers with, in the order of its table."""
    found = re.match(r"SELECT (.+?) FROM (\w+)", statement)
    if found is None:
        return []
    if found[1] != "*":
        return [re.findall(r"\w+$", name)[0] for name in found[1].split(",")]
    return [column.name for column in Base.metadata.tables[found[2]].columns]
