"""The open sandbox by hand: at a terminal, everybody who lives there can be made to give commands, press and fill in.

Words typed become acts of the emulated people; what their screens show is printed. Decides nothing.
"""

import asyncio
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

from connectors.discord.emulator.screen import Screen
from connectors.emulation.control import Declined
from guardian.sandbox.community import SPACES, Human
from guardian.sandbox.worlds import GROUP_ADDRESS, World

PATIENCE_SECONDS: Final = 30.0
HELP: Final = (
    "NAME /command option=value …   a command on Discord, as that person",
    "press LABEL                    a button on the last screen",
    "fill field=text …              the form on the last screen, sent",
    "inbox NAME                     what the bot has written to them",
    "NAME mails subject=… text=…    a mail to the group's address; to=… answers another address",
    "mailbox NAME                   what was mailed to them",
    "holds NAME                     what the three spaces hold on them",
    "now                            the time there",
    "quit                           the end",
)
_QUIT: Final = frozenset({"quit", "exit"})


@dataclass(slots=True)
class Console:
    """One terminal; `say` prints a line."""

    world: World
    say: Callable[[str], None]
    _who: Human | None = None
    _screen: Screen | None = None
    _over: bool = field(default=False)

    async def typed(self, line: str) -> bool:
        """The line was carried out, or it was said why not; False once it asks for the end."""
        try:
            words = shlex.split(line)
        except ValueError as error:
            self.say(f"This cannot be read: {error}.")
            return True
        if not words:
            return True
        if words[0] in _QUIT:
            return False
        try:
            await self._carried_out(words)
        except (Declined, LookupError, TimeoutError) as refused:
            self.say(f"That cannot be done: {refused}")
        return True

    async def _carried_out(self, words: list[str]) -> None:
        match words:
            case ["help", *_]:
                self._tell(HELP)
            case ["now"]:
                self.say(f"{self.world.now():%d %B %Y, %H:%M} UTC")
            case ["inbox", name]:
                self._inbox(self._human(name))
            case ["mailbox", name]:
                self._mailbox(self._human(name))
            case [name, "mails", *parts]:
                self._mail(self._human(name), _pairs(parts))
            case ["holds", name]:
                self._holds(self._human(name))
            case ["press", *label]:
                person, screen = self._before()
                await self._shown(await self.world.discord.person(person.discord).press(screen, " ".join(label)))
            case ["fill", *fields]:
                person, screen = self._before()
                await self._shown(await self.world.discord.person(person.discord).submit(screen, _pairs(fields)))
            case [name, command, *options] if command.startswith("/"):
                self._who = self._human(name)
                person_there = self.world.discord.person(self._who.discord)
                await self._shown(await person_there.command(command[1:], **_pairs(options)))
            case _:
                self.say("This is not understood. What can be typed:")
                self._tell(HELP)

    def _human(self, name: str) -> Human:
        found = self.world.community.people.get(name.casefold())
        if found is None:
            raise LookupError(f"nobody here is called {name}; there are: {', '.join(self.world.community.people)}")
        return found

    def _before(self) -> tuple[Human, Screen]:
        if self._who is None or self._screen is None:
            raise LookupError("no screen is open yet; give a command first, as in: nadia /cases")
        return self._who, self._screen

    async def _shown(self, screen: Screen) -> None:
        await screen.settled(PATIENCE_SECONDS)
        self._screen = screen
        if screen.failed:
            self.say("Discord says that the application did not respond.")
        self._tell(screen.text.splitlines())
        buttons = [button.label for message in screen.messages for button in message.buttons]
        if buttons:
            self.say(f"Buttons: {', '.join(f'[{label}]' for label in buttons)}")
        if screen.modal is not None:
            self.say(f"A form: {screen.modal.title}. Its fields, for fill:")
            self._tell(_field(given.custom_id, given.label, given.options) for given in screen.modal.fields)

    def _inbox(self, human: Human) -> None:
        messages = self.world.discord.person(human.discord).dms()
        for message in messages:
            self._tell([*message["content"].splitlines(), "--"])
        self.say(f"{len(messages)} messages to {human.name} on Discord.")

    def _mailbox(self, human: Human) -> None:
        mails = self.world.mail.mails(human.mail)
        for mail in mails:
            heads = (f"Subject: {mail['Subject']}", f"Answers go to: {mail['Reply-To'] or mail['From']}")
            self._tell([*heads, "", *str(mail.get_content()).splitlines(), "--"])
        self.say(f"{len(mails)} mails to {human.name}.")

    def _mail(self, human: Human, parts: Mapping[str, str]) -> None:
        to = parts.get("to", GROUP_ADDRESS)
        self.world.mail.write(f"{human.name} <{human.mail}>", to, parts.get("subject", ""), parts.get("text", ""))
        self.say(f"Sent to {to}. The service reads its mailbox every few minutes of its time.")

    def _holds(self, human: Human) -> None:
        now = self.world.now()
        for space in SPACES:
            self.say(f"{space}: {'shut out' if self.world.shut_out(human, space, now) else 'open'}")

    def _tell(self, lines: Any) -> None:
        for line in lines:
            self.say(f"  {line}")


async def read_lines(source: IO[str], console: Console, told: asyncio.Event) -> None:
    """Every line that was typed has been carried out, until the end was asked for or nothing more can come."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop.add_reader(source.fileno(), lambda: lines.put_nowait(source.readline()))
    try:
        while line := await lines.get():
            if not await console.typed(line):
                break
    finally:
        loop.remove_reader(source.fileno())
    told.set()


def _pairs(words: list[str]) -> Mapping[str, str]:
    """`name=text` pairs; a word without a name is declined."""
    pairs = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise LookupError(f"{word!r} has no name; write it as name={word}")
        pairs[name] = text
    return pairs


def _field(name: str, label: str, options: tuple[tuple[str, str], ...]) -> str:
    chosen = f" (one of: {', '.join(_option(*each) for each in options)})" if options else ""
    return f"{name}: {label}{chosen}"


def _option(label: str, value: str) -> str:
    """What is typed for the choice, with its label where that says more."""
    return value if label.casefold() == value.casefold() else f"{value} for “{label}”"
