"""One person in two cases, one of which is closed to a member: nothing of it shows through the other (P-2.5, P-4.2)."""

from datetime import timedelta

import pytest

from guardian.cases.report_questions import CONTEXT, WITNESSES
from guardian.cases.unilateral_acts import ActState
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.people.models import Trust
from guardian.services.cases.overview import case_overview
from guardian.services.identity.linking import confirm_link, identify_reported_person, propose_link
from guardian.services.members import AccountInput
from guardian.services.operations.deadline_runner import run_due
from guardian.services.operations.roster import compile_roster
from guardian.services.reading_room.proceedings import read_proceedings
from guardian.services.sanctions.coverage_preview import PreviewState
from guardian.services.unilateral.act import act, preview
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.stop import stop_member
from guardian.spaces.port import Account
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.builders.case_accounts import list_case_accounts
from tests.builders.community import A_REPORTER, AMARA, BRUNO, DISCORD, DMITRI, ELENI, FORUM, Community

SECRET = "They told Bruno so in confidence."
TROUBLE = "grumbler"
DAY = timedelta(days=1)


async def hidden_case(community: Community) -> str:
    """A case that is closed to Dmitri, with a second account of its person; the person's code name."""
    community.spaces[FORUM].add("41", "grump41")
    case, person = await community.a_named_case(named_members=(DMITRI,))
    made = await propose_link(community.app, BRUNO, person, FORUM, "grump41", SECRET)
    await community.read_and_confirm(ELENI, case.code_name, made.link)
    return person


async def preview_states(community: Community, handle: str) -> list[PreviewState]:
    """What Dmitri is shown, space by space, before he acts."""
    seen = await preview(community.app, DMITRI, AccountInput(DISCORD, handle), Restriction.SUSPENDED)
    return [each.state for each in seen.spaces]


async def act_on(community: Community, handle: str) -> str:
    """Dmitri has acted on somebody; the code name of the review's case."""
    why = "Insults in every channel."
    done = await act(
        community.app,
        DMITRI,
        AccountInput(DISCORD, handle),
        ActInput(Restriction.SUSPENDED, Ground.ONGOING, why, term=DAY),
    )
    return done.code_name


async def test_looking_before_acting_does_not_tell_a_member_that_a_case_about_the_person_knows_more_accounts(
    community: Community,
) -> None:
    """Field 13: the look leaves no trace, so it would be a free question about oneself or a friend."""
    await hidden_case(community)
    community.spaces[DISCORD].add("710000000000000007", "nobody-known")
    assert await preview_states(community, TROUBLE) == await preview_states(community, "nobody-known")
    open_to = await preview(community.app, AMARA, AccountInput(DISCORD, TROUBLE), Restriction.SUSPENDED)
    assert [each.state for each in open_to.spaces].count(PreviewState.WILL_HOLD) == 2


async def test_a_members_own_act_does_not_open_what_a_case_closed_to_them_says_of_the_person(
    community: Community,
) -> None:
    await hidden_case(community)
    review = await act_on(community, TROUBLE)
    (seen,) = await list_case_accounts(community.app, DMITRI, review)
    assert [(link.account.space, link.trust, link.evidence) for link in seen.accounts] == [
        (DISCORD, Trust.EVIDENCED, "acted on by a member")
    ]
    file = await community.read_case(DMITRI, review)
    assert SECRET not in repr(file)
    assert file.people[0].other_cases == ()
    assert SECRET in repr(await community.read_case(BRUNO, review))


async def test_a_link_that_waits_in_a_case_closed_to_a_member_is_not_theirs_to_see_or_confirm(
    community: Community,
) -> None:
    community.spaces[FORUM].add("41", "grump41")
    _, person = await community.a_named_case(named_members=(DMITRI,))
    made = await propose_link(community.app, BRUNO, person, FORUM, "grump41", SECRET)
    review = await act_on(community, TROUBLE)
    assert (await case_overview(community.app, DMITRI, review)).links == ()
    with pytest.raises(NotFound):
        await confirm_link(community.app, DMITRI, made.link)
    assert (await case_overview(community.app, ELENI, review)).links == (made.link,)


async def test_linking_an_account_is_no_way_to_ask_whether_a_case_knows_it(community: Community) -> None:
    """An account of a person in a case closed to the member is answered like one that nobody knows."""
    await hidden_case(community)
    community.spaces[DISCORD].add("710000000000000008", "another")
    community.spaces[FORUM].add("42", "unknown42")
    case = await community.a_case(who="another")
    person = await identify_reported_person(community.app, DMITRI, case.code_name, DISCORD, "another")
    asked = [
        (await propose_link(community.app, DMITRI, person, FORUM, name, "They write alike.")).trust
        for name in ("grump41", "unknown42")
    ]
    assert asked == [Trust.ASSERTED, Trust.ASSERTED]
    with pytest.raises(Refused) as refusal:
        await propose_link(community.app, ELENI, person, FORUM, "grump41", "They write alike.")
    assert refusal.value.code == "taken"


