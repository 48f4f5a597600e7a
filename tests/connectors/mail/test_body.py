"""Every word of a mail is read, or kept as a file, however a program wrote it."""

import base64

import pytest

from tests.connectors.mail.mails import SAID, a_mail, page, parts, plain, reading


def coded(content: bytes) -> str:
    """Return the bytes in base64."""
    return base64.encodebytes(content).decode().replace("\n", "\r\n")


WRAPPED: dict[str, bytes] = {
    "a page beside a list's footer": parts(page(f"<p>{SAID}</p>"), plain("-- \r\nconduct mailing list")),
    "a page behind a plain stub": parts(
        plain("Use a program that shows pages."), page(f"<p>{SAID}</p>"), kind="alternative"
    ),
    "a plain text behind a stub of a page": parts(plain(SAID), page("<p>See the text.</p>"), kind="alternative"),
    "a page whose head is never closed": a_mail("Content-Type: text/html", body=f"<html><head><meta x><body><p>{SAID}"),
    "a page whose title is never closed": a_mail("Content-Type: text/html", body=f"<p>hm</p><title>x<p>{SAID}</p>"),
    "a page whose style is never closed": a_mail("Content-Type: text/html", body=f"<style>p {{}}<p>{SAID}</p>"),
    "a page whose comment is never closed": a_mail("Content-Type: text/html", body=f"<p>hm</p><!-- <p>{SAID}</p>"),
    "a page of two thousand boxes": a_mail("Content-Type: text/html", body="<div>" * 2000 + SAID + "</div>" * 2000),
    "a page in a field of a form": a_mail("Content-Type: text/html", body=f"<form><textarea>{SAID}</textarea></form>"),
    "a page for those without scripts": a_mail(
        "Content-Type: text/html", body=f"<svg></svg><noscript>{SAID}</noscript>"
    ),
    "a page with one program's own marks": a_mail(
        "Content-Type: text/html", body=f"<!--[if mso]><p>no</p><![endif]--><![if !mso]><p>{SAID}</p><![endif]>"
    ),
    "a page in capitals": a_mail("CONTENT-TYPE: TEXT/HTML", body=f"<P>{SAID}</P>"),
    "a page by its other name": a_mail("Content-Type: application/xhtml+xml", body=f"<p>{SAID}</p>"),
    "no boundary": a_mail("Content-Type: multipart/mixed", body=SAID),
    "another boundary than is named": parts(plain(), boundary="real", declared="other"),
    "another boundary, and encoded": parts(
        "Content-Transfer-Encoding: base64\r\n\r\n" + coded(SAID.encode()), boundary="real", declared="other"
    ),
    "a boundary that begins like that around it": parts(
        f"Content-Type: multipart/alternative; boundary=bb\r\n\r\n--bb\r\n{plain()}\r\n--bb--"
    ),
    "cut off before its end": parts(plain()).removesuffix(b"--b--\r\n"),
    "words below all parts": parts(plain("hm")) + SAID.encode(),
    "words above all parts": parts(plain("hm")).replace(b"\r\n\r\n--b", f"\r\n\r\n{SAID}\r\n--b".encode(), 1),
    "a text with a name": a_mail('Content-Type: text/plain; name="body.txt"'),
    "a text that is called attached": a_mail("Content-Type: text/plain", "Content-Disposition: attachment"),
    "nothing but a text file": parts("Content-Disposition: attachment; filename=report.txt\r\n\r\n" + SAID),
    "nothing but a forwarded mail": parts(f"Content-Type: message/rfc822\r\n\r\nSubject: Fw\r\n\r\n{SAID}"),
    "an invitation": parts(
        plain("Invitation"), f"Content-Type: text/calendar\r\n\r\nDESCRIPTION:{SAID}", kind="alternative"
    ),
    "enriched text": a_mail("Content-Type: text/enriched", body=f"<bold>{SAID}</bold>"),
    "Markdown": a_mail("Content-Type: text/markdown; charset=utf-8"),
    "a kind of text that nobody knows": a_mail("Content-Type: text/x-own"),
    "half a type": a_mail("Content-Type: text"),
    "no type that can be read": a_mail("Content-Type: ;;;"),
    "one of several mails": a_mail('Content-Type: message/partial; id="x"; number=1; total=2'),
    "said to stand elsewhere": a_mail(
        "Content-Type: message/external-body; access-type=URL", body=f"A: b\r\n\r\n{SAID}"
    ),
    "signed": parts(plain(), "Content-Type: application/pgp-signature\r\n\r\n-----BEGIN", kind="signed"),
    "called base64 and plain": a_mail("Content-Transfer-Encoding: base64"),
    "base64 above a list's footer": a_mail(
        "Content-Transfer-Encoding: base64", body=coded(SAID.encode()) + "\r\n____\r\nconduct mailing list"
    ),
    "base64 of two pieces": a_mail(
        "Content-Transfer-Encoding: base64", body=coded(SAID[:20].encode()) + coded(SAID[20:].encode())
    ),
    "base64 whose padding is lost": a_mail(
        "Content-Transfer-Encoding: base64", body=base64.b64encode(SAID.encode()).decode().rstrip("=")
    ),
    "an encoding that nobody knows": a_mail("Content-Transfer-Encoding: x-own"),
    "an encoding with a slip": a_mail("Content-Transfer-Encoding: 8-bit"),
    "quoted-printable that is broken": a_mail(
        "Content-Transfer-Encoding: quoted-printable", body="=ZZ = 5=3D5\r\n" + SAID.replace(" me", " =\r\nme")
    ),
    "UTF-16": a_mail(
        "Content-Type: text/plain; charset=utf-16",
        "Content-Transfer-Encoding: base64",
        body=coded(SAID.encode("utf-16")),
    ),
    "a mark before its first head": b"\xef\xbb\xbf" + a_mail(),
    "a line of a mailbox file before it": b"From rowan@people.example Mon Nov  2 10:00:00 2026\n" + a_mail(),
    "an empty line before it": b"\r\n" + a_mail(),
    "a line among its heads that is none": a_mail("this is no head", own=("MIME-Version: 1.0", "From: a@b.example")),
    "lines that end in CR alone": a_mail().replace(b"\r\n", b"\r"),
    "lines that end in LF alone": a_mail().replace(b"\r\n", b"\n"),
    "heads and no empty line": b"From: a@b.example\r\nSubject: x\r\n \r\n" + SAID.encode(),
    "no sender": b"Subject: x\r\n\r\n" + SAID.encode(),
    "no heads at all": b"\r\n\r\n" + SAID.encode(),
    "a NUL in it": a_mail(body=SAID + "\0"),
}


