"""The open sandbox by hand: at a terminal, everybody who lives there can be made to give commands, press and fill in.

Words typed become acts of the emulated people; what their screens show is printed. Decides nothing.
"""

import asyncio
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

from connectors.emulators.discord.client_screen import Screen
from connectors.emulators.shared.control import Declined
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Human
from guardian.sandbox.open_sandbox import OpenSandbox
from guardian.sandbox.sandbox_time import parse_length
from guardian.sandbox.time_driver import Stuck
from guardian.sandbox.world import GROUP_ADDRESS, World

TIMEOUT_SECONDS: Final = 30.0
HELP: Final = (
    "NAME /command option=value …   a command on Discord, as that person",
    "press LABEL                    a button on the last screen",
    "fill field=text …              the form on the last screen, sent",
    "inbox NAME                     what the bot has written to them",
    "NAME mails subject=… text=…    a mail to the group's address; to=… answers another address",
    "mailbox NAME                   what was mailed to them",
    "holds NAME                     what the three spaces hold on them",
    "now                            the time there, and what is due next",
    "pass 1h                        let so much time pass: 10m, 1h, 1d, 30d",
    "jump                           on to what is due next",
    "addresses                      the service's pages, and the platforms' doors for programs",
    "quit                           the end",
)
_QUIT: Final = frozenset({"quit", "exit"})


@dataclass(slots=True)
class Console:
    """One terminal; `say` prints a line."""

    world: World
    print_line: Callable[[str], None]
    sandbox: OpenSandbox | None = None
    _person: Human | None = None
    _screen: Screen | None = None
    _over: bool = field(default=False)

    async def execute(self, line: str) -> bool:
        """Carry out the line, or say why not; return False once it asks for the end."""
        try:
            words = shlex.split(line)
        except ValueError as error:
            self.print_line(f"This cannot be read: {error}.")
            return True
        if not words:
            return True
        if words[0] in _QUIT:
            return False
        try:
            await self._run(words)
        except (Declined, LookupError, ValueError, TimeoutError, Stuck) as refused:
            self.print_line(f"That cannot be done: {refused}")
        return True

    async def _run(self, words: list[str]) -> None:
        match words:
            case ["help", *_]:
                self._print_lines(HELP)
            case ["now" | "pass" | "jump" | "addresses" as word, *rest]:
                await self._use_sandbox(word, rest)
            case ["inbox", name]:
                self._show_inbox(self._find_human(name))
            case ["mailbox", name]:
                self._show_mailbox(self._find_human(name))
            case [name, "mails", *parts]:
                self._send_mail(self._find_human(name), _parse_pairs(parts))
            case ["holds", name]:
                self._show_restrictions(self._find_human(name))
            case ["press", *label]:
                person, screen = self._current_screen()
                await self._show_screen(await self.world.discord.person(person.discord).press(screen, " ".join(label)))
            case ["fill", *fields]:
                person, screen = self._current_screen()
                await self._show_screen(
                    await self.world.discord.person(person.discord).submit(screen, _parse_pairs(fields))
                )
            case [name, command, *options] if command.startswith("/"):
                self._person = self._find_human(name)
                person_there = self.world.discord.person(self._person.discord)
                await self._show_screen(await person_there.command(command[1:], **_parse_pairs(options)))
            case _:
                self.print_line("This is not understood. What can be typed:")
                self._print_lines(HELP)

    async def _use_sandbox(self, word: str, rest: list[str]) -> None:
        """What is the open sandbox's own: its clock and its addresses."""
        if self.sandbox is None:
            self.print_line(f"{self.world.now():%d %B %Y, %H:%M} UTC")
            return
        time = self.sandbox.time
        match word, rest:
            case "pass", [length]:
                await time.pass_time(parse_length(length))
            case "jump", []:
                await time.jump()
            case "addresses", []:
                self._print_lines(_describe_addresses(self.sandbox))
                return
        self.print_line(f"{time.now():%d %B %Y, %H:%M} UTC")
        self._print_lines(f"{each.at:%d %B %Y, %H:%M}  {each.words}" for each in (await time.list_due())[:3])

    def _find_human(self, name: str) -> Human:
        found = self.world.community.people.get(name.casefold())
        if found is None:
            raise LookupError(f"nobody here is called {name}; there are: {', '.join(self.world.community.people)}")
        return found

    def _current_screen(self) -> tuple[Human, Screen]:
        if self._person is None or self._screen is None:
            raise LookupError("no screen is open yet; give a command first, as in: nadia /todo")
        return self._person, self._screen

    async def _show_screen(self, screen: Screen) -> None:
        await screen.wait_until_settled(TIMEOUT_SECONDS)
        self._screen = screen
        if screen.failed:
            self.print_line("Discord says that the application did not respond.")
        self._print_lines(screen.text.splitlines())
        buttons = [button.label for message in screen.messages for button in message.buttons]
        if buttons:
            self.print_line(f"Buttons: {', '.join(f'[{label}]' for label in buttons)}")
        if screen.modal is not None:
            self.print_line(f"A form: {screen.modal.title}. Its fields, for fill:")
            self._print_lines(_field_text(given.custom_id, given.label, given.options) for given in screen.modal.fields)

    def _show_inbox(self, human: Human) -> None:
        messages = self.world.discord.person(human.discord).dms()
        for message in messages:
            self._print_lines([*message["content"].splitlines(), "--"])
        self.print_line(f"{len(messages)} messages to {human.name} on Discord.")

    def _show_mailbox(self, human: Human) -> None:
        mails = self.world.mail.mails(human.mail)
        for mail in mails:
            heads = (f"Subject: {mail['Subject']}", f"Answers go to: {mail['Reply-To'] or mail['From']}")
            self._print_lines([*heads, "", *str(mail.get_content()).splitlines(), "--"])
        self.print_line(f"{len(mails)} mails to {human.name}.")

    def _send_mail(self, human: Human, parts: Mapping[str, str]) -> None:
        to = parts.get("to", GROUP_ADDRESS)
        self.world.mail.write(f"{human.name} <{human.mail}>", to, parts.get("subject", ""), parts.get("text", ""))
        self.print_line(f"Sent to {to}. The service reads its mailbox every few minutes of its time.")

    def _show_restrictions(self, human: Human) -> None:
        now = self.world.now()
        for space in SPACES:
            self.print_line(f"{space}: {'shut out' if self.world.is_shut_out(human, space, now) else 'open'}")

    def _print_lines(self, lines: Any) -> None:
        for line in lines:
            self.print_line(f"  {line}")


