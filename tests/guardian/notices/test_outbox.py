"""The outbox over a real database and fake spaces: what reaches whom, what is kept back, and what is never dropped."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.values import Case
from guardian.desk.desk import View, Work
from guardian.desk.intake import ByReceipt, Wish, wish
from guardian.desk.recusal import recuse
from guardian.desk.telling import still_to_tell, tell_members, tell_person, tell_reporters
from guardian.ids import AccountId, MemberId, NoticeId, PersonId, SanctionId, new_id
from guardian.notices.outbox import Outbox
from guardian.notices.values import Notice, NoticeKind, NoticeState
from guardian.people.values import KnownAccount, Trust
from guardian.spaces.outcomes import Done, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account, Message
from guardian.spaces.registry import Mode, Registered, Spaces
from rules.conflicts import Reason
from tests.builders.desk import (
    A_REPORTER,
    AMARA,
    DISCORD,
    DMITRI,
    ELENI,
    FORUM,
    SOMEBODY,
    Community,
    a_desk,
    everybody,
)
from tests.fakes.space import Deed, FakeSpace, Trouble

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
class Post:
    """The community with an outbox, and what the outbox reported of telling."""

    community: Community
    mailer: FakeMailer
    told: list[tuple[SanctionId, str | None]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def outbox(self, spaces: Spaces | None = None) -> Outbox[View, Work]:
        """A new outbox, as after a restart."""
        return Outbox(
            self.community.desk.works,
            spaces or self.community.desk.spaces,
            self.community.clock,
            self.mailer,
            community="Example",
            base_url="https://guardian.example",
            on_told=self._hear,
            may_still_know=self._may_still_know,
        )

    async def _hear(self, work: Work, sanction: SanctionId, proof: str | None) -> None:
        if "on_told" in self.broken:
            raise RuntimeError("nobody hears")
        self.told.append((sanction, proof))

    async def _may_still_know(self, view: View, notice: Notice) -> bool:
        if notice.id in self.broken:
            raise RuntimeError("this one cannot be judged")
        return await still_to_tell(view, notice)

    async def notice(self, notice: NoticeId) -> Notice:
        """The notice as it stands."""
        async with self.community.works.look() as view:
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
        async with self.community.works.begin() as work:
            await tell_members(work, case, kind, only=(member,))
        return (await self.community.told(member))[-1].id

    async def to_person(self, facts: Mapping[str, str] | None = None) -> tuple[NoticeId, PersonId]:
        """A decision waits to be told to a person with an account on Discord and one on the forum."""
        case, code = await self.community.a_named_case()
        async with self.community.works.begin() as work:
            person = await work.people.person_named(code)
            assert person is not None
            account = self.community.spaces[FORUM].add("77", "grumbler")
            await work.people.add_account(self.link(person.id, account))
            return await tell_person(work, case, person.id, NoticeKind.DECISION, facts or {}, SANCTION), person.id

    def link(self, person: PersonId, account: Account, trust: Trust = Trust.VOUCHED) -> KnownAccount:
        return KnownAccount(AccountId(new_id()), person, account, "grumbler", trust, self.community.clock.now(), "test")


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    """Every member has an account in every space, and no notice waits yet."""
    async with a_desk(tmp_path) as community:
        for member in everybody():
            for account in member.accounts:
                community.spaces[account.space].add(account.native_id)
        yield Post(community, FakeMailer())


def account_of(member: MemberId, space: str = DISCORD) -> Account:
    """The member's own account in a space."""
    known = next(each for each in everybody() if each.id == member)
    return next(account for account in known.accounts if account.space == space)


async def a_quiet_case(post: Post) -> Case:
    """A case of which every member has been told already."""
    case = await post.community.a_case()
    await post.outbox().deliver_due()
    return case


async def test_a_member_is_told_in_the_first_space_and_nowhere_else(post: Post) -> None:
    case = await a_quiet_case(post)
    notice = await post.to_member(case, ELENI)
    before = len(post.inbox(account_of(ELENI)))
    assert await post.outbox().deliver_due() == 1
    sent = await post.notice(notice)
    assert (sent.state, sent.next_try, sent.tries) == (NoticeState.SENT, None, 1)
    assert sent.proof.startswith("discord:message-")
    (message,) = post.inbox(account_of(ELENI))[before:]
    assert case.code_name in message.subject
    assert message.nonce == notice
    assert post.inbox(account_of(ELENI, FORUM)) == []
    assert post.mailer.sent == []