@pytest.mark.harm("words-of-a-mail-lost")
@pytest.mark.parametrize("raw", WRAPPED.values(), ids=WRAPPED)
def test_what_somebody_typed_is_in_the_text_however_their_program_wrapped_it(raw: bytes) -> None:
    """P-2.1"""
    assert SAID in " ".join(reading(raw).text.split())


SETS: dict[str, tuple[str, str, str]] = {
    "the larger set of GB 2312": ("gb2312", "gb18030", "他一直在跟踪我。还说我“喆”和“囧”是废物。"),
    "under a name of its own": ("x-gbk", "gb18030", "他一直在跟踪我"),
    "the larger set of KS C 5601": ("ks_c_5601-1987", "cp949", "그가 나를 똠방각하 라고 불렀다"),
    "the larger set of Shift JIS": ("shift_jis", "cp932", "①髙橋さんに脅されました"),
    "Shift JIS by its old name": ("x-sjis", "cp932", "脅されました"),
    "Windows called Latin 1": ("iso-8859-1", "cp1252", "He said “go home” — 5 €"),
    "UTF-8 called Latin 1": ("iso-8859-1", "utf-8", "él me amenazó"),
    "UTF-8 called ASCII": ("us-ascii", "utf-8", "él me amenazó"),
    "UTF-8 under no name": ("", "utf-8", "Ünïcödé"),
    "UTF-8 and more in its name": ("utf-8; format=flowed", "utf-8", "él me amenazó"),
    "a name that nobody knows": ("no-such-set", "utf-8", "él me amenazó"),
    "a name that is no character set": ("punycode", "utf-8", "él me amenazó"),
    "Cyrillic of Windows": ("windows-1251", "cp1251", "Он мне угрожал"),
    "Cyrillic under no name": ("", "koi8-r", "Он мне угрожал"),
    "Latin 1 under no name": ("", "latin-1", "Belästigung am Stand"),
    "a mark that says more than its name": ("iso-8859-1", "utf-8-sig", "él me amenazó"),
}


