"""Sanctions on the console: what holds until when, why it was lifted, and an end for what others left standing."""

from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions.enactment import record_person_notified
from guardian.services.members import AccountInput
from guardian.services.operations.explanation import explain_person
from guardian.services.unilateral.act import ActView, act
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.review import review
from rules.conflicts import ConflictReason
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.community import AMARA, BRUNO, CHIARA, DISCORD, DMITRI, INES, SOMEBODY, Community
from tests.builders.journey import a_journey
from tests.builders.moderation import a_moderated_community
from tests.builders.pages import Pages, forms_of, text_of

SANCTIONS = "/console/sanctions"
OLD = "700000000000000055"


async def a_sanction(community: Community) -> tuple[ActView, str]:
    """Somebody is suspended on Discord by an act of Bruno's, and the address of the sanction."""
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults.", frozenset({DISCORD}))
    done = await act(community.app, BRUNO, AccountInput(DISCORD, "grumbler"), given)
    async with community.units_of_work.read() as view:
        case = await view.cases.case_by_code_name(done.code_name)
        assert case is not None
        (sanction,) = await view.sanctions.of_case(case.id)
    return done, f"{SANCTIONS}/{sanction.reference}"


async def test_sanctions_are_shown_by_space_and_end_with_a_drawing_without_styles(
    pages: Pages, community: Community
) -> None:
    done, path = await a_sanction(community)
    await pages.sign_in(community, AMARA)
    shown = await pages.get(SANCTIONS)
    assert (done.person in text_of(shown), "<svg" in shown.text, "style=" in shown.text) == (True, True, False)
    for query, is_there in (
        ("space=forum", False),
        ("ends=never", False),
        ("ends=30&space=discord", True),
        ("ends=x", True),
    ):
        assert (path in (await pages.get(f"{SANCTIONS}?{query}")).text) == is_there


async def test_a_sanction_says_why_it_was_lifted(pages: Pages, community: Community) -> None:
    """P-7.3"""
    done, path = await a_sanction(community)
    for reviewer in (AMARA, DMITRI):
        await review(community.app, reviewer, done.code_name, ReviewAnswer.REVERSE)
    await pages.sign_in(community, AMARA)
    assert "Why it was lifted" in text_of(await pages.get(path))
    assert "the act behind it was reversed" in text_of(await pages.get(path))


async def test_the_spaces_are_asked_only_when_a_member_says_so(pages: Pages, community: Community) -> None:
    """P-9.8"""
    done, path = await a_sanction(community)
    assert await explain_person(community.app, AMARA, done.person)
    await pages.sign_in(community, DMITRI)
    assert "person.was_explained" in await community.journal_acts()
    asked = len(await community.journal_acts())
    await pages.get(path)
    assert len(await community.journal_acts()) == asked
    assert "grumbler in discord" in text_of(await pages.get(path + "/spaces"))


async def test_a_sanction_of_a_case_that_is_kept_from_somebody_is_not_there(pages: Pages, community: Community) -> None:
    """P-4.1, P-4.2: who stepped back, and a moderator."""
    done, path = await a_sanction(community)
    await recuse(community.app, CHIARA, done.code_name, ConflictReason.SAME_EMPLOYER)
    for member in (CHIARA, INES):
        await pages.sign_in(community, member)
        answer, missing = await pages.get(path), await pages.get(f"{SANCTIONS}/GRD-222222222222")
        assert (answer.status_code, answer.text == missing.text) == (404, True)
        assert (await pages.get(path + "/spaces")).status_code == 404
        assert done.person not in (await pages.get(SANCTIONS)).text


async def test_what_stood_before_us_is_given_an_end_after_it_was_shown(pages: Pages, community: Community) -> None:
    """P-6.2"""
    community.spaces[DISCORD].add(OLD, "oldtimer")
    community.spaces[DISCORD].restrict_manually(OLD, AccessLevel.BARRED, by="600000000000000009")
    await a_moderated_community(community).list_space(DISCORD)
    await pages.sign_in(community, AMARA)
    path = "/console/foreign/discord"
    assert "oldtimer" in text_of(await pages.get(path))
    empty = await pages.fill(path, path, **{f"until-{OLD}": "soon", f"reason-{OLD}": "Nobody knows why."})
    assert (empty.status_code, f'id="until-{OLD}-error"' in empty.text) == (422, True)
    assert "Nobody knows why." in empty.text
    shown = await pages.fill(path, path, **{f"until-{OLD}": "2100-01-31", f"reason-{OLD}": "Nobody knows why."})
    assert f"the account with the id {OLD}" in text_of(shown)
    button = next(form for form in forms_of(shown) if form.action == path + "/adopt")
    assert "It ends on 31 January 2100." in text_of(await pages.post(button.action, button.fields))
    await pages.sign_in(community, INES)
    assert (await pages.get(path)).status_code == 404


async def test_a_decided_sanction_leads_to_a_proposal_that_is_filled_in_and_makes_none(
    pages: Pages, community: Community
) -> None:
    """P-5.1, P-6.3: no single member lifts what the group has decided."""
    journey = await a_journey(community)
    await journey.enact()
    (sanction,) = await journey.sanctions()
    await pages.sign_in(community, AMARA)
    shown = (await pages.get(f"{SANCTIONS}/{sanction.reference}")).text
    address = next(each for each in shown.split('"') if "propose-outcome=no_action" in each).replace("&amp;", "&")
    before = (await community.journal_acts()).count("proposal.was_made")
    form = next(each for each in forms_of(await pages.get(address)) if each.action.endswith("/propose"))
    assert form.fields["propose-outcome"] == "no_action"
    assert (await community.journal_acts()).count("proposal.was_made") == before


async def test_who_tells_somebody_by_hand_says_so_beside_the_sanction(pages: Pages, community: Community) -> None:
    """P-6.2"""
    done, path = await a_sanction(community)
    async with community.units_of_work.begin() as uow:
        case = await uow.cases.case_by_code_name(done.code_name)
        assert case is not None
        (sanction,) = await uow.sanctions.of_case(case.id)
        await record_person_notified(uow, sanction.id, None)
    await pages.sign_in(community, DMITRI)
    empty = await pages.fill(path, path + "/told", told="")
    assert (empty.status_code, 'id="told-error"' in empty.text) == (422, True)
    told = await pages.fill(path, path + "/told", told="I met them at the meetup.")
    assert "told in another way, on a member's word" in text_of(told)
    assert "I met them at the meetup." in text_of(await pages.get(f"/console/cases/{done.code_name}"))
    assert path + "/told" not in [form.action for form in forms_of(await pages.get(path))]
