"""Suspected sexual material of minors: once it is recognised, nothing of it is kept or shown (P-2.7)."""

from pathlib import Path

import pytest
from sqlalchemy import select

from guardian.cases.handoffs import Urgency
from guardian.errors import NotFound, Refused
from guardian.ids import ReportId
from guardian.notices.models import NoticeKind
from guardian.services.escalation.escalations import EscalationInput, MatterSubject, escalate
from guardian.services.reading_room.case_file import read_evidence
from guardian.services.reports.csam import clear_csam_claim, mark_csam
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import EvidenceInput, ReceiptAccess, add_to_report
from guardian.storage.tables.cases import evidence
from tests.builders.community import AMARA, BRUNO, DMITRI, INES, Community, a_message
from tests.builders.journey import newest_case
from tests.guardian.services.escalation.test_local_matters import a_matter

FILE = EvidenceInput(kind="file", file_name="screen.png", content=b"what stood on it " * 600)


async def test_what_was_kept_is_destroyed_and_only_link_author_and_time_are_left(community: Community) -> None:
    """P-2.7"""
    received = await community.report(evidence=(a_message(), FILE))
    case = await community.case(received)
    (read,) = (await community.read_case(BRUNO, case.code_name)).reports
    sealed = await sealed_bytes(community)
    await mark_csam(community.app, AMARA, case.code_name, received.report)
    await mark_csam(community.app, DMITRI, case.code_name, received.report)
    (after,) = (await community.read_case(BRUNO, case.code_name)).reports
    assert [(each.text, each.file_name, each.sha256) for each in after.evidence] == [("", "", "")] * 2
    assert (after.evidence[0].link, after.evidence[0].author_handle) == ("https://discord.example/1/2/3", "grumbler")
    assert after.report.what_happened == read.report.what_happened
    for piece in read.evidence:
        with pytest.raises(NotFound):
            await read_evidence(community.app, BRUNO, case.code_name, piece.id)
    assert sealed
    assert not any(sealed in path.read_bytes() for path in files_of(community))
    assert "report.was_marked_minors" in await community.journal_acts()


@pytest.mark.harm("evidence-destroyed-by-one")
async def test_one_members_word_destroys_no_evidence_and_shows_it_to_nobody(community: Community) -> None:
    """P-2.7"""
    received = await community.report(evidence=(a_message(), FILE))
    case = await community.case(received)
    (before,) = (await community.read_case(BRUNO, case.code_name)).reports
    assert not await mark_csam(community.app, AMARA, case.code_name, received.report)
    (held,) = (await community.read_case(BRUNO, case.code_name)).reports
    assert [(piece.text, piece.sha256) for piece in held.evidence] == [("", "")] * 2
    assert await sealed_bytes(community)
    await clear_csam_claim(community.app, DMITRI, case.code_name, received.report)
    (again,) = (await community.read_case(BRUNO, case.code_name)).reports
    assert again.evidence == before.evidence


@pytest.mark.harm("evidence-destroyed-by-one")
async def test_whoever_said_so_neither_agrees_nor_takes_it_back_for_another(community: Community) -> None:
    """P-2.7"""
    received = await community.report(evidence=(FILE,))
    case = await community.case(received)
    await mark_csam(community.app, AMARA, case.code_name, received.report)
    for act in (mark_csam, clear_csam_claim):
        with pytest.raises(Refused) as refusal:
            await act(community.app, AMARA, case.code_name, received.report)
        assert refusal.value.code == "own_mark"


async def test_nothing_more_is_taken_in_for_it_and_the_others_are_told(community: Community) -> None:
    """P-2.7"""
    received = await community.report(evidence=(FILE,))
    case = await community.case(received)
    await mark_csam(community.app, AMARA, case.code_name, received.report)
    await mark_csam(community.app, DMITRI, case.code_name, received.report)
    await add_to_report(community.app, ReceiptAccess(received.receipt), AdditionInput("Here it is again.", (FILE,)))
    assert await sealed_bytes(community) is None
    assert NoticeKind.CASE_NEWS in await community.notice_kinds_to(BRUNO)


async def test_it_is_marked_once_by_those_on_the_case_alone(community: Community) -> None:
    """P-2.7, P-4.2"""
    received, other = await community.report(), await community.report(what_happened="Another matter.")
    case = await community.case(received)
    with pytest.raises(NotFound):
        await mark_csam(community.app, AMARA, case.code_name, other.report)
    with pytest.raises((NotFound, Refused)):
        await mark_csam(community.app, INES, case.code_name, received.report)
    await mark_csam(community.app, AMARA, case.code_name, ReportId(received.report))
    await mark_csam(community.app, DMITRI, case.code_name, ReportId(received.report))
    with pytest.raises(Refused, match="marked already"):
        await mark_csam(community.app, AMARA, case.code_name, received.report)


async def test_what_moderators_had_kept_of_it_goes_when_they_pass_it_on_as_such(community: Community) -> None:
    """P-2.7, P-8.2"""
    matter = await a_matter(community)
    await escalate(
        community.app,
        INES,
        EscalationInput(MatterSubject(matter.code_name), Urgency.SOON, "Hidden.", "It shows a child.", csam=True),
    )
    file = await community.read_case(AMARA, (await newest_case(community)).code_name)
    pieces = [piece for read in file.reports for piece in read.evidence]
    assert pieces
    assert [(piece.text, piece.sha256) for piece in pieces] == [("", "")] * len(pieces)
    assert all(read.report.csam or read.report.csam_claimed_by == INES for read in file.reports)


async def sealed_bytes(community: Community) -> bytes | None:
    """The bytes of the one file as the database has them; None where it has none."""
    async with community.units_of_work.read() as view:
        rows = await view.cases._connection.execute(select(evidence.c.content).where(evidence.c.kind == "file"))
        return next((row.content for row in rows if row.content is not None), None)


def files_of(community: Community) -> list[Path]:
    """The database with what lies beside it."""
    return [path for path in community.folder.iterdir() if path.is_file()]
