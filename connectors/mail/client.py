"""The mail server as we speak to it: one message, one connection, within a ceiling.

Where TLS is configured, nothing goes out in the clear, whatever the server offers.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path

import aiosmtplib

from connectors.mail import translate
from guardian.spaces.outcomes import Done, Outcome, Rejected, Unavailable
from guardian.spaces.port import CheckResult


class Tls(StrEnum):
    """How the connection is protected: not at all (a server on this host), after a greeting, or from the first byte."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class MailConfig:
    """Which server takes our mail, and from whom. `ca_file`: a certificate authority of one's own.

    `answers_to` is the group's own address where answers are read; the secret part for a party goes into it.
    """

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls = Tls.STARTTLS
    ca_file: Path | None = None
    call_ceiling: timedelta = timedelta(seconds=30)
    answers_to: str | None = None


class Mailer:
    """Sends one mail at a time; `now` is the instant that a mail is dated with."""

    def __init__(self, config: MailConfig, now: Callable[[], datetime]) -> None:
        self._config, self._now = config, now
        self._context = ssl.create_default_context(cafile=str(config.ca_file) if config.ca_file else None)

    @property
    def name(self) -> str:
        """Its name among the ways out."""
        return "mail"

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        """The mail server has taken the mail (Done with its answer), or it says why not. `message_id` makes a repeated
        sending recognisable: it becomes the Message-ID. With a `reply_token`, answers go to an address with it in it."""
        reply_to = translate.with_token(self._config.answers_to, reply_token)
        message = translate.build_mail(self._config.sender, to, subject, text, message_id, self._now(), reply_to)
        if not isinstance(message, EmailMessage):
            return message
        plain = translate.bounce_address(None, self._config.sender, message_id)
        own = translate.bounce_address(self._config.answers_to, self._config.sender, message_id)
        outcome = await self._hand_over(message, own)
        # Some servers let an account send under its own address alone. What was refused for good has reached nobody.
        return await self._hand_over(message, plain) if isinstance(outcome, Rejected) and own != plain else outcome

    async def _hand_over(self, message: EmailMessage, mail_from: str) -> Outcome:
        try:
            async with asyncio.timeout(self._config.call_ceiling.total_seconds()), self._connection() as server:
                refused, answer = await server.send_message(message, sender=mail_from)
        except translate.FAULTS as error:
            return translate.translate_error(error)
        return Done(answer) if not refused else Unavailable("the mail server took it for nobody")

    async def check(self) -> CheckResult:
        """Return whether the mail server lets us in as configured; nothing is sent."""
        try:
            async with asyncio.timeout(self._config.call_ceiling.total_seconds()), self._connection() as server:
                await server.noop()
        except translate.FAULTS as error:
            return translate.to_check_result(translate.translate_error(error))
        return CheckResult("The mail server lets us in.", ok=True)

    def _connection(self) -> aiosmtplib.SMTP:
        config = self._config
        return aiosmtplib.SMTP(
            hostname=config.host,
            port=config.port,
            username=config.username,
            password=config.password,
            use_tls=config.tls is Tls.TLS,
            start_tls=config.tls is Tls.STARTTLS,
            tls_context=None if config.tls is Tls.NONE else self._context,
            timeout=config.call_ceiling.total_seconds(),
        )
