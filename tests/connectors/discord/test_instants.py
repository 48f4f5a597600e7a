"""Instants on Discord: each reader sees them in their own zone, also in what was worded elsewhere."""

from datetime import UTC, datetime

import pytest

from connectors.discord.instants import format_day, format_instant, in_readers_zone
from guardian.ids import CaseId, NoticeId
from guardian.notices.models import Notice, NoticeKind, Recipient, RecipientKind
from guardian.notices.renderer import NoticeRenderer
from tests.builders.community import AMARA

AT = datetime(2026, 12, 3, 14, 30, tzinfo=UTC)


def test_an_instant_and_a_day_are_written_as_discord_shows_them() -> None:
    assert (format_instant(AT), format_day(AT)) == ("<t:1796308200:f>", "<t:1796308200:D>")


def test_words_for_an_instant_that_begin_alike_are_not_cut() -> None:
    later = datetime(2026, 12, 13, 14, 30, tzinfo=UTC)
    text = "by 13 December 2026, 14:30 UTC"
    words = {"3 December 2026, 14:30 UTC": AT, "13 December 2026, 14:30 UTC": later}
    assert in_readers_zone(text, words) == f"by {format_instant(later)}"


@pytest.mark.harm("time-read-in-another-zone")
def test_a_notice_on_discord_says_when_in_the_readers_zone_and_a_mail_in_words() -> None:
    notice = Notice(
        id=NoticeId("n"),
        kind=NoticeKind.DEADLINE_NEAR,
        to=Recipient(kind=RecipientKind.MEMBER, member=AMARA),
        case=CaseId("c"),
        facts={"code_name": "quiet-otter", "due": AT.isoformat()},
    )
    text = NoticeRenderer("Example", "https://guardian.example").render(notice)
    assert "by 3 December 2026, 14:30 UTC" in text.body
    assert f"by {format_instant(AT)}" in in_readers_zone(text.body, text.instants)
