"""What no person wrote: answers by themselves, and word that a mail of ours was not delivered."""

import base64

import pytest

from connectors.mail.parser import MailKind
from tests.connectors.mail.mails import NOTICE, OWN_ID, SAID, TO_BOUNCES, a_mail, parts, plain, reading

NOBODY = "Return-Path: <>"
ABOUT_OURS = f"In-Reply-To: {OWN_ID}"
OUR_HEADS = f"From: conduct@community.example\r\nMessage-ID: {OWN_ID}\r\nSubject: A notice"
SENT_BACK = f"\r\n--- Below this line is a copy of the message.\r\n\r\n{OUR_HEADS}\r\n\r\nHello"
STATUS = (
    "Reporting-MTA: dns;far.example\r\n\r\nFinal-Recipient: rfc822;pat@far.example\r\nAction: failed\r\nStatus: 5.1.1"
)


def a_report(*pieces: str, kind: str = "; report-type=delivery-status", heads: tuple[str, ...] = (NOBODY,)) -> bytes:
    """Return word of a delivery, as mail servers write it."""
    body = "".join(f"--b\r\n{part}\r\n" for part in (plain("No such user."), *pieces)) + "--b--\r\n"
    return a_mail(*heads, f"Content-Type: multipart/report{kind}; boundary=b", body=body)


def a_status(text: str = STATUS, kind: str = "message/delivery-status", head: str = "") -> str:
    """Return the part that says what became of it."""
    return f"Content-Type: {kind}\r\n{head}\r\n{text}"


def ours(kind: str = "message/rfc822", head: str = "", text: str = OUR_HEADS) -> str:
    """Return the part with our mail in it."""
    return f"Content-Type: {kind}\r\n{head}\r\n{text}"


FAR = ("From: MAILER-DAEMON@far.example", "Subject: failure notice")
NOT_DELIVERED: dict[str, bytes] = {
    "by the rules": a_report(a_status(), ours()),
    "with our heads alone": a_report(a_status(), ours("text/rfc822-headers")),
    "without saying what it reports": a_report(a_status(), ours(), kind=""),
    "without a space": a_report(a_status(STATUS.replace("Action: ", "Action:")), ours()),
    "in capitals": a_report(a_status(STATUS.upper()), ours()),
    "for addresses of any letters": a_report(
        a_status(kind="message/global-delivery-status"),
        ours("message/global-headers"),
        kind="; report-type=global-delivery-status",
    ),
    "with our id on a line of its own": a_report(a_status(), ours(text=f"Message-ID:\r\n {OWN_ID}\r\nSubject: x")),
    "in base64": a_report(
        a_status(base64.encodebytes(STATUS.encode()).decode(), head="Content-Transfer-Encoding: base64\r\n"),
        ours(
            "text/rfc822-headers",
            "Content-Transfer-Encoding: quoted-printable\r\n",
            OUR_HEADS.replace(NOTICE, f"{NOTICE[:9]}=\r\n{NOTICE[9:]}"),
        ),
    ),
    "without our mail, by Exchange": a_report(
        a_status(), heads=(NOBODY, "Auto-Submitted: auto-replied", ABOUT_OURS, "From: postmaster@far.example")
    ),
    "one of two recipients": a_report(a_status(f"{STATUS}\r\n\r\nAction: delivered"), ours()),
    "by qmail": a_mail(NOBODY, own=FAR, body=f"Hi. This is the qmail-send program at far.example.\r\n{SENT_BACK}"),
    "by an old Exim": a_mail(
        NOBODY, "X-Failed-Recipients: pat@far.example", "Auto-Submitted: auto-replied", own=FAR, body=SENT_BACK
    ),
    "by a program that nobody knows": a_mail(NOBODY, own=("From: robot@far.example",), body=f"Nope.\r\n{SENT_BACK}"),
    "from nobody as one server says it": a_mail("Return-Path:  < >", own=FAR, body=SENT_BACK),
    "to the address for it alone": a_mail(NOBODY, f"Delivered-To: {TO_BOUNCES}", own=FAR, body="Nope."),
    "to the address for it, from a daemon": a_mail(
        f"To: {TO_BOUNCES}",
        own=FAR,
        body="Hi. This is the qmail-send program at far.example.\r\n\r\n<pat@far.example>:\r\nSorry.",
    ),
    "from a daemon that names itself": a_mail(
        own=FAR, body=f"Hi. This is the qmail-send program at f.\r\n\r\n<pat@far.example>:\r\nSorry.\r\n{SENT_BACK}"
    ),
}


