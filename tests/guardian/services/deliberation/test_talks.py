"""A facilitated talk: each is asked apart, nobody learns what another said, and without a yes of each there is none."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from guardian.cases.deadlines import DeadlineKind
from guardian.cases.proposals import Consequence
from guardian.cases.talks import Talk, TalkState
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, ReportId
from guardian.notices.models import News, NoticeKind
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions.enactment import enact
from guardian.services.deliberation.talks import OwnTalkLine, ask_reported, ask_reporter, end_talk, record_talk
from guardian.services.identity.linking import identify_reported_person
from guardian.services.parties import personal_page
from guardian.services.parties.own_talks import answer_own_talk as answer_as_person
from guardian.services.reports.follow_up import ReporterRequest, answer_own_talk, make_request, read_follow_up
from guardian.services.reports.report_access import ReceiptAccess
from rules.conflicts import ConflictReason
from rules.ladder import Outcome
from rules.talks import OwnTalkState, TalkAnswer
from tests.builders.community import AMARA, BRUNO, DISCORD, SOMEBODY, Community
from tests.builders.journey import DAY, HOUR, Journey, a_journey, journey_in

TALK = Consequence(outcome=Outcome.FACILITATED_COMMUNICATION, summary="Called people names.")


class Table:
    """One case with its reporter and its reported person, each before their own page."""

    def __init__(self, journey: Journey, report: ReportId, reporter: str, person: str) -> None:
        self.journey, self.app = journey, journey.community.app
        self.report, self.reporter, self.person = report, reporter, person

    async def ask_reporter(self, by: MemberId = AMARA) -> None:
        """The reporter is asked."""
        await ask_reporter(self.app, by, self.journey.code_name, self.report)

    async def ask_person(self, by: MemberId = AMARA) -> None:
        """The reported person is asked."""
        await ask_reported(self.app, by, self.journey.code_name, self.journey.person_code)

    async def reporter_answers(self, answer: TalkAnswer) -> None:
        """The reporter answers on their page."""
        await answer_own_talk(self.app, ReceiptAccess(self.reporter), answer)

    async def person_answers(self, answer: TalkAnswer) -> None:
        """The reported person answers on theirs."""
        page = await personal_page.read_page(self.app, self.person)
        await answer_as_person(self.app, self.person, page.matters[0].reference, answer)

    async def agree(self) -> None:
        """Both are asked, and both say yes."""
        await self.ask_reporter()
        await self.ask_person()
        await self.reporter_answers(TalkAnswer.YES)
        await self.person_answers(TalkAnswer.YES)

    async def seen_by_person(self) -> tuple[OwnTalkLine | None, list[str | None]]:
        """All that the reported person sees of a talk: their page's line, and what they were sent of it."""
        page = await personal_page.read_page(self.app, self.person)
        sent = [notice.facts.get("news") for notice in page.notices if notice.kind is NoticeKind.TALK]
        return page.matters[0].talk, sent

    async def seen_by_reporter(self) -> tuple[OwnTalkLine | None, list[str | None]]:
        """All that the reporter sees of one."""
        page = await read_follow_up(self.app, self.reporter)
        news = [notice.facts.get("news") for notice in page.notices]
        return page.talk, [each for each in news if str(each).startswith("talk")]

    async def state_for_person(self) -> OwnTalkState | None:
        """How it stands for the reported person."""
        line = (await personal_page.read_page(self.app, self.person)).matters[0].talk
        return line.state if line else None

    async def state_for_reporter(self) -> OwnTalkState | None:
        """How it stands for the reporter."""
        line = (await read_follow_up(self.app, self.reporter)).talk
        return line.state if line else None

    async def talk(self) -> Talk:
        """The newest talk as it is kept."""
        async with self.journey.community.units_of_work.read() as view:
            return (await view.talks.talks_of(self.journey.id))[-1]


@pytest.fixture
async def table(community: Community) -> Table:
    """A case whose reported person was heard, with its reporter and that person before their pages."""
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    received = await community.report(who="grumbler")
    case = await community.case(received)
    code = await identify_reported_person(community.app, AMARA, case.code_name, DISCORD, "grumbler")
    journey = await journey_in(community, case, code)
    person = await journey.hold_hearing()
    return Table(journey, received.report, received.receipt, person)


async def decline(table: Table) -> None:
    """The reporter is asked, and says no."""
    await table.ask_reporter()
    await table.reporter_answers(TalkAnswer.NO)


async def be_silent(table: Table) -> None:
    """The reporter is asked, and says nothing."""
    await table.ask_reporter()


async def consent_and_withdraw(table: Table) -> None:
    """The reporter is asked, says yes, and takes it back before anything is agreed."""
    await table.ask_reporter()
    await table.reporter_answers(TalkAnswer.YES)
    await table.reporter_answers(TalkAnswer.WITHDRAWN)


