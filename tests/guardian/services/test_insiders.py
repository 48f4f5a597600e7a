"""What somebody with a seat of their own might try: to learn of what concerns them, to free a friend, to reach a reporter."""

from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.case import Case
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.flags import FlagInput
from guardian.cases.handoffs import Urgency
from guardian.cases.reports import Audience
from guardian.cases.submissions import EvidenceInput
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import News, NoticeKind
from guardian.people.models import Group, Office, Trust
from guardian.services import notify
from guardian.services.cases.overview import list_cases
from guardian.services.escalation import escalations, local_matters
from guardian.services.escalation.board_referral import refer_matter_to_board
from guardian.services.escalation.escalations import AccountSubject, ContentSubject, EscalationInput, MatterSubject
from guardian.services.identity.linking import identify_reported_person, propose_link
from guardian.services.identity.unlinking import unlink
from guardian.services.measures import measures, native_actions, native_explanations
from guardian.services.parties import personal_page
from guardian.services.raids import announcement
from guardian.services.reports.csam import mark_csam
from guardian.spaces.port import Account
from rules.measures import MeasureReason
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    DISCORD,
    DMITRI,
    ELENI,
    FARID,
    FORUM,
    GITHUB,
    INES,
    SOMEBODY,
    Community,
    a_community,
    a_member,
    a_message,
    a_role,
    everybody,
)
from tests.builders.journey import newest_case
from tests.builders.moderation import ModeratedCommunity, a_moderated_community
from tests.guardian.services.escalation.test_local_matters import a_matter

SECOND_ACCOUNT = Account(DISCORD, "700000000000000077")
TROLL = "700000000000000044"
OF_INES = "600000000000000009"
PAVEL = MemberId("m10-pavel")


@pytest.fixture
async def stage(community: Community) -> ModeratedCommunity:
    """A community on the day after its installation, with a troll."""
    community.spaces[DISCORD].add(TROLL, "troll")
    made = a_moderated_community(community)
    for name in community.spaces:
        await made.list_space(name)
    community.pass_time(timedelta(days=1))
    return made


async def walled(community: Community, case: Case, member: MemberId) -> None:
    """The member is kept out of the case."""
    async with community.units_of_work.begin() as uow:
        exclusion = Exclusion(
            case=case.id, member=member, kind=ExclusionKind.EXCLUDED, cause="named", at=community.clock.now(), by="test"
        )
        await uow.cases.add_exclusion(exclusion)


async def binding(community: Community, account: Account) -> bool:
    """Whether the account is known to be somebody's."""
    async with community.units_of_work.read() as view:
        return any(link.binding for link in await view.people.links_of_account(account))


# -- the names of cases


async def test_who_set_a_measure_is_not_shown_the_groups_name_of_it_once_it_was_passed_on(
    stage: ModeratedCommunity,
) -> None:
    """P-3.1"""
    made = await stage.set_measure("troll")
    await escalations.escalate(
        stage.app, INES, EscalationInput(MatterSubject(made.matter), Urgency.SOON, "", "Please look.")
    )
    case = await newest_case(stage.community)
    (line,) = await measures.list_measures(stage.app, INES)
    assert line.matter == made.matter != case.code_name
    await measures.end_measure_early(stage.app, INES, made.matter)
    assert await measures.list_measures(stage.app, INES) == ()


async def test_who_made_a_native_act_is_not_shown_the_groups_name_of_it_once_it_was_passed_on(
    stage: ModeratedCommunity,
) -> None:
    """P-3.1, P-7.2"""
    stage.community.spaces[DISCORD].restrict_manually(TROLL, AccessLevel.BARRED, by=OF_INES)
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    (waits,) = await native_explanations.list_unexplained(stage.app, INES)
    await escalations.escalate(
        stage.app, INES, EscalationInput(MatterSubject(waits.matter), Urgency.SOON, "", "Please look.")
    )
    case = await newest_case(stage.community)
    seen = await native_explanations.list_unexplained(stage.app, INES)
    assert case.code_name not in [line.matter for line in seen]
    explained = await native_explanations.explain(stage.app, INES, "", MeasureReason.SPAM, timedelta(days=2))
    assert explained.matter != case.code_name


async def test_a_moderator_whom_it_turns_out_to_concern_is_asked_no_more_about_what_they_did(
    stage: ModeratedCommunity,
) -> None:
    """P-2.5, P-7.2"""
    stage.community.spaces[DISCORD].restrict_manually(TROLL, AccessLevel.BARRED, by=OF_INES)
    await native_actions.inspect_accounts(stage.app, DISCORD, [TROLL])
    await walled(stage.community, await newest_case(stage.community), INES)
    assert await native_explanations.list_unexplained(stage.app, INES) == ()


