"""A report's way in: who is told, who is never told, what is promised, and what a reporter may do afterwards."""

from datetime import timedelta
from hashlib import sha256

import pytest

from guardian.cases.case import CaseState
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.exclusions import ExclusionKind
from guardian.cases.reports import ReportChannel
from guardian.errors import NotFound, Refused
from guardian.notices.models import NoticeKind
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import (
    ReceiptAccess,
    ReporterAccess,
    ReporterRequest,
    add_to_report,
    list_nameable_members,
    make_request,
    read_follow_up,
    receive,
)
from guardian.spaces.port import Account
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BOARD,
    BRUNO,
    CHIARA,
    DISCORD,
    DMITRI,
    ELENI,
    FARID,
    FORUM,
    GRETA,
    HIROSHI,
    INES,
    SOMEBODY,
    TEXT,
    WORKING_GROUP,
    Community,
    a_message,
    a_submission,
    everybody,
)


async def test_every_member_without_a_conflict_is_told_that_a_report_is_in(community: Community) -> None:
    """P-2.5"""
    await community.report()
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == set(WORKING_GROUP)


async def test_a_first_notice_carries_the_code_name_and_nothing_of_the_report(community: Community) -> None:
    """P-3.1"""
    case = await community.a_case(who="grumbler")
    assert [dict(notice.facts) for notice in await community.notices_to(DMITRI)] == [{"code_name": case.code_name}]


