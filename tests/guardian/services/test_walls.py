"""What somebody who restricts an account is answered, called and shown comes from what they may know (P-4.2).

Two accounts are one person's in a case that is closed to Dmitri, and to every moderator.
"""

from datetime import timedelta

import pytest

from guardian.cases.case import Case
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import News
from guardian.people.models import Group
from guardian.services.cases.overview import case_overview
from guardian.services.identity.linking import confirm_link, identify_reported_person, propose_link
from guardian.services.identity.merging import confirm_merge, merge_people
from guardian.services.measures.measures import list_measures
from guardian.services.members import AccountInput
from guardian.services.unilateral.act import ActView, act
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.review import review
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.case_accounts import list_case_accounts
from tests.builders.community import (
    AMARA,
    BRUNO,
    DISCORD,
    DMITRI,
    ELENI,
    FARID,
    INES,
    Community,
    a_member,
    a_role,
)
from tests.builders.moderation import ModeratedCommunity, a_moderated_community
from tests.guardian.services.test_insiders import walled

ONE, OTHER = "700000000000000044", "700000000000000055"
SECRET = "They told Bruno so in confidence."
DAY = timedelta(days=1)
PAVEL = MemberId("m10-pavel")


@pytest.fixture
async def stage(community: Community) -> ModeratedCommunity:
    """The day after the installation, with two accounts that nobody knows."""
    community.spaces[DISCORD].add(ONE, "one")
    community.spaces[DISCORD].add(OTHER, "other")
    made = a_moderated_community(community)
    for name in community.spaces:
        await made.list_space(name)
    community.pass_time(DAY)
    return made


async def name_in_a_case(community: Community, handle: str, **facts: tuple[MemberId, ...]) -> tuple[Case, str]:
    """A case about whoever has the account of that name on Discord, and the code name of the person."""
    case = await community.a_case(who=handle, **facts)
    return case, await identify_reported_person(community.app, AMARA, case.code_name, DISCORD, handle)


async def link_in_secret(community: Community, first: str, second: str, *, kept_from: MemberId = DMITRI) -> str:
    """A case that is closed to one member says that both are one person's; the code name of the person."""
    case, person = await name_in_a_case(community, first, named_members=(kept_from,))
    link = await propose_link(community.app, BRUNO, person, DISCORD, second, SECRET)
    await community.read_and_confirm(ELENI, case.code_name, link.link)
    return person


async def act_on(
    stage: ModeratedCommunity, handle: str, by: MemberId = DMITRI, term: timedelta | None = DAY
) -> ActView:
    """The member has acted on the account, and the spaces have followed."""
    given = ActInput(Restriction.MUTED, Ground.ONGOING, "Insults in every channel.", term=term)
    done = await act(stage.app, by, AccountInput(DISCORD, handle), given)
    await stage.run_due()
    return done


def is_muted(stage: ModeratedCommunity, native_id: str) -> bool:
    return AccessLevel.MUTED in stage.community.spaces[DISCORD].access_levels(native_id)


async def news_to(community: Community, member: MemberId) -> list[str]:
    return [notice.facts["news"] for notice in await community.notices_to(member) if "news" in notice.facts]


# -- one person, two accounts


@pytest.mark.harm("code-name-tells-a-link")
async def test_acts_on_two_accounts_that_are_linked_in_secret_name_two_people(stage: ModeratedCommunity) -> None:
    """P-4.2: and the case of neither shows the account of the other."""
    await link_in_secret(stage.community, "one", "other")
    first, second = await act_on(stage, "one"), await act_on(stage, "other")
    assert first.person != second.person
    for done, native_id in ((first, ONE), (second, OTHER)):
        assert (await case_overview(stage.app, DMITRI, done.code_name)).people == (done.person,)
        (seen,) = await list_case_accounts(stage.app, DMITRI, done.code_name)
        assert [link.account.native_id for link in seen.accounts] == [native_id]


@pytest.mark.harm("mute-silences-another-account")
@pytest.mark.parametrize("named", ["one", "other"])
async def test_an_act_reaches_the_accounts_that_its_actor_may_know_and_no_other(
    stage: ModeratedCommunity, named: str
) -> None:
    """P-4.2"""
    await link_in_secret(stage.community, "one", "other")
    await act_on(stage, named)
    assert {native_id for native_id in (ONE, OTHER) if is_muted(stage, native_id)} == {ONE if named == "one" else OTHER}