async def test_the_moderators_chair_does_not_learn_that_a_matter_was_the_boards_from_the_first(tmp_path: Path) -> None:
    """P-2.5: it would say that it concerns the group's own chair."""
    chair = a_member(PAVEL, "Pavel Novak", a_role(Group.MODERATORS, Office.CHAIR), number=11)
    async with a_community(tmp_path, members=(*everybody(), chair)) as community:
        community.spaces[DISCORD].add("600000000000000001", "amara1x")
        community.spaces[DISCORD].add(TROLL, "troll")
        references = {}
        for handle in ("amara1x", "troll"):
            seen = await escalations.escalate(
                community.app, INES, EscalationInput(AccountSubject(DISCORD, handle), Urgency.SOON, "", "It goes on.")
            )
            references[(await newest_case(community)).board_only] = seen.reference
        answers = []
        for at_once in (references[True], references[False]):
            with pytest.raises(Refused) as refused:
                await refer_matter_to_board(community.app, PAVEL, at_once, "It needs an answer now.")
            answers.append(refused.value.sentence)
        community.pass_time(timedelta(hours=25))
        said = [
            await refer_matter_to_board(community.app, PAVEL, each, "It needs an answer now.")
            for each in references.values()
        ]
        again = [await refer_matter_to_board(community.app, PAVEL, each, "And soon.") for each in references.values()]
        assert [len(set(each)) for each in (answers, said, again)] == [1, 1, 1]


# -- freeing somebody


async def test_a_member_kept_out_of_a_case_cannot_free_an_account_that_it_holds_through_another(
    community: Community,
) -> None:
    """P-2.5, P-4.1, P-6.4"""
    community.spaces[DISCORD].add(SECOND_ACCOUNT.native_id, "grumbler2")
    secret, person = await community.a_named_case()
    await walled(community, secret, DMITRI)
    link = await propose_link(community.app, AMARA, person, DISCORD, "grumbler2", "The same words.")
    await community.read_and_confirm(BRUNO, secret.code_name, link.link)
    await community.a_named_case()
    await propose_link(community.app, DMITRI, person, DISCORD, "grumbler2", "They told me.")
    undone = await unlink(community.app, DMITRI, person, DISCORD, "grumbler2", "I was wrong.")
    assert (undone.person, undone.space) == (person, DISCORD)
    assert await binding(community, SECOND_ACCOUNT)
    news = [dict(n.facts) for n in await community.notices_to(AMARA) if n.case == secret.id]
    assert News.CONFLICT in [facts.get("news") for facts in news]
    again = await propose_link(community.app, DMITRI, person, DISCORD, "grumbler2", "They did after all.")
    assert again.trust is Trust.ASSERTED


# -- blind from the first instant


async def test_a_member_whose_second_account_is_known_is_kept_out_of_a_report_about_that_account(
    community: Community,
) -> None:
    """P-2.5: the account stands in no list of the member's own."""
    community.spaces[DISCORD].add("600000000000000004", "dmitri4x")
    community.spaces[DISCORD].add(SECOND_ACCOUNT.native_id, "grumbler2")
    case = await community.a_case(who="dmitri4x")
    person = await identify_reported_person(community.app, AMARA, case.code_name, DISCORD, "dmitri4x")
    link = await propose_link(community.app, AMARA, person, DISCORD, "grumbler2", "The same words.")
    await community.read_and_confirm(BRUNO, case.code_name, link.link)
    fresh = await community.a_case(evidence=(a_message(author=SECOND_ACCOUNT, author_handle="grumbler2"),))
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, fresh.code_name)
    assert fresh.id not in {notice.case for notice in await community.notices_to(DMITRI)}
    assert (await community.open_case(ELENI, fresh.code_name)).id == fresh.id


