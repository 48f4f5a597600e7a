"""What strangers can send: each input by its name, as the bytes of a request or of a mail. More are one line each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

BOUNDARY: Final = "edge"


class Door(StrEnum):
    """By which way something is sent to the service."""

    REPORT = "report"
    WEBHOOK = "webhook"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class HostileInput:
    """One thing that is sent, and so many unfinished connections that stand open meanwhile."""

    door: Door
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    idle_connections: int = 0


_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_MULTIPART: Final = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
_JSON: Final = {"content-type": "application/json"}
_PLAIN: Final = HostileInput(Door.REPORT, b"what_happened=They+insulted+two+newcomers.", _FORM)


def _parts(count: int, width: int = 1) -> bytes:
    part = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="a"\r\n\r\n{"x" * width}\r\n'
    return part.encode() * count + f"--{BOUNDARY}--\r\n".encode()


def _mail(body: str, kind: str = "text/html; charset=utf-8") -> bytes:
    head = "From: somebody@people.example\r\nTo: conduct@community.example\r\nSubject: Insults\r\nMIME-Version: 1.0\r\n"
    return f"{head}Content-Type: {kind}\r\n\r\n{body}".encode()


def _nested_mail(depth: int) -> bytes:
    opened = "".join(
        f"--b{level}\r\nContent-Type: multipart/mixed; boundary=b{level + 1}\r\n\r\n" for level in range(depth)
    )
    return _mail(f"{opened}--b{depth}\r\n\r\nwords\r\n", "multipart/mixed; boundary=b0")


INPUTS: Final[Mapping[str, Callable[[], HostileInput]]] = {
    "a plain report": lambda: _PLAIN,
    "200,000 parts in a form of 10 MB": lambda: HostileInput(Door.REPORT, _parts(200_000), _MULTIPART),
    "one part of 10 MB": lambda: HostileInput(Door.REPORT, _parts(1, 10_000_000), _MULTIPART),
    "20,000 parameters": lambda: HostileInput(Door.REPORT, b"&".join(b"p%d=x" % n for n in range(20_000)), _FORM),
    "40,000 ligatures that grow when normalised": lambda: HostileInput(
        Door.REPORT, b"what_happened=" + b"%EF%B7%BA" * 40_000, _FORM
    ),
    "JSON nested 2,000-fold": lambda: HostileInput(Door.WEBHOOK, b"[" * 2_000 + b"]" * 2_000, _JSON),
    "JSON of 20,000 keys": lambda: HostileInput(
        Door.WEBHOOK, b"{" + b",".join(b'"k%d":{}' % n for n in range(20_000)) + b"}", _JSON
    ),
    "992 idle connections": lambda: HostileInput(Door.REPORT, _PLAIN.body, _FORM, idle_connections=992),
    "a mail of 120 kB of open tags": lambda: HostileInput(Door.MAIL, _mail("<a " * 40_000)),
    "a mail of 20,000 parts": lambda: HostileInput(
        Door.MAIL, _mail("--b\r\n\r\nx\r\n" * 20_000, "multipart/mixed; boundary=b")
    ),
    "a mail nested 2,000-fold": lambda: HostileInput(Door.MAIL, _nested_mail(2_000)),
    "a mail of 20,000 header parameters": lambda: HostileInput(
        Door.MAIL, _mail("words", "text/plain; " + "; ".join(f"p{n}=x" for n in range(20_000)))
    ),
}