@pytest.mark.harm("undelivered-counted-as-told")
@pytest.mark.parametrize("raw", NOT_DELIVERED.values(), ids=NOT_DELIVERED)
def test_a_mail_of_ours_that_came_back_in_any_shape_was_not_delivered(raw: bytes) -> None:
    """P-5.5, P-6.2"""
    mail = reading(raw)
    assert (mail.kind, mail.bounced_ids) == (MailKind.BOUNCE, (NOTICE,))


@pytest.mark.harm("undelivered-counted-as-told")
def test_nobody_as_the_sender_of_the_envelope_is_enough() -> None:
    mail = reading(a_mail(own=("From: robot@far.example",), body=SENT_BACK), mail_from="")
    assert (mail.kind, mail.bounced_ids) == (MailKind.BOUNCE, (NOTICE,))


NO_WORD_OF_FAILURE: dict[str, bytes] = {
    "delayed": a_report(a_status(STATUS.replace("failed", "delayed")), ours()),
    "delivered": a_report(a_status(STATUS.replace("failed", "delivered")), ours()),
    "about another's mail": a_report(a_status(), ours(text=f"Message-ID: <{NOTICE}@elsewhere.example>")),
    "about an id that is no notice's": a_report(a_status(), ours(text="Message-ID: <x@community.example>")),
    "about a domain that ends like ours": a_report(
        a_status(), ours(text=f"Message-ID: <{NOTICE}@community.example.org>")
    ),
    "read": a_report(ours(), kind="; report-type=disposition-notification"),
    "away, from nobody": a_mail(NOBODY, "Auto-Submitted: auto-replied", ABOUT_OURS, body="I am away until Monday."),
    "away, from nobody, at the address for bounces": a_mail(
        NOBODY, f"To: {TO_BOUNCES}", "Subject: Automatische Antwort: A notice", own=("From: a@b.example",), body="Weg."
    ),
    "from nobody, and about nothing": a_mail(NOBODY),
}


@pytest.mark.harm("told-of-a-failure-that-was-none")
@pytest.mark.parametrize("raw", NO_WORD_OF_FAILURE.values(), ids=NO_WORD_OF_FAILURE)
def test_what_says_nothing_of_failure_undoes_no_delivery(raw: bytes) -> None:
    """P-6.2"""
    mail = reading(raw)
    assert (mail.kind, mail.bounced_ids) == (MailKind.AUTOMATIC, ())


AUTOMATIC: dict[str, bytes] = {
    "by its name": a_mail("Auto-Submitted: auto-replied"),
    "by its name, with a comment": a_mail("Auto-Submitted: auto-replied (vacation)"),
    "as a message": a_mail("Auto-Submitted: auto-notified; owner-email=a@b.example"),
    "made for an answer to ours": a_mail("Auto-Submitted: auto-generated", ABOUT_OURS),
    "by an older name": a_mail("X-Autoreply: yes"),
    "by another": a_mail("X-Autoresponder: 1"),
    "by its precedence": a_mail("Precedence: auto_reply"),
    "from nobody": a_mail(NOBODY),
    "round and round": a_mail("\r\n".join(f"Received: from h{n}" for n in range(60))),
    "by Exchange, without heads": a_mail(
        "To: conduct+abc234@community.example", "X-MS-Exchange-Inbox-Rules-Loop: rowan@people.example"
    ),
    "in German": a_mail(ABOUT_OURS, own=("From: a@b.example", "Subject: Abwesenheitsnotiz: A notice")),
    "in French": a_mail(ABOUT_OURS, own=("From: a@b.example", "Subject: Réponse automatique : A notice")),
    "in Japanese": a_mail(ABOUT_OURS, own=("From: a@b.example", "Subject: 自動応答\uff1a A notice")),
    "to an address made for a party": a_mail(
        own=("From: a@b.example", "To: conduct+abc234@community.example", "Subject: Automatic reply: A notice")
    ),
    "to the address for bounces": a_mail(f"Delivered-To: {TO_BOUNCES}"),
}


