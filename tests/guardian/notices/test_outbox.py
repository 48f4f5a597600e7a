"""The outbox over a real database and fake spaces: what reaches whom, what is kept back, and what is never dropped."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.case import Case
from guardian.ids import AccountId, MemberId, NoticeId, PersonId, SanctionId, new_id
from guardian.notices.delivery_routes import RouteFinder
from guardian.notices.models import News, Notice, NoticeKind, NoticeState
from guardian.notices.outbox import DeliveryHandlers, Outbox
from guardian.notices.party_facts import PartyFacts, ReadText
from guardian.notices.renderer import NoticeRenderer
from guardian.people.models import LinkedAccount, Trust
from guardian.services.conflicts.recusal import recuse
from guardian.services.context import ReadView, UnitOfWork
from guardian.services.notify import may_still_receive, notify_members, notify_person, notify_reporters
from guardian.services.reports.intake import ReceiptAccess, ReporterRequest, make_request
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Done, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from rules.conflicts import ConflictReason
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    DISCORD,
    DMITRI,
    ELENI,
    FORUM,
    SOMEBODY,
    Community,
    a_community,
    everybody,
)
from tests.fakes.space import ActionKind, FakeSpace, Fault

SANCTION = SanctionId("sanction")
A_DAY = timedelta(days=1)


@dataclass(slots=True)
class FakeMailer:
    """Takes mail, or answers as told."""

    answer: Outcome | None = None
    sent: list[tuple[str, str, str, str]] = field(default_factory=list)

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        self.sent.append((to, subject, text, message_id))
        return self.answer or Done("250 taken")


@dataclass(slots=True)
class OutboxFixture:
    """The community with an outbox, and what the outbox reported of telling."""

    community: Community
    mailer: FakeMailer
    notified: list[tuple[SanctionId, str | None]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    failed: list[NoticeId] = field(default_factory=list)

    def outbox(self, spaces: SpaceRegistry | None = None) -> Outbox[ReadView, UnitOfWork]:
        """A new outbox, as after a restart."""
        return Outbox(
            self.community.app.units_of_work,
            self.community.clock,
            RouteFinder(spaces or self.community.app.spaces, self.mailer),
            NoticeRenderer("Example", "https://guardian.example"),
            DeliveryHandlers(self._may_still_receive, self._record, on_failed=self._note_failed),
        )

    async def _note_failed(self, notice: NoticeId) -> None:
        self.failed.append(notice)

    async def _record(self, uow: UnitOfWork, sanction: SanctionId, proof: str | None) -> None:
        if "on_told" in self.broken:
            raise RuntimeError("nobody hears")
        self.notified.append((sanction, proof))

    async def _may_still_receive(self, view: ReadView, notice: Notice) -> bool:
        if notice.id in self.broken:
            raise RuntimeError("this one cannot be judged")
        return await may_still_receive(view, notice)

    async def notice(self, notice: NoticeId) -> Notice:
        """The notice as it stands."""
        async with self.community.units_of_work.read() as view:
            found = await view.notices.notice(notice)
        assert found is not None
        return found

    async def state(self, notice: NoticeId) -> NoticeState:
        return (await self.notice(notice)).state

    def inbox(self, account: Account) -> list[Message]:
        """What stands in the account's inbox."""
        known = self.community.spaces[account.space].accounts.get(account.native_id)
        return list(known.inbox.values()) if known else []

    async def to_member(self, case: Case, member: MemberId, kind: NoticeKind = NoticeKind.YOUR_STEP) -> NoticeId:
        """A notice waits for the member; its id."""
        async with self.community.units_of_work.begin() as uow:
            await notify_members(uow, case, kind, only=(member,))
        return (await self.community.notices_to(member))[-1].id

    async def to_person(self, facts: PartyFacts | None = None) -> tuple[NoticeId, PersonId]:
        """A decision waits to be told to a person with an account on Discord and one on the forum."""
        case, code = await self.community.a_named_case()
        async with self.community.units_of_work.begin() as uow:
            person = await uow.people.person_by_code_name(code)
            assert person is not None
            account = self.community.spaces[FORUM].add("77", "grumbler")
            await uow.people.add_account(self.link(person.id, account))
            return await notify_person(uow, case, person.id, NoticeKind.DECISION, facts or {}, SANCTION), person.id

    def link(self, person: PersonId, account: Account, trust: Trust = Trust.VOUCHED) -> LinkedAccount:
        return LinkedAccount(
            id=AccountId(new_id()),
            person=person,
            account=account,
            handle="grumbler",
            trust=trust,
            linked_at=self.community.clock.now(),
            linked_by="test",
        )


