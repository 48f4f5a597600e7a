"""The group's thread of a case: read by those who may know of the case, corrected and never overwritten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.cases.measures import MeasureKind
from guardian.cases.notes import CaseAssessment, Findings, Inquiry, NoteKind, Violation
from guardian.cases.submissions import EvidenceInput
from guardian.errors import NotFound, Refused, Stale
from guardian.notices.models import NoticeKind
from guardian.services.case_flow import refer_to_board
from guardian.services.conflicts.recusal import recuse
from guardian.services.measures.measures import MeasureRequest, set_measure
from guardian.services.members import AccountInput
from guardian.services.notes.determination import (
    read_determination,
    words_for_proposal,
    write_assessment,
    write_findings,
)
from guardian.services.notes.thread import NoteInput, list_thread, record_inquiry, write_note
from guardian.services.reading_room.case_file import read_evidence
from rules.conflicts import ConflictReason
from rules.measures import MeasureReason
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, GRETA, INES, Community

ASSESSMENT = CaseAssessment("Ours: it was said in the help channel.", "Two people left.", "It may happen again.")
FINDINGS = Findings("Insults, three days in a row.", Violation.YES, "The reported person.", "It goes on.")
SCREENSHOT = EvidenceInput(kind="file", file_name="seen.png", content=b"what was seen", text="Their profile.")


async def test_what_is_written_is_read_by_the_others_in_order_with_author_and_time(community: Community) -> None:
    """P-3.3"""
    case = await community.a_case()
    await write_note(community.app, BRUNO, case.code_name, NoteInput("I know this channel."))
    community.pass_time(timedelta(minutes=5))
    await write_note(community.app, DMITRI, case.code_name, NoteInput("So do I."))
    thread = await list_thread(community.app, ELENI, case.code_name)
    assert [(note.author, note.text) for note in thread] == [
        ("Bruno Keller", "I know this channel."),
        ("Dmitri Volkov", "So do I."),
    ]
    assert {"note.was_written", "thread.was_read"} <= set(await community.journal_acts())


@pytest.mark.harm("thread-read-by-the-recused")
async def test_whoever_steps_back_reads_and_writes_nothing_more_from_that_instant(community: Community) -> None:
    """P-4.1, P-4.2"""
    case = await community.a_case()
    await write_note(community.app, DMITRI, case.code_name, NoteInput("I know them well."))
    await recuse(community.app, DMITRI, case.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    with pytest.raises(NotFound):
        await list_thread(community.app, DMITRI, case.code_name)
    with pytest.raises(NotFound):
        await write_note(community.app, DMITRI, case.code_name, NoteInput("One more thing."))


@pytest.mark.harm("mention-tells-of-a-case")
async def test_a_mention_calls_those_who_may_know_and_tells_nothing_of_the_others(community: Community) -> None:
    """P-4.2: the writer is answered alike, whoever was mentioned."""
    case = await community.a_case()
    await recuse(community.app, DMITRI, case.code_name, ConflictReason.SAME_EMPLOYER)
    before = await community.notices_to(DMITRI)
    answers = [
        await write_note(community.app, BRUNO, case.code_name, NoteInput("Please look.", mentions=[member]))
        for member in (DMITRI, ELENI)
    ]
    assert await community.notices_to(DMITRI) == before
    assert (await community.notice_kinds_to(ELENI))[-1] is NoticeKind.YOUR_STEP
    bare = [replace(answer, id="", mentions=()) for answer in answers]
    assert bare[0] == bare[1]


async def test_a_mention_calls_the_board_while_the_case_lies_there_and_not_before(community: Community) -> None:
    """P-8.4"""
    case = await community.a_case()
    await write_note(community.app, BRUNO, case.code_name, NoteInput("Please look.", mentions=[GRETA]))
    assert NoticeKind.YOUR_STEP not in await community.notice_kinds_to(GRETA)
    async with community.units_of_work.begin() as uow:
        await refer_to_board(uow, community.app.policy, case, "no agreement")
    await write_note(community.app, BRUNO, case.code_name, NoteInput("Please look now.", mentions=[GRETA]))
    assert (await community.notice_kinds_to(GRETA))[-1] is NoticeKind.YOUR_STEP


@pytest.mark.harm("record-overwritten")
async def test_a_correction_supersedes_and_what_it_corrects_stays_to_be_read(community: Community) -> None:
    """P-3.3"""
    case = await community.a_case()
    first = await write_note(community.app, BRUNO, case.code_name, NoteInput("It was on Monday."))
    second = await write_note(community.app, BRUNO, case.code_name, NoteInput("It was on Tuesday.", corrects=first.id))
    old, new = await list_thread(community.app, AMARA, case.code_name)
    assert (old.text, old.superseded_by, new.superseded_by) == ("It was on Monday.", second.id, None)
    with pytest.raises(Stale):
        await write_note(community.app, BRUNO, case.code_name, NoteInput("On Friday.", corrects=first.id))


@pytest.mark.harm("record-overwritten")
async def test_the_words_of_one_member_are_corrected_by_no_other(community: Community) -> None:
    """P-3.3"""
    case = await community.a_case()
    first = await write_note(community.app, BRUNO, case.code_name, NoteInput("It was on Monday."))
    with pytest.raises(Refused) as refusal:
        await write_note(community.app, DMITRI, case.code_name, NoteInput("It was not.", corrects=first.id))
    assert refusal.value.code == "not_yours"


async def test_a_note_of_another_case_is_corrected_by_nobody(community: Community) -> None:
    """P-4.2"""
    one, other = await community.a_case(), await community.a_case(what_happened="Something else altogether.")
    first = await write_note(community.app, BRUNO, one.code_name, NoteInput("It was on Monday."))
    with pytest.raises(NotFound):
        await write_note(community.app, BRUNO, other.code_name, NoteInput("On Tuesday.", corrects=first.id))


async def test_what_others_were_asked_stands_in_the_case_with_their_answer(community: Community) -> None:
    """P-3.3: an answer that comes later is recorded by whoever has it."""
    case = await community.a_case()
    asked = Inquiry("a witness", community.clock.now(), "What did you see?")
    first = await record_inquiry(community.app, BRUNO, case.code_name, asked)
    answered = replace(asked, answer="All of it.")
    await record_inquiry(community.app, DMITRI, case.code_name, answered, corrects=first.id)
    *_, newest = await list_thread(community.app, AMARA, case.code_name)
    assert (newest.kind, newest.content) == (NoteKind.INQUIRY, answered)


async def test_a_file_that_a_member_found_is_evidence_with_its_hash_and_can_be_read(community: Community) -> None:
    """P-3.3"""
    case = await community.a_case()
    note = await write_note(
        community.app, BRUNO, case.code_name, NoteInput("Found this.", kind=NoteKind.EVIDENCE, files=(SCREENSHOT,))
    )
    (file,) = note.files
    assert await read_evidence(community.app, AMARA, case.code_name, file.id) == ("seen.png", b"what was seen")
    async with community.units_of_work.read() as view:
        (piece,) = await view.cases.evidence_of(case.id)
    assert (piece.report, piece.found_by, piece.sha256) == (None, BRUNO, file.sha256)
    assert len(file.sha256) == 64


@pytest.mark.harm("record-overwritten")
async def test_assessment_and_findings_are_versions_of_which_one_stands(community: Community) -> None:
    """P-3.2, P-3.3: whoever writes a new one has read the one that stands."""
    case = await community.a_case()
    first = await write_assessment(community.app, BRUNO, case.code_name, ASSESSMENT)
    with pytest.raises(Stale):
        await write_assessment(community.app, DMITRI, case.code_name, ASSESSMENT)
    later = replace(ASSESSMENT, impact="Three people left.")
    await write_assessment(community.app, DMITRI, case.code_name, later, corrects=first)
    assert (await read_determination(community.app, AMARA, case.code_name)).assessment == later
    assert len(await list_thread(community.app, AMARA, case.code_name)) == 2


async def test_a_proposal_begins_with_behaviour_and_impact_as_they_were_determined(community: Community) -> None:
    """P-3.2, P-3.3, P-9.3"""
    case = await community.a_case()
    assert words_for_proposal(await read_determination(community.app, AMARA, case.code_name)).behaviour == ""
    await write_assessment(community.app, BRUNO, case.code_name, ASSESSMENT)
    await write_findings(community.app, BRUNO, case.code_name, FINDINGS)
    words = words_for_proposal(await read_determination(community.app, AMARA, case.code_name))
    assert (words.behaviour, words.impact) == (FINDINGS.what_happened, ASSESSMENT.impact)


async def test_the_thread_of_a_local_matter_is_the_moderators(community: Community) -> None:
    """P-8.1"""
    community.spaces[DISCORD].add("700000000000000022", "spammer")
    target = AccountInput(DISCORD, "spammer")
    request = MeasureRequest(MeasureKind.MUTED, target, MeasureReason.SPAM, timedelta(days=2))
    matter = (await set_measure(community.app, INES, request)).matter
    await write_note(community.app, INES, matter, NoteInput("They did it before."))
    assert len(await list_thread(community.app, INES, matter)) == 1
    with pytest.raises(NotFound):
        await list_thread(community.app, AMARA, matter)


async def test_a_note_says_something_and_no_more_than_fits(community: Community) -> None:
    case = await community.a_case()
    for text, code in (("  ", "empty"), ("x" * (community.app.longest_text + 1), "too_long")):
        with pytest.raises(Refused) as refusal:
            await write_note(community.app, BRUNO, case.code_name, NoteInput(text))
        assert refusal.value.code == code


@pytest.mark.harm("receipt-shown-in-kept-words")
async def test_a_receipt_that_a_member_copies_into_a_note_is_kept_nowhere(community: Community) -> None:
    """P-2.6: it would open the reporter's page to every reader of the thread."""
    received = await community.report()
    case = await community.case(received)
    await write_note(community.app, BRUNO, case.code_name, NoteInput(f"They wrote: {received.receipt}"))
    asked = Inquiry("the reporter", community.clock.now(), "Which page?", f"This one: {received.receipt}")
    await record_inquiry(community.app, BRUNO, case.code_name, asked)
    assert received.receipt not in repr(await list_thread(community.app, ELENI, case.code_name))


@pytest.mark.harm("receipt-shown-in-kept-words")
@pytest.mark.parametrize("length", [100, 40_000, 400_000])
async def test_a_receipt_in_a_file_that_a_member_found_is_kept_nowhere_however_long_the_file(
    community: Community, length: int
) -> None:
    """P-2.6, P-3.3: long files are searched elsewhere, and by whoever takes one in."""
    received = await community.report()
    case = await community.case(received)
    content = b"What they wrote. " * (length // 17) + str(received.receipt).encode()
    found = EvidenceInput(kind="file", file_name="chat.txt", content=content)
    note = await write_note(
        community.app, BRUNO, case.code_name, NoteInput("Found.", kind=NoteKind.EVIDENCE, files=(found,))
    )
    _, kept = await read_evidence(community.app, AMARA, case.code_name, note.files[0].id)
    assert len(kept) > length // 2
    assert str(received.receipt).encode() not in kept