@pytest.mark.harm("words-of-a-mail-lost")
@pytest.mark.parametrize(("label", "codec", "text"), SETS.values(), ids=SETS)
def test_a_text_is_read_in_the_characters_that_its_program_meant(label: str, codec: str, text: str) -> None:
    """P-2.1: in any language."""
    head = f'Content-Type: text/plain; charset="{label}"' if label else "Content-Type: text/plain"
    assert reading(a_mail(head, body=text.encode(codec))).text.split("\n")[0] == text


def test_a_page_is_read_in_the_characters_that_it_names_itself() -> None:
    body = '<meta charset="windows-1251"><p>Он мне угрожал</p>'.encode("cp1251")
    assert reading(a_mail("Content-Type: text/html", body=body)).text == "Он мне угрожал"


def test_a_text_whose_characters_are_a_guess_says_so() -> None:
    assert "does not say which characters" in reading(a_mail(body="Он мне угрожал".encode("koi8-r"))).text


PAGES: dict[str, tuple[str, str]] = {
    "lines of a talk": (
        "<pre>[10:01] kit: go away\n[10:02] rowan: stop</pre>",
        "[10:01] kit: go away\n[10:02] rowan: stop",
    ),
    "cells of a table": ("<table><tr><td>Kit</td><td>12</td><td>30</td></tr></table>", "Kit  12  30"),
    "what pictures show": ('<p>He sent me <img alt="🔪" src="x"></p>', "He sent me [🔪]"),
    "a quotation": (
        "<div>He wrote:</div><blockquote>worthless</blockquote><div>I left.</div>",
        "He wrote:\nworthless\nI left.",
    ),
    "signs that are no tags": ('<p>he is <5 m away & "I <3 you"</p>', 'he is <5 m away & "I <3 you"'),
    "breaks and lines": ("one<br/>two<BR>three<hr>four", "one\ntwo\nthree\nfour"),
    "the address behind a link": (
        '<p>See <a href="https://x.example/1">this</a></p>',
        "See [this](https://x.example/1)",
    ),
    "no scripts and styles": ("<style>p {}</style><p>Yes</p><script>no()</script>", "Yes"),
}


@pytest.mark.parametrize(("body", "text"), PAGES.values(), ids=PAGES)
def test_a_page_says_in_lines_what_it_says_as_a_page(body: str, text: str) -> None:
    assert reading(a_mail("Content-Type: text/html; charset=utf-8", body=body)).text == text


def test_alternatives_that_say_the_same_are_one_text() -> None:
    raw = parts(plain("They *insult* me:\r\n> go"), page("<p>They <b>insult</b> me:</p><q>go</q>"), kind="alternative")
    assert reading(raw).text == "They *insult* me:\n> go"


@pytest.mark.harm("words-of-a-mail-lost")
@pytest.mark.parametrize(
    "said",
    ["I did not answer him", "Kit hit me and then Sam", "I answered him twice"],
    ids=["a word less", "another order", "a word more"],
)
def test_alternatives_that_say_different_things_are_both_read(said: str) -> None:
    """P-2.1"""
    other = {"I did not answer him": "I did answer him", "Kit hit me and then Sam": "Sam hit me and then Kit"}
    text = reading(parts(plain(said), page(f"<p>{other.get(said, 'I answered him')}</p>"), kind="alternative")).text
    assert said in text
    assert other.get(said, "I answered him") in text