@pytest.fixture
async def smtp_server(tmp_path: Path) -> AsyncIterator[OutboxFixture]:
    """Every member has an account in every space, and no notice waits yet."""
    async with a_community(tmp_path) as community:
        for member in everybody():
            for account in member.accounts:
                community.spaces[account.space].add(account.native_id)
        yield OutboxFixture(community, FakeMailer())


def account_of(member: MemberId, space: str = DISCORD) -> Account:
    """The member's own account in a space."""
    known = next(each for each in everybody() if each.id == member)
    return next(account for account in known.accounts if account.space == space)


async def a_quiet_case(post: OutboxFixture) -> Case:
    """A case of which every member has been told already."""
    case = await post.community.a_case()
    await post.outbox().deliver_due()
    return case


async def test_a_member_is_told_in_the_first_space_and_nowhere_else(smtp_server: OutboxFixture) -> None:
    case = await a_quiet_case(smtp_server)
    notice = await smtp_server.to_member(case, ELENI)
    before = len(smtp_server.inbox(account_of(ELENI)))
    assert await smtp_server.outbox().deliver_due() == 1
    sent = await smtp_server.notice(notice)
    assert (sent.state, sent.next_try, sent.tries) == (NoticeState.SENT, None, 1)
    assert sent.proof.startswith("discord:message-")
    (message,) = smtp_server.inbox(account_of(ELENI))[before:]
    assert case.code_name in message.subject
    assert message.nonce == notice
    assert smtp_server.inbox(account_of(ELENI, FORUM)) == []
    assert smtp_server.mailer.sent == []


async def test_a_member_with_closed_messages_is_told_in_the_next_space_and_then_by_mail(
    smtp_server: OutboxFixture,
) -> None:
    case = await a_quiet_case(smtp_server)
    await smtp_server.community.change_member(ELENI, email="eleni@example.org")
    smtp_server.community.spaces[DISCORD].accounts[account_of(ELENI).native_id].inbox_open = False
    on_the_forum = await smtp_server.to_member(case, ELENI)
    await smtp_server.outbox().deliver_due()
    assert (await smtp_server.notice(on_the_forum)).proof.startswith("forum:")
    for space in smtp_server.community.spaces.values():
        space.fault = Fault.REFUSING
    by_mail = await smtp_server.to_member(case, ELENI)
    await smtp_server.outbox().deliver_due()
    assert (await smtp_server.notice(by_mail)).proof == "mail:250 taken"
    assert [(to, message_id) for to, _, _, message_id in smtp_server.mailer.sent] == [("eleni@example.org", by_mail)]


async def test_a_member_whom_nothing_reaches_stays_visible_as_such(smtp_server: OutboxFixture) -> None:
    case = await a_quiet_case(smtp_server)
    for space in smtp_server.community.spaces.values():
        space.fault = Fault.REFUSING
    notice = await smtp_server.to_member(case, ELENI)
    await smtp_server.outbox().deliver_due()
    assert await smtp_server.state(notice) is NoticeState.UNDELIVERABLE
    assert "notice.was_undeliverable" in await smtp_server.community.journal_acts()
    async with smtp_server.community.units_of_work.read() as view:
        assert await view.notices.count(NoticeState.UNDELIVERABLE) == 1