@pytest.mark.harm("absence-taken-for-the-reporters-words")
@pytest.mark.parametrize("raw", AUTOMATIC.values(), ids=AUTOMATIC)
def test_what_a_machine_answers_is_nobodys_words(raw: bytes) -> None:
    """P-2.12: an answer to it would come back for ever."""
    assert reading(raw).kind is MailKind.AUTOMATIC


LETTERS: dict[str, bytes] = {
    "that says so": a_mail("Auto-Submitted: no"),
    "that says so in capitals": a_mail("AUTO-SUBMITTED: No"),
    "no automatic answer": a_mail("X-Autoreply: no"),
    "an empty head": a_mail("X-Autorespond: "),
    "for whom no answers shall come": a_mail("X-Auto-Response-Suppress: All"),
    "with a mark against loops": a_mail("X-Loop: x"),
    "by way of a list": a_mail("Precedence: list", "List-Id: <conduct.community.example>"),
    "of a form on a website": a_mail("Auto-Submitted: auto-generated"),
    "that is moved by a rule": a_mail("X-MS-Exchange-Inbox-Rules-Loop: rowan@people.example"),
    "an answer to ours": a_mail(ABOUT_OURS, "Subject: Re: A notice"),
    "an answer that quotes our heads": a_mail(ABOUT_OURS, body=f"{SAID}\r\n{SENT_BACK}"),
    "about an automatic answer": a_mail(own=("From: a@b.example", "Subject: Automatic reply: he sends me hundreds")),
    "of absence": a_mail(ABOUT_OURS, own=("From: a@b.example", "Subject: Out of office he followed me")),
    "taken back": a_mail(own=("From: a@b.example", "Subject: Recall: About the meetup")),
    "from a program that makes ids like ours": a_mail(f"Message-ID: {OWN_ID}"),
    "of whoever keeps a mail server": a_mail(
        own=("From: postmaster@people.example", "Subject: x"), body=f"{SAID}\r\n{SENT_BACK}"
    ),
    "with a bounce that somebody got": parts(
        plain(), "Content-Type: message/rfc822\r\n\r\n" + a_report(a_status(), ours()).decode(), boundary="outer"
    ),
    "with the status of a delivery": parts(plain(), a_status(), ours()),
}


@pytest.mark.harm("letter-taken-for-a-machines")
@pytest.mark.parametrize("raw", LETTERS.values(), ids=LETTERS)
def test_a_letter_is_a_letter_whatever_its_program_adds(raw: bytes) -> None:
    """P-2.1"""
    mail = reading(raw)
    assert mail.kind is MailKind.PERSONAL
    assert SAID in mail.text


def test_an_id_like_ours_is_named_for_whoever_knows_what_was_sent() -> None:
    assert reading(a_mail(f"Message-ID: {OWN_ID}")).own_id == NOTICE
    assert reading(a_mail(f"Message-ID: <{NOTICE}@people.example>")).own_id == ""


def test_a_mail_that_a_program_made_is_marked_as_that() -> None:
    assert reading(a_mail("Auto-Submitted: auto-generated")).generated
    assert not reading(a_mail("Auto-Submitted: no")).generated
