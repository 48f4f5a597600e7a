"""Read the files that came with a report before anybody is notified of it: whom they name, and whether all was read.

Read `read_files` first. Policy: P-2.5.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from guardian.cases.file_words import FileWords, is_sealed, looks_like_mail, read_words
from guardian.cases.received_words import is_searched_apart, search_files
from guardian.cases.submissions import EvidenceInput, is_missing
from guardian.worker_processes import WorkStopped, shared_workers

_SHORT: Final = 60_000


async def read_files(evidence: Iterable[EvidenceInput], *texts: str) -> FileWords:
    """Return what the files say; `texts` are what stands beside them, of which only what is sealed is not read.

    A mail, or much, is read where it keeps nobody waiting; what cannot be read there counts as not read.
    """
    pieces = [piece for piece in evidence if not piece.is_whole]
    contents = tuple(piece.content for piece in pieces if piece.content is not None)
    missed = any(map(is_missing, pieces)) or any(map(is_sealed, (*texts, *(piece.text for piece in pieces))))
    found = await _read(contents)
    return FileWords(found.texts, found.unread or missed)


async def without_receipts(evidence: tuple[EvidenceInput, ...]) -> tuple[EvidenceInput, ...]:
    """Return the evidence with its long files as they are kept; the short ones are searched when they are stored.

    A file on which that takes too long is kept as it came: nobody's words may be lost over it.
    """
    long_files = {
        at: each.content for at, each in enumerate(evidence) if each.content and is_searched_apart(each.content)
    }
    if not long_files:
        return evidence
    found = long_files
    with suppress(WorkStopped):
        found = dict(zip(long_files, await shared_workers().run(search_files, tuple(long_files.values())), strict=True))
    return tuple(
        replace(each, content=found[at], is_searched=True) if at in found else each for at, each in enumerate(evidence)
    )


async def _read(contents: tuple[bytes, ...]) -> FileWords:
    if sum(map(len, contents)) <= _SHORT and not any(map(looks_like_mail, contents)):
        return read_words(contents)
    try:
        return await shared_workers().run(read_words, contents)
    except WorkStopped:
        return FileWords(unread=True)
