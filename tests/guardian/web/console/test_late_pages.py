"""What is late on the console, with its filters. P-2.4"""

from datetime import timedelta

from guardian.cases.deadlines import DeadlineKind
from guardian.services.worklist.due_list import NOBODY_OWES
from guardian.web.console.late_pages import WORDS
from tests.builders.community import AMARA, DMITRI, Community
from tests.builders.pages import Pages, text_of

LATE = "/console/late"


async def test_what_is_late_is_shown_with_its_case_and_filtered(pages: Pages, community: Community) -> None:
    """P-2.4"""
    case = await community.a_case(named_members=(DMITRI,))
    community.pass_time(timedelta(hours=25))
    await pages.sign_in(community, AMARA)
    late = text_of(await pages.get(LATE + "?how=late"))
    assert f"First answer to the reporter {case.code_name}" in late
    assert f"Resolution, or a new date with the reason {case.code_name}" not in late
    assert "of this kind is owed" in text_of(await pages.get(LATE + "?kind=review"))
    await pages.sign_in(community, DMITRI)
    assert "Nothing is owed by a date" in text_of(await pages.get(LATE))


def test_everything_that_somebody_owes_has_its_words() -> None:
    assert WORDS.keys() | NOBODY_OWES == set(DeadlineKind)
