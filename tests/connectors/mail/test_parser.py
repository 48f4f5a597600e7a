"""What else a mail is read for: to whom it was sent, whether it came before, and where answers to it go."""

import pytest

from connectors.mail.parser import find_token, is_ours
from tests.connectors.mail.mails import ADDRESS, SAID, US, a_mail, parts, plain, reading

GOOD = f"Authentication-Results: {US}; dmarc=pass header.from=people.example"


def test_a_plain_mail_is_read_whole() -> None:
    mail = reading(a_mail())
    assert (mail.sender, mail.sender_name, mail.subject, mail.text) == (
        "rowan@people.example",
        "Rowan",
        "Insults",
        SAID,
    )


@pytest.mark.harm("words-of-a-mail-lost")
def test_every_byte_that_came_in_is_kept() -> None:
    """P-2.1"""
    raw = parts(plain("Plain."), "Content-Type: image/png\r\n\r\nx") + b"\xff\x00 below everything"
    assert reading(raw).whole == raw


SAME: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "another way": (("Received: from one", "Message-ID: <1@x>"), ("Received: from two", "Message-ID: <1@x>")),
    "one server more": (("Received: from one",), ("Received: from two", "Received: from one")),
    "delivered to another": (("Delivered-To: a@b", "Date: today"), ("Delivered-To: c@d", "Date: today")),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_a_mail_is_the_same_by_whichever_way_it_came(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """P-2.10"""
    assert reading(a_mail(*one)).digest == reading(a_mail(*other)).digest


NOT_SAME: dict[str, tuple[bytes, bytes]] = {
    "other words under a stolen id": (a_mail("Message-ID: <1@x>"), a_mail("Message-ID: <1@x>", body="Something else.")),
    "a forged copy": (a_mail("Message-ID: <1@x>"), a_mail(GOOD, "Message-ID: <1@x>")),
    "a week later": (a_mail("Date: Mon, 2 Nov 2026"), a_mail("Date: Mon, 9 Nov 2026")),
    "a week later, without a date": (a_mail("Received: by mx; 2 Nov 2026"), a_mail("Received: by mx; 9 Nov 2026")),
    "another file": (
        parts(plain(), "Content-Type: image/png\r\n\r\nx"),
        parts(plain(), "Content-Type: image/png\r\n\r\ny"),
    ),
}


@pytest.mark.harm("second-mail-taken-for-the-first")
@pytest.mark.parametrize(("one", "other"), NOT_SAME.values(), ids=NOT_SAME)
def test_another_mail_is_never_taken_for_one_that_came(one: bytes, other: bytes) -> None:
    """P-2.1"""
    assert reading(one).digest != reading(other).digest


def test_a_mail_that_nothing_tells_from_another_day_says_so() -> None:
    assert not reading(a_mail()).distinct
    assert reading(a_mail("Date: today")).distinct


@pytest.mark.parametrize(
    ("recipient", "token"),
    [
        ("conduct+abc234@community.example", "abc234"),
        ("Conduct+ABC234@Community.Example", "abc234"),
        ("conduct@community.example", ""),
        ("conduct+abc@elsewhere.example", ""),
        ("other+abc@community.example", ""),
        ("conduct+../x@community.example", ""),
        ("conduct+back-0198a1b2-0000-7000-8000-0123456789ab@community.example", ""),
    ],
)
def test_the_address_made_for_a_party_is_found_among_the_recipients(recipient: str, token: str) -> None:
    assert find_token((recipient,), ADDRESS) == token


@pytest.mark.harm("answer-of-a-reporter-goes-astray")
@pytest.mark.parametrize(
    "head", ["To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To", "X-Delivered-To"]
)
def test_the_address_made_for_a_party_is_found_in_whichever_head_a_server_puts_it(head: str) -> None:
    """P-2.12"""
    mail = reading(a_mail(f"{head}: conduct+abc234@community.example", own=("From: a@b.example", "To: undisclosed:;")))
    assert find_token(mail.recipients, ADDRESS) == "abc234"


def test_the_address_made_for_a_party_is_found_in_a_list_of_recipients_that_follows_no_rule() -> None:
    mail = reading(a_mail("To: Conduct, (the <conduct+abc234@community.example>, x@y.example", own=()))
    assert find_token(mail.recipients, ADDRESS) == "abc234"


def test_every_address_of_ours_is_good_made_for_somebody_or_not() -> None:
    assert is_ours("conduct+anything@community.example", ADDRESS)
    assert is_ours("Conduct@Community.example", ADDRESS)
    assert not is_ours("conductor@community.example", ADDRESS)


def test_where_answers_go_is_kept_where_that_is_elsewhere() -> None:
    assert reading(a_mail("Reply-To: r.ash@home.example")).reply_to == "r.ash@home.example"
    assert reading(a_mail("Reply-To: ROWAN@people.example")).reply_to == ""
