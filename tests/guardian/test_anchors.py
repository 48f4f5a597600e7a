"""The journal's last entry goes to an address outside, once a day, and again soon where it was not taken."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.assembly.anchors import send_anchor
from guardian.journal import OPERATOR, Anchor, Entry
from guardian.settings.models import JournalSettings
from guardian.spaces.outcomes import Done, Outcome, Unavailable
from guardian.spaces.port import CheckResult
from tests.builders.community import Community, a_community

TO = "archive@example.org"
SETTINGS = JournalSettings(anchor_to=TO)


class Post:
    """A mail server of our own: it takes mails, or is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.taken: list[tuple[str, str]] = []

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        if self.is_away:
            return Unavailable("away")
        self.taken.append((to, text))
        return Done("taken")

    async def check(self) -> CheckResult:
        return CheckResult("well", ok=True)


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_community(tmp_path) as opened:
        yield opened


async def send(community: Community, post: Post) -> bool:
    return await send_anchor(community.units_of_work, community.clock, post, SETTINGS, "Example community")


async def act(community: Community) -> None:
    async with community.units_of_work.begin() as uow:
        uow.journal.note(Entry(act="status.was_read", by=OPERATOR))


@pytest.mark.harm("history-cut-off")
async def test_the_last_entry_is_mailed_in_a_form_that_verifies(community: Community) -> None:
    """Policy: P-9.8."""
    post = Post()
    await act(community)
    assert await send(community, post)
    [(to, text)] = post.taken
    found = re.search(r"--anchor (\S+)", text)
    anchor = Anchor.parse(found[1]) if found else None
    async with community.units_of_work.read() as view:
        assert (to, anchor) == (TO, await view.journal.head())
        assert anchor is not None
        assert (await view.journal.verify([anchor])).is_intact


@pytest.mark.harm("history-cut-off")
async def test_it_is_mailed_again_after_a_day_and_not_at_each_start(community: Community) -> None:
    """Policy: P-9.8."""
    post = Post()
    await act(community)
    await send(community, post)
    await send(community, post)
    assert len(post.taken) == 1
    community.clock.advance(timedelta(days=1))
    await send(community, post)
    assert len(post.taken) == 2


@pytest.mark.harm("history-cut-off")
async def test_a_mail_that_was_not_taken_is_sent_at_the_next_round(community: Community) -> None:
    """Policy: P-9.8."""
    post = Post()
    await act(community)
    post.is_away = True
    assert not await send(community, post)
    post.is_away = False
    assert await send(community, post)
    assert len(post.taken) == 1