@pytest.mark.harm("mute-silences-another-account")
async def test_a_separate_act_on_each_account_holds_each_and_each_is_let_go_alone(stage: ModeratedCommunity) -> None:
    """P-6.3: the second account is worked as that of the person whom the secret case knows."""
    await link_in_secret(stage.community, "one", "other")
    await act_on(stage, "one", term=timedelta(hours=2))
    await act_on(stage, "other", term=timedelta(hours=4))
    assert (is_muted(stage, ONE), is_muted(stage, OTHER)) == (True, True)
    await stage.advance(timedelta(hours=3))
    assert (is_muted(stage, ONE), is_muted(stage, OTHER)) == (False, True)
    await stage.advance(timedelta(hours=2))
    assert not is_muted(stage, OTHER)


@pytest.mark.harm("mute-silences-another-account")
async def test_what_a_review_makes_of_an_act_reaches_no_account_that_the_act_did_not(
    stage: ModeratedCommunity,
) -> None:
    """P-4.2, P-7.3"""
    await link_in_secret(stage.community, "one", "other")
    done = await act_on(stage, "one")
    for reviewer in (BRUNO, ELENI):
        await review(stage.app, reviewer, done.code_name, ReviewAnswer.RATIFY, timedelta(days=5))
    await stage.run_due()
    assert (is_muted(stage, ONE), is_muted(stage, OTHER)) == (True, False)


@pytest.mark.harm("hidden-rule-acts-for-nobody")
async def test_those_who_know_the_link_are_told_that_another_account_was_not_reached(
    stage: ModeratedCommunity,
) -> None:
    """P-4.2: what else a link reaches is theirs to decide, and merging the two reaches it."""
    secret = await link_in_secret(stage.community, "one", "other")
    await act_on(stage, "one")
    second = await act_on(stage, "other")
    assert News.RESTRICTED_IN_PART in await news_to(stage.community, BRUNO)
    assert News.RESTRICTED_IN_PART not in await news_to(stage.community, DMITRI)
    named = [
        n.facts.get("review")
        for n in await stage.community.notices_to(BRUNO)
        if "restricted" in n.facts.get("news", "")
    ]
    assert second.code_name in named
    merged = await merge_people(stage.app, BRUNO, secret, second.person, SECRET)
    await stage.community.read_case(ELENI, second.code_name)
    await confirm_merge(stage.app, ELENI, merged.merge)
    assert {each.stands for each in (await stage.community.read_case(BRUNO, second.code_name)).people[0].merges}


@pytest.mark.harm("mute-silences-another-account")
async def test_a_measure_restricts_the_account_that_it_names_alone(stage: ModeratedCommunity) -> None:
    """P-4.2, P-6.8"""
    await link_in_secret(stage.community, "one", "other")
    await stage.set_measure("one")
    assert (is_muted(stage, ONE), is_muted(stage, OTHER)) == (True, False)
    assert News.RESTRICTED_IN_PART in await news_to(stage.community, BRUNO)


# -- code names


@pytest.mark.harm("code-name-told-to-moderators")
async def test_a_moderator_is_told_the_name_of_the_matter_and_never_the_persons(stage: ModeratedCommunity) -> None:
    """P-3.1, P-4.2"""
    case, person = await name_in_a_case(stage.community, "one")
    made = await stage.set_measure("one")
    shown = repr(
        [
            made,
            await list_measures(stage.app, INES),
            await stage.community.read_case(INES, made.matter),
            [notice.facts for notice in await stage.community.notices_to(INES)],
        ]
    )
    assert made.matter in shown
    assert person not in shown
    assert case.code_name not in shown


# -- refusals


@pytest.mark.harm("refusal-tells-of-measures")
async def test_measures_on_an_account_that_is_linked_in_secret_are_not_counted_to_a_moderator(
    stage: ModeratedCommunity,
) -> None:
    """P-4.2, P-6.8: those who know the link are told at once that it was the third."""
    await link_in_secret(stage.community, "one", "other")
    await stage.set_measure("one", days=1)
    await stage.set_measure("one", days=1)
    await stage.set_measure("other", days=1)
    assert News.RESTRICTED_UNAWARE in await news_to(stage.community, BRUNO)
    with pytest.raises(Refused) as refusal:
        await stage.set_measure("one", days=1)
    assert refusal.value.code == "repeated"


@pytest.mark.harm("refusal-tells-of-a-reversal")
async def test_a_reversal_that_is_kept_from_a_member_does_not_hold_back_their_act(stage: ModeratedCommunity) -> None:
    """P-4.2, P-7.5: it is reviewed within the hour, and those who know of the reversal are told."""
    await link_in_secret(stage.community, "one", "other")
    reversed_act = await act_on(stage, "one", by=FARID)
    for reviewer in (AMARA, BRUNO):
        await review(stage.app, reviewer, reversed_act.code_name, ReviewAnswer.REVERSE)
    done = await act_on(stage, "other")
    assert done.statement_due is not None
    assert News.RESTRICTED_UNAWARE in await news_to(stage.community, BRUNO)
    async with stage.community.units_of_work.read() as view:
        act_taken = await view.deliberation.act(done.id)
    assert act_taken is not None
    assert act_taken.conflicted