async def test_a_moderator_whose_second_account_is_flagged_or_passed_on_hears_nothing(tmp_path: Path) -> None:
    """P-2.5"""
    pavel = a_member(PAVEL, "Pavel Novak", a_role(Group.MODERATORS), number=11)
    async with a_community(tmp_path, members=(*everybody(), pavel)) as community:
        community.spaces[DISCORD].add(SECOND_ACCOUNT.native_id, "grumbler2")
        community.spaces[DISCORD].add("600000000000000004", "dmitri4x")
        community.spaces[DISCORD].add(pavel.accounts[0].native_id, "pavel11x")
        case = await community.a_case(who="pavel11x")
        person = await identify_reported_person(community.app, AMARA, case.code_name, DISCORD, "pavel11x")
        link = await propose_link(community.app, AMARA, person, DISCORD, "grumbler2", "The same words.")
        await community.read_and_confirm(BRUNO, case.code_name, link.link)
        flag = FlagInput(
            space=DISCORD,
            delivery="flag-9",
            kind="something else",
            text="They insult me.",
            on=SECOND_ACCOUNT,
            on_handle="grumbler2",
        )
        name = await local_matters.receive_flag(community.app, flag)
        assert name is not None
        assert [line.code_name for line in await local_matters.list_matters(community.app, PAVEL)] == []
        assert [line.code_name for line in await local_matters.list_matters(community.app, INES)] == [name]


async def test_a_member_whose_second_account_is_passed_on_is_kept_out(community: Community) -> None:
    """P-2.5, P-8.2"""
    community.spaces[DISCORD].add("600000000000000004", "dmitri4x")
    community.spaces[DISCORD].add(SECOND_ACCOUNT.native_id, "grumbler2")
    case = await community.a_case(who="dmitri4x")
    person = await identify_reported_person(community.app, AMARA, case.code_name, DISCORD, "dmitri4x")
    link = await propose_link(community.app, AMARA, person, DISCORD, "grumbler2", "The same words.")
    await community.read_and_confirm(BRUNO, case.code_name, link.link)
    await escalations.escalate(
        community.app, INES, EscalationInput(AccountSubject(DISCORD, "grumbler2"), Urgency.SOON, "", "Again.")
    )
    passed = await newest_case(community)
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, passed.code_name)


# -- against a reporter


async def test_the_members_of_a_case_hear_when_somebody_it_concerns_passes_its_reporter_on(
    community: Community,
) -> None:
    """P-4.4: the answer looks as always."""
    case = await community.a_case(reporter=A_REPORTER, named_members=(INES,))
    community.spaces[DISCORD].add(A_REPORTER.native_id, "reporter")
    seen = await escalations.escalate(
        community.app, INES, EscalationInput(AccountSubject(DISCORD, "reporter"), Urgency.SOON, "", "Pest.")
    )
    assert seen.text
    news = [dict(n.facts).get("news") for n in await community.notices_to(AMARA) if n.case == case.id]
    assert News.CONFLICT in news


async def test_the_members_of_a_case_hear_when_somebody_it_concerns_flags_its_reporter(community: Community) -> None:
    """P-4.4"""
    case = await community.a_case(reporter=A_REPORTER, named_members=(INES,))
    flag = FlagInput(
        space=DISCORD,
        delivery="flag-8",
        kind="something else",
        text="A pest.",
        on=A_REPORTER,
        on_handle="reporter",
        by=Account(DISCORD, OF_INES),
    )
    await local_matters.receive_flag(community.app, flag)
    news = [dict(n.facts).get("news") for n in await community.notices_to(AMARA) if n.case == case.id]
    assert News.CONFLICT in news


async def test_a_raid_against_a_reporter_is_looked_at_as_soon_as_an_act_against_them(community: Community) -> None:
    """P-4.4"""
    await community.a_case(reporter=A_REPORTER, named_members=(DMITRI,))
    checked = await announcement.preview(community.app, DMITRI, f"{TROLL}\n{A_REPORTER.native_id}", DISCORD)
    seen = await announcement.announce(
        community.app, DMITRI, checked, Restriction.BANNED, Ground.ONGOING, "They all spam."
    )
    async with community.units_of_work.read() as view:
        case = await view.cases.case_by_code_name(seen.code_name)
        assert case is not None
        (act,) = await view.deliberation.acts_of(case.id)
    assert act.conflicted


# -- what nobody may hold


async def test_what_was_kept_of_a_flagged_message_is_destroyed_when_the_group_agrees_that_it_shows_minors(
    community: Community,
) -> None:
    """P-2.7"""
    local = await a_matter(
        community, evidence=EvidenceInput(kind="file", author=SOMEBODY, file_name="a.png", content=b"\x89PNG")
    )
    await escalations.escalate(
        community.app,
        INES,
        EscalationInput(MatterSubject(local.code_name), Urgency.SOON, "", "It shows a child.", csam=True),
    )
    async with community.units_of_work.read() as view:
        case = await view.cases.case(local.id)
        reports = await view.cases.reports_of(local.id)
    assert case is not None
    for report in (each for each in reports if not each.csam):
        assert await mark_csam(community.app, AMARA, case.code_name, report.id)
    async with community.units_of_work.read() as view:
        pieces = await view.cases.evidence_of(local.id)
        kept = [await view.cases.evidence(piece.id) for piece in pieces]
    assert all(piece is not None and piece.content is None and not piece.text for piece in kept)


