"""Mails as bytes, for the tests of how they are read. Read `a_mail` first."""

from connectors.mail.parser import OwnMail, ParsedMail, ParserConfig, SenderTrust, parse

US = "mx.community.example"
ADDRESS = "conduct@community.example"
ROWAN = "rowan@people.example"
NOTICE = "0198a1b2-0000-7000-8000-0123456789ab"
OWN_ID = f"<{NOTICE}@community.example>"
TO_BOUNCES = f"conduct+back-{NOTICE}@community.example"
SAID = "FIRST he followed me to the station and shouted LAST"
OWN = OwnMail("community.example", ADDRESS)
CONFIG = ParserConfig(OWN, SenderTrust(US))
_FROM = ("From: Rowan <rowan@people.example>", f"To: {ADDRESS}", "Subject: Insults")


def a_mail(*heads: str, body: str | bytes = SAID, own: tuple[str, ...] = _FROM) -> bytes:
    """Return a plain mail of Rowan's, with these heads above its own."""
    content = body if isinstance(body, bytes) else body.encode("utf-8", "surrogateescape")
    return "\r\n".join([*heads, *own, "", ""]).encode("utf-8", "surrogateescape") + content + b"\r\n"


def parts(*each: str | bytes, kind: str = "mixed", boundary: str = "b", declared: str | None = None) -> bytes:
    """Return a mail of these parts, each with its own heads."""
    pieces = [piece if isinstance(piece, bytes) else piece.encode() for piece in each]
    body = b"".join(f"--{boundary}\r\n".encode() + piece + b"\r\n" for piece in pieces) + f"--{boundary}--\r\n".encode()
    return a_mail(f"Content-Type: multipart/{kind}; boundary={declared or boundary}", body=body)


def plain(text: str = SAID, **parameters: str) -> str:
    """Return a part of plain text."""
    return "Content-Type: text/plain" + "".join(f'; {n}="{v}"' for n, v in parameters.items()) + f"\r\n\r\n{text}"


def page(text: str) -> str:
    """Return a part that is a page of HTML."""
    return f"Content-Type: text/html; charset=utf-8\r\n\r\n{text}"


def reading(raw: bytes, config: ParserConfig = CONFIG, mail_from: str | None = None) -> ParsedMail:
    """Return the mail as we read it."""
    return parse(raw, config, mail_from)