async def test_a_member_with_closed_messages_is_told_in_the_next_space_and_then_by_mail(post: Post) -> None:
    case = await a_quiet_case(post)
    await post.community.change(ELENI, email="eleni@example.org")
    post.community.spaces[DISCORD].accounts[account_of(ELENI).native_id].inbox_open = False
    on_the_forum = await post.to_member(case, ELENI)
    await post.outbox().deliver_due()
    assert (await post.notice(on_the_forum)).proof.startswith("forum:")
    for space in post.community.spaces.values():
        space.trouble = Trouble.REFUSING
    by_mail = await post.to_member(case, ELENI)
    await post.outbox().deliver_due()
    assert (await post.notice(by_mail)).proof == "mail:250 taken"
    assert [(to, message_id) for to, _, _, message_id in post.mailer.sent] == [("eleni@example.org", by_mail)]


async def test_a_member_whom_nothing_reaches_stays_visible_as_such(post: Post) -> None:
    case = await a_quiet_case(post)
    for space in post.community.spaces.values():
        space.trouble = Trouble.REFUSING
    notice = await post.to_member(case, ELENI)
    await post.outbox().deliver_due()
    assert await post.state(notice) is NoticeState.UNDELIVERABLE
    assert "notice.was_undeliverable" in await post.community.journalled()
    async with post.community.works.look() as view:
        assert await view.notices.count(NoticeState.UNDELIVERABLE) == 1


async def test_a_member_who_stepped_back_after_it_was_written_is_not_told(post: Post) -> None:
    """P-4.1"""
    case = await a_quiet_case(post)
    notice = await post.to_member(case, DMITRI)
    before = len(post.inbox(account_of(DMITRI)))
    await recuse(post.community.desk, DMITRI, case.code_name, Reason.SAME_EMPLOYER)
    await post.outbox().deliver_due()
    assert await post.state(notice) is NoticeState.WITHHELD
    assert len(post.inbox(account_of(DMITRI))) == before


async def test_a_person_is_told_by_the_first_channel_that_proves_it(post: Post) -> None:
    """P-6.2"""
    notice, _ = await post.to_person()
    post.community.spaces[DISCORD].accounts[SOMEBODY.native_id].inbox_open = False
    await post.outbox().deliver_due()
    sent = await post.notice(notice)
    assert sent.state is NoticeState.SENT
    assert post.told == [(SANCTION, sent.proof)]
    assert sent.proof.startswith("forum:")
    assert "notice.was_sent" in await post.community.journalled()


async def test_a_person_counts_as_not_told_only_when_every_channel_has_refused(post: Post) -> None:
    """P-6.2"""
    notice, _ = await post.to_person()
    post.community.spaces[DISCORD].accounts[SOMEBODY.native_id].inbox_open = False
    post.community.spaces[FORUM].trouble = Trouble.DOWN
    outbox = post.outbox()
    await outbox.deliver_due()
    assert (await post.state(notice), post.told) == (NoticeState.WAITING, [])
    post.community.spaces[FORUM].trouble = Trouble.REFUSING
    post.community.clock.move(A_DAY)
    await outbox.deliver_due()
    assert await post.state(notice) is NoticeState.UNDELIVERABLE
    assert post.told == [(SANCTION, None)]


async def test_a_message_without_proof_tells_nobody(post: Post) -> None:
    """P-6.2"""

    class Mute(FakeSpace):
        async def tell(self, account: Account, message: Message) -> Outcome:
            return Done()

    notice, _ = await post.to_person()
    mute = Mute(post.community.clock, DISCORD)
    await post.outbox(Spaces((Registered(mute, Mode.ENFORCE),))).deliver_due()
    assert await post.state(notice) is NoticeState.SENT
    assert post.told == [(SANCTION, None)]


async def test_what_a_space_cannot_take_just_now_is_tried_again_slower_and_slower_for_ever(post: Post) -> None:
    notice, _ = await post.to_person()
    for space in post.community.spaces.values():
        space.trouble = Trouble.DOWN
    outbox, pauses = post.outbox(), []
    for _ in range(30):
        await outbox.deliver_due()
        due = await outbox.next_due()
        assert due is not None
        pauses.append(due - post.community.clock.now())
        post.community.clock.instant = due
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=5), timedelta(minutes=15))
    for space in post.community.spaces.values():
        space.trouble = Trouble.NONE
    await outbox.deliver_due()
    assert await post.state(notice) is NoticeState.SENT


async def test_a_space_that_asks_to_be_left_alone_is_left_alone(post: Post) -> None:
    await post.to_person()
    for space in post.community.spaces.values():
        space.trouble, space.after = Trouble.DOWN, timedelta(minutes=2)
    outbox = post.outbox()
    await outbox.deliver_due()
    assert await outbox.next_due() == post.community.clock.now() + timedelta(minutes=2)


