"""What a mail is, from its bytes: hostile, broken and automatic ones too."""

import pytest

from connectors.mail.html_text import html_to_text
from connectors.mail.parser import MailKind, ParsedMail, find_token, is_ours, parse

US = "mx.community.example"
NOTICE = "0198a1b2-0000-7000-8000-0123456789ab"
GOOD = f"Authentication-Results: {US}; dmarc=pass header.from=people.example"


def a_mail(*heads: str, body: str = "They insult me.") -> bytes:
    """A plain mail of Rowan's, with these heads above its own."""
    own = ("From: Rowan <rowan@people.example>", "To: conduct@community.example", "Subject: Insults")
    return "\r\n".join([*heads, *own, "", body, ""]).encode()


def reading(raw: bytes, authserv_id: str | None = US) -> ParsedMail:
    """The mail as we read it."""
    return parse(raw, own_domain="community.example", authserv_id=authserv_id)


def test_a_plain_mail_is_read_whole() -> None:
    mail = reading(a_mail())
    assert (mail.kind, mail.sender, mail.sender_name, mail.subject, mail.text) == (
        MailKind.PERSONAL,
        "rowan@people.example",
        "Rowan",
        "Insults",
        "They insult me.",
    )


@pytest.mark.parametrize(
    ("heads", "authentic"),
    [
        ((GOOD,), True),
        ((f"Authentication-Results: {US}; dkim=pass header.d=people.example",), True),
        ((f"Authentication-Results: {US} 1; spf=none;\r\n dmarc=pass (p=none) header.from=people.example",), True),
        ((), False),
        ((f"Authentication-Results: {US}; dmarc=fail header.from=people.example",), False),
        ((f"Authentication-Results: {US}; dmarc=pass header.from=elsewhere.example",), False),
        ((f"Authentication-Results: {US}; dkim=pass header.d=elsewhere.example",), False),
        ((f"Authentication-Results: {US}; dkim=pass header.d=example",), False),
        ((f"Authentication-Results: {US}; spf=pass smtp.mailfrom=people.example",), False),
        (("Authentication-Results: other.example; dmarc=pass header.from=people.example",), False),
        (("Authentication-Results: other.example; dmarc=fail", GOOD), False),
        ((f"Authentication-Results: {US}; dmarc=fail header.from=people.example", GOOD), False),
        ((GOOD, "From: The Chair <chair@people.example>"), False),
        ((f"Authentication-Results: {US} (; dmarc=pass header.from=people.example); dmarc=none",), False),
        ((f"Authentication-Results: {US}.evil.example; dmarc=pass header.from=people.example",), False),
        (
            (
                f'Authentication-Results: {US}; spf=pass smtp.mailfrom="x dkim=pass header.d=people.example y"@e.example',
            ),
            False,
        ),
        (
            (f'Authentication-Results: {US}; spf=pass smtp.mailfrom="x;dkim=pass header.d=people.example;"@e.example',),
            False,
        ),
        ((f"Authentication-Results: {US}; spf=pass (of x (y) dkim=pass header.d=people.example)",), False),
        ((f"Authentication-Results: {US}; spf=pass smtp.mailfrom=x dkim=pass header.d=people.example",), False),
        ((f"Authentication-Results: {US}; dkim=pass header.d=e.example header.d=people.example",), False),
        ((f'Authentication-Results: {US}; spf=pass smtp.mailfrom="x\\";dkim=pass header.d=people.example',), False),
        ((f'Authentication-Results: {US}; dkim=pass (2048-bit "rsa") header.d=people.example header.i=@x',), True),
    ],
)
def test_only_our_own_servers_topmost_word_makes_a_sender_authentic(heads: tuple[str, ...], authentic: bool) -> None:
    """P-2.6: anybody can write such a head into their own mail."""
    assert reading(a_mail(*heads)).authentic is authentic


def test_without_a_configured_server_nobody_is_authentic() -> None:
    assert not reading(a_mail(GOOD), authserv_id=None).authentic


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (vacation)",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
        "Return-Path: <>",
        f"Message-ID: <{NOTICE}@community.example>",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
        "\r\n".join(f"Received: from h{n}" for n in range(60)),
    ],
)
def test_what_no_person_wrote_is_seen_as_that(head: str) -> None:
    """An answer to it would come back for ever."""
    assert reading(a_mail(head)).kind is MailKind.AUTOMATIC


@pytest.mark.parametrize("head", ["Precedence: list", "List-Id: <conduct.community.example>", "Precedence: bulk"])
def test_a_report_that_came_by_way_of_a_list_is_a_persons(head: str) -> None:
    """Groups read their address through a list: what is no machine's is never set aside for that."""
    mail = reading(a_mail(head))
    assert (mail.kind, mail.via_list) == (MailKind.PERSONAL, True)