async def test_a_member_named_in_a_report_is_not_told_of_it(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(named_members=(DMITRI,))
    assert await community.notices_to(DMITRI) == ()
    with pytest.raises(NotFound):
        await community.open_case(DMITRI, case.code_name)


@pytest.mark.parametrize(
    "text",
    [
        "It was Dmitri who wrote it.",
        "volkov did it",
        "ask @dmitri4x what he said",
        "DMÍTRI  VOLKOV, in the evening",
        "the account 600000000000000004 wrote it",
    ],
)
async def test_a_member_mentioned_in_the_text_is_held_out_before_the_first_notice(
    community: Community, text: str
) -> None:
    """P-2.5"""
    await community.report(what_happened=text)
    assert await community.notices_to(DMITRI) == ()
    assert NoticeKind.NEW_REPORT in await community.notice_kinds_to(ELENI)


@pytest.mark.parametrize("part", ["who", "answers", "evidence"])
async def test_a_member_mentioned_in_any_part_of_a_report_is_held_out(community: Community, part: str) -> None:
    """P-2.5"""
    given: dict[str, dict[str, object]] = {
        "who": {"who": "Farid Haddad"},
        "answers": {"answers": {"witnesses": "Farid was there"}},
        "evidence": {"evidence": (a_message(text="Thanks farid6x!"),)},
    }
    await community.report(**given[part])
    assert await community.notices_to(FARID) == ()


async def test_the_author_of_the_evidence_is_excluded_and_never_told(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(evidence=(a_message(author=Account(DISCORD, "600000000000000005")),))
    async with community.units_of_work.read() as view:
        exclusions = await view.cases.exclusions_of(case.id)
    assert [(exclusion.member, exclusion.kind) for exclusion in exclusions] == [(ELENI, ExclusionKind.EXCLUDED)]
    assert await community.notices_to(ELENI) == ()


async def test_short_account_numbers_in_a_text_hold_nobody_out(community: Community) -> None:
    await community.report(what_happened="There were 4 of them and 5 witnesses.")
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == set(WORKING_GROUP)


async def test_a_chair_is_asked_about_somebody_held_out_and_the_one_held_out_is_not(community: Community) -> None:
    """P-2.5"""
    await community.report(what_happened="Dmitri may have seen it.")
    assert await community.who_was_notified(NoticeKind.EXCLUSION_TO_DECIDE) == {AMARA}


async def test_a_report_about_the_only_chair_goes_to_the_board_and_to_nobody_else(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(named_members=(AMARA,))
    assert (case.board_only, case.state) == (True, CaseState.WITH_BOARD)
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == set(BOARD)
    for member in (AMARA, BRUNO, DMITRI, ELENI, FARID, INES):
        assert await community.notices_to(member) == ()


async def test_a_report_that_leaves_fewer_than_two_members_goes_to_the_board(community: Community) -> None:
    """P-2.5"""
    case = await community.a_case(named_members=(BRUNO, CHIARA, DMITRI, ELENI, FARID))
    assert case.board_only
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == {GRETA, HIROSHI}
    assert await community.notices_to(AMARA) == ()


async def test_a_board_member_whom_a_report_concerns_is_not_told_where_the_board_handles_it(
    community: Community,
) -> None:
    """P-2.5, P-4.3"""
    await community.report(named_members=(AMARA, GRETA))
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == {CHIARA, HIROSHI}


async def test_a_report_that_concerns_everybody_is_kept_and_shown_to_nobody(community: Community) -> None:
    """P-2.5"""
    await community.report(named_members=tuple(member.id for member in everybody()))
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == set()
    assert "case.has_nobody_left" in await community.journal_acts()


async def test_the_list_of_people_to_name_is_the_same_whatever_reports_there_are(community: Community) -> None:
    """P-2.5, P-4.2"""
    before = await list_nameable_members(community.app)
    await community.report(named_members=(DMITRI,))
    assert await list_nameable_members(community.app) == before
    assert [member for member, _ in before] == [*WORKING_GROUP, GRETA, HIROSHI, INES]


async def test_somebody_who_has_left_is_neither_told_nor_on_the_list(community: Community) -> None:
    """P-1.2"""
    await community.change_member(FARID, ended_at=community.clock.now())
    await community.report()
    assert await community.notices_to(FARID) == ()
    assert FARID not in dict(await list_nameable_members(community.app))


async def test_danger_is_called_to_every_allowed_member_and_again_until_somebody_has_it(community: Community) -> None:
    """P-3.6"""
    case = await community.a_case(danger=True, named_members=(DMITRI,))
    assert await community.who_was_notified(NoticeKind.DANGER) == set(WORKING_GROUP) - {DMITRI}
    async with community.units_of_work.read() as view:
        (call,) = await view.deadlines.open_for(case.id, DeadlineKind.DANGER_PAGE)
    reports = community.app.policy.reports
    assert (call.next_at, call.due) == (case.opened_at + reports.danger_repeat, case.opened_at + reports.danger_page)
    assert case.safety_risk


async def test_the_promises_to_a_reporter_run_from_the_instant_of_the_report(community: Community) -> None:
    """P-2.4"""
    case = await community.a_case()
    async with community.units_of_work.read() as view:
        deadlines = {deadline.kind: deadline for deadline in await view.deadlines.open_for(case.id)}
    assert {kind: deadline.due - case.opened_at for kind, deadline in deadlines.items()} == {
        DeadlineKind.FIRST_ANSWER: timedelta(hours=24),
        DeadlineKind.SUBSTANTIVE_ANSWER: timedelta(days=7),
        DeadlineKind.RESOLUTION: timedelta(days=7),
    }
    assert deadlines[DeadlineKind.FIRST_ANSWER].next_at == case.opened_at + timedelta(hours=12)


async def test_the_chair_is_the_contact_person_of_a_new_case(community: Community) -> None:
    """P-3.4"""
    assert (await community.a_case()).contact == AMARA


async def test_the_acknowledgement_repeats_nothing_of_the_report(community: Community) -> None:
    """P-2.4"""
    received = await community.report(who="grumbler")
    assert "3 March 2026, 09:00 UTC" in received.text
    assert "insults" not in received.text
    assert "grumbler" not in received.text


@pytest.mark.parametrize("text", ["", "   \n\t "])
async def test_an_empty_report_is_refused_and_leaves_nothing_behind(community: Community, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        await receive(community.app, a_submission(what_happened=text))
    assert refusal.value.code == "empty"
    assert await community.journal_acts() == []


async def test_a_report_that_is_too_long_is_refused_with_both_numbers(community: Community) -> None:
    with pytest.raises(Refused, match=r"40001 characters, where 40000 fit") as refusal:
        await receive(community.app, a_submission(what_happened="x" * 40_001, answers={"hold_contact": ""}))
    assert refusal.value.code == "too_long"


async def test_a_file_that_is_too_large_is_refused_before_anything_is_kept(community: Community) -> None:
    files = (a_message(kind="file", file_name="video.mp4", content=b"x" * 10_000_001),)
    with pytest.raises(Refused) as refusal:
        await receive(community.app, a_submission(evidence=files))
    assert refusal.value.code == "too_large"
    assert await community.journal_acts() == []


async def test_the_same_delivery_again_gets_the_first_answer_and_opens_no_second_case(community: Community) -> None:
    first = await community.report(channel=ReportChannel.DISCORD_COMMAND, delivery="interaction-1")
    again = await community.report(channel=ReportChannel.DISCORD_COMMAND, delivery="interaction-1")
    other = await community.report(channel=ReportChannel.DISCORD_COMMAND, delivery="interaction-2")
    assert again == first
    assert other.report != first.report
    async with community.units_of_work.read() as view:
        assert len(await view.cases.cases()) == 2


async def test_evidence_is_kept_as_it_stood_with_the_hash_of_its_bytes(community: Community) -> None:
    """P-2.7"""
    piece = a_message(file_name="screen.png", content=b"pixels")
    case = await community.a_case(evidence=(piece,))
    async with community.units_of_work.read() as view:
        (listed,) = await view.cases.evidence_of(case.id)
        kept = await view.cases.evidence(listed.id)
    assert kept is not None
    assert (kept.author, kept.text, kept.link, kept.content) == (SOMEBODY, piece.text, piece.link, b"pixels")
    assert kept.sha256 == sha256(b"pixels").hexdigest()
    assert listed.content is None


@pytest.mark.parametrize(
    "spelt", [str, str.lower, lambda text: text.replace("-", ""), lambda text: text.replace("-", " ")]
)
async def test_a_receipt_opens_the_follow_up_however_it_is_typed(community: Community, spelt: object) -> None:
    assert callable(spelt)
    received = await community.report()
    seen = await read_follow_up(community.app, spelt(received.receipt))
    assert seen.reference == received.reference
    assert [line.text for line in seen.thread] == [TEXT]


async def test_a_wrong_receipt_opens_nothing(community: Community) -> None:
    received = await community.report()
    wrong = received.receipt[:-1] + ("A" if received.receipt[-1] != "A" else "B")
    with pytest.raises(NotFound):
        await read_follow_up(community.app, wrong)


async def test_a_follow_up_never_shows_the_code_name(community: Community) -> None:
    """P-3.1"""
    received = await community.report()
    case = await community.case(received)
    assert case.code_name not in repr(await read_follow_up(community.app, received.receipt))


async def test_a_reporter_adds_words_and_the_members_on_the_case_are_told(community: Community) -> None:
    """P-2.12"""
    received = await community.report(named_members=(DMITRI,))
    community.pass_time(timedelta(hours=1))
    await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput("It went on today."))
    assert await community.who_was_notified(NoticeKind.CASE_NEWS) == set(WORKING_GROUP) - {DMITRI}
    seen = await read_follow_up(community.app, received.receipt)
    assert [line.text for line in seen.thread] == [TEXT, "It went on today."]


async def test_an_addition_that_is_delivered_twice_is_added_once(community: Community) -> None:
    """Architecture 6: a repeated command is recognised by its delivery id."""
    received = await community.report()
    said = [
        await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput("More."), delivery="d1")
        for _ in range(2)
    ]
    thread = (await read_follow_up(community.app, received.receipt)).thread
    assert said[0] == said[1]
    assert [line.text for line in thread].count("More.") == 1


async def test_only_the_reporting_account_adds_by_its_report(community: Community) -> None:
    received = await community.report(reporter=A_REPORTER)
    await add_to_report(community.app, ReporterAccess(received.report, A_REPORTER), AdditionInput("More."))
    with pytest.raises(NotFound):
        await add_to_report(community.app, ReporterAccess(received.report, SOMEBODY), AdditionInput("Not mine."))
    anonymous = await community.report()
    with pytest.raises(NotFound):
        await add_to_report(community.app, ReporterAccess(anonymous.report, A_REPORTER), AdditionInput("Not mine."))


async def test_a_reporter_who_thanks_the_contact_person_by_name_does_not_take_the_case_from_them(
    community: Community,
) -> None:
    received = await community.report()
    await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput("Thank you, Amara."))
    assert not (await community.case(received)).board_only
    assert NoticeKind.CASE_NEWS in await community.notice_kinds_to(AMARA)


async def test_evidence_written_by_the_only_chair_sends_the_case_to_the_board(community: Community) -> None:
    """P-2.5"""
    received = await community.report()
    files = (a_message(author=Account(DISCORD, "600000000000000001")),)
    await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput(files=files))
    assert (await community.case(received)).board_only
    assert await community.who_was_notified(NoticeKind.WITH_BOARD) == set(BOARD)
    assert NoticeKind.CASE_NEWS not in await community.notice_kinds_to(BRUNO)