def test_of_two_that_say_the_same_the_one_with_the_address_is_read() -> None:
    raw = parts(
        plain("He posted this"), page('<p>He posted <a href="https://x.example/1">this</a></p>'), kind="alternative"
    )
    assert "https://x.example/1" in reading(raw).text


def test_a_programs_own_word_about_parts_is_no_persons() -> None:
    raw = parts(plain()).replace(b"\r\n\r\n--b", b"\r\n\r\nThis is a multi-part message in MIME format.\r\n--b", 1)
    assert reading(raw).text == SAID


UNREADABLE: dict[str, bytes] = {
    "encrypted": parts(
        "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
        "Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----",
        kind="encrypted",
    ),
    "sealed by S/MIME": a_mail(
        "Content-Type: application/pkcs7-mime; name=smime.p7m", "Content-Transfer-Encoding: base64", body="MIAG"
    ),
    "Outlook's own form": a_mail(
        "Content-Type: application/ms-tnef; name=winmail.dat", "Content-Transfer-Encoding: base64", body="eJ8+"
    ),
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE)
def test_a_mail_without_a_text_says_so_and_keeps_its_files(raw: bytes) -> None:
    mail = reading(raw)
    assert mail.text.startswith("[This mail has no text that can be read here. It has files: application/")
    assert mail.attachments


NAMES: dict[str, tuple[str, str]] = {
    "encoded as a word": ('filename="=?utf-8?b?RHJvaHVuZyDDvGJlciBKw7ZyZy5wbmc=?="', "Drohung über Jörg.png"),
    "encoded by its own rule, in two": ("filename*0*=utf-8''Drohung%20%C3%BC; filename*1=ber.png", "Drohung über.png"),
    "as it is": ('filename="Drohung über.png"', "Drohung über.png"),
    "with a way to elsewhere": ('filename="../../a\\\\b.png"', ".._.._a_b.png"),
}


@pytest.mark.parametrize(("said", "name"), NAMES.values(), ids=NAMES)
def test_a_file_has_the_name_that_its_sender_gave_it(said: str, name: str) -> None:
    file = f"Content-Type: image/png\r\nContent-Disposition: attachment; {said}\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw=="
    [found] = reading(parts(plain("see"), file)).attachments
    assert (found.file_name, found.content) == (name, b"\x89PNG")


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"From: \r\n\r\n", b"From: a@b, c@d\r\nSubject: =?utf-8?b?////?=\r\n\r\nx"]
)
def test_bytes_of_any_kind_are_read_and_kept(raw: bytes) -> None:
    mail = reading(raw)
    mail.text.encode()
    assert mail.whole == raw
    assert not mail.authentic


RECEIPT = "ABCDE-FGHJK-MNPQR-STUVW-XYZ23-4"
QUOTED: dict[str, bytes] = {
    "as it is": a_mail(body=f"> Your receipt: {RECEIPT}"),
    "in base64": a_mail("Content-Transfer-Encoding: base64", body=coded(f"> Your receipt: {RECEIPT}".encode())),
    "broken over two lines": a_mail(
        "Content-Transfer-Encoding: quoted-printable", body=f"> Your receipt: {RECEIPT[:9]}=\r\n{RECEIPT[9:]}"
    ),
    "in our mail, attached": parts(
        plain("see"),
        "Content-Type: message/rfc822\r\n\r\nContent-Transfer-Encoding: base64\r\n\r\n" + coded(RECEIPT.encode()),
    ),
    "in a text file": parts(plain("see"), f"Content-Disposition: attachment; filename=a.txt\r\n\r\n{RECEIPT}"),
}


@pytest.mark.harm("receipt-shown-in-kept-mail")
@pytest.mark.parametrize("raw", QUOTED.values(), ids=QUOTED)
def test_the_mail_that_is_kept_opens_nobodys_page(raw: bytes) -> None:
    """P-2.6: all who are on the case read it."""
    mail = reading(raw)
    kept = [mail.whole, *(each.content for each in mail.attachments)]
    inside = [reading(each) for each in kept]
    for content in (
        *kept,
        *(text.text.encode() for text in inside),
        *(f.content for m in inside for f in m.attachments),
    ):
        assert RECEIPT.encode() not in content
