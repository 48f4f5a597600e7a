"""The way in on Discord: /report, the menu of a message, and what a reporter adds afterwards.

A report is stored before it is answered, and whatever goes wrong, the reporter has their text back.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import discord

from connectors.discord.ceiling import bounded
from connectors.discord.commands import report_form
from connectors.discord.commands.report_form import Draft
from connectors.discord.files import Author, FileRules, evidence_from
from connectors.discord.forms import Filled, Json, Upload, Written, written
from connectors.discord.keeping import Keeping
from connectors.discord.panels import Attached, Button, FileField, Form, Reply, Style, TextField, named
from connectors.discord.serving import OUR_FAULT, Asked, Counter, hold, note_fault
from guardian.cases.intake import MOST_FILES
from guardian.cases.values import Door
from guardian.desk import intake
from guardian.desk.intake import ByReporter, EvidenceIn, Received, Submission
from guardian.errors import GuardianError, Refused
from guardian.ids import MemberId, ReportId, new_id

REPORT: Final = "report"
AGAIN: Final = "report-again"
DETAILS: Final = "add-details"
FILES: Final = "add-files"

_UNSENT: Final = (200, timedelta(minutes=30))
_MESSAGES: Final = (8, timedelta(minutes=30))
_FILES_OF_A_MESSAGE: Final = MOST_FILES - 1
_FILES_TOGETHER: Final = 3
"""All files of one report together are at most so many times as large as one may be."""

_GONE: Final = (
    "Your text is not held here any more. It is in the file of the message above: please open /report and copy it in."
)
_NOT_READ: Final = "The message could not be read when the report came in. The link says where it stood."
_TOO_SLOW: Final = "The file could not be fetched in time. The link says where it stood."


@dataclass(frozen=True, slots=True)
class _Held:
    """A message as it was when somebody chose to report it; its files are on their way."""

    seen: Written
    files: asyncio.Task[tuple[EvidenceIn, ...]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A reported message as evidence."""

    pieces: tuple[EvidenceIn, ...]
    written_at: str = ""


