"""What of a file can be read for names, in whichever way it is written down; and that what cannot be read says so."""

import base64
import io
import zipfile
from email.message import EmailMessage

import pytest

from guardian.cases.file_words import LONGEST, FileWords, read_words

NAME = "Dmitri Völkow"


def a_mail(text: str = "", **heads: str) -> EmailMessage:
    """A mail of somebody's."""
    mail = EmailMessage()
    for name, value in {"From": "Rowan <rowan@people.example>", "Subject": "Look", **heads}.items():
        mail[name] = value
    mail.set_content(text or "See below.")
    return mail


def mail_in_mail() -> bytes:
    """A mail with a mail in it, whose words are encoded."""
    mail, inner = a_mail(), a_mail()
    inner.set_content(f"It was {NAME}.", cte="base64")
    mail.add_attachment(inner)
    return mail.as_bytes()


def page_in_mail() -> bytes:
    """A mail that is a page, with the name cut by a tag."""
    mail = a_mail()
    mail.add_alternative("<p>It was Dm<b>itri</b> V&ouml;lkow.</p>", subtype="html")
    return mail.as_bytes()


def file_in_mail() -> bytes:
    """A mail with a text that is called a file of no kind."""
    mail = a_mail()
    mail.add_attachment(f"It was {NAME}.".encode(), maintype="application", subtype="octet-stream", filename="log")
    return mail.as_bytes()


READABLE = {
    "utf-8": f"It was {NAME}.".encode(),
    "utf-8-bom": f"It was {NAME}.".encode("utf-8-sig"),
    "utf-16": f"It was {NAME}.".encode("utf-16"),
    "windows": f"It was {NAME}.".encode("cp1252"),
    "html": b"<p>It was Dm<b>itri</b> V&ouml;lkow.</p>",
    "json": b'{"by": "Dmitri V\\u00f6lkow"}',
    "mail-subject": a_mail(Subject=f"It was {NAME}").as_bytes(),
    "mail-author": a_mail(From=f"{NAME} <d@people.example>").as_bytes(),
    "mail-in-mail": mail_in_mail(),
    "page-in-mail": page_in_mail(),
    "file-in-mail": file_in_mail(),
}


@pytest.mark.harm("named-in-a-file-and-told")
@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE)
def test_a_name_is_read_however_the_file_is_written(content: bytes) -> None:
    """P-2.5"""
    found = read_words([content])
    assert NAME in "\n".join(found.texts)
    assert not found.unread


def an_archive() -> bytes:
    """A file of files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.txt", NAME)
    return held.getvalue()


def a_sealed_mail() -> bytes:
    """A mail that only its reader's key opens."""
    return (
        b"From: rowan@people.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/encrypted; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b--\r\n"
    )


def a_mail_with_a_picture() -> bytes:
    """A mail with a picture."""
    mail = a_mail()
    mail.add_attachment(b"\x89PNG\r\n\x1a\n\x00", maintype="image", subtype="png", filename="shot.png")
    return mail.as_bytes()


UNREADABLE = {
    "picture": b"\x89PNG\r\n\x1a\n\x00",
    "paper": b"%PDF-1.7 plain",
    "archive": an_archive(),
    "sealed": b"-----BEGIN PGP MESSAGE-----\n\nhQEMA",
    "sealed-mail": a_sealed_mail(),
    "picture-in-mail": a_mail_with_a_picture(),
    "too-long": b"word " * (LONGEST // 5 + 1),
    "bytes": base64.b64decode("AAECAwQFBgc="),
}


@pytest.mark.harm("unread-file-told-to-all")
@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_says_so(content: bytes) -> None:
    """P-2.5"""
    assert read_words([content]).unread


def test_of_no_file_nothing_is_unread() -> None:
    assert read_words([]) == FileWords()
