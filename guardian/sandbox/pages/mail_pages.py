"""Mailboxes: each person's own, and the group's with its folders; and a mail to be written. Read `MailPages` first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.emulators.mail.mailboxes import INBOX
from guardian.sandbox.community import Human
from guardian.sandbox.pages.site import ROOT, SandboxSite
from guardian.sandbox.world import GROUP_ADDRESS
from guardian.web.forms import Form

_SECTION = "mail"


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail as somebody reads it; `answer_to` is where an answer goes."""

    sender: str
    answer_to: str
    subject: str
    date: str
    text: str
    folder: str = INBOX


class MailPages:
    """The pages of the emulated mail server."""

    def __init__(self, site: SandboxSite) -> None:
        self._site = site
        self._mail = site.sandbox.world.mail

    def routes(self) -> list[Route]:
        """Return the pages, and where their form is sent."""
        return [
            self._site.page("/mail", self.show_mailbox),
            self._site.page("/mail/group", self.show_group),
            self._site.act("/mail/write", self.write),
        ]

    async def show_mailbox(self, request: Request, human: Human) -> Response:
        """Show what was mailed to this person, and a mail to be written."""
        mails = list(_show(self._mail.mails(human.mail), INBOX))
        query = request.query_params
        to, subject = query.get("to", GROUP_ADDRESS), query.get("subject", "")
        return await self._render(
            "mailbox.html", human, mails, address=human.mail, to=to, subject=subject, group=GROUP_ADDRESS
        )

    async def show_group(self, _: Request, human: Human) -> Response:
        """Show the mailbox of the working group, which the service reads, folder by folder."""
        account = self._mail.mail_store.account_for(GROUP_ADDRESS)
        names = list(account.folders) if account else []
        mails = [each for name in names for each in _show(self._mail.mails(GROUP_ADDRESS, name), name)]
        return await self._render("group.html", human, mails, address=GROUP_ADDRESS)

    async def write(self, human: Human, form: Form) -> str:
        """Send the mail that this person has written."""
        self._mail.write(f"{human.name} <{human.mail}>", form.one("to"), form.one("subject"), form.one("text"))
        return self._base(human)

    async def _render(self, template: str, human: Human, mails: list[ShownMail], **facts: Any) -> Response:
        """The page with the newest mail first."""
        known = {"base": self._base(human), "mails": mails[::-1], **facts}
        return await self._site.render(f"mail/{template}", human, _SECTION, **known)

    def _base(self, human: Human) -> str:
        return f"{ROOT}/as/{human.key}/{_SECTION}"


def _show(mails: Iterable[EmailMessage], folder: str) -> Iterator[ShownMail]:
    for mail in mails:
        body = mail.get_body(("plain", "html"))
        yield ShownMail(
            sender=str(mail["From"]),
            answer_to=str(mail["Reply-To"] or mail["From"]),
            subject=str(mail["Subject"]),
            date=str(mail["Date"]),
            text=str(body.get_content()) if body is not None else "",
            folder=folder,
        )
