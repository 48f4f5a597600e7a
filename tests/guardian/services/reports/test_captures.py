"""What somebody pointed to is sealed until their report is in, is theirs alone, and goes by itself. Policy: P-2.7."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from guardian.services.reports.captures import forget_capture, forget_old_captures, read_capture, seal_capture
from tests.builders.community import A_REPORTER, SOMEBODY, Community, a_community
from tests.rules.community import DJANGO, changed


async def test_what_was_captured_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    async with a_community(tmp_path) as community:
        await seal_capture(community.app, A_REPORTER, "message/1/2", "You are all fools.")
        assert await read_capture(community.app, A_REPORTER, "message/1/2") == "You are all fools."
        assert await read_capture(community.app, SOMEBODY, "message/1/2") is None
        await forget_capture(community.app, A_REPORTER, "message/1/2")
        assert await read_capture(community.app, A_REPORTER, "message/1/2") is None


async def test_what_was_captured_twice_is_read_as_it_was_chosen_last(tmp_path: Path) -> None:
    async with a_community(tmp_path) as community:
        for content in ("At first.", "And edited."):
            await seal_capture(community.app, A_REPORTER, "message/1/2", content)
        assert await read_capture(community.app, A_REPORTER, "message/1/2") == "And edited."


@pytest.mark.harm("store-of-unreported-messages")
async def test_after_a_day_it_is_read_by_nobody_even_before_it_is_swept(tmp_path: Path) -> None:
    async with a_community(tmp_path) as community:
        await seal_capture(community.app, A_REPORTER, "message/1/2", "You are all fools.")
        community.clock.advance(timedelta(days=1))
        assert await read_capture(community.app, A_REPORTER, "message/1/2") is None
        await forget_old_captures(community.app)


@pytest.mark.harm("store-of-unreported-messages")
async def test_how_long_it_waits_is_the_policys(tmp_path: Path) -> None:
    """P-2.7: both for who reads it and for what is swept."""
    async with a_community(
        tmp_path, policy=changed(DJANGO, "reports.capture_kept_for", timedelta(hours=2))
    ) as community:
        await seal_capture(community.app, A_REPORTER, "message/1/2", "You are all fools.")
        community.clock.advance(timedelta(hours=1))
        await forget_old_captures(community.app)
        assert await read_capture(community.app, A_REPORTER, "message/1/2") == "You are all fools."
        community.clock.advance(timedelta(hours=1))
        assert await read_capture(community.app, A_REPORTER, "message/1/2") is None
        await forget_old_captures(community.app)
        assert await _count(community, "captures") == 0


@pytest.mark.harm("store-of-unreported-messages")
async def test_what_is_forgotten_leaves_nothing_by_which_it_could_be_found(tmp_path: Path) -> None:
    async with a_community(tmp_path) as community:
        before = await _count(community, "blind_indexes")
        await seal_capture(community.app, A_REPORTER, "message/1/2", "You are all fools.")
        assert await _count(community, "blind_indexes") > before
        await forget_capture(community.app, A_REPORTER, "message/1/2")
        assert await _count(community, "blind_indexes") == before
        assert await _count(community, "captures") == 0


async def _count(community: Community, table: str) -> int:
    async with community.units_of_work.read() as view:
        return int((await view.connection.execute(text(f"select count(*) from {table}"))).scalar_one())