async def end_it(table: Table) -> None:
    """The reporter is asked, and the group ends it."""
    await table.ask_reporter()
    await end_talk(table.app, AMARA, table.journey.code_name)


@pytest.mark.harm("answer-about-a-talk-shows")
@pytest.mark.parametrize("what", [decline, be_silent, consent_and_withdraw, end_it])
async def test_the_reported_person_never_learns_that_the_reporter_declined(
    table: Table, what: Callable[[Table], Awaitable[None]]
) -> None:
    """P-2.6, P-5.3: nor that they were asked at all, whether the person was asked as well or not."""
    unasked = await table.seen_by_person()
    await what(table)
    assert await table.seen_by_person() == unasked == (None, [])
    await table.journey.pass_time(30 * DAY)
    assert await table.seen_by_person() == unasked


@pytest.mark.harm("answer-about-a-talk-shows")
@pytest.mark.parametrize("what", [decline, be_silent])
async def test_to_a_person_who_says_yes_a_no_looks_like_nobody_else_was_asked(
    table: Table, what: Callable[[Table], Awaitable[None]]
) -> None:
    """P-2.6, P-5.3"""
    await table.ask_person()
    await table.person_answers(TalkAnswer.YES)
    seen = [await table.seen_by_person()]
    await what(table)
    seen.append(await table.seen_by_person())
    assert seen[0] == seen[1]
    assert await table.state_for_person() is OwnTalkState.CONSENTED
    await table.journey.pass_time(14 * DAY)
    assert await table.state_for_person() is OwnTalkState.OVER
    assert (await table.seen_by_person())[1] == [News.TALK_ASKED]


@pytest.mark.harm("answer-about-a-talk-shows")
async def test_when_it_is_over_for_one_does_not_tell_when_another_was_asked(table: Table) -> None:
    """P-5.3: each one's end is counted from their own question."""
    await table.ask_person()
    await table.person_answers(TalkAnswer.YES)
    await table.journey.pass_time(10 * DAY)
    await table.ask_reporter()
    await table.journey.pass_time(4 * DAY)
    assert await table.state_for_person() is OwnTalkState.OVER
    assert await table.state_for_reporter() is OwnTalkState.ASKED
    await table.reporter_answers(TalkAnswer.YES)
    assert (await table.talk()).state is TalkState.ASKING
    assert await table.state_for_person() is OwnTalkState.OVER


@pytest.mark.harm("answer-about-a-talk-shows")
async def test_the_reporter_never_learns_that_the_person_declined(table: Table) -> None:
    """P-2.11, P-5.3"""
    await table.ask_reporter()
    await table.reporter_answers(TalkAnswer.YES)
    seen = await table.seen_by_reporter()
    await table.ask_person()
    await table.person_answers(TalkAnswer.NO)
    assert await table.seen_by_reporter() == seen
    assert await table.state_for_reporter() is OwnTalkState.CONSENTED


async def test_once_both_have_said_yes_both_are_told_and_the_talk_can_be_recorded(table: Table) -> None:
    """P-5.3"""
    await table.agree()
    assert await table.state_for_person() is OwnTalkState.AGREED
    assert await table.state_for_reporter() is OwnTalkState.AGREED
    assert (await table.seen_by_person())[1] == [News.TALK_AGREED, News.TALK_ASKED]
    await table.journey.pass_time(60 * DAY)
    await record_talk(table.app, AMARA, table.journey.code_name, "They spoke, and want no more of it.")
    assert await table.state_for_person() is OwnTalkState.HELD
    assert (await table.talk()).words == "They spoke, and want no more of it."
    with pytest.raises(Refused, match="nothing to answer"):
        await table.reporter_answers(TalkAnswer.WITHDRAWN)


@pytest.mark.harm("talk-without-consent")
@pytest.mark.parametrize("reporter", [None, TalkAnswer.NO, TalkAnswer.YES])
async def test_without_a_yes_of_each_no_talk_is_recorded_or_proposed(table: Table, reporter: TalkAnswer | None) -> None:
    """P-5.3"""
    await table.ask_reporter()
    if reporter is not None:
        await table.reporter_answers(reporter)
    await table.ask_person()
    with pytest.raises(Refused) as refusal:
        await record_talk(table.app, AMARA, table.journey.code_name, "They spoke.")
    assert (refusal.value.code, refusal.value.rule) == ("consent", "P-5.3")
    with pytest.raises(Refused) as refusal:
        await table.journey.propose(TALK)
    assert (refusal.value.code, refusal.value.rule) == ("consent", "P-5.3")


async def test_whoever_proposes_cannot_say_for_others_that_they_consent(table: Table) -> None:
    """P-5.3: only what each said on their own page counts."""
    with pytest.raises(Refused, match="consent of everybody"):
        await table.journey.propose(replace(TALK, consent_of_all=True))
    await table.agree()
    assert (await table.journey.propose(TALK)).code_name == table.journey.code_name


