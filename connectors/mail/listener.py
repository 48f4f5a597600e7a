"""Takes mail from the mail server next to us, by LMTP or SMTP: it is answered as taken only once it is stored.

For a server on the same host or network alone: who may connect here can vouch for any sender.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from connectors.mail.intake import MailDisposition, MailEnvelope, MailProcessor
from connectors.mail.mailbox import MAX_MAIL_SIZE
from connectors.mail.parser import is_ours
from guardian.errors import Misconfigured
from guardian.logs import location_of, logger
from guardian.services.failed_items import isolate
from guardian.spaces.port import CheckResult

log = logger("mail")

_LONGEST_LINE: Final = 1_000_000
"""A mail server next door may hand on longer lines than it would send over the Internet."""
AT_LISTENER: Final = "a mail that the mail server handed over, and keeps"
_ACCEPTED: Final = "250 2.0.0 Taken in"
_TRY_LATER: Final = "451 4.3.0 Not taken in just now, please keep it and try again"
_NOT_HERE: Final = "550 5.1.1 No such address here"
_AUTOMATIC: Final = "550 5.7.1 Mail that is sent automatically is not read here"


@dataclass(frozen=True, slots=True)
class ListenerConfig:
    """Where the listener stands, and which protocol is spoken there."""

    host: str
    port: int
    lmtp: bool = True
    session_timeout: timedelta = timedelta(minutes=2)


class _Lmtp(LMTP):
    line_length_limit = _LONGEST_LINE


class _Smtp(SMTP):
    line_length_limit = _LONGEST_LINE


class _Handler:
    """Answers for one mail after the other. The method names are the library's."""

    def __init__(self, processor: MailProcessor, *, reply_to_each: bool) -> None:
        self._processor = processor
        self._reply_to_each = reply_to_each

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Every address of ours is good, made for somebody or not: whoever asks learns nothing of who has one."""
        if not is_ours(address, self._processor.config.address):
            return _NOT_HERE
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Good"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever goes wrong on our side, the mail server keeps the mail, and hears nothing of what it was."""
        log.error("mail.has_failed", kind=type(error).__name__, at=location_of(error))
        return _TRY_LATER

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Taken in once it is stored; on our own fault the mail server keeps it and comes again."""
        content = envelope.original_content or b""
        answer = _TRY_LATER

        async def take_in() -> None:
            nonlocal answer
            disposition = await self._processor.process(
                content, MailEnvelope(envelope.mail_from or "", tuple(envelope.rcpt_tos))
            )
            answer = _ACCEPTED if disposition is MailDisposition.RECEIVED else _AUTOMATIC

        # Where it fails, the mail server has the mail still, and keeps it.
        await isolate(self._processor.app, AT_LISTENER, hashlib.sha256(content).hexdigest(), take_in())
        # By LMTP there is one answer for each recipient (RFC 2033, 4.2).
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if self._reply_to_each else 1))


class MailListener:
    """Stands open between `start` and `stop`."""

    def __init__(self, processor: MailProcessor, config: ListenerConfig) -> None:
        self._processor, self._config = processor, config
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens, once it does."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else self._config.port

    async def start(self) -> None:
        """Start taking mail in; Misconfigured where the address is not to be had."""
        loop, config = asyncio.get_running_loop(), self._config
        try:
            self._server = await loop.create_server(self._create_session, config.host, config.port)
        except OSError as error:
            where = f"{config.host}:{config.port}"
            raise Misconfigured([f"mail.inbox.listen: {where} cannot be listened on: {error.strerror}"]) from error

    async def stop(self) -> None:
        """Stop taking mail in; what was not answered comes again."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def check(self) -> CheckResult:
        """Says where the mail server is to deliver to."""
        protocol = "LMTP" if self._config.lmtp else "SMTP"
        return CheckResult(f"Mail is taken in by {protocol} on {self._config.host}:{self._config.port}.", ok=True)

    def _create_session(self) -> SMTP:
        config = self._config
        kind: type[SMTP] = _Lmtp if config.lmtp else _Smtp
        facts: dict[str, Any] = {
            "data_size_limit": MAX_MAIL_SIZE,
            "timeout": config.session_timeout.total_seconds(),
            "hostname": "guardian",
            "ident": "Guardian",
            "enable_SMTPUTF8": True,
            "loop": asyncio.get_running_loop(),
        }
        return kind(_Handler(self._processor, reply_to_each=config.lmtp), **facts)
