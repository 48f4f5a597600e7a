"""Forms as a browser, or somebody hostile, sends them: bounded, and never on a disk."""

import gc
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.requests import Request
from starlette.types import Message

from guardian.web.forms import MAX_TEXT_BYTES, Form, Malformed, read_form

LARGEST_FILE = 3_000_000
CHUNK = 65_536
BOUNDARY = b"b"
opened_files: list[object] = []
is_watching: list[bool] = []


def _note_opened_file(name: str, arguments: tuple[object, ...]) -> None:
    if is_watching and name == "open":
        opened_files.append(arguments[0])


sys.addaudithook(_note_opened_file)


@contextmanager
def watched_files() -> Iterator[list[object]]:
    """The files that are opened inside; the interpreter itself reports them."""
    opened_files.clear()
    is_watching.append(True)
    try:
        yield opened_files
    finally:
        is_watching.clear()


def part(content: bytes, disposition: bytes = b'form-data; name="what_happened"') -> bytes:
    return b"--b\r\nContent-Disposition: " + disposition + b"\r\n\r\n" + content + b"\r\n"


def file_part(content: bytes, name: bytes = b"a.png") -> bytes:
    return part(content, b'form-data; name="files"; filename="' + name + b'"')


class Sender:
    """Sends a body piece by piece, and counts the pieces that were asked for."""

    def __init__(self, body: bytes) -> None:
        self._pieces = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
        self.sent = 0

    async def __call__(self) -> Message:
        self.sent += 1
        return {
            "type": "http.request",
            "body": self._pieces[self.sent - 1],
            "more_body": self.sent < len(self._pieces),
        }


async def read(sender: Sender, kind: str = "multipart/form-data; boundary=b") -> Form:
    headers = [(b"content-type", kind.encode())]
    return await read_form(Request({"type": "http", "method": "POST", "headers": headers}, sender), LARGEST_FILE)


async def test_nothing_that_a_reporter_sends_touches_a_disk() -> None:
    body = part(b"insults " * 200_000) + file_part(b"x" * (LARGEST_FILE - 1)) + file_part(b"y" * LARGEST_FILE)
    with watched_files() as opened:
        form = await read(Sender(body + b"--b--\r\n"))
    assert [len(each.content) for each in form.files] == [LARGEST_FILE - 1, LARGEST_FILE]
    assert form.one("what_happened").startswith("insults")
    assert opened == []


@pytest.mark.parametrize("each", [part(b"x"), part(b"x", b'form-data; name="n"'), file_part(b"x"), file_part(b"", b"")])
async def test_a_form_of_very_many_parts_is_refused_before_most_of_it_is_read(each: bytes) -> None:
    sender = Sender(each * 200_000 + b"--b--\r\n")
    with pytest.raises(Malformed):
        await read(sender)
    assert sender.sent == 1


async def test_texts_that_are_too_long_together_are_refused_before_the_rest_is_read() -> None:
    sender = Sender(part(b"x" * 500_000) * 40 + b"--b--\r\n")
    with pytest.raises(Malformed, match=r"page\.too_much"):
        await read(sender)
    assert sender.sent * CHUNK < MAX_TEXT_BYTES + 500_000 + 2 * CHUNK


async def test_one_text_without_end_is_refused_before_the_rest_is_read() -> None:
    sender = Sender(part(b"x" * 20_000_000))
    with pytest.raises(Malformed, match=r"page\.too_much"):
        await read(sender)
    assert sender.sent * CHUNK < MAX_TEXT_BYTES + 2 * CHUNK


async def test_a_file_that_is_too_large_is_cut_and_the_words_after_it_are_kept() -> None:
    form = await read(Sender(file_part(bytes(2 * LARGEST_FILE)) + part(b"words") + b"--b--\r\n"))
    assert ([len(each.content) for each in form.files], form.is_too_large) == ([LARGEST_FILE + 1], False)
    assert form.one("what_happened") == "words"


async def test_files_that_are_too_large_together_keep_the_words_after_them() -> None:
    form = await read(Sender(file_part(bytes(LARGEST_FILE)) * 4 + part(b"words") + b"--b--\r\n"))
    assert (form.is_too_large, form.one("what_happened")) == (True, "words")


async def test_an_upload_without_end_is_given_up_with_the_words_before_it() -> None:
    sender = Sender(part(b"words") + file_part(bytes(20 * LARGEST_FILE)))
    form = await read(sender)
    assert (form.is_too_large, form.one("what_happened")) == (True, "words")
    assert sender.sent * CHUNK < 6 * LARGEST_FILE + MAX_TEXT_BYTES + 2 * CHUNK


async def test_a_sender_does_not_choose_how_their_text_is_decoded() -> None:
    kind = "multipart/form-data; boundary=b; charset=punycode"
    assert (await read(Sender(part("Zoë\0\r\nand".encode()) + b"--b--\r\n"), kind)).one("what_happened") == "Zoë\nand"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"nothing of the kind", "multipart/form-data; boundary=b"),
        (part(b"x"), "multipart/form-data"),
        (part(b"x"), f"multipart/form-data; boundary={'b' * 300}"),
        (b"a=1&" * 600, "application/x-www-form-urlencoded"),
    ],
)
async def test_what_is_broken_is_refused_in_words(body: bytes, kind: str) -> None:
    with pytest.raises(Malformed, match=r"page\.unreadable"):
        await read(Sender(body), kind)


async def test_a_field_for_files_that_was_left_empty_leaves_nothing_open() -> None:
    """A browser sends such a field as a file without a name."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        form = await read(Sender(part(b"They shouted.") + file_part(b"", b"") + b"--b--\r\n"))
        gc.collect()
    assert (form.one("what_happened"), form.files) == ("They shouted.", ())
    assert [str(each.message) for each in seen] == []


async def test_a_file_is_named_without_its_folders() -> None:
    form = await read(
        Sender(file_part(b"x", b"C:\\\\home\\\\me\\\\a.png") + file_part(b"x", b"/etc/b.txt") + b"--b--\r\n")
    )
    assert [each.name for each in form.files] == ["a.png", "b.txt"]
