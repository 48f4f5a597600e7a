"""Fetching the bytes of files that Discord holds: from its own hosts, with a cap while they stream, within a ceiling.

What cannot be fetched is still evidence: it says why its bytes are missing.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from connectors.discord.forms import Upload
from guardian.desk.intake import EvidenceIn
from guardian.spaces.port import Account

_HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileRules:
    """Which hosts files come from, how large one may be and how large all together, and how long one may take."""

    api_url: str
    largest: int
    all_together: int
    ceiling: timedelta

    def trusts(self, url: str) -> bool:
        """Whether the address is one of Discord's own, or of the server that its API is configured to be."""
        asked, ours = urlsplit(url), urlsplit(self.api_url)
        if asked.netloc == ours.netloc:
            return asked.scheme == ours.scheme
        return asked.scheme == "https" and asked.netloc in _HOSTS


@dataclass(frozen=True, slots=True)
class Author:
    """Who posted the files, and where."""

    account: Account | None = None
    handle: str = ""
    link: str = ""


async def evidence_from(uploads: Iterable[Upload], rules: FileRules, author: Author) -> tuple[EvidenceIn, ...]:
    """Each file as evidence, with its bytes or with the reason why there are none, in the given order."""
    found: list[EvidenceIn] = []
    left = rules.all_together
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        for upload in uploads:
            content, why_not = await _content(session, upload, rules, left)
            left -= len(content or b"")
            found.append(
                EvidenceIn(
                    "file",
                    author.link,
                    author.account,
                    author.handle,
                    file_name=upload.file_name,
                    content=content,
                    why_not=why_not,
                )
            )
    return tuple(found)


async def _content(
    session: aiohttp.ClientSession, upload: Upload, rules: FileRules, left: int
) -> tuple[bytes | None, str]:
    most = min(rules.largest, left)
    if not rules.trusts(upload.url):
        return None, "The file is not on Discord's own servers, so it was not fetched."
    if upload.size > most:
        return None, _too_large(upload.size, most)
    try:
        async with asyncio.timeout(rules.ceiling.total_seconds()):
            content = await _read(session, upload.url, most)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return None, f"The file could not be fetched ({type(error).__name__})."
    return (content, "") if content is not None else (None, _too_large(upload.size, most))


async def _read(session: aiohttp.ClientSession, url: str, most: int) -> bytes | None:
    """The bytes behind the address; None where there are more than are taken, whatever size was stated."""
    held = bytearray()
    async with session.get(url, allow_redirects=False, raise_for_status=True) as answer:
        if answer.status != 200:
            raise ValueError(answer.status)
        async for piece in answer.content.iter_chunked(_PIECE):
            held += piece
            if len(held) > most:
                return None
    return bytes(held)


def _too_large(size: int, most: int) -> str:
    return f"The file is too large to be kept here ({size:,} bytes). At most {most:,} fit."
