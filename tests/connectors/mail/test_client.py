"""Mail out, over a real mail server on loopback that offers STARTTLS under a certificate authority of its own."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default as modern
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.mail.client import MailConfig, Mailer, Tls
from connectors.mail.translate import build_mail, translate_code
from guardian.clock import system_now
from guardian.spaces.outcomes import Done, Forbidden, Rejected, Unavailable

TO = "rowan@people.example"
TEXT = "Hello.\n\nPlease see https://guardian.example/p/abc = thank you.\n"


@dataclass(slots=True)
class SmtpServer:
    """What the server took, and what it answers to whom it should."""

    taken: list[Envelope] = field(default_factory=list)
    protected: list[bool] = field(default_factory=list)
    answer_to_sender: str = ""
    answer_to_recipient: str = "250 OK"
    answer_to_data: str = "250 taken as 42"

    async def handle_MAIL(  # noqa: N802  # the server's own name for it
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.answer_to_sender and "+" in address:
            return self.answer_to_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # the server's own name for it
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.answer_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  # likewise
        self.taken.append(envelope)
        self.protected.append(session.ssl is not None)
        return self.answer_to_data

    def mail(self) -> Message:
        [envelope] = self.taken
        assert isinstance(envelope.content, bytes)
        return message_from_bytes(envelope.content, _class=EmailMessage, policy=modern)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The authority's certificate, the server's certificate and its key."""
    home = tmp_path_factory.mktemp("papers")
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("authority", "authority", root_key, root_key, authority=True)
    leaf = _certificate("127.0.0.1", "authority", key, root_key, authority=False)
    paths = home / "ca.pem", home / "server.pem", home / "server.key"
    paths[0].write_bytes(root.public_bytes(Encoding.PEM))
    paths[1].write_bytes(leaf.public_bytes(Encoding.PEM))
    paths[2].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *, authority: bool
) -> x509.Certificate:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    now = system_now()
    made = x509.CertificateBuilder(name(issuer), name(subject), key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    if authority:
        uses = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        made = made.add_extension(uses, critical=True)
    else:
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(subject))]), critical=False)
    return made.sign(by, SHA256())


@pytest.fixture
def smtp_server() -> SmtpServer:
    return SmtpServer()


ServerWith = Callable[..., Any]


@pytest.fixture
async def server_with(smtp_server: SmtpServer, papers: tuple[Path, Path, Path]) -> AsyncIterator[ServerWith]:
    """Starts a mail server (with STARTTLS and a sign-in, where asked) and gives the mailer for it."""
    servers: list[asyncio.Server] = []

    async def start(*, tls: bool = True, sign_in: str | None = None, **changes: Any) -> Mailer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(papers[1], papers[2])

        def session() -> SMTP:
            return SMTP(
                smtp_server,
                hostname="mail.example",
                tls_context=context if tls else None,
                authenticator=lambda server, session, envelope, how, data: AuthResult(
                    success=data.password == (sign_in or "").encode(), handled=False
                ),
                auth_required=sign_in is not None,
                loop=asyncio.get_running_loop(),
            )

        server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
        servers.append(server)
        settings = {"tls": Tls.STARTTLS if tls else Tls.NONE, "ca_file": papers[0], **changes}
        port = server.sockets[0].getsockname()[1]
        return Mailer(
            MailConfig(host="127.0.0.1", port=port, sender="Guardian <guardian@community.example>", **settings),
            system_now,
        )

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


async def test_a_mail_arrives_protected_plain_and_marked_as_automatic(
    server_with: ServerWith, smtp_server: SmtpServer
) -> None:
    mailer = await server_with()
    assert await mailer.send(TO, "About your account = é", TEXT, "n-1") == Done("taken as 42")
    mail = smtp_server.mail()
    assert smtp_server.protected == [True]
    assert smtp_server.taken[0].rcpt_tos == [TO]
    assert (mail["Subject"], mail["Message-ID"]) == ("About your account = é", "<n-1@community.example>")
    assert (mail["Auto-Submitted"], mail["To"]) == ("auto-generated", TO)
    assert isinstance(mail, EmailMessage)
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == TEXT


@pytest.mark.harm("mail-thrown-away-for-its-form")
async def test_every_mail_says_when_it_was_written(server_with: ServerWith, smtp_server: SmtpServer) -> None:
    """P-5.5: some servers throw away what does not, and most add nothing to what a program hands over."""
    mailer = await server_with()
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    await Mailer(mailer._config, lambda: at).send(TO, "Subject", TEXT, "n-1")
    assert parsedate_to_datetime(smtp_server.mail()["Date"]) == at


@pytest.mark.harm("undelivered-counted-as-told")
@pytest.mark.parametrize(
    ("answers_to", "mail_from"),
    [
        ("conduct@community.example", "conduct+back-n-1@community.example"),
        ("conduct@elsewhere.example", "guardian@community.example"),
        (None, "guardian@community.example"),
    ],
)
async def test_what_comes_back_comes_to_an_address_that_names_the_mail(
    server_with: ServerWith, smtp_server: SmtpServer, answers_to: str | None, mail_from: str
) -> None:
    """P-6.2"""
    assert isinstance(await (await server_with(answers_to=answers_to)).send(TO, "Subject", TEXT, "n-1"), Done)
    assert smtp_server.taken[0].mail_from == mail_from


