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

from connectors.discord.config import DEFAULT_API
from connectors.discord.message_parts import UploadedFile
from guardian.services.reports.intake import EvidenceInput
from guardian.spaces.port import Account

_FILES_URL: Final = "https://cdn.discordapp.com"
_HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Which hosts files come from, how large one may be and how large all together, and how long one may take."""

    api_url: str
    max_size: int
    max_total_size: int
    ceiling: timedelta

    @property
    def files_url(self) -> str:
        """Return where Discord gives out what it names by an id alone, such as a sticker."""
        api = urlsplit(self.api_url)
        return _FILES_URL if api.netloc == urlsplit(DEFAULT_API).netloc else f"{api.scheme}://{api.netloc}"

    def is_trusted_url(self, url: str) -> bool:
        """Return whether the address is one of Discord's own, or of the server that its API is configured to be."""
        target, ours = urlsplit(url), urlsplit(self.api_url)
        if target.netloc == ours.netloc:
            return target.scheme == ours.scheme
        return target.scheme == "https" and target.netloc in _HOSTS


@dataclass(frozen=True, slots=True)
class FileAuthor:
    """Who posted the files, and where."""

    account: Account | None = None
    handle: str = ""
    link: str = ""


async def fetch_evidence(
    uploads: Iterable[UploadedFile], limits: FileLimits, author: FileAuthor
) -> tuple[EvidenceInput, ...]:
    """Return each file as evidence, with its bytes or with the reason why there are none, in the given order."""
    evidence: list[EvidenceInput] = []
    left = limits.max_total_size
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        for upload in uploads:
            content, why_not = await _fetch_content(session, upload, limits, left)
            left -= len(content or b"")
            evidence.append(
                EvidenceInput(
                    kind="file",
                    link=author.link,
                    author=author.account,
                    author_handle=author.handle,
                    file_name=upload.file_name,
                    content=content,
                    why_not=why_not,
                )
            )
    return tuple(evidence)


async def _fetch_content(
    session: aiohttp.ClientSession, upload: UploadedFile, limits: FileLimits, left: int
) -> tuple[bytes | None, str]:
    most = min(limits.max_size, left)
    if not limits.is_trusted_url(upload.url):
        return None, "The file is not on Discord's own servers, so it was not fetched."
    if upload.size > most:
        return None, _too_large(upload.size, most)
    try:
        async with asyncio.timeout(limits.ceiling.total_seconds()):
            content = await _read_capped(session, upload.url, most)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return None, f"The file could not be fetched ({type(error).__name__})."
    return (content, "") if content is not None else (None, _too_large(upload.size, most))


async def _read_capped(session: aiohttp.ClientSession, url: str, most: int) -> bytes | None:
    """The bytes behind the address; None where there are more than are taken, whatever size was stated."""
    buffer = bytearray()
    async with session.get(url, allow_redirects=False, raise_for_status=True) as answer:
        if answer.status != 200:
            raise ValueError(answer.status)
        async for chunk in answer.content.iter_chunked(_CHUNK):
            buffer += chunk
            if len(buffer) > most:
                return None
    return bytes(buffer)


def _too_large(size: int, most: int) -> str:
    return f"The file is too large to be kept here ({size:,} bytes). At most {most:,} fit."