async def test_a_member_who_stepped_back_after_it_was_written_is_not_told(smtp_server: OutboxFixture) -> None:
    """P-4.1"""
    case = await a_quiet_case(smtp_server)
    notice = await smtp_server.to_member(case, DMITRI)
    before = len(smtp_server.inbox(account_of(DMITRI)))
    await recuse(smtp_server.community.app, DMITRI, case.code_name, ConflictReason.SAME_EMPLOYER)
    await smtp_server.outbox().deliver_due()
    assert await smtp_server.state(notice) is NoticeState.WITHHELD
    assert len(smtp_server.inbox(account_of(DMITRI))) == before


async def test_a_person_is_told_by_the_first_channel_that_proves_it(smtp_server: OutboxFixture) -> None:
    """P-6.2"""
    notice, _ = await smtp_server.to_person()
    smtp_server.community.spaces[DISCORD].accounts[SOMEBODY.native_id].inbox_open = False
    await smtp_server.outbox().deliver_due()
    sent = await smtp_server.notice(notice)
    assert sent.state is NoticeState.SENT
    assert smtp_server.notified == [(SANCTION, sent.proof)]
    assert sent.proof.startswith("forum:")
    assert "notice.was_sent" in await smtp_server.community.journal_acts()


async def test_a_person_counts_as_not_told_only_when_every_channel_has_refused(smtp_server: OutboxFixture) -> None:
    """P-6.2"""
    notice, _ = await smtp_server.to_person()
    smtp_server.community.spaces[DISCORD].accounts[SOMEBODY.native_id].inbox_open = False
    smtp_server.community.spaces[FORUM].fault = Fault.DOWN
    outbox = smtp_server.outbox()
    await outbox.deliver_due()
    assert (await smtp_server.state(notice), smtp_server.notified) == (NoticeState.WAITING, [])
    smtp_server.community.spaces[FORUM].fault = Fault.REFUSING
    smtp_server.community.clock.advance(A_DAY)
    await outbox.deliver_due()
    assert await smtp_server.state(notice) is NoticeState.UNDELIVERABLE
    assert smtp_server.notified == [(SANCTION, None)]


async def test_a_message_without_proof_tells_nobody(smtp_server: OutboxFixture) -> None:
    """P-6.2"""

    class Mute(FakeSpace):
        async def send_message(self, account: Account, message: Message) -> Outcome:
            return Done()

    notice, _ = await smtp_server.to_person()
    mute = Mute(smtp_server.community.clock, DISCORD)
    await smtp_server.outbox(SpaceRegistry((RegisteredSpace(mute, Mode.ENFORCE),))).deliver_due()
    assert await smtp_server.state(notice) is NoticeState.SENT
    assert smtp_server.notified == [(SANCTION, None)]


async def test_what_a_space_cannot_take_just_now_is_tried_again_slower_and_slower_for_ever(
    smtp_server: OutboxFixture,
) -> None:
    notice, _ = await smtp_server.to_person()
    for space in smtp_server.community.spaces.values():
        space.fault = Fault.DOWN
    outbox, pauses = smtp_server.outbox(), []
    for _ in range(30):
        await outbox.deliver_due()
        due = await outbox.next_due()
        assert due is not None
        pauses.append(due - smtp_server.community.clock.now())
        smtp_server.community.clock.instant = due
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=5), timedelta(minutes=15))
    for space in smtp_server.community.spaces.values():
        space.fault = Fault.NONE
    await outbox.deliver_due()
    assert await smtp_server.state(notice) is NoticeState.SENT


async def test_a_space_that_asks_to_be_left_alone_is_left_alone(smtp_server: OutboxFixture) -> None:
    await smtp_server.to_person()
    for space in smtp_server.community.spaces.values():
        space.fault, space.after = Fault.DOWN, timedelta(minutes=2)
    outbox = smtp_server.outbox()
    await outbox.deliver_due()
    assert await outbox.next_due() == smtp_server.community.clock.now() + timedelta(minutes=2)