async def test_where_a_space_only_observes_nothing_reaches_a_person_and_members_are_told(post: Post) -> None:
    for space in (DISCORD, FORUM):
        post.community.desk.spaces.switch(space, Mode.OBSERVE)
    notice, _ = await post.to_person()
    await post.outbox().deliver_due()
    assert await post.state(notice) is NoticeState.WITHHELD
    assert post.inbox(SOMEBODY) == []
    assert post.told == []
    assert "notice.was_withheld" in await post.community.journalled()
    assert len(post.inbox(account_of(ELENI))) > 0


async def test_a_person_is_still_told_in_the_space_that_is_enforced(post: Post) -> None:
    post.community.desk.spaces.switch(DISCORD, Mode.OBSERVE)
    notice, _ = await post.to_person()
    await post.outbox().deliver_due()
    assert (await post.notice(notice)).proof.startswith("forum:")
    assert post.inbox(SOMEBODY) == []


async def test_an_account_that_one_member_only_says_is_theirs_is_never_written_to(post: Post) -> None:
    notice, person = await post.to_person()
    stranger = post.community.spaces[DISCORD].add("999")
    async with post.community.works.begin() as work:
        await work.people.add_account(post.link(person, stranger, Trust.ASSERTED))
    post.community.spaces[DISCORD].accounts[SOMEBODY.native_id].inbox_open = False
    post.community.spaces[FORUM].trouble = Trouble.REFUSING
    await post.outbox().deliver_due()
    assert post.inbox(stranger) == []
    assert await post.state(notice) is NoticeState.UNDELIVERABLE


async def _news(post: Post, case: Case) -> NoticeId:
    async with post.community.works.begin() as work:
        facts = {"news": "answer", "text": "We have spoken with both of you."}
        (notice,) = await tell_reporters(work, case, NoticeKind.REPORTER_NEWS, facts)
    return notice


async def test_a_reporter_hears_that_something_waits_and_nothing_of_what_it_is(post: Post) -> None:
    account = post.community.spaces[DISCORD].add(A_REPORTER.native_id)
    received = await post.community.report(reporter=account)
    notice = await _news(post, await post.community.case(received))
    await post.outbox().deliver_due()
    (message,) = post.inbox(account)
    assert await post.state(notice) is NoticeState.SENT
    assert received.reference in message.text
    assert "https://guardian.example/follow-up" in message.text
    assert "spoken" not in message.text


async def test_a_reporter_without_an_account_finds_it_on_their_page(post: Post) -> None:
    received = await post.community.report()
    notice = await _news(post, await post.community.case(received))
    await post.outbox().deliver_due()
    sent = await post.notice(notice)
    assert (sent.state, sent.proof) == (NoticeState.SENT, "page")


async def test_a_reporter_who_withdrew_meanwhile_is_left_in_peace(post: Post) -> None:
    """P-2.12"""
    account = post.community.spaces[DISCORD].add(A_REPORTER.native_id)
    received = await post.community.report(reporter=account)
    notice = await _news(post, await post.community.case(received))
    await wish(post.community.desk, ByReceipt(received.receipt), Wish.WITHDRAW)
    await post.outbox().deliver_due()
    assert await post.state(notice) is NoticeState.WITHHELD
    assert post.inbox(account) == []


async def test_in_a_space_that_only_observes_a_reporter_is_not_written_to(post: Post) -> None:
    post.community.desk.spaces.switch(DISCORD, Mode.OBSERVE)
    account = post.community.spaces[DISCORD].add(A_REPORTER.native_id)
    received = await post.community.report(reporter=account)
    notice = await _news(post, await post.community.case(received))
    await post.outbox().deliver_due()
    assert (await post.state(notice), post.inbox(account)) == (NoticeState.WITHHELD, [])


async def test_one_notice_that_cannot_be_judged_never_stops_the_others(post: Post) -> None:
    case = await a_quiet_case(post)
    bad, good = await post.to_member(case, ELENI), await post.to_member(case, DMITRI)
    post.broken.add(bad)
    outbox = post.outbox()
    await outbox.deliver_due()
    assert [await post.state(each) for each in (bad, good)] == [NoticeState.WAITING, NoticeState.SENT]
    assert (await outbox.next_due() or post.community.clock.now()) > post.community.clock.now()


async def test_one_notice_that_cannot_be_read_never_stops_the_others(post: Post) -> None:
    case = await a_quiet_case(post)
    bad, good = await post.to_member(case, ELENI), await post.to_member(case, DMITRI)
    with closing(sqlite3.connect(post.community.folder / "guardian.sqlite")) as file, file:
        file.execute("UPDATE notices SET sealed = x'00' WHERE id = ?", (bad,))
    outbox = post.outbox()
    await outbox.deliver_due()
    assert await post.state(good) is NoticeState.SENT
    assert (await outbox.next_due() or post.community.clock.now()) > post.community.clock.now()


