"""Every kind of copy of one installation, made before an expunging, forgets with it when the horizon has passed.

Each is opened with every key that the installation still holds then: those in its database, those in the copies as far as its
ring opens them, and those in the newest file of keys, which the recovery key opens. None of our code for restoring is used.
Policy: P-9.5.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import postgresql
from tests.builders.backed_up import BackedUp
from tests.builders.community import Community, a_community
from tests.builders.journey import DAY, a_journey
from tests.builders.stolen_copy import Copy
from tests.guardian.services.test_forgetting import (
    GONE,
    KEPT,
    OTHER_SAID,
    YEAR,
    closed,
    days_later,
    is_expunged,
)

Copies = Mapping[str, Callable[[], Copy]]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server_url(request: pytest.FixtureRequest) -> str | None:
    """The address of an empty database on a server; None: a file is the database."""
    return request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None


@contextmanager
def copies_of_file(community: Community, folder: Path) -> Iterator[Copies]:
    """The file of SQLite with its log beside it, as a snapshot of the disk has them."""
    folder.mkdir()
    for file in community.folder.glob("guardian.sqlite*"):
        shutil.copy(file, folder / file.name)
    yield {"raw files": lambda: Copy.of_file(folder / "guardian.sqlite")}


@contextmanager
def copies_of_server(community: Community, _: Path) -> Iterator[Copies]:
    """What `pg_dump` writes, and the files of the server with its log, over which another server is started.

    The files of a server that was given are out of reach.
    """
    name = urlsplit(community.database_url).path.lstrip("/")
    dumped = postgresql.dump(community.database_url)
    if not postgresql.is_ours():
        yield {"pg_dump": lambda: Copy.of_dump(dumped)}
        return
    with postgresql.raw_copy(name) as read:
        yield {"pg_dump": lambda: Copy.of_dump(dumped), "raw files": lambda: Copy.of_dump(read())}


def copy_of_now(community: Community) -> Copy:
    if community.database_url.startswith("sqlite"):
        return Copy.of_file(community.folder / "guardian.sqlite")
    return Copy.of_dump(postgresql.dump(community.database_url))


async def read_all(community: Community, backed_up: BackedUp, copies: Copies) -> dict[str, str]:
    """What can be read in each of the copies with every key that is still held, wherever it lies."""
    opened = {name: await asyncio.to_thread(make) for name, make in copies.items()}
    opened["guardian backup"] = await asyncio.to_thread(backed_up.open, "before")
    await community.units_of_work._database.scrub()
    keys: dict[str, bytes] = {}
    for copy in (*opened.values(), await asyncio.to_thread(copy_of_now, community)):
        keys |= copy.data_keys_by(community.units_of_work.ring)
    return {name: copy.read_with(keys) for name, copy in opened.items()}


def readable(found: Mapping[str, str], words: tuple[str, ...]) -> dict[str, list[str]]:
    return {name: [word for word in words if word in text] for name, text in found.items()}


@pytest.mark.harm("forgotten-and-in-a-copy")
async def test_after_the_horizon_every_copy_of_one_installation_opens_for_all_but_the_expunged(
    server_url: str | None, tmp_path: Path
) -> None:
    """P-9.5"""
    async with a_community(tmp_path / "home", server_url=server_url) as community:
        journey = await closed(community)
        await a_journey(community, handle="thistlequeen", what_happened=OTHER_SAID)
        backed_up = BackedUp.of(community, tmp_path)
        await backed_up.make("before")
        with ExitStack() as stack:
            make = copies_of_file if server_url is None else copies_of_server
            copies = stack.enter_context(make(community, tmp_path / "snapshot"))
            before = await read_all(community, backed_up, copies)
            assert set(before) == {"guardian backup", *copies}
            assert readable(before, (*GONE, *KEPT)) == {name: [*GONE, *KEPT] for name in before}
            await days_later(community, YEAR + DAY)
            assert await is_expunged(journey)
            await days_later(community, community.app.policy.retention.forget_backups_after)
            await backed_up.make("after")
            after = await read_all(community, backed_up, copies)
    assert readable(after, GONE) == {name: [] for name in after}
    assert readable(after, KEPT) == {name: [*KEPT] for name in after}