async def test_where_a_space_only_observes_nothing_reaches_a_person_and_members_are_told(
    smtp_server: OutboxFixture,
) -> None:
    for space in (DISCORD, FORUM):
        smtp_server.community.app.spaces.set_mode(space, Mode.OBSERVE)
    notice, _ = await smtp_server.to_person()
    await smtp_server.outbox().deliver_due()
    assert await smtp_server.state(notice) is NoticeState.WITHHELD
    assert smtp_server.inbox(SOMEBODY) == []
    assert smtp_server.notified == []
    assert "notice.was_withheld" in await smtp_server.community.journal_acts()
    assert len(smtp_server.inbox(account_of(ELENI))) > 0


async def test_a_person_is_still_told_in_the_space_that_is_enforced(smtp_server: OutboxFixture) -> None:
    smtp_server.community.app.spaces.set_mode(DISCORD, Mode.OBSERVE)
    notice, _ = await smtp_server.to_person()
    await smtp_server.outbox().deliver_due()
    assert (await smtp_server.notice(notice)).proof.startswith("forum:")
    assert smtp_server.inbox(SOMEBODY) == []


async def test_an_account_that_one_member_only_says_is_theirs_is_never_written_to(smtp_server: OutboxFixture) -> None:
    notice, person = await smtp_server.to_person()
    stranger = smtp_server.community.spaces[DISCORD].add("999")
    async with smtp_server.community.units_of_work.begin() as uow:
        await uow.people.add_account(smtp_server.link(person, stranger, Trust.ASSERTED))
    smtp_server.community.spaces[DISCORD].accounts[SOMEBODY.native_id].inbox_open = False
    smtp_server.community.spaces[FORUM].fault = Fault.REFUSING
    await smtp_server.outbox().deliver_due()
    assert smtp_server.inbox(stranger) == []
    assert await smtp_server.state(notice) is NoticeState.UNDELIVERABLE


async def _news(post: OutboxFixture, case: Case) -> NoticeId:
    async with post.community.units_of_work.begin() as uow:
        words = ReadText("We have spoken with both of you.", MemberId("reader"))
        facts: PartyFacts = {"news": News.ANSWER, "text": words}
        (notice,) = await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, facts)
    return notice


async def test_a_reporter_hears_that_something_waits_and_nothing_of_what_it_is(smtp_server: OutboxFixture) -> None:
    account = smtp_server.community.spaces[DISCORD].add(A_REPORTER.native_id)
    received = await smtp_server.community.report(reporter=account)
    notice = await _news(smtp_server, await smtp_server.community.case(received))
    await smtp_server.outbox().deliver_due()
    (message,) = smtp_server.inbox(account)
    assert await smtp_server.state(notice) is NoticeState.SENT
    assert received.reference in message.text
    assert "https://guardian.example/follow-up" in message.text
    assert "spoken" not in message.text


async def test_a_reporter_without_an_account_finds_it_on_their_page(smtp_server: OutboxFixture) -> None:
    received = await smtp_server.community.report()
    notice = await _news(smtp_server, await smtp_server.community.case(received))
    await smtp_server.outbox().deliver_due()
    sent = await smtp_server.notice(notice)
    assert (sent.state, sent.proof) == (NoticeState.SENT, "page")


async def test_a_reporter_who_withdrew_meanwhile_is_left_in_peace(smtp_server: OutboxFixture) -> None:
    """P-2.12"""
    account = smtp_server.community.spaces[DISCORD].add(A_REPORTER.native_id)
    received = await smtp_server.community.report(reporter=account)
    notice = await _news(smtp_server, await smtp_server.community.case(received))
    await make_request(smtp_server.community.app, ReceiptAccess(received.receipt), ReporterRequest.WITHDRAW)
    await smtp_server.outbox().deliver_due()
    assert await smtp_server.state(notice) is NoticeState.WITHHELD
    assert smtp_server.inbox(account) == []