@pytest.mark.parametrize("text", ["", "  "])
async def test_an_empty_addition_is_refused(community: Community, text: str) -> None:
    received = await community.report()
    with pytest.raises(Refused):
        await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput(text))


async def test_a_reporter_may_hold_back_contact_and_allow_it_again(community: Community) -> None:
    """P-2.12, P-3.5"""
    received = await community.report()
    access = ReceiptAccess(received.receipt)
    await make_request(community.app, access, ReporterRequest.DO_NOT_CONTACT)
    assert (await read_follow_up(community.app, received.receipt)).do_not_contact
    await make_request(community.app, access, ReporterRequest.MAY_CONTACT)
    assert not (await read_follow_up(community.app, received.receipt)).do_not_contact


async def test_a_withdrawn_report_stays_with_the_case(community: Community) -> None:
    """P-2.12"""
    received = await community.report()
    await make_request(community.app, ReceiptAccess(received.receipt), ReporterRequest.WITHDRAW)
    assert (await read_follow_up(community.app, received.receipt)).withdrawn
    assert (await community.case(received)).state is CaseState.OPEN


async def test_no_plaintext_of_a_report_is_in_the_database_file(community: Community) -> None:
    piece = a_message(file_name="screen.png", content=b"pixels-of-the-evidence")
    received = await community.report(
        who="grumbler",
        answers={"witnesses": "two-bystanders"},
        evidence=(piece,),
        reporter=A_REPORTER,
        reporter_handle="quietreader",
        delivery="interaction-1",
    )
    await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput("It went on at noon."))
    stored = b"".join(
        path.read_bytes() for path in community.folder.iterdir() if path.name.startswith("guardian.sqlite")
    )
    secrets = ("insults", "grumbler", "two-bystanders", "fools", "screen.png", "pixels-of", "quietreader", "at noon")
    ids = (A_REPORTER.native_id, SOMEBODY.native_id, "600000000000000004", "Volkov", "discord.example")
    for secret in (*secrets, *ids, received.receipt, received.receipt.replace("-", "")):
        assert secret.encode() not in stored, secret
    assert (await community.case(received)).code_name.encode() in stored


async def test_accounts_of_another_space_with_the_same_number_are_nobodys(community: Community) -> None:
    await community.report(evidence=(a_message(author=Account(FORUM, "600000000000000005")),))
    assert NoticeKind.NEW_REPORT in await community.notice_kinds_to(ELENI)
