"""Whoever a file names is kept out before anybody is notified; where a file cannot be read, the chairs alone hear first."""

import pytest

from guardian.cases.reports import Audience, ReportChannel
from guardian.cases.submissions import EvidenceInput
from guardian.notices.models import NoticeKind
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReceiptAccess, add_to_report
from tests.builders.community import AMARA, DMITRI, ELENI, WORKING_GROUP, Community

ATTACHED = (
    b"From: Rowan <rowan@people.example>\r\nSubject: Look\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"SXQgd2FzIERtaXRyaSBWb2xrb3Yu\r\n"
)
PICTURE = b"\x89PNG\r\n\x1a\n\x00"


def a_file(content: bytes | None) -> EvidenceInput:
    """A file as it came in."""
    return EvidenceInput(kind="file", file_name="it", content=content, why_not="" if content else "too large")


@pytest.mark.harm("named-in-a-file-and-told")
@pytest.mark.parametrize("content", [b"It was Dmitri Volkov.", ATTACHED], ids=["text", "attached mail"])
async def test_whoever_a_file_names_hears_nothing_of_the_report(community: Community, content: bytes) -> None:
    """P-2.5"""
    await community.a_case(evidence=(a_file(content),))
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == set(WORKING_GROUP) - {DMITRI}


@pytest.mark.harm("named-in-a-file-and-told")
async def test_whoever_a_file_names_that_is_added_later_is_put_to_a_chair(community: Community) -> None:
    """P-2.5"""
    received = await community.report()
    await add_to_report(
        community.app, ReceiptAccess(received.receipt), AdditionInput("Look.", (a_file(b"It was Dmitri Volkov."),))
    )
    async with community.units_of_work.read() as view:
        [case] = await view.cases.cases()
        named = {e.member for e in await view.cases.exclusions_of(case.id)}
        claimed = {c.about for c in await view.cases.conflict_claims_of(case.id)}
    assert DMITRI in named | claimed


@pytest.mark.harm("named-in-a-file-and-told")
async def test_whoever_a_file_of_one_more_report_in_the_same_words_names_does_not_read_it_there(
    community: Community,
) -> None:
    """P-2.5: it joins the case of those before it."""
    said = {"what_happened": "The same words.", "channel": ReportChannel.PAGE, "reporter": None}
    for _ in range(community.app.policy.reports.burst_from):
        case = await community.a_case(**said)
    joined = await community.a_case(**said, evidence=(a_file(b"It was Dmitri Volkov."),))
    async with community.units_of_work.read() as view:
        named = {each.member for each in await view.cases.exclusions_of(joined.id)}
        claimed = {each.about for each in await view.cases.conflict_claims_of(joined.id)}
    assert joined.id == case.id
    assert DMITRI in named | claimed


@pytest.mark.harm("unread-file-told-to-all")
@pytest.mark.parametrize("content", [PICTURE, None], ids=["picture", "not fetched"])
async def test_where_a_file_cannot_be_read_the_chairs_alone_hear_first(
    community: Community, content: bytes | None
) -> None:
    """P-2.5"""
    await community.a_case(evidence=(a_file(content),))
    told = await community.who_was_notified(NoticeKind.NEW_REPORT)
    assert told == {AMARA}


@pytest.mark.harm("unread-file-told-to-all")
async def test_an_encrypted_text_is_not_told_to_all(community: Community) -> None:
    """P-2.5"""
    await community.report(what_happened="-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----")
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == {AMARA}


async def test_whom_the_reporter_chose_hear_first_all_the_same(community: Community) -> None:
    """P-2.5: they are fewer already."""
    audience = {"audience": Audience.CHOSEN, "audience_members": (ELENI,)}
    await community.a_case(evidence=(a_file(PICTURE),), **audience)
    assert await community.who_was_notified(NoticeKind.NEW_REPORT) == {ELENI}


async def test_of_danger_everybody_is_called_also_where_a_file_cannot_be_read(community: Community) -> None:
    """P-3.6"""
    await community.a_case(evidence=(a_file(PICTURE),), danger=True)
    assert await community.who_was_notified(NoticeKind.DANGER) == set(WORKING_GROUP)
