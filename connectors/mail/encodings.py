"""The bytes of a part behind its transfer encoding, also where it is broken or not what it is called. Pure."""

import binascii
import re
from typing import Final

from connectors.mail.structure import FAULTS, MailPart, transfer_encoding

_HEADER: Final = "content-transfer-encoding"
_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


def bytes_of(part: MailPart) -> bytes:
    """Return what the part holds, decoded; whatever is not encoded as it is called, stays as it stands."""
    if transfer_encoding(part) == "base64":
        return decode_base64(_as_it_stands(part))
    try:
        content = part.get_payload(decode=True)
    except FAULTS:
        return _as_it_stands(part)
    return content if isinstance(content, bytes) else b""


def decode_base64(body: bytes) -> bytes:
    """Return the bytes behind the leading lines of base64, and below them what others wrote after these (a list's footer)."""
    lines = body.splitlines()
    end = next((at for at, line in enumerate(lines) if not _is_base64(line)), len(lines))
    encoded, rest = lines[:end], b"\r\n".join(lines[end:]).strip()
    content = b"".join(_decode_runs(encoded))
    if not rest:
        return content
    # One plain word on a line of its own looks like base64 as well.
    return content + b"\r\n\r\n" + rest if content and _is_readable(content) else body


def _is_base64(line: bytes) -> bool:
    return not line.strip() or _BASE64_LINE.fullmatch(line.strip()) is not None


def _decode_runs(lines: list[bytes]) -> list[bytes]:
    """Each run up to its padding is one: programs that join mails leave padding in the middle."""
    runs: list[list[bytes]] = [[]]
    for line in lines:
        runs[-1].append(line.strip())
        if line.strip().endswith(b"="):
            runs.append([])
    return [_decode_run(b"".join(run)) for run in runs]


def _decode_run(run: bytes) -> bytes:
    run = run.rstrip(b"=")
    # Of a last group of one letter, no whole byte is left.
    whole = run[: len(run) - 1] if len(run) % 4 == 1 else run
    try:
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    except binascii.Error:
        return run


def _is_readable(content: bytes) -> bool:
    try:
        return content.decode().replace("\n", "").replace("\r", "").replace("\t", "").isprintable()
    except UnicodeError:
        return False


def _as_it_stands(part: MailPart) -> bytes:
    """The part's own bytes, as if it were not encoded."""
    named = [(name, value) for name, value in part.raw_items() if name.casefold() == _HEADER]
    del part[_HEADER]
    try:
        content = part.get_payload(decode=True)
    except FAULTS:
        content = str(part.get_payload()).encode("utf-8", "replace")
    for name, value in named:
        part.set_raw(name, value)
    return content if isinstance(content, bytes) else b""