async def test_in_a_space_that_only_observes_a_reporter_is_not_written_to(smtp_server: OutboxFixture) -> None:
    smtp_server.community.app.spaces.set_mode(DISCORD, Mode.OBSERVE)
    account = smtp_server.community.spaces[DISCORD].add(A_REPORTER.native_id)
    received = await smtp_server.community.report(reporter=account)
    notice = await _news(smtp_server, await smtp_server.community.case(received))
    await smtp_server.outbox().deliver_due()
    assert (await smtp_server.state(notice), smtp_server.inbox(account)) == (NoticeState.WITHHELD, [])


@pytest.mark.harm("one-odd-item-stops-the-queue")
async def test_one_notice_that_cannot_be_judged_never_stops_the_others(smtp_server: OutboxFixture) -> None:
    case = await a_quiet_case(smtp_server)
    bad, good = await smtp_server.to_member(case, ELENI), await smtp_server.to_member(case, DMITRI)
    smtp_server.broken.add(bad)
    outbox = smtp_server.outbox()
    await outbox.deliver_due()
    assert [await smtp_server.state(each) for each in (bad, good)] == [NoticeState.WAITING, NoticeState.SENT]
    assert smtp_server.failed == [bad]
    assert (await outbox.next_due() or smtp_server.community.clock.now()) > smtp_server.community.clock.now()


@pytest.mark.harm("one-odd-item-stops-the-queue")
async def test_one_notice_that_cannot_be_read_never_stops_the_others(smtp_server: OutboxFixture) -> None:
    case = await a_quiet_case(smtp_server)
    bad, good = await smtp_server.to_member(case, ELENI), await smtp_server.to_member(case, DMITRI)
    with closing(sqlite3.connect(smtp_server.community.folder / "guardian.sqlite")) as file, file:
        file.execute("UPDATE notices SET sealed = x'00' WHERE id = ?", (bad,))
    outbox = smtp_server.outbox()
    await outbox.deliver_due()
    assert await smtp_server.state(good) is NoticeState.SENT
    assert smtp_server.failed == [bad]
    assert (await outbox.next_due() or smtp_server.community.clock.now()) > smtp_server.community.clock.now()


async def test_a_person_is_not_written_to_again_because_nobody_could_hear_that_they_were(
    smtp_server: OutboxFixture,
) -> None:
    notice, _ = await smtp_server.to_person()
    smtp_server.broken.add("on_told")
    outbox = smtp_server.outbox()
    await outbox.deliver_due()
    smtp_server.community.clock.advance(A_DAY)
    await outbox.deliver_due()
    assert await smtp_server.state(notice) is NoticeState.SENT
    assert (
        len([act for act in smtp_server.community.spaces[DISCORD].actions if act.native_id == SOMEBODY.native_id]) == 1
    )


async def test_a_notice_sent_just_before_a_crash_is_sent_again_under_the_same_nonce(smtp_server: OutboxFixture) -> None:
    notice, _ = await smtp_server.to_person()
    discord = smtp_server.community.spaces[DISCORD]
    reached = asyncio.Event()

    class Dying(FakeSpace):
        async def send_message(self, account: Account, message: Message) -> Outcome:
            await discord.send_message(account, message)
            reached.set()
            return await asyncio.Future()

    dying = SpaceRegistry((RegisteredSpace(Dying(smtp_server.community.clock, DISCORD), Mode.ENFORCE),))
    round_cut_off = asyncio.create_task(smtp_server.outbox(dying).deliver_due())
    await reached.wait()
    round_cut_off.cancel()
    await asyncio.gather(round_cut_off, return_exceptions=True)
    assert await smtp_server.state(notice) is NoticeState.WAITING
    await smtp_server.outbox().deliver_due()
    assert await smtp_server.state(notice) is NoticeState.SENT
    assert [message.nonce for message in smtp_server.inbox(SOMEBODY)] == [notice]
    tells = [a for a in discord.actions if a.kind is ActionKind.SEND_MESSAGE and a.native_id == SOMEBODY.native_id]
    assert len(tells) == 2


