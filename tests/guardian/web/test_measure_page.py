"""Whoever is under a measure of moderators reads so on their page, and asks there for another look."""

from guardian.notices.models import NoticeKind
from tests.builders.community import DISCORD, Community
from tests.builders.moderation import a_moderated_community
from tests.builders.pages import Pages, text_of


async def test_a_measured_person_reads_what_holds_and_asks_for_another_look(pages: Pages, community: Community) -> None:
    """P-6.8"""
    community.spaces[DISCORD].add("700000000000000009", "spammer")
    stage = a_moderated_community(community)
    view = await stage.set_measure("spammer", days=2)
    receipt = (await stage.notices_of_kind(NoticeKind.MEASURED))[0].facts["receipt"]
    words = text_of(await pages.fill("/personal", "/personal", receipt=receipt))
    assert "You may read, not write, in discord: in force." in words
    assert "Moderators have set a measure, for a short while." in words
    assert view.matter not in words
    answer = await pages.fill("/personal", "/personal/look-again", text="I only answered a question.")
    assert "looks at it again" in text_of(answer)