async def test_the_printed_roster_lists_what_a_member_sees_anyway_though_another_case_is_closed_to_them(
    community: Community,
) -> None:
    """A line that were missing for them alone would say that there is another case."""
    await act_on(community, await open_person(community))
    before = [line.reference for line in await compile_roster(community.app, DMITRI)]
    case = await community.a_case(named_members=(DMITRI,), who=TROUBLE)
    await identify_reported_person(community.app, BRUNO, case.code_name, DISCORD, TROUBLE)
    assert [line.reference for line in await compile_roster(community.app, DMITRI)] == before != []


async def open_person(community: Community) -> str:
    """Somebody on Discord."""
    community.spaces[DISCORD].add("700000000000000001", TROUBLE)
    return TROUBLE


async def test_stopping_another_does_not_count_acts_on_oneself(community: Community) -> None:
    """P-4.2: the number would say what the review is to keep from them."""
    why = "Insults."
    await act(
        community.app,
        BRUNO,
        await eleni(community),
        ActInput(Restriction.SUSPENDED, Ground.PHYSICAL_DANGER, why, term=DAY),
    )
    made = await stop_member(community.app, ELENI, BRUNO)
    assert made.unreviewed == 0


async def eleni(community: Community) -> AccountInput:
    """Eleni's own account."""
    community.spaces[DISCORD].add("600000000000000005", "eleni5x")
    return AccountInput(DISCORD, "eleni5x")


async def test_whoever_is_acted_on_does_not_hear_the_name_of_the_review_from_their_own_case(
    community: Community,
) -> None:
    """P-4.4: Eleni reported Dmitri, and he acts against her; her case hears that he did, and she no more than that."""
    await community.a_case(named_members=(DMITRI,), reporter=Account(DISCORD, "600000000000000005"))
    done = await act(
        community.app,
        DMITRI,
        await eleni(community),
        ActInput(Restriction.SUSPENDED, Ground.PHYSICAL_DANGER, "Danger.", term=DAY),
    )
    told = {
        member: [n.facts.get("review") for n in await community.notices_to(member) if n.facts.get("conflict")]
        for member in (BRUNO, ELENI)
    }
    assert told == {BRUNO: [done.code_name], ELENI: [None]}
    assert NoticeKind.ACT_TAKEN not in [n.kind for n in await community.notices_to(DMITRI)]


async def test_the_actor_does_not_see_that_their_review_went_to_the_chairs_within_the_hour(
    community: Community,
) -> None:
    """P-4.4: an hour is what an act takes that is against somebody who is protected from its actor."""
    await community.a_case(named_members=(DMITRI,), reporter=A_REPORTER)
    community.spaces[DISCORD].add(A_REPORTER.native_id, "reporter")
    review = await act_on(community, "reporter")
    community.pass_time(timedelta(hours=2))
    await run_due(community.app)
    assert await state_read_by(community, AMARA, review) is ActState.WITH_CHAIR
    assert await state_read_by(community, DMITRI, review) is ActState.UNREVIEWED


async def state_read_by(community: Community, member: MemberId, code_name: str) -> ActState:
    """Where the act stands, as the member reads it in the reading room."""
    became = await read_proceedings(community.app, member, code_name)
    return became.acts[0].act.state


async def test_naming_ones_own_reporter_is_told_to_the_case_that_protects_them(community: Community) -> None:
    """P-4.4"""
    protecting = await community.a_case(named_members=(DMITRI,), reporter=A_REPORTER)
    community.spaces[DISCORD].add(A_REPORTER.native_id, "reporter")
    other = await community.a_case()
    await identify_reported_person(community.app, DMITRI, other.code_name, DISCORD, "reporter")
    again = await community.a_case(who="reporter")
    await identify_reported_person(community.app, DMITRI, again.code_name, DISCORD, "reporter")
    told = [n.facts["code_name"] for n in await community.notices_to(BRUNO) if n.facts.get("news") == "conflict"]
    assert told == [protecting.code_name] * 2
    assert "conflict" not in repr(await community.notices_to(DMITRI))


@pytest.mark.harm("named-witness-unprotected")
@pytest.mark.parametrize("question", [WITNESSES, CONTEXT, None])
async def test_whoever_a_report_names_beside_the_reported_is_protected_from_the_first_moment(
    community: Community, question: str | None
) -> None:
    """P-4.4: a witness or somebody harmed, who has written nothing and whom nobody has identified."""
    community.spaces[DISCORD].add("700000000000000066", "bystander66")
    words = "It was said to bystander66 as well."
    answers = {question: words} if question else {}
    what = "They said something vile." if question else f"They said something vile. {words}"
    await community.a_case(named_members=(DMITRI,), what_happened=what, who="grumbler", answers=answers)
    review = await act_on(community, "bystander66")
    told = [n.facts.get("review") for n in await community.notices_to(BRUNO) if n.facts.get("conflict")]
    assert told == [review]
    assert not [n for n in await community.notices_to(DMITRI) if n.facts.get("conflict")]


async def test_whom_a_report_is_about_is_not_protected_by_being_named_in_it(community: Community) -> None:
    """P-4.4"""
    community.spaces[DISCORD].add("700000000000000066", "bystander66")
    await community.a_case(named_members=(DMITRI,), what_happened="bystander66 was vile.", who="bystander66")
    await act_on(community, "bystander66")
    assert not [n for n in await community.notices_to(BRUNO) if n.facts.get("conflict")]