@pytest.mark.harm("talk-without-consent")
async def test_a_word_taken_back_before_the_talk_ends_it_for_both_and_says_not_whose_it_was(table: Table) -> None:
    """P-5.3"""
    await table.agree()
    await table.reporter_answers(TalkAnswer.WITHDRAWN)
    assert await table.state_for_reporter() is OwnTalkState.WITHDRAWN
    assert await table.state_for_person() is OwnTalkState.OVER
    assert (await table.seen_by_person())[1][0] == News.TALK_OFF
    with pytest.raises(Refused, match="Not everybody"):
        await record_talk(table.app, AMARA, table.journey.code_name, "They spoke.")


async def test_a_word_taken_back_after_the_decision_keeps_it_from_being_enacted(table: Table) -> None:
    """P-5.3"""
    await table.agree()
    await table.journey.agree(TALK)
    await table.journey.read_letter()
    await table.journey.pass_time(73 * HOUR)
    await table.person_answers(TalkAnswer.WITHDRAWN)
    with pytest.raises(Refused, match="Not everybody"):
        await enact(table.app, BRUNO, table.journey.code_name)


async def test_what_was_agreed_is_enacted_like_every_other_decision(table: Table) -> None:
    """P-5.3"""
    await table.agree()
    await table.journey.agree(TALK)
    await table.journey.read_letter()
    await table.journey.pass_time(73 * HOUR)
    done = await enact(table.app, BRUNO, table.journey.code_name)
    assert done.sanction is None


@pytest.mark.harm("pressed-into-a-talk")
@pytest.mark.parametrize("answer", [TalkAnswer.NO, TalkAnswer.WITHDRAWN])
async def test_who_has_said_no_is_not_asked_again(table: Table, answer: TalkAnswer) -> None:
    """P-5.3"""
    await table.ask_reporter()
    if answer is TalkAnswer.WITHDRAWN:
        await table.reporter_answers(TalkAnswer.YES)
    await table.reporter_answers(answer)
    for _ in range(2):
        with pytest.raises(Refused) as refusal:
            await table.ask_reporter()
        assert refusal.value.code in ("declined", "is_asked")
        if (await table.talk()).state is TalkState.ASKING:
            await end_talk(table.app, AMARA, table.journey.code_name)


async def test_nobody_is_asked_whom_the_reporter_wants_left_alone(table: Table) -> None:
    """P-2.12: safety comes first."""
    await make_request(table.app, ReceiptAccess(table.reporter), ReporterRequest.DO_NOT_CONTACT)
    with pytest.raises(Refused) as refusal:
        await table.ask_person()
    assert refusal.value.code == "do_not_contact"
    async with table.journey.community.units_of_work.read() as view:
        assert await view.talks.talks_of(table.journey.id) == ()


async def test_a_reporter_who_took_the_report_back_is_not_asked(table: Table) -> None:
    """P-2.12"""
    await make_request(table.app, ReceiptAccess(table.reporter), ReporterRequest.WITHDRAW)
    with pytest.raises(Refused) as refusal:
        await table.ask_reporter()
    assert refusal.value.code == "withdrawn"


async def test_a_question_about_a_talk_is_not_the_first_that_somebody_hears(community: Community) -> None:
    """P-3.5"""
    journey = await a_journey(community)
    with pytest.raises(Refused) as refusal:
        await ask_reported(community.app, AMARA, journey.code_name, journey.person_code)
    assert refusal.value.code == "not_heard"


async def test_a_talk_that_nobody_answers_ends_by_itself_and_the_group_hears_of_it(table: Table) -> None:
    """P-2.4, P-5.3"""
    await table.ask_reporter()
    await table.journey.pass_time(14 * DAY)
    assert (await table.talk()).state is TalkState.ENDED
    async with table.journey.community.units_of_work.read() as view:
        news = [each.facts.get("news") for each in await view.notices.of_case(table.journey.id)]
        assert await view.deadlines.open_for(table.journey.id, DeadlineKind.TALK) == ()
    assert News.TALK_OFF in news
    assert (await table.seen_by_reporter())[1] == [News.TALK_ASKED]


async def test_a_member_who_stepped_back_arranges_nothing(table: Table) -> None:
    """P-4.1"""
    await recuse(table.app, BRUNO, table.journey.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    for ask in (table.ask_reporter, table.ask_person):
        with pytest.raises(NotFound):
            await ask(BRUNO)


async def test_the_report_of_another_case_is_not_there(table: Table) -> None:
    """P-4.2"""
    other = await table.journey.community.a_case()
    with pytest.raises(NotFound):
        await ask_reporter(table.app, AMARA, other.code_name, table.report)