@pytest.mark.harm("mail-thrown-away-for-its-form")
async def test_a_server_that_lets_us_send_under_one_address_alone_takes_our_mail_all_the_same(
    server_with: ServerWith, smtp_server: SmtpServer
) -> None:
    """P-5.5"""
    smtp_server.answer_to_sender = "553 5.7.1 Not owned by user"
    mailer = await server_with(answers_to="conduct@community.example")
    assert isinstance(await mailer.send(TO, "Subject", TEXT, "n-1"), Done)
    assert [each.mail_from for each in smtp_server.taken] == ["guardian@community.example"]


async def test_a_server_without_tls_gets_nothing_in_the_clear(server_with: ServerWith, smtp_server: SmtpServer) -> None:
    mailer = await server_with(tls=False)
    strict = Mailer(
        MailConfig(host="127.0.0.1", port=mailer._config.port, sender="guardian@community.example", tls=Tls.STARTTLS),
        system_now,
    )
    assert isinstance(await strict.send(TO, "Subject", TEXT, "n-1"), Unavailable)
    assert smtp_server.taken == []
    assert isinstance(await mailer.send(TO, "Subject", TEXT, "n-1"), Done)


async def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    server_with: ServerWith, smtp_server: SmtpServer
) -> None:
    mailer = await server_with(ca_file=None)
    outcome = await mailer.send(TO, "Subject", TEXT, "n-1")
    assert isinstance(outcome, Unavailable)
    assert "certificate" in outcome.reason
    assert smtp_server.taken == []


async def test_a_wrong_password_is_forbidden_and_a_right_one_lets_in(
    server_with: ServerWith, smtp_server: SmtpServer
) -> None:
    wrong = await server_with(sign_in="right", username="guardian", password="wrong")
    assert isinstance(await wrong.send(TO, "Subject", TEXT, "n-1"), Forbidden)
    assert not (await wrong.check()).ok
    right = await server_with(sign_in="right", username="guardian", password="right")
    assert isinstance(await right.send(TO, "Subject", TEXT, "n-1"), Done)
    assert (await right.check()).ok


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("450 later", Unavailable), ("550 no such person", Rejected), ("530 sign in first", Forbidden)],
)
async def test_a_refused_recipient_is_for_now_or_for_good(
    server_with: ServerWith, smtp_server: SmtpServer, answer: str, outcome: type
) -> None:
    smtp_server.answer_to_recipient = answer
    assert isinstance(await (await server_with()).send(TO, "Subject", TEXT, "n-1"), outcome)
    assert smtp_server.taken == []


@pytest.mark.parametrize(("answer", "outcome"), [("452 full", Unavailable), ("554 spam", Rejected)])
async def test_a_refused_text_is_for_now_or_for_good(
    server_with: ServerWith, smtp_server: SmtpServer, answer: str, outcome: type
) -> None:
    smtp_server.answer_to_data = answer
    assert isinstance(await (await server_with()).send(TO, "Subject", TEXT, "n-1"), outcome)


@pytest.mark.parametrize(
    ("to", "subject", "message_id"),
    [
        (TO, "Subject\r\nBcc: all@people.example", "n-1"),
        (TO, "Subject\nX: y", "n-1"),
        (f"{TO}\r\nBcc: all@people.example", "Subject", "n-1"),
        (f"{TO}, all@people.example", "Subject", "n-1"),
        ("rowan", "Subject", "n-1"),
        (TO, "Subject", "n-1>\r\nX: y"),
    ],
)
async def test_a_head_that_could_be_read_as_more_is_rejected(
    server_with: ServerWith, smtp_server: SmtpServer, to: str, subject: str, message_id: str
) -> None:
    assert isinstance(await (await server_with()).send(to, subject, TEXT, message_id), Rejected)
    assert smtp_server.taken == []


def test_a_text_cannot_grow_a_head_or_a_second_part() -> None:
    made = build_mail(
        "guardian@community.example",
        TO,
        "Subject",
        "\r\nBcc: all@people.example\r\n.\r\nMAIL FROM:<x>",
        "n-1",
        system_now(),
    )
    assert isinstance(made, EmailMessage)
    assert made["Bcc"] is None
    assert not made.is_multipart()


async def test_a_server_that_is_not_there_is_unavailable(server_with: ServerWith) -> None:
    mailer = Mailer(MailConfig(host="127.0.0.1", port=9, sender="guardian@community.example"), system_now)
    assert isinstance(await mailer.send(TO, "Subject", TEXT, "n-1"), Unavailable)
    result = await mailer.check()
    assert not result.ok
    assert result.remedy


@pytest.mark.wire_time
async def test_a_server_that_says_nothing_is_left_at_the_ceiling() -> None:
    left = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        left.set()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    config = MailConfig(
        host="127.0.0.1", port=port, sender="guardian@community.example", call_ceiling=timedelta(seconds=0.1)
    )
    assert isinstance(await Mailer(config, system_now).send(TO, "Subject", TEXT, "n-1"), Unavailable)
    silent.close()
    await left.wait()


def test_the_password_never_shows_in_the_configurations_text() -> None:
    assert "hush" not in repr(MailConfig(host="h", port=25, sender="s", password="hush"))


@pytest.mark.parametrize(
    ("code", "outcome"), [(421, Unavailable), (451, Unavailable), (552, Rejected), (535, Forbidden)]
)
def test_codes_mean_what_mail_says_they_mean(code: int, outcome: type) -> None:
    assert isinstance(translate_code(code), outcome)
