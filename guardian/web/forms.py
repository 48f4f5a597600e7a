"""What a browser sends, read within bounds, in memory only: no part of a report ever touches the disk unencrypted.

A file that is too large is cut, not fatal, so that the words sent with it can be given back. Read `read_form` first.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from guardian.cases.submissions import MAX_FILES, EvidenceInput

MAX_TEXT_BYTES: Final = 2_000_000
_LARGEST_FILES_TOGETHER: Final = 3
_LONGEST_FILE_NAME: Final = 150
_MAX_PARTS: Final = 500
_UNREADABLE: Final = "page.unreadable"
_TOO_MUCH: Final = "page.too_much"
_NO_FORM: Final = "page.no_form"


class Malformed(Exception):
    """The body is not a form, or its words alone are more than any form of ours holds; it bears the key of the text to say."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent; of one that is too large, just enough to tell. Without content in a form that is too large."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, and its files. `is_too_large`: the files together are more than is taken at once."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[Upload, ...] = ()
    is_too_large: bool = False

    def one(self, name: str) -> str:
        """Return the field's text, without space around it; empty where it was not sent."""
        return self.fields.get(name, ("",))[0].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Return everything that was chosen in the field."""
        return self.fields.get(name, ())

    def evidence(self) -> tuple[EvidenceInput, ...]:
        """Return the files as evidence."""
        return tuple(EvidenceInput(kind="file", file_name=each.name, content=each.content) for each in self.files)


def max_total_size(largest_file: int) -> int:
    """Return how many bytes all files of one form may have together."""
    return largest_file * _LARGEST_FILES_TOGETHER


async def read_form(request: Request, largest_file: int) -> Form:
    """Read the form that the request carries, however it is encoded; Malformed where it carries none."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind == b"multipart/form-data":
        return await _read_multipart(request, options.get(b"boundary", b""), largest_file)
    if kind == b"application/x-www-form-urlencoded":
        return _parse_urlencoded(await read_body(request, MAX_TEXT_BYTES))
    if not kind and not await read_body(request, 0):
        return Form()
    raise Malformed(_NO_FORM)


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Read the whole body; Malformed where it is longer than `max_bytes`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise Malformed(_TOO_MUCH)
    return bytes(body)


def _parse_urlencoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_PARTS)
    except ValueError as error:
        raise Malformed(_UNREADABLE) from error
    fields: dict[str, tuple[str, ...]] = {}
    for name, text in pairs:
        fields[name] = (*fields.get(name, ()), _normalize_text(text))
    return Form(fields)


async def _read_multipart(request: Request, boundary: bytes, largest_file: int) -> Form:
    if not boundary:
        raise Malformed(_UNREADABLE)
    parser = _InMemoryParser(request, boundary, largest_file)
    try:
        await parser.parse()
    except MultiPartException as error:
        raise Malformed(_UNREADABLE) from error
    except _TooLong:
        parser.is_cut = True  # its files are closed by now; their names are all that is asked for
    fields: dict[str, list[str]] = {}
    files = []
    for name, value in parser.items:
        if isinstance(value, str):
            fields.setdefault(name, []).append(_normalize_text(value))
            continue
        if file_name := _file_name(value.filename or ""):
            files.append(Upload(file_name, b"" if parser.is_cut else await value.read()))
        await value.close()
    return Form({name: tuple(texts) for name, texts in fields.items()}, tuple(files[: MAX_FILES + 1]), parser.is_cut)


class _TooLong(Exception):
    """The body goes on after the bound."""


class _InMemoryParser(MultiPartParser):
    """Starlette's parser, which neither spools to a disk nor keeps more of one part than is needed to refuse it."""

    spool_max_size = 0  # nothing is ever spooled, however large it is

    def __init__(self, request: Request, boundary: bytes, largest_file: int) -> None:
        self.is_cut = False
        self._max_file_bytes = max_total_size(largest_file)
        self._max_part_bytes = max(largest_file, MAX_TEXT_BYTES) + 1
        self._bytes_of_part = self._bytes_of_text = self._bytes_of_files = 0
        # The charset that a sender names is left out: some of Python's codecs take far longer than the text is.
        kind = Headers(raw=[(b"content-type", b'multipart/form-data; boundary="' + boundary + b'"')])
        bounds = {"max_files": _MAX_PARTS, "max_fields": _MAX_PARTS, "max_part_size": MAX_TEXT_BYTES}
        super().__init__(kind, self._read_chunks(request), **bounds)

    async def _read_chunks(self, request: Request) -> AsyncGenerator[bytes, None]:
        # The rest of an upload that is too large is read and dropped, so that the browser gets to hear our answer.
        left = 2 * self._max_file_bytes + MAX_TEXT_BYTES
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                raise _TooLong
            yield chunk

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._bytes_of_part = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        remaining = max(0, self._max_part_bytes - self._bytes_of_part)
        self._bytes_of_part += end - start
        try:
            super().on_part_data(data, start, min(end, start + remaining))
        except MultiPartException as error:
            raise Malformed(_TOO_MUCH) from error

    def on_part_end(self) -> None:
        super().on_part_end()
        if isinstance(self.items[-1][1], str):
            self._bytes_of_text += self._bytes_of_part
        else:
            self._bytes_of_files += self._bytes_of_part
        if self._bytes_of_text > MAX_TEXT_BYTES:
            raise Malformed(_TOO_MUCH)
        self.is_cut = self.is_cut or self._bytes_of_files > self._max_file_bytes


def _normalize_text(text: str) -> str:
    """A text with one kind of line end and no NUL, which no database takes."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _file_name(given: str) -> str:
    """The last part of a file's name, without anything that cannot be printed."""
    last = given.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[-_LONGEST_FILE_NAME:]
