"""A moderator without Discord does everything on the console: reads, measures, passes on, explains; and the group answers."""

from datetime import timedelta

from guardian.cases.flags import FlagInput
from guardian.cases.submissions import EvidenceInput
from guardian.services.escalation import escalations
from guardian.services.escalation.local_matters import list_matters, receive_flag
from guardian.services.measures import native_actions
from guardian.services.measures.measures import list_measures
from guardian.services.measures.native_explanations import list_unexplained
from rules.precedence import AccessLevel
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, GRETA, INES, SOMEBODY, Community
from tests.builders.journey import a_journey, newest_case
from tests.builders.moderation import a_moderated_community
from tests.builders.pages import Pages, forms_of, open_pages, text_of

MATTERS, MEASURES, ESCALATIONS = "/console/matters", "/console/measures", "/console/escalations"
WORDS = "This post tells a newcomer to go and die."
OF_INES = "600000000000000009"
MEASURE = {"space": "discord", "kind": "muted", "on": "grumbler", "hours": "24", "reason": "insults", "note": "Twice."}


async def a_matter(community: Community) -> str:
    """A flag on a message on Discord, which waits for Ines."""
    thing = EvidenceInput(kind="message", link="https://space.example/t/1/2", author=SOMEBODY, author_handle="grumbler")
    flag = FlagInput(space=DISCORD, delivery="1", kind="else", text=WORDS, on=SOMEBODY, evidence=thing)
    code = await receive_flag(community.app, flag)
    assert code is not None
    return code


async def test_a_matter_is_read_and_closed_with_what_was_done(pages: Pages, community: Community) -> None:
    """P-2.3, P-8.1"""
    code = await a_matter(community)
    path = f"{MATTERS}/{code}"
    await pages.sign_in(community, INES)
    assert code in text_of(await pages.get(MATTERS))
    assert WORDS in text_of(await pages.get(path))
    empty = await pages.fill(path, path + "/handled")
    assert (empty.status_code, 'id="done-error"' in empty.text) == (422, True)
    assert "is closed as dealt with" in text_of(await pages.fill(path, path + "/handled", done="Spoken with them."))
    assert "Nothing waits for you." in text_of(await pages.get(MATTERS))


async def test_a_matter_is_not_there_for_whoever_is_no_moderator_of_its_space(
    pages: Pages, community: Community
) -> None:
    """P-4.2, P-8.1"""
    code = await a_matter(community)
    for member in (BRUNO, GRETA):
        await pages.sign_in(community, member)
        for path in (MATTERS, f"{MATTERS}/{code}", ESCALATIONS + "/new"):
            answer = await pages.get(path)
            assert (answer.status_code, WORDS in answer.text) == (404, False)
    await pages.sign_in(community, INES)
    case = await community.a_case()
    hidden, missing = await pages.get(f"{MATTERS}/{case.code_name}"), await pages.get(f"{MATTERS}/nothing-here")
    assert (hidden.status_code, hidden.text == missing.text) == (404, True)


async def test_a_measure_hits_whom_it_showed_and_ends_early(pages: Pages, community: Community) -> None:
    """P-6.8"""
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    await pages.sign_in(community, INES)
    form = MEASURES + "/new"
    for name, text in (("hours", "1000"), ("on", "nobody"), ("reason", "")):
        answer = await pages.fill(form, form, **{**MEASURE, name: text})
        assert (answer.status_code, f'id="{name}-error"' in answer.text, "Twice." in answer.text) == (422, True, True)
    shown = await pages.fill(form, form, **MEASURE)
    assert f"the account with the id {SOMEBODY.native_id}" in text_of(shown)
    button = next(each for each in forms_of(shown) if each.action == form + "/set")
    assert "in force on discord within a few minutes" in text_of(await pages.post(button.action, button.fields))
    (made,) = await list_measures(community.app, INES)
    assert "has ended" in text_of(await pages.fill(MEASURES, MEASURES + "/end", ends=made.matter))


async def test_a_matter_is_passed_on_once_however_often_its_form_is_sent(pages: Pages, community: Community) -> None:
    """P-8.2"""
    code = await a_matter(community)
    await pages.sign_in(community, INES)
    form = f"{ESCALATIONS}/new?matter={code}"
    empty = await pages.fill(form, ESCALATIONS + "/new", words="It goes on.")
    assert (empty.status_code, "It goes on." in empty.text) == (422, True)
    typed = next(each for each in forms_of(await pages.get(form)) if each.action == ESCALATIONS + "/new")
    for _ in range(2):
        answer = await pages.post(typed.action, {**typed.fields, "urgency": "soon", "done": "Hidden."})
    (line,) = await escalations.list_escalations(community.app, INES)
    assert line.reference in text_of(answer)
    assert await list_matters(community.app, INES) == ()
    await pages.sign_in(community, AMARA)
    case = await newest_case(community)
    said = await pages.fill("/console/passing-on", "/console/passing-on/accept", accepted=case.code_name)
    assert "in your hands by name" in text_of(said)


async def test_a_referral_is_asked_for_and_accepted_by_name(pages: Pages, community: Community) -> None:
    """P-8.2"""
    journey = await a_journey(community)
    await pages.sign_in(community, BRUNO)
    on = "/console/passing-on"
    refused = await pages.fill(on, on + "/refer", referred=journey.code_name, space="forum")
    assert (refused.status_code, 'id="referred-error"' in refused.text) == (422, True)
    assert "asked to keep an eye" in text_of(await pages.fill(on, on + "/refer", referred=journey.code_name))
    (line,) = await list_matters(community.app, INES)
    path = f"{MATTERS}/{line.code_name}"
    await pages.sign_in(community, INES)
    assert "in your hands by name" in text_of(await pages.fill(path, path + "/accept"))


async def test_what_a_moderator_did_with_a_spaces_own_menu_gets_its_reason(community: Community) -> None:
    """P-6.8, P-7.2"""
    community.spaces[DISCORD].add("700000000000000077", "troll")
    stage = a_moderated_community(community)
    await stage.list_space()
    community.pass_time(timedelta(hours=1))
    community.spaces[DISCORD].restrict_manually("700000000000000077", AccessLevel.MUTED, by=OF_INES)
    await native_actions.inspect_accounts(stage.app, DISCORD, ["700000000000000077"])
    (waiting,) = await list_unexplained(stage.app, INES)
    path = f"{MEASURES}/explain/{waiting.matter}"
    async with open_pages(community) as pages:
        await pages.sign_in(community, INES)
        assert waiting.matter in text_of(await pages.get(MEASURES))
        assert (await pages.fill(path, path, reason="spam", hours="many")).status_code == 422
        assert "in force on discord within a few minutes" in text_of(
            await pages.fill(path, path, reason="spam", hours="48")
        )
        await pages.sign_in(community, DMITRI)
        assert (await pages.get(path)).status_code == 404
