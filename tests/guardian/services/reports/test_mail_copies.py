"""A mail and the copy of it that a list sends on are one report, whichever comes first; a forged id takes nobody's words."""

from typing import Any

import pytest

from connectors.mail.parser import ParsedMail
from guardian.notices.models import NoticeKind
from guardian.services.reports.mail import InboundMail, receive_mail
from tests.builders.community import Community
from tests.connectors.mail.mails import ROWAN, SAID, US, a_mail, reading
from tests.guardian.services.reports.test_mail import mailed

GOOD = f"Authentication-Results: {US}; dmarc=pass header.from=people.example"
ID = ("Message-ID: <1@people.example>", "Date: Mon, 2 Nov 2026 10:00:00 +0000")
LIST = (
    "List-Id: The conduct list <conduct.lists.example>",
    "List-Unsubscribe: <mailto:conduct-leave@lists.example>",
)
BY_LIST = ("From: Rowan via Conduct <conduct@lists.example>", "To: conduct@lists.example", "Subject: [Conduct] Insults")
FOOTER = f"{SAID}\n_______________________________________________\nConduct mailing list\nhttps://lists.example/conduct"
ORIGINAL = a_mail(GOOD, *ID)
UNPROVED = a_mail(*ID)
COPY = a_mail(*LIST, *ID, own=BY_LIST, body=FOOTER)


def inbound(raw: bytes, **facts: Any) -> InboundMail:
    """The mail as the mailbox hands it on."""
    read: ParsedMail = reading(raw)
    given = {
        "delivery": read.digest,
        "sender": read.sender,
        "sender_name": read.sender_name,
        "subject": read.subject,
        "text": read.text,
        "original": read.original,
        "via_list": read.via_list,
        "authentic": read.authentic,
        "may_answer": read.authentic and not read.via_list,
    }
    return InboundMail(**{**given, **facts})


async def receive_all(community: Community, *mails: bytes) -> None:
    """The mails come in one after the other."""
    for raw in mails:
        await receive_mail(community.app, inbound(raw))


@pytest.mark.harm("one-mail-counted-twice")
@pytest.mark.parametrize("mails", [(ORIGINAL, COPY), (COPY, ORIGINAL), (UNPROVED, COPY), (COPY, COPY, ORIGINAL, COPY)])
async def test_a_mail_and_the_copy_that_a_list_altered_are_one_report(
    community: Community, mails: tuple[bytes, ...]
) -> None:
    """P-2.9, P-2.10"""
    await receive_all(community, *mails)
    assert len(await mailed(community)) == 1


@pytest.mark.harm("reporter-not-recognised")
async def test_whoever_wrote_the_mail_is_answered_also_where_the_lists_copy_came_first(community: Community) -> None:
    """P-2.4: once, at their own address."""
    await receive_all(community, COPY, ORIGINAL, ORIGINAL)
    (report,) = await mailed(community)
    assert report.mail is not None
    assert (report.mail.address, report.verified) == (ROWAN, True)
    async with community.units_of_work.read() as view:
        notices = await view.notices.of_report(report.id)
    answered = [each for each in notices if each.kind is NoticeKind.MAIL_RECEIVED and "own_receipt" in each.facts]
    assert len(answered) == 1


OTHER_MAILS = {
    "the same words a week later": a_mail(
        GOOD, "Message-ID: <2@people.example>", "Date: Mon, 9 Nov 2026 10:00:00 +0000"
    ),
    "other words under a stolen id": a_mail(*ID, body="She did nothing; he lies."),
    "words above a footer": a_mail(*LIST, *ID, own=BY_LIST, body=f"And more.\n{FOOTER}"),
    "words below a rule": a_mail(*LIST, *ID, own=BY_LIST, body=f"{SAID}\n______\nI saw it too."),
    "a footer without a list": a_mail(*ID, body=FOOTER),
    "somebody else's proved mail": a_mail(
        f"Authentication-Results: {US}; dmarc=pass header.from=people.example",
        *ID,
        own=("From: Birch <birch@people.example>", "To: conduct@community.example", "Subject: Insults"),
    ),
    "another subject": a_mail(*ID, own=("From: Rowan <rowan@people.example>", "Subject: Threats")),
}


@pytest.mark.harm("second-mail-taken-for-the-first")
@pytest.mark.parametrize("other", OTHER_MAILS.values(), ids=OTHER_MAILS)
async def test_no_other_mail_is_left_out_or_put_to_the_first_by_its_id(community: Community, other: bytes) -> None:
    """P-2.1, P-2.6: whoever knows an id can write it over words of their own."""
    await receive_all(community, ORIGINAL, other)
    first, second = await mailed(community)
    assert first.case != second.case


@pytest.mark.harm("forger-taken-for-the-reporter")
async def test_a_proved_mail_is_not_put_to_a_copy_that_says_more(community: Community) -> None:
    """P-2.6: whoever forged the copy does not speak for whom it names."""
    await receive_all(community, a_mail(*LIST, *ID, own=BY_LIST, body=f"{SAID} And I made it up."), ORIGINAL)
    forged, own = await mailed(community)
    assert not forged.verified
    assert own.verified