async def test_what_lies_with_a_matter_is_not_fetched_again_by_passing_on_its_link(stage: ModeratedCommunity) -> None:
    """P-2.7: of what was flagged as illegal nothing was fetched, and nothing is."""
    await stage.community.change_member(INES, roles=(a_role(Group.MODERATORS),))
    content = stage.content.add("issue-7")
    bare = EvidenceInput(kind="message", link=content.link, why_not="It was not fetched.")
    await a_matter(stage.community, space=GITHUB, evidence=bare, kind="illegal")
    await escalations.escalate(
        stage.app, INES, EscalationInput(ContentSubject(GITHUB, content.link), Urgency.SOON, "", "Please look.")
    )
    case = await newest_case(stage.community)
    async with stage.community.units_of_work.read() as view:
        assert [piece.text for piece in await view.cases.evidence_of(case.id)] == ["", ""]


# -- a seat that has ended


async def test_a_notice_that_waits_does_not_reach_a_former_member_who_is_still_a_moderator(
    community: Community,
) -> None:
    """P-1.2"""
    case = await community.a_case()
    (notice, *_) = [n for n in await community.notices_to(FARID) if n.case == case.id]
    await community.change_member(FARID, roles=(a_role(Group.MODERATORS, space=DISCORD),))
    async with community.units_of_work.read() as view:
        assert not await notify.may_still_receive(view, notice)


# -- what a matter shows


async def test_a_moderator_does_not_learn_from_a_measure_who_somebody_is_in_other_spaces(
    stage: ModeratedCommunity,
) -> None:
    """P-2.11, P-6.1: only the forum's administrators see what the forum vouches for."""
    elsewhere = (Account(DISCORD, TROLL), Account(GITHUB, "990001"))
    stage.community.spaces[FORUM].add("77", "troll", elsewhere=elsewhere)
    made = await stage.set_measure("troll")
    (person,) = (await stage.community.read_case(INES, made.matter)).people
    assert [link.account.space for link in person.accounts] == [DISCORD]


async def test_a_case_whose_only_chosen_hearer_steps_back_is_listed_to_the_others(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(audience=Audience.CHOSEN, audience_members=(DMITRI,))
    assert case.audience == (DMITRI,)
    await walled(community, case, DMITRI)
    assert (await community.open_case(ELENI, case.code_name)).id == case.id
    assert case.code_name in [line.code_name for line in await list_cases(community.app, ELENI)]


async def test_what_somebody_writes_about_a_measure_is_not_read_by_whom_it_is_about(stage: ModeratedCommunity) -> None:
    """P-2.5, P-6.8: neither by whoever set it nor by a chair whom the words name."""
    chair = a_member(PAVEL, "Pavel Novak", a_role(Group.MODERATORS, Office.CHAIR), number=11)
    async with stage.community.units_of_work.begin() as uow:
        await uow.people.add_member(chair)
    made = await stage.set_measure("troll", days=7)
    receipt = (await stage.notices_of_kind(NoticeKind.MEASURED))[-1].facts["receipt"]
    await personal_page.request_reconsideration(stage.app, receipt, "They do it because Pavel Novak has told them to.")
    assert PAVEL not in {n.to.member for n in await stage.notices_of_kind(NoticeKind.MEASURE_TO_RECONSIDER)}
    assert BRUNO in {n.to.member for n in await stage.notices_of_kind(NoticeKind.MEASURE_TO_RECONSIDER)}
    with pytest.raises((NotFound, Refused)):
        await stage.community.read_case(PAVEL, made.matter)


async def test_whoever_set_a_measure_does_not_read_what_the_person_says_of_it(stage: ModeratedCommunity) -> None:
    """P-2.5, P-6.8"""
    chair = a_member(PAVEL, "Pavel Novak", a_role(Group.MODERATORS, Office.CHAIR), number=11)
    async with stage.community.units_of_work.begin() as uow:
        await uow.people.add_member(chair)
    made = await stage.set_measure("troll", days=7)
    receipt = (await stage.notices_of_kind(NoticeKind.MEASURED))[-1].facts["receipt"]
    await personal_page.request_reconsideration(stage.app, receipt, "Ines has a quarrel with me.")
    assert [each.text for each in (await stage.community.read_case(PAVEL, made.matter)).hearing_answers] != []
    assert (await stage.community.read_case(INES, made.matter)).hearing_answers == ()