@pytest.mark.harm("refusal-tells-of-a-role")
@pytest.mark.harm("hidden-rule-acts-for-nobody")
async def test_an_account_of_somebody_with_a_role_that_only_a_secret_link_says_is_a_strangers(
    stage: ModeratedCommunity,
) -> None:
    """P-4.2, P-7.5"""
    stage.community.spaces[DISCORD].add("600000000000000009", "ines9x")
    await link_in_secret(stage.community, "ines9x", "other")
    done = await act_on(stage, "other", term=timedelta(days=3))
    assert done.statement_due is not None
    assert News.RESTRICTED_UNAWARE in await news_to(stage.community, BRUNO)
    with pytest.raises(NotFound):
        await stage.community.open_case(INES, done.code_name)


@pytest.mark.harm("refusal-tells-of-oneself")
@pytest.mark.harm("hidden-rule-acts-for-nobody")
async def test_a_moderator_who_measures_their_own_secret_account_is_answered_as_always(
    stage: ModeratedCommunity,
) -> None:
    """P-4.2: the matter stays theirs to see, and those who know are told at once."""
    stage.community.spaces[DISCORD].add("600000000000000009", "ines9x")
    await link_in_secret(stage.community, "ines9x", "other")
    made = await stage.set_measure("other")
    assert [each.matter for each in await list_measures(stage.app, INES)] == [made.matter]
    assert is_muted(stage, OTHER)
    assert News.RESTRICTED_UNAWARE in await news_to(stage.community, BRUNO)


@pytest.mark.harm("taken-tells-an-owner")
async def test_a_link_whose_account_is_somebody_elses_in_secret_is_confirmed_and_holds(
    stage: ModeratedCommunity,
) -> None:
    """P-4.2, P-6.4: one work item carries out what runs on both."""
    await link_in_secret(stage.community, "one", "other")
    stage.community.spaces[DISCORD].add("700000000000000066", "third")
    case = await stage.community.a_case(who="third")
    person = await identify_reported_person(stage.app, AMARA, case.code_name, DISCORD, "third")
    link = await propose_link(stage.app, DMITRI, person, DISCORD, "other", "They write alike.")
    await stage.community.read_case(FARID, case.code_name)
    async with stage.community.units_of_work.read() as view:
        secret = next(each for each in await view.cases.cases() if each.code_name != case.code_name)
    await keep_out(stage.community, secret.code_name, FARID)
    seen = await confirm_link(stage.app, FARID, link.link)
    assert seen.trust == "confirmed"
    await act_on(stage, "third", by=FARID)
    await stage.advance(timedelta(minutes=5))
    assert is_muted(stage, OTHER)
    assert News.SAME_ACCOUNT in await news_to(stage.community, BRUNO)


# -- leaders


@pytest.mark.harm("merged-moderator-not-a-leader")
async def test_an_act_on_somebody_merged_with_a_moderator_is_one_on_a_leader(stage: ModeratedCommunity) -> None:
    """P-7.5: to whoever may know of the merge; and the moderator is kept out of the review."""
    async with stage.community.units_of_work.begin() as uow:
        await uow.people.add_member(a_member(PAVEL, "Pavel Novak", a_role(Group.MODERATORS), number=11))
    stage.community.spaces[DISCORD].add("6000000000000000011", "pavel11x")
    one_case, one = await name_in_a_case(stage.community, "pavel11x")
    _, other = await name_in_a_case(stage.community, "other")
    merged = await merge_people(stage.app, AMARA, one, other, SECRET)
    await stage.community.read_case(BRUNO, one_case.code_name)
    await confirm_merge(stage.app, BRUNO, merged.merge)
    with_consent = await act_on(stage, "other", by=AMARA, term=timedelta(days=3))
    assert with_consent.statement_due is None
    assert "role" in with_consent.sentence
    async with stage.community.units_of_work.read() as view:
        case = await view.cases.case_by_code_name(with_consent.code_name)
        assert case is not None
        assert PAVEL in {each.member for each in await view.cases.exclusions_of(case.id)}


async def keep_out(community: Community, code_name: str, member: MemberId) -> None:
    """The member is kept out of the case."""
    async with community.units_of_work.read() as view:
        case = await view.cases.case_by_code_name(code_name)
    assert case is not None
    await walled(community, case, member)
