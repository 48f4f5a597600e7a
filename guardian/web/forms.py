"""What a browser sends, read within bounds and kept in memory only: no part of a report ever touches the disk unsealed.

A file that is too large is cut, not fatal, so that the words sent with it can be given back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from guardian.cases.submissions import MAX_FILES, EvidenceInput

MAX_TEXT_BYTES: Final = 2_000_000
_LARGEST_FILES_TOGETHER: Final = 3
_LONGEST_FILE_NAME: Final = 150


class Malformed(Exception):
    """The body is not a form, or its words alone are more than any form of ours holds."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent; of one that is too large, just enough to tell."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, and its files. `too_much`: the files together are more than is taken at once."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[Upload, ...] = ()
    is_too_large: bool = False

    def one(self, name: str) -> str:
        """The field's text, without space around it; empty where it was not sent."""
        return self.fields.get(name, ("",))[0].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Everything that was chosen in the field."""
        return self.fields.get(name, ())

    def evidence(self) -> tuple[EvidenceInput, ...]:
        """The files as evidence."""
        return tuple(EvidenceInput("file", file_name=each.name, content=each.content) for each in self.files)


def max_total_size(largest_file: int) -> int:
    """How many bytes all files of one form may have together."""
    return largest_file * _LARGEST_FILES_TOGETHER


async def read_form(request: Request, largest_file: int) -> Form:
    """The form that the request carries, however it is encoded; Malformed where it carries none."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind == b"multipart/form-data":
        return await _read_multipart(request, options.get(b"boundary", b""), largest_file)
    if kind == b"application/x-www-form-urlencoded":
        return _parse_urlencoded(await read_body(request, MAX_TEXT_BYTES))
    if not kind and not await read_body(request, 0):
        return Form()
    raise Malformed("This request carries no form.")


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The whole body; Malformed where it is longer than `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise Malformed("This is more than we can take at once.")
    return bytes(body)


def _parse_urlencoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500)
    except ValueError as error:
        raise Malformed("This form cannot be read.") from error
    fields: dict[str, tuple[str, ...]] = {}
    for name, text in pairs:
        fields[name] = (*fields.get(name, ()), _normalize_text(text))
    return Form(fields)


async def _read_multipart(request: Request, boundary: bytes, largest_file: int) -> Form:
    if not boundary:
        raise Malformed("This form cannot be read.")
    parts = _Parts(largest_file, max_total_size(largest_file))
    # The rest of an upload that is too large is read and dropped, so that the browser gets to hear our answer.
    left = 2 * parts.max_file_bytes + MAX_TEXT_BYTES
    try:
        parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]  # its callbacks are a TypedDict
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                parts.is_too_large = True
                break
            parser.write(chunk)
    except FormParserError as error:
        raise Malformed("This form cannot be read.") from error
    return parts.form()


class _Parts:
    """Collects the parts of a multipart body as the parser finds them."""

    def __init__(self, largest_file: int, max_file_bytes: int) -> None:
        self.max_file_bytes = max_file_bytes
        self.is_too_large = False
        self._largest = largest_file
        self._fields: dict[str, tuple[str, ...]] = {}
        self._files: list[Upload] = []
        self._bytes_of_files = 0
        self._bytes_of_text = 0
        self._header = (bytearray(), bytearray())
        self._headers: dict[str, bytes] = {}
        self._name = ""
        self._file_name: str | None = None
        self._data = bytearray()

    def callbacks(self) -> dict[str, object]:
        """What the parser is to call."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._add_data,
            "on_part_end": self._end,
        }

    def form(self) -> Form:
        """All that has been collected."""
        return Form(self._fields, tuple(self._files), self.is_too_large)

    def _begin(self) -> None:
        self._headers, self._header = {}, (bytearray(), bytearray())
        self._name, self._file_name, self._data = "", None, bytearray()

    def _end_header(self) -> None:
        name, value = self._header
        self._headers[name.decode("latin-1").lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        self._name = options.get(b"name", b"").decode(errors="replace")
        if b"filename" in options:
            self._file_name = _file_name(options[b"filename"].decode(errors="replace"))

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._file_name is None:
            self._bytes_of_text += end - start
            if self._bytes_of_text > MAX_TEXT_BYTES:
                raise Malformed("This is more than we can take at once.")
            self._data += data[start:end]
            return
        self._bytes_of_files += end - start
        self.is_too_large = self.is_too_large or self._bytes_of_files > self.max_file_bytes
        remaining = 0 if self.is_too_large else self._largest + 1 - len(self._data)
        self._data += data[start : min(end, start + max(0, remaining))]

    def _end(self) -> None:
        if self._file_name is None:
            text = _normalize_text(self._data.decode(errors="replace"))
            self._fields[self._name] = (*self._fields.get(self._name, ()), text)
        elif self._file_name and len(self._files) <= MAX_FILES:
            self._files.append(Upload(self._file_name, bytes(self._data)))
        self._data = bytearray()


def _normalize_text(text: str) -> str:
    """A text with one kind of line end and no NUL, which no database takes."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _file_name(given: str) -> str:
    """The last part of a file's name, without anything that cannot be printed."""
    last = given.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[-_LONGEST_FILE_NAME:]