async def test_one_recipient_hears_things_in_the_order_in_which_they_happened(smtp_server: OutboxFixture) -> None:
    case = await a_quiet_case(smtp_server)
    kinds = (NoticeKind.PROPOSAL_OPEN, NoticeKind.DEADLINE_NEAR, NoticeKind.PROPOSAL_SETTLED)
    notices = [await smtp_server.to_member(case, ELENI, kind) for kind in kinds]
    before = len(smtp_server.inbox(account_of(ELENI)))
    await smtp_server.outbox().deliver_due()
    assert [message.nonce for message in smtp_server.inbox(account_of(ELENI))][before:] == notices


async def test_a_recipient_who_cannot_be_reached_is_asked_for_once_a_round(smtp_server: OutboxFixture) -> None:
    case = await a_quiet_case(smtp_server)
    notices = [await smtp_server.to_member(case, ELENI) for _ in range(3)]
    discord, native_id = smtp_server.community.spaces[DISCORD], account_of(ELENI).native_id
    for space in smtp_server.community.spaces.values():
        space.fault = Fault.DOWN
    before = len([act for act in discord.actions if act.native_id == native_id])
    outbox = smtp_server.outbox()
    await outbox.deliver_due()
    assert len([act for act in discord.actions if act.native_id == native_id]) == before + 1
    assert [await smtp_server.state(each) for each in notices] == [NoticeState.WAITING] * 3
    assert await outbox.deliver_due() == 0


async def test_a_notice_that_somebody_else_recorded_meanwhile_stays_as_they_recorded_it(
    smtp_server: OutboxFixture,
) -> None:
    case = await a_quiet_case(smtp_server)
    notice = await smtp_server.to_member(case, ELENI)
    waiting = await smtp_server.notice(notice)

    class Racing(FakeSpace):
        async def send_message(self, account: Account, message: Message) -> Outcome:
            async with smtp_server.community.units_of_work.begin() as uow:
                await uow.notices.save(replace(waiting, state=NoticeState.SENT, next_try=None, proof="the other"))
            return Unavailable("too late")

    await smtp_server.outbox(
        SpaceRegistry((RegisteredSpace(Racing(smtp_server.community.clock, DISCORD), Mode.ENFORCE),))
    ).deliver_due()
    assert (await smtp_server.notice(notice)).proof == "the other"


async def test_what_was_put_off_meanwhile_is_still_recorded(smtp_server: OutboxFixture) -> None:
    case = await a_quiet_case(smtp_server)
    notice = await smtp_server.to_member(case, ELENI)

    class Racing(FakeSpace):
        async def send_message(self, account: Account, message: Message) -> Outcome:
            async with smtp_server.community.units_of_work.begin() as uow:
                await uow.notices.postpone(notice, smtp_server.community.clock.now() + A_DAY)
            return Rejected("closed")

    await smtp_server.outbox(
        SpaceRegistry((RegisteredSpace(Racing(smtp_server.community.clock, DISCORD), Mode.ENFORCE),))
    ).deliver_due()
    assert await smtp_server.state(notice) is NoticeState.UNDELIVERABLE


async def test_nothing_is_in_hand_once_a_round_is_over(smtp_server: OutboxFixture) -> None:
    case = await a_quiet_case(smtp_server)
    await smtp_server.to_member(case, AMARA)
    outbox = smtp_server.outbox()
    seen: list[int] = []
    smtp_server.community.spaces[DISCORD].before_action = lambda kind, native_id: seen.append(outbox.active)
    await outbox.deliver_due()
    assert (seen, outbox.active) == ([1], 0)