async def test_a_person_is_not_written_to_again_because_nobody_could_hear_that_they_were(post: Post) -> None:
    notice, _ = await post.to_person()
    post.broken.add("on_told")
    outbox = post.outbox()
    await outbox.deliver_due()
    post.community.clock.move(A_DAY)
    await outbox.deliver_due()
    assert await post.state(notice) is NoticeState.SENT
    assert len([act for act in post.community.spaces[DISCORD].acts if act.native_id == SOMEBODY.native_id]) == 1


async def test_a_notice_sent_just_before_a_crash_is_sent_again_under_the_same_nonce(post: Post) -> None:
    notice, _ = await post.to_person()
    discord = post.community.spaces[DISCORD]
    reached = asyncio.Event()

    class Dying(FakeSpace):
        async def tell(self, account: Account, message: Message) -> Outcome:
            await discord.tell(account, message)
            reached.set()
            return await asyncio.Future()

    dying = Spaces((Registered(Dying(post.community.clock, DISCORD), Mode.ENFORCE),))
    round_cut_off = asyncio.create_task(post.outbox(dying).deliver_due())
    await reached.wait()
    round_cut_off.cancel()
    await asyncio.gather(round_cut_off, return_exceptions=True)
    assert await post.state(notice) is NoticeState.WAITING
    await post.outbox().deliver_due()
    assert await post.state(notice) is NoticeState.SENT
    assert [message.nonce for message in post.inbox(SOMEBODY)] == [notice]
    tells = [a for a in discord.acts if a.deed is Deed.TELL and a.native_id == SOMEBODY.native_id]
    assert len(tells) == 2


async def test_one_recipient_hears_things_in_the_order_in_which_they_happened(post: Post) -> None:
    case = await a_quiet_case(post)
    kinds = (NoticeKind.PROPOSAL_OPEN, NoticeKind.DEADLINE_NEAR, NoticeKind.PROPOSAL_SETTLED)
    notices = [await post.to_member(case, ELENI, kind) for kind in kinds]
    before = len(post.inbox(account_of(ELENI)))
    await post.outbox().deliver_due()
    assert [message.nonce for message in post.inbox(account_of(ELENI))][before:] == notices


async def test_a_recipient_who_cannot_be_reached_is_asked_for_once_a_round(post: Post) -> None:
    case = await a_quiet_case(post)
    notices = [await post.to_member(case, ELENI) for _ in range(3)]
    discord, native_id = post.community.spaces[DISCORD], account_of(ELENI).native_id
    for space in post.community.spaces.values():
        space.trouble = Trouble.DOWN
    before = len([act for act in discord.acts if act.native_id == native_id])
    outbox = post.outbox()
    await outbox.deliver_due()
    assert len([act for act in discord.acts if act.native_id == native_id]) == before + 1
    assert [await post.state(each) for each in notices] == [NoticeState.WAITING] * 3
    assert await outbox.deliver_due() == 0


async def test_a_notice_that_somebody_else_recorded_meanwhile_stays_as_they_recorded_it(post: Post) -> None:
    case = await a_quiet_case(post)
    notice = await post.to_member(case, ELENI)
    waiting = await post.notice(notice)

    class Racing(FakeSpace):
        async def tell(self, account: Account, message: Message) -> Outcome:
            async with post.community.works.begin() as work:
                await work.notices.save(replace(waiting, state=NoticeState.SENT, next_try=None, proof="the other"))
            return Unavailable("too late")

    await post.outbox(Spaces((Registered(Racing(post.community.clock, DISCORD), Mode.ENFORCE),))).deliver_due()
    assert (await post.notice(notice)).proof == "the other"


async def test_what_was_put_off_meanwhile_is_still_recorded(post: Post) -> None:
    case = await a_quiet_case(post)
    notice = await post.to_member(case, ELENI)

    class Racing(FakeSpace):
        async def tell(self, account: Account, message: Message) -> Outcome:
            async with post.community.works.begin() as work:
                await work.notices.postpone(notice, post.community.clock.now() + A_DAY)
            return Rejected("closed")

    await post.outbox(Spaces((Registered(Racing(post.community.clock, DISCORD), Mode.ENFORCE),))).deliver_due()
    assert await post.state(notice) is NoticeState.UNDELIVERABLE


async def test_nothing_is_in_hand_once_a_round_is_over(post: Post) -> None:
    case = await a_quiet_case(post)
    await post.to_member(case, AMARA)
    outbox = post.outbox()
    seen: list[int] = []
    post.community.spaces[DISCORD].before_act = lambda deed, native_id: seen.append(outbox.in_hand)
    await outbox.deliver_due()
    assert (seen, outbox.in_hand) == ([1], 0)