async def read_lines(source: IO[str], console: Console, ended: asyncio.Event) -> None:
    """Carry out every line that is typed, until the end is asked for or nothing more can come."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop.add_reader(source.fileno(), lambda: lines.put_nowait(source.readline()))
    try:
        while line := await lines.get():
            if not await console.execute(line):
                break
    finally:
        loop.remove_reader(source.fileno())
    ended.set()


def _describe_addresses(sandbox: OpenSandbox) -> list[str]:
    """Where programs go: the service, and each platform with the token for its `/_control` door."""
    world = sandbox.world
    doors = [
        f"{space:8} {world.emulator(space).origin}  X-Control-Token: {token}"
        for space, token in (
            (DISCORD, world.discord.control_token),
            (FORUM, world.forum.control_token),
            (GITHUB, world.github.control_token),
        )
    ]
    return [f"service  {sandbox.service.url}", *doors, f"data and keys: {sandbox.folder} (gone when this ends)"]


def _parse_pairs(words: list[str]) -> Mapping[str, str]:
    """`name=text` pairs; a word without a name is declined."""
    pairs = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise LookupError(f"{word!r} has no name; write it as name={word}")
        pairs[name] = text
    return pairs


def _field_text(name: str, label: str, options: tuple[tuple[str, str], ...]) -> str:
    chosen = f" (one of: {', '.join(_option_text(*each) for each in options)})" if options else ""
    return f"{name}: {label}{chosen}"


def _option_text(label: str, value: str) -> str:
    """What is typed for the choice, with its label where that says more."""
    return value if label.casefold() == value.casefold() else f"{value} for “{label}”"
