"""A refusal that comes before the end of the request's body still reaches its reader."""

from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from rekindle.server.linger import Linger


class Line:
    """A connection on which `pieces` of a body arrive; what is answered is kept."""

    def __init__(self, pieces: int, *, ends: bool = True) -> None:
        self.left, self.ends = pieces, ends
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        self.left -= 1
        return {"type": "http.request", "body": b"x" * 1000, "more_body": self.left > 0 or not self.ends}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("no", status_code=413)(scope, receive, send)


async def read_all(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["more_body"]:
        pass
    await PlainTextResponse("yes")(scope, receive, send)


def scope(length: int) -> Scope:
    return {"type": "http", "method": "POST", "headers": [(b"content-length", str(length).encode())]}


async def test_the_rest_of_a_refused_body_is_read_before_the_connection_closes() -> None:
    line = Line(5)
    await Linger(refuse)(scope(5000), line.receive, line.send)
    assert line.left == 0
    assert line.headers()[b"connection"] == b"close"
    assert [message.get("more_body") for message in line.sent] == [None, True, False]


async def test_a_body_without_end_is_not_read_for_ever() -> None:
    line = Line(1, ends=False)
    await Linger(refuse, most=50_000)(scope(5000), line.receive, line.send)
    assert -line.left < 60
    assert line.sent[-1]["more_body"] is False


async def test_an_answer_after_the_whole_body_keeps_the_connection() -> None:
    line = Line(3)
    await Linger(read_all)(scope(3000), line.receive, line.send)
    assert b"connection" not in line.headers()


async def test_a_request_without_a_body_is_left_alone() -> None:
    line = Line(1)
    await Linger(refuse)(scope(0), line.receive, line.send)
    assert line.left == 1
    assert b"connection" not in line.headers()
