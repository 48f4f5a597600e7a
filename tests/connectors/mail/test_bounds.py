"""Mails that were made to be slow to read: their time grows with their length, and their words are kept."""

from collections.abc import Callable
from time import process_time

import pytest

from connectors.mail.html_text import html_to_text
from tests.connectors.mail.mails import SAID, a_mail, page, plain, reading

Maker = Callable[[int], bytes]


def _nested(n: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(n))


def _many(part: str, n: int, kind: str = "mixed") -> bytes:
    return a_mail(f"Content-Type: multipart/{kind}; boundary=b", body=f"--b\r\n{part}\r\n" * n)


SLOW: dict[str, Maker] = {
    "tags that are never closed": lambda n: a_mail("Content-Type: text/html", body="<a " * n),
    "attributes": lambda n: a_mail(
        "Content-Type: text/html", body="<p " + "".join(f"a{at}=1\t" for at in range(n)) + ">x"
    ),
    "boxes": lambda n: a_mail("Content-Type: text/html", body="<div>" * n),
    "tables in tables": lambda n: a_mail("Content-Type: text/html", body="<table><tr><td>" * n),
    "a wide table": lambda n: a_mail("Content-Type: text/html", body="<table>" + "<tr><td>a" * n + "x" * n * 5),
    "comments": lambda n: a_mail("Content-Type: text/html", body="<!--" * n),
    "styles": lambda n: a_mail("Content-Type: text/html", body="<style" * n),
    "entities": lambda n: a_mail("Content-Type: text/html", body="&lt" * n),
    "parts": lambda n: _many("\r\nx", n),
    "pages": lambda n: _many(page("<p>x" * 100), n // 100),
    "alternatives": lambda n: _many(plain("x " * 1000), n // 100, "alternative"),
    "parts in parts": _nested,
    "mails in mails": lambda n: b"Content-Type: message/rfc822\r\n\r\n" * n,
    "parts of parts without a boundary": lambda n: b"".join(
        b"Content-Type: multipart/mixed\r\n\r\n--b%d\r\n" % at for at in range(n)
    ),
    "parameters": lambda n: a_mail("Content-Type: text/plain" + "; a=b" * n),
    "parameters in pieces": lambda n: a_mail("Content-Type: text/plain" + "".join(f"; n*{at}=a" for at in range(n))),
    "brackets in a sender": lambda n: a_mail("From: " + "(" * n),
    "senders": lambda n: a_mail("From: " + "a," * n),
    "dots in a sender": lambda n: a_mail("From: " + "a." * n),
    "encoded words": lambda n: a_mail("Subject: " + "=?utf-8?q?" * n),
    "heads": lambda n: a_mail(*(f"X-{at}: y" for at in range(n))),
    "lines of one head": lambda n: a_mail("Subject: x" + "\r\n y" * n),
    "results of checks": lambda n: a_mail("Authentication-Results: mx.community.example; spf=pass reason=" + "a" * n),
    "domains of a list": lambda n: a_mail("List-Id: " + "a." * n),
    "pieces of base64": lambda n: a_mail("Content-Transfer-Encoding: base64", body="AA==\r\n" * n),
    "characters under no name": lambda n: a_mail(body=b"\xd0\xfe " * n),
    "letters that stand for eighteen": lambda n: a_mail(body="\ufdfa" * n),
    "a bounce of addresses": lambda n: a_mail("Return-Path: <>", body="<a@b.example>: x\r\n" * n),
    "a bounce of signs": lambda n: a_mail("Return-Path: <>", body="<" * n),
    "ids in each other": lambda n: a_mail("Return-Path: <>", body="0198a1b2-0000-7000-8000-0123456789ab" * n),
    "marks of boundaries": lambda n: a_mail("Content-Type: multipart/mixed; boundary=b", body="--b--\r\n" * n),
}


@pytest.mark.harm("service-stopped-by-one-mail")
@pytest.mark.parametrize("maker", SLOW.values(), ids=SLOW)
def test_a_mail_that_was_made_to_be_slow_is_read_in_a_time_that_grows_with_its_length(maker: Maker) -> None:
    """P-2.10: eight times the length takes about eight times as long; what is quadratic takes sixty-four."""
    small, large = maker(5_000), maker(40_000)
    reading(small)
    begun = process_time()
    reading(small)
    once = process_time() - begun
    reading(large)
    eightfold = process_time() - begun - once
    assert eightfold <= 24 * once + 0.5


BUILT: dict[str, bytes] = {
    "parts in parts": _nested(2000) + f"\r\n{SAID}".encode(),
    "too many parts": a_mail(
        "Content-Type: multipart/mixed; boundary=b", body=f"{SAID}\r\n" + "--b\r\n\r\nx\r\n" * 20_000
    ),
    "mails in mails": a_mail("Content-Type: message/rfc822", body="Content-Type: message/rfc822\r\n\r\n" * 100 + SAID),
}


@pytest.mark.harm("words-of-a-mail-lost")
@pytest.mark.parametrize("raw", list(BUILT.values()), ids=BUILT)
def test_a_mail_that_is_not_taken_apart_is_kept_whole_and_says_so(raw: bytes) -> None:
    """P-2.1"""
    mail = reading(raw)
    assert mail.text.startswith("[This mail is built in a way that is not read here")
    assert mail.whole == raw


def test_the_heads_of_a_mail_that_is_not_taken_apart_are_read() -> None:
    mail = reading(BUILT["too many parts"])
    assert (mail.sender, mail.subject) == ("rowan@people.example", "Insults")


def test_a_text_of_any_length_is_read_to_a_bound_and_kept_whole() -> None:
    mail = reading(a_mail(body=SAID + " ooo" * 500_000))
    assert mail.text.startswith(SAID)
    assert mail.text.endswith("[This part is longer; all of it is among the files.]")
    assert len(mail.attachments[0].content) > 2_000_000


def test_a_page_that_would_take_long_to_lay_out_is_read_all_the_same() -> None:
    assert html_to_text("<p>x" * 6000 + SAID).endswith(SAID)