class Intake:
    """The community's own commands. What it holds in memory is a convenience that a restart may take away."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._desk = counter.desk
        self._unsent: Keeping[Draft] = Keeping(*_UNSENT)
        self._messages: Keeping[_Held] = Keeping(*_MESSAGES)
        largest = counter.desk.largest_file
        self._rules = FileRules(counter.place.api_url, largest, _FILES_TOGETHER * largest, counter.place.ceiling)

    def add(self) -> None:
        """The commands stand in the server's list, and their forms and buttons work."""
        counter = self._counter

        @counter.tree.command(
            name="report", description="Report conduct to the working group. Only they see it.", guild=counter.guild
        )
        async def report(asked: Asked) -> None:
            await self._show_form(asked, Draft(self._people_of(await intake.people_to_name(self._desk))))

        @counter.tree.command(
            name="report-status", description="How to see what became of your report", guild=counter.guild
        )
        async def status(asked: Asked) -> None:
            await hold(asked)
            await counter.say(asked, Reply(report_form.status_text(self._desk.base_url)))

        @counter.tree.context_menu(name="Report to the working group", guild=counter.guild)
        async def about_message(asked: Asked, message: discord.Message) -> None:
            await self._about_message(asked, str(message.id))

        counter.on_form(REPORT, self._sent)
        counter.on_press(AGAIN, self._again)
        counter.on_press(DETAILS, self._ask_details)
        counter.on_press(FILES, self._ask_files)
        counter.on_form(DETAILS, self._add_details)
        counter.on_form(FILES, self._add_files)

    @staticmethod
    def _people_of(people: tuple[tuple[MemberId, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((str(member), name) for member, name in people)

    async def _show_form(self, asked: Asked, draft: Draft) -> None:
        await self._counter.show(asked, report_form.form_of(named(REPORT, *draft.about), draft, self._desk.base_url))

    # -- the menu of a message

    async def _about_message(self, asked: Asked, message_id: str) -> None:
        """The message is taken as it stands now, before anybody writes a word about it."""
        data: dict[str, Any] = dict(asked.data or {})
        message = ((data.get("resolved") or {}).get("messages") or {}).get(message_id)
        about: tuple[str, ...] = ()
        if message is not None:
            held = self._take(message)
            about = (held.seen.channel, held.seen.id)
            self._messages.put(str(asked.user.id), held.seen.id, held)
        await self._show_form(asked, Draft(self._people_of(await intake.people_to_name(self._desk)), about=about))

    def _take(self, message: Json) -> _Held:
        """The message as it stands, while its files are fetched."""
        seen = written(message, self._counter.place.space)
        author = Author(seen.author, seen.handle, seen.link(self._counter.place.guild_id))
        files = evidence_from(seen.uploads[:_FILES_OF_A_MESSAGE], self._rules, author)
        return _Held(seen, asyncio.create_task(files, name="discord evidence"))

    async def _message(self, asked: Asked, about: tuple[str, ...]) -> _Kept | None:
        """The reported message: as it was taken, else (after a restart) as Discord shows it now, else its link alone."""
        if len(about) != 2:
            return None
        channel, message = about
        ceiling = self._counter.place.ceiling
        held = self._messages.look(str(asked.user.id), message)
        try:
            if held is None:
                async with bounded(ceiling):
                    held = self._take(dict(await asked.client.http.get_message(channel, message)))
            return await self._with_files(held)
        except Exception as fault:
            # An edge: whatever is wrong with a message, the report about it is taken in.
            note_fault("message.not_read", fault)
        link = f"https://discord.com/channels/{self._counter.place.guild_id}/{channel}/{message}"
        return _Kept((EvidenceIn("message", link, why_not=_NOT_READ),))

    async def _with_files(self, held: _Held) -> _Kept:
        """The message with its files, as far as they have come within one ceiling: a report does not wait longer."""
        seen, guild_id = held.seen, self._counter.place.guild_id
        await asyncio.wait({held.files}, timeout=self._counter.place.ceiling.total_seconds())
        if held.files.done() and not held.files.cancelled() and held.files.exception() is None:
            files = held.files.result()
        else:
            link = seen.link(guild_id)
            missing = [EvidenceIn("file", link, seen.author, seen.handle, file_name=u.file_name) for u in seen.uploads]
            files = tuple(replace(each, why_not=_TOO_SLOW) for each in missing[:_FILES_OF_A_MESSAGE])
        beyond = len(seen.uploads) - len(files)
        said = f"{beyond} more of its files did not fit." if beyond else ""
        return _Kept((seen.as_evidence(guild_id, said), *files), seen.written_at)

    # -- a report that was sent

    async def _sent(self, asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        await hold(asked)
        draft = report_form.draft_of(form, about)
        try:
            kept = await self._message(asked, about)
            received = await intake.receive(self._desk, self._submission(asked, draft, kept))
            reply = _taken_in(received)
        except GuardianError as refused:
            reply = self._given_back(asked, draft, refused.sentence)
        except Exception as fault:
            note_fault("report.not_stored", fault)
            reply = self._given_back(asked, draft, OUR_FAULT)
        await self._counter.say(asked, reply)

    def _submission(self, asked: Asked, draft: Draft, kept: _Kept | None) -> Submission:
        return Submission(
            door=Door.DISCORD_MESSAGE if kept else Door.DISCORD_COMMAND,
            what_happened=draft.what,
            who=draft.who,
            danger=draft.danger,
            names_members=tuple(MemberId(member) for member in draft.concerns),
            answers={"message_written_at": kept.written_at} if kept and kept.written_at else {},
            reporter=self._counter.account_of(asked),
            reporter_handle=asked.user.name,
            evidence=kept.pieces if kept else (),
            delivery=str(asked.id),
        )

    def _given_back(self, asked: Asked, draft: Draft, why: str) -> Reply:
        """Nothing is lost: the text comes back as a file, and a button opens the form with it for a while."""
        key = new_id()
        self._unsent.put(str(asked.user.id), key, draft)
        button = Button("Edit and send again", named(AGAIN, key), Style.MAIN)
        text = f"{why}\n\nYour report was not sent. Your text is in the file below, so that nothing is lost."
        return Reply(text, (button,), (Attached("your-report.txt", report_form.as_text(draft).encode()),))

    async def _again(self, asked: Asked, about: tuple[str, ...]) -> None:
        draft = self._unsent.look(str(asked.user.id), about[0] if about else "")
        if draft is None:
            await self._counter.say(asked, Reply(_GONE))
            return
        people = self._people_of(await intake.people_to_name(self._desk))
        await self._show_form(asked, replace(draft, people=people))

    # -- what is added afterwards

    async def _ask_details(self, asked: Asked, about: tuple[str, ...]) -> None:
        field = TextField("text", "What would you like to add?")
        await self._counter.show(asked, Form("Add to your report", named(DETAILS, *about), (field,)))

    async def _ask_files(self, asked: Asked, about: tuple[str, ...]) -> None:
        size = self._desk.largest_file // 1_000_000
        field = FileField("files", "Which files?", MOST_FILES, f"At most {MOST_FILES}, each up to {size} MB.")
        await self._counter.show(asked, Form("Add files to your report", named(FILES, *about), (field,)))

    async def _add_details(self, asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        await hold(asked)
        text = form.text("text")
        reply = await self._added(asked, about, text, ())
        if reply.buttons:
            await self._counter.say(asked, reply)
        else:
            await self._counter.say(asked, replace(reply, files=(Attached("your-text.txt", text.encode()),)))

    async def _add_files(self, asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        await hold(asked)
        await self._counter.say(asked, await self._added(asked, about, "", form.uploads))

    async def _added(self, asked: Asked, about: tuple[str, ...], text: str, uploads: tuple[Upload, ...]) -> Reply:
        """The answer with its buttons where it was added, else the reason why not."""
        report = ReportId(about[0] if about else "")
        reporter = self._counter.account_of(asked)
        try:
            files = await evidence_from(uploads, self._rules, Author())
            _refuse_what_is_missing(files)
            said = await intake.add(self._desk, ByReporter(report, reporter), text, files, str(asked.id))
        except GuardianError as refused:
            return Reply(refused.sentence)
        except Exception as fault:
            note_fault("addition.not_stored", fault)
            return Reply(OUR_FAULT)
        return Reply(said, _adding(report))


def add_to(counter: Counter) -> None:
    """Everybody in the server can report."""
    Intake(counter).add()


def _taken_in(received: Received) -> Reply:
    text = (
        f"{received.text}\n\nReceipt: `{received.receipt}`\nYour reference: `{received.reference}`\n\n"
        "This message disappears when Discord is closed: please keep the receipt somewhere safe now."
    )
    return Reply(text, _adding(received.report))


def _adding(report: ReportId) -> tuple[Button, ...]:
    return (Button("Add details", named(DETAILS, report), Style.MAIN), Button("Add files", named(FILES, report)))


def _refuse_what_is_missing(files: tuple[EvidenceIn, ...]) -> None:
    """A reporter is told at once what cannot be taken, and nothing is kept by halves."""
    missing = [f"{each.file_name}: {each.why_not}" for each in files if each.why_not]
    if missing:
        raise Refused("file_missing", "\n".join(("Nothing was added yet.", *missing)), "P-2.12")
