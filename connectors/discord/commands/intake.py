"""The way in on Discord: /report, the menus of a message and of a member, and a report that is sent by the form.

A report is stored before it is answered, and whatever goes wrong, the reporter has their text back.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

import discord

from connectors.discord.ceiling import bounded
from connectors.discord.commands import adding, report_form
from connectors.discord.commands.adding import Adding
from connectors.discord.commands.direct import Letters
from connectors.discord.commands.report_form import LETTERS, MEMBER, MESSAGE, Draft, Lists
from connectors.discord.commands.status import Status
from connectors.discord.forms import Filled
from connectors.discord.keeping import Keeping
from connectors.discord.panels import Attached, Button, Reply, Style, named
from connectors.discord.reported import Reported
from connectors.discord.serving import Asked, Counter, hold, note_fault, our_fault
from connectors.discord.tongue import kept_language, locale_of, name_of, refusal
from guardian.cases.values import Door
from guardian.desk import intake
from guardian.desk.intake import EvidenceIn, Received, Submission
from guardian.desk.who import member_behind
from guardian.errors import GuardianError
from guardian.ids import MemberId, new_id
from guardian.notices.catalogue import say
from guardian.spaces.port import Account

REPORT: Final = "report"
AGAIN: Final = "report-again"

_UNSENT: Final = (500, timedelta(minutes=30))
_HANDLES: Final = (500, timedelta(minutes=30))
_DOORS: Final = {MESSAGE: Door.DISCORD_MESSAGE, MEMBER: Door.DISCORD_MEMBER, LETTERS: Door.DISCORD_DIRECT}


@dataclass(frozen=True, slots=True)
class _About:
    """What a report is about, as far as it was taken; `who` names the member who was chosen."""

    evidence: tuple[EvidenceIn, ...] = ()
    who: str = ""
    concerned: tuple[MemberId, ...] = ()


class Intake:
    """The community's own commands. What it holds in memory is a convenience that a restart may take away."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._desk = counter.desk
        self._unsent: Keeping[Draft] = Keeping(*_UNSENT)
        self._handles: Keeping[str] = Keeping(*_HANDLES)
        self._reported = Reported(counter.place, counter.desk.largest_file)

    def add(self) -> None:
        """The commands stand in the server's list, and their forms and buttons work."""
        counter = self._counter

        @counter.tree.command(
            name=name_of("command.report"), description=name_of("command.report_about"), guild=counter.guild
        )
        async def report(asked: Asked) -> None:
            await self._show_form(asked, Draft())

        @counter.tree.context_menu(name=name_of("command.menu_message"), guild=counter.guild)
        async def about_message(asked: Asked, message: discord.Message) -> None:
            await self._about_message(asked, str(message.id))

        @counter.tree.context_menu(name=name_of("command.menu_member"), guild=counter.guild)
        async def about_member(asked: Asked, member: discord.User) -> None:
            self._handles.put(str(asked.user.id), str(member.id), member.name)
            await self._show_form(asked, Draft(about=(MEMBER, str(member.id))))

        counter.on_form(REPORT, self._sent, anywhere=True)
        counter.on_press(AGAIN, self._again, anywhere=True)
        Adding(counter, self._reported).add()
        Status(counter).add()
        Letters(counter, self._reported, self._show_form, self._send).add()

    async def _show_form(self, asked: Asked, draft: Draft) -> None:
        lists = await self._lists()
        page = f"{self._desk.base_url}/report"
        form = report_form.form_of(named(REPORT, *draft.about), draft, lists, page, locale_of(asked))
        await self._counter.show(asked, form)

    async def _lists(self) -> Lists:
        people = tuple((str(member), name) for member, name in await intake.people_to_name(self._desk))
        hearers = await intake.hearers_to_choose(self._desk)
        return Lists(people, tuple((str(each.id), each.name) for each in hearers))

    async def _about_message(self, asked: Asked, message_id: str) -> None:
        """The message is taken as it stands now, before anybody writes a word about it."""
        data: dict[str, Any] = dict(asked.data or {})
        message = ((data.get("resolved") or {}).get("messages") or {}).get(message_id)
        about = (MESSAGE, *self._reported.take(asked, message)) if message is not None else ()
        await self._show_form(asked, Draft(about=about))

    # -- a report that was sent

    async def _sent(self, asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        await hold(asked)
        await self._send(asked, report_form.draft_of(form, about), str(asked.id))

    async def _send(
        self, asked: Asked, draft: Draft, delivery: str, evidence: tuple[EvidenceIn, ...] | None = None
    ) -> bool:
        """Whether the report is in; whoever sent it has been answered either way.

        `evidence` was taken already; where it is None, what the draft is about is looked at now.
        """
        locale, done = locale_of(asked), False
        try:
            about = await self._what_about(asked, draft) if evidence is None else _About(evidence)
            submission = await self._submission(asked, draft, about, delivery)
            received = await self._counter.in_turn(partial(intake.receive, self._desk, submission))
            reply, done = self._taken_in(received, draft, locale), True
        except GuardianError as refused:
            reply = self._given_back(asked, draft, refusal(locale, refused))
        except Exception as fault:
            note_fault("report.not_stored", fault)
            reply = self._given_back(asked, draft, our_fault(asked))
        await self._counter.say(asked, reply)
        return done

    async def _what_about(self, asked: Asked, draft: Draft) -> _About:
        if draft.is_about(MESSAGE):
            _, channel, message = draft.about
            return _About(await self._reported.message(asked, channel, message, minors=draft.minors))
        if draft.is_about(MEMBER):
            return await self._the_member(asked, draft.about[1])
        if draft.is_about(LETTERS) and not draft.minors:
            _, channel, first, last = draft.about
            return _About(await self._reported.files_of_letters(asked, channel, first, last))
        return _About()

    async def _the_member(self, asked: Asked, native_id: str) -> _About:
        """The member who was chosen, in words for those who read the report; with a role here, they are kept out."""
        handle = self._handles.look(str(asked.user.id), native_id)
        if handle is None:
            try:
                async with bounded(self._counter.place.ceiling):
                    handle = str((await asked.client.http.get_user(native_id))["username"])
            except Exception as fault:
                # An edge: the id says who it is, whatever they are called.
                note_fault("member.not_read", fault)
        member = await member_behind(self._desk, Account(self._counter.place.space, native_id))
        who = say("", "form.about_person", name=handle or native_id, account=native_id)
        return _About(who=who, concerned=(member.id,) if member else ())

    async def _submission(self, asked: Asked, draft: Draft, about: _About, delivery: str) -> Submission:
        hears, hears_first = await intake.hearers_chosen(self._desk, draft.first)
        concerned = dict.fromkeys((*(MemberId(member) for member in draft.concerns), *about.concerned))
        return Submission(
            door=_DOORS.get(draft.about[0] if draft.about else "", Door.DISCORD_COMMAND),
            what_happened=draft.what,
            who=about.who,
            danger=draft.danger,
            names_members=tuple(concerned),
            answers=draft.answers,
            reporter=self._counter.account_of(asked),
            reporter_handle=asked.user.name,
            evidence=about.evidence,
            delivery=delivery,
            locale=kept_language(locale_of(asked)),
            minors=draft.minors,
            hears=hears,
            hears_first=hears_first,
        )

    def _taken_in(self, received: Received, draft: Draft, locale: str) -> Reply:
        facts = {"text": received.text, "receipt": received.receipt, "reference": received.reference}
        passages = [say(locale, "received.answer", page=f"{self._desk.base_url}/follow-up", **facts)]
        if draft.danger:
            passages.append(say(locale, "received.danger", button=say(locale, "button.danger")))
        if draft.minors:
            passages.append(say(locale, "received.minors"))
        if draft.unsafe:
            passages.append(say(locale, "received.unsafe"))
        passages.append(say(locale, "received.questions"))
        return Reply("\n\n".join(passages), adding.buttons(received.report, locale, files=not draft.minors))

    def _given_back(self, asked: Asked, draft: Draft, why: str) -> Reply:
        """Nothing is lost: the text comes back as a file, and a button opens the form with it for a while."""
        key, locale = new_id(), locale_of(asked)
        self._unsent.put(str(asked.user.id), key, draft)
        button = Button(say(locale, "button.again"), named(AGAIN, key), Style.MAIN)
        file = Attached(say(locale, "fault.file_name"), report_form.as_text(draft, locale).encode())
        return Reply(say(locale, "fault.given_back", why=why), (button,), (file,))

    async def _again(self, asked: Asked, about: tuple[str, ...]) -> None:
        draft = self._unsent.look(str(asked.user.id), about[0] if about else "")
        if draft is None:
            await self._counter.say(asked, Reply(say(locale_of(asked), "fault.gone")))
            return
        await self._show_form(asked, draft)


def add_to(counter: Counter) -> None:
    """Everybody in the server can report."""
    Intake(counter).add()
