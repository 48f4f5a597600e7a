"""To do: each member's own list with its clocks, filters that count, and a word to the others that one has it."""

from datetime import timedelta

import pytest

from guardian.cases.tasks import TaskKind
from guardian.ids import MemberId
from guardian.services.conflicts.recusal import recuse
from guardian.services.worklist.task_words import TASKS
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, DMITRI, GRETA, INES, Community
from tests.builders.pages import Pages, forms_of, text_of


def test_every_kind_of_task_has_words() -> None:
    assert set(TASKS) == set(TaskKind)


async def test_what_is_due_stands_there_with_its_clock_and_leads_to_its_case(
    pages: Pages, community: Community
) -> None:
    """P-2.4"""
    case = await community.a_case()
    await pages.sign_in(community, BRUNO)
    shown = await pages.get("/console")
    assert f'href="/console/cases/{case.code_name}#reporters"' in shown.text
    assert "Answer the reporter for the first time in " + case.code_name in text_of(shown)
    community.pass_time(timedelta(hours=25))
    await pages.sign_in(community, BRUNO)
    assert "late: it was due" in text_of(await pages.get("/console"))


async def test_a_filter_shows_what_it_counts(pages: Pages, community: Community) -> None:
    await community.a_case(what_happened="Dmitri Volkov was there as well.")
    await community.a_case()
    await pages.sign_in(community, AMARA)
    shown = await pages.get("/console?only=Reporters")
    count = shown.text.partition(">Reporters (")[2].partition(")")[0]
    assert int(count) == len([form for form in forms_of(shown) if form.action == "/console/tasks/claim"])
    assert "Nothing of this kind" in text_of(await pages.get("/console?only=Spaces"))


async def test_the_others_see_who_has_it_and_can_still_do_it(pages: Pages, community: Community) -> None:
    await community.a_case()
    await pages.sign_in(community, BRUNO)
    assert "the others see that you have it" in text_of(await pages.fill("/console", "/console/tasks/claim"))
    assert "you have it since" in text_of(await pages.get("/console"))
    await pages.sign_in(community, AMARA)
    shown = text_of(await pages.get("/console"))
    assert ("Bruno Keller has it since" in shown, "Answer the reporter" in shown) == (True, True)
    await pages.sign_in(community, BRUNO)
    assert "nobody has it" in text_of(await pages.fill("/console", "/console/tasks/release"))


async def test_what_is_next_is_the_most_urgent_elsewhere(pages: Pages, community: Community) -> None:
    """P-2.4: it leads on, and leaves no word that one has it."""
    first = (await community.a_case()).code_name
    await pages.sign_in(community, BRUNO)
    assert (await pages.get(f"/console/next?after={first}")).headers["location"] == "/console"
    community.pass_time(timedelta(minutes=1))
    second = (await community.a_case(what_happened="Another report.")).code_name
    leads = [(await pages.get(f"/console/next?after={done}")).headers["location"] for done in ("", first, second)]
    assert [lead.partition("#")[0].rpartition("/")[2] for lead in leads] == [first, second, first]
    assert "you have it" not in text_of(await pages.get("/console"))


@pytest.mark.parametrize("how", ["concerned", "recused"])
async def test_what_a_member_may_not_know_leaves_no_trace_on_their_list(
    pages: Pages, community: Community, how: str
) -> None:
    """P-4.2"""
    await pages.sign_in(community, DMITRI)
    before = text_of(await pages.get("/console"))
    case = await community.a_case(named_members=(DMITRI,) if how == "concerned" else ())
    if how == "recused":
        await recuse(community.app, DMITRI, case.code_name, ConflictReason.OTHER, "We have met.")
    assert text_of(await pages.get("/console")) == before
    token = next(form.fields["token"] for form in forms_of(await pages.get("/console")))
    fields = {"token": token, "case": case.code_name, "kind": TaskKind.ANSWER_REPORTER, "subject": ""}
    hidden = await pages.post("/console/tasks/claim", fields)
    missing = await pages.post("/console/tasks/claim", {**fields, "case": "nothing-here"})
    assert (hidden.status_code, hidden.text) == (404, missing.text)


@pytest.mark.parametrize("member", [GRETA, INES])
async def test_moderators_and_the_board_have_a_list_of_their_own(
    pages: Pages, community: Community, member: MemberId
) -> None:
    await community.a_case()
    await pages.sign_in(community, member)
    shown = await pages.get("/console")
    assert (shown.status_code, "Nothing waits for you now." in text_of(shown)) == (200, True)


@pytest.mark.harm("danger-called-on-and-on")
async def test_whoever_says_on_the_list_that_they_have_a_danger_ends_the_calling(
    pages: Pages, community: Community
) -> None:
    """P-3.6"""
    case = await community.a_case(danger=True)
    await pages.sign_in(community, BRUNO)
    said = text_of(await pages.fill("/console", f"/console/cases/{case.code_name}/take"))
    assert f"you have {case.code_name} in hand" in said
    assert "Somebody may be in danger" not in text_of(await pages.get("/console"))