def test_a_mail_of_a_person_who_says_so_is_a_letter() -> None:
    assert reading(a_mail("Auto-Submitted: no")).kind is MailKind.PERSONAL


def a_bounce(action: str, message_id: str = f"<{NOTICE}@community.example>") -> bytes:
    """Word of a delivery, as mail servers write it."""
    parts = (
        "Content-Type: text/plain\r\n\r\nIt could not be delivered.",
        f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nAction: {action}\r\nStatus: 5.1.1",
        f"Content-Type: text/rfc822-headers\r\n\r\nFrom: conduct@community.example\r\nMessage-ID: {message_id}",
    )
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    return a_mail("Content-Type: multipart/report; report-type=delivery-status; boundary=b", body=body)


@pytest.mark.parametrize(
    ("action", "message_id", "back"),
    [
        ("failed", f"<{NOTICE}@community.example>", (NOTICE,)),
        ("delayed", f"<{NOTICE}@community.example>", ()),
        ("failed", f"<{NOTICE}@elsewhere.example>", ()),
        ("failed", "<something@community.example>", ()),
    ],
)
def test_a_bounce_names_the_mail_of_ours_that_it_brings_back(action: str, message_id: str, back: tuple[str]) -> None:
    """P-6.2"""
    mail = reading(a_bounce(action, message_id))
    assert (mail.kind, mail.bounced_ids) == (MailKind.BOUNCE, back)


def test_a_bounce_with_the_whole_mail_in_it_is_read_as_well() -> None:
    raw = a_bounce("failed").replace(b"text/rfc822-headers", b"message/rfc822")
    assert reading(raw).bounced_ids == (NOTICE,)


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        ("Content-Type: text/plain; charset=no-such-charset", "It hurt: é".encode().decode("latin-1"), None),
        ("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64", "!!!!", None),
        ("Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit", "caf\xe9", None),
        ("Content-Type: multipart/mixed", "no boundary at all", None),
        ("Content-Type: text/html", "<p>They <b>insult</b> me.</p><script>x()</script>", "They insult me."),
        ("Content-Type: ;;;", "They insult me.", "They insult me."),
    ],
)
def test_a_broken_mail_is_read_as_well_as_can_be(head: str, body: str, text: str | None) -> None:
    """P-2.1: no mail is lost because of how a program wrote it."""
    mail = reading(a_mail(head, body=body))
    assert mail.kind is MailKind.PERSONAL
    assert text is None or mail.text == text
    mail.text.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: \r\n\r\n",
        b"From: a@b, c@d\r\nSubject: =?utf-8?b?////?=\r\n\r\nx",
        b"\n\nonly a body",
    ],
)
def test_bytes_of_any_kind_are_read(raw: bytes) -> None:
    assert not reading(raw).authentic


def test_a_link_keeps_its_address_beside_its_words() -> None:
    assert html_to_text('<div>See <a href="https://x.example/1">this</a></div>') == "See this (https://x.example/1)"


def test_files_are_kept_as_bytes_and_a_text_beside_a_page_is_preferred() -> None:
    body = (
        "--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n"
        "--i\r\nContent-Type: text/plain\r\n\r\nPlain.\r\n--i\r\nContent-Type: text/html\r\n\r\n<p>Page.</p>\r\n--i--\r\n"
        '--o\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="../a.png"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--o--\r\n"
    )
    mail = reading(a_mail("Content-Type: multipart/mixed; boundary=o", body=body))
    assert mail.text == "Plain."
    assert [(each.file_name, each.content) for each in mail.attachments] == [(".._a.png", b"\x89PNG")]


def test_a_mail_is_the_same_by_whichever_way_it_came_and_another_with_a_stolen_id_is_not() -> None:
    """P-2.10"""
    first = reading(a_mail("Received: from one", "Message-ID: <1@x>"))
    assert first.digest == reading(a_mail("Received: from two", "Message-ID: <1@x>")).digest
    assert first.digest != reading(a_mail("Message-ID: <1@x>", body="Something else.")).digest
    assert first.digest != reading(a_mail(GOOD, "Message-ID: <1@x>")).digest


@pytest.mark.parametrize(
    ("recipient", "token"),
    [
        ("conduct+abc234@community.example", "abc234"),
        ("Conduct+ABC234@Community.Example", "abc234"),
        ("conduct@community.example", ""),
        ("conduct+abc@elsewhere.example", ""),
        ("other+abc@community.example", ""),
        ("conduct+../x@community.example", ""),
    ],
)
def test_the_address_made_for_a_party_is_found_among_the_recipients(recipient: str, token: str) -> None:
    assert find_token((recipient,), "conduct@community.example") == token


def test_every_address_of_ours_is_good_made_for_somebody_or_not() -> None:
    assert is_ours("conduct+anything@community.example", "conduct@community.example")
    assert not is_ours("conductor@community.example", "conduct@community.example")
