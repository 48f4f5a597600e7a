"""The working group at work, as its members do it: commands and buttons on Discord, and the reading room in a browser.

Each act is told as it happens. What Discord or the service answers is the act's answer; nothing is judged here. Read
`WorkingGroup` first.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from connectors.emulators.discord.client_screen import Screen
from guardian.ids import SpaceName
from guardian.sandbox.browser import Browser, Page
from guardian.sandbox.community import DISCORD, FORUM, Human
from guardian.sandbox.narration import Narrator
from guardian.sandbox.time_driver import TimeDriver
from guardian.sandbox.world import World

TIMEOUT_SECONDS: Final = 60.0
_CODE_NAME: Final = re.compile(r"\*\*([a-z]+-[a-z]+)\*\*")
_REVIEW_CASE: Final = re.compile(r"the case (?:of its review |is )([a-z]+-[a-z]+)")
_LIST_LINE: Final = re.compile(r"^• ([a-z]+-[a-z]+): ", re.MULTILINE)
_LINK: Final = re.compile(r"https?://\S+/console/sign-in/\S+")
SUMMARY: Final = "Insulted people who asked for help."
_SECRET_OPTIONS: Final = frozenset({"reason", "evidence", "accounts"})


@dataclass(frozen=True, slots=True)
class CoverageText:
    """What a member is shown of where a restriction holds."""

    text: str

    def is_open(self, space: SpaceName) -> bool:
        """Return whether the space is shown as one that does not hold yet."""
        found = re.search(rf"{space}: (open|blocked)", self.text)
        return found is not None

    def is_held(self, space: SpaceName) -> bool:
        """Return whether the space is shown as one that holds."""
        return re.search(rf"{space}: held", self.text) is not None


class WorkingGroup:
    """Does everything that a member does, by name."""

    def __init__(self, world: World, driver: TimeDriver, narrator: Narrator, origin: Callable[[], str]) -> None:
        self._world, self._driver, self._narrator = world, driver, narrator
        self.origin = origin
        """Where the service's pages are at the moment."""

    # -- what a member sees

    async def list_cases(self, by: Human) -> str:
        """Return the list of cases as the member is shown it."""
        return (await self.command(by, "cases")).text

    async def newest_case(self, by: Human) -> str:
        """Return the code name of the case that stands last in the member's list."""
        listed = await self.list_cases(by)
        names = _LIST_LINE.findall(listed)
        if not names:
            raise LookupError(f"{by.name} is shown no case: {listed}")
        return str(names[-1])

    async def state(self, by: Human, case: str) -> str:
        """Return the case as the member is shown it on Discord, without its one-time link."""
        shown = (await self.command(by, "case", case=case)).text
        return _LINK.sub("", shown)

    async def newest_matter(self, by: Human) -> str:
        """Return the code name of the local matter that stands last in the moderator's list."""
        listed = (await self.command(by, "matters")).text
        names = _LIST_LINE.findall(listed)
        if not names:
            raise LookupError(f"{by.name} is shown no local matter: {listed}")
        return str(names[-1])

    async def escalations(self, by: Human) -> str:
        """Return how far what was passed on has come, as the moderator is shown it."""
        return (await self.command(by, "escalations")).text

    async def accept(self, by: Human, case: str) -> str:
        """Accept by name what moderators passed on."""
        screen = await self.command(by, "case", case=case)
        return (await self.press(by, screen, "Accept what was passed on")).text

    async def read_case(self, by: Human, case: str, command: str = "case") -> Page:
        """Read the case (or, by another command, the local matter) in the reading room, behind the one-time link."""
        shown = (await self.command(by, command, **{command: case})).text
        found = _LINK.search(shown)
        if found is None:
            raise LookupError(f"no link to the reading room: {shown}")
        async with Browser(self.origin()) as browser:
            link_page = await browser.open(found.group())
            self.narrate(by, "opens the link in a browser and reads the case in the reading room")
            return await browser.send(link_page, link_page.find_form(), {})

    async def submit_in_reading_room(
        self, by: Human, case: str, button: str, values: Mapping[str, str] | None = None
    ) -> Page:
        """Read the case in the reading room and send the form there that has this button."""
        shown = (await self.command(by, "case", case=case)).text
        found = _LINK.search(shown)
        if found is None:
            raise LookupError(f"no link to the reading room: {shown}")
        async with Browser(self.origin()) as browser:
            link_page = await browser.open(found.group())
            room_page = await browser.send(link_page, link_page.find_form(), {})
            self.narrate(by, f"reads the case in the reading room and presses [{button}]")
            return await browser.send(room_page, room_page.find_form(button), values or {})

    # -- from the report to the proposal

    async def take_case(self, by: Human, case: str) -> str:
        """Take the case as its contact."""
        return (await self.command(by, "take", case=case)).text

    async def name_person(self, by: Human, case: str, who: str, space: SpaceName = DISCORD) -> str:
        """Say whom the case is about, and return their code name."""
        screen = await self.command(by, "person", case=case, who=who, space=space)
        found = _CODE_NAME.search(screen.text)
        if found is None:
            raise LookupError(f"nobody was named: {screen.text}")
        return found.group(1)

    async def link_account(self, by: Human, person: str, space: SpaceName, who: str, evidence: str) -> str:
        """Say that an account elsewhere is the same person's."""
        return (await self.command(by, "link", person=person, space=space, who=who, evidence=evidence)).text

    async def person_of(self, by: Human, case: str) -> str:
        """Return the code name of the case's person, as the member is shown it."""
        screen = await self.command(by, "accounts", case=case)
        found = _CODE_NAME.search(screen.text)
        if found is None:
            raise LookupError(f"nobody is named: {screen.text}")
        return found.group(1)

    async def begin_hearing(self, by: Human, case: str) -> str:
        """Ask the person for their view."""
        return (await self.command(by, "hear", case=case)).text

    async def say_what_was_reported(self, by: Human, second: Human, case: str, text: str = SUMMARY) -> None:
        """Put the words for the hearing on record, and let a second member read them."""
        form = await self.command(by, "draft", case=case, kind="hearing")
        await self.submit(by, form, {"text": text})
        await self.approve_newest_text(second, case)

    async def approve_newest_text(self, by: Human, case: str) -> str:
        """Read the newest text to a party that waits, as a second member, and approve it; return what the member is told."""
        screen = await self.command(by, "read-draft", case=case)
        labels = [button.label for message in screen.messages for button in message.buttons]
        waiting = [label for label in labels if label.startswith("Approve text")]
        if not waiting:
            raise LookupError(f"no text waits to be read: {screen.text}")
        return (await self.press(by, screen, waiting[-1])).text

    async def skip_step(self, by: Human, second: Human, case: str, step: str, reason: str) -> None:
        """Skip the step, as two members agree."""
        await self.command(by, "skip", case=case, step=step, reason=reason)
        await self.command(second, "second-skip", case=case, step=step)

    async def propose(
        self, by: Human, case: str, outcome: str, days: int = 0, conditions: str = "", summary: str = SUMMARY
    ) -> str:
        """Put the proposal to the group."""
        options: dict[str, Any] = {"case": case, "outcome": outcome}
        if days:
            options["days"] = days
        form = await self.command(by, "propose", **options)
        sent = await self.submit(by, form, {"summary": summary, "conditions": conditions})
        if not sent.text.startswith("Proposed"):
            raise LookupError(f"nothing was proposed: {sent.text}")
        return sent.text

    async def agree(self, case: str, *members: Human) -> None:
        """Agree with the proposal, as each of these members."""
        for member in members:
            screen = await self.command(member, "case", case=case)
            await self.press(member, screen, "Agree")

    async def enact(self, by: Human, case: str) -> str:
        """Enact the case's decision once its preview was read, and return what the preview said."""
        preview = await self.command(by, "enact", case=case)
        await self.press(by, preview, "Enact now")
        return preview.text

    async def coverage(self, by: Human, case: str) -> CoverageText:
        """Return where the case's restriction holds and where not, as the member is shown it."""
        shown = (await self.command(by, "sanctions")).text
        return CoverageText(_lines_about(shown, case))

    async def approve_reinstatement(self, by: Human, person: str) -> str:
        """Say a named member's yes: the person's membership and roles come back."""
        return (await self.command(by, "return", person=person)).text

    async def close(self, by: Human, case: str, outcome: str) -> str:
        """Close the case."""
        form = await self.command(by, "close", case=case)
        return (await self.submit(by, form, {"outcome": outcome})).text

    # -- one member at once, and the others' look at it

    async def act(
        self,
        by: Human,
        target: Human,
        ground: str,
        reason: str,
        *,
        restriction: str = "suspended",
        space: SpaceName = FORUM,
    ) -> str:
        """Act on the person alone, everywhere, and return the code name of the review's case."""
        confirmation = await self.command(
            by, "act", name=target.key, name_in=space, restriction=restriction, ground=ground, reason=reason
        )
        done = await self.press(by, confirmation, "Act now")
        found = _REVIEW_CASE.search(done.text)
        if found is None:
            raise LookupError(f"nothing was done: {done.text}")
        return found.group(1)

    async def give_statement(self, by: Human, case: str, text: str) -> str:
        """Give the statement of the member who acted."""
        form = await self.command(by, "account", case=case)
        return (await self.submit(by, form, {"text": text})).text

    async def review(
        self, by: Human, case: str, answer: str, term: timedelta | None = None, *, reason: str = ""
    ) -> str:
        """Answer the review, and return what the member is told."""
        options: dict[str, Any] = {"case": case, "answer": answer}
        if term is not None:
            options["days"] = days_of(term)
        if reason:
            options["reason"] = reason
        return (await self.command(by, "review", **options)).text

    # -- the machinery of an act

    async def command(self, by: Human, name: str, /, **options: Any) -> Screen:
        """Give the command, and return its answer on the screen."""
        options_text = " ".join(f"{key}: {value}" for key, value in options.items() if key not in _SECRET_OPTIONS)
        self.narrate(by, f"/{name} {options_text}".rstrip())
        person = self._world.discord.person(by.discord)
        return await self._wait_for_answer(await person.command(name, **options))

    async def press(self, by: Human, screen: Screen, label: str) -> Screen:
        """Press the button, and return its answer on the screen."""
        self.narrate(by, f"presses [{label}]")
        if not any(label == button.label for message in screen.messages for button in message.buttons):
            raise LookupError(f"{by.name} is shown no button [{label}]: {screen.text}")
        return await self._wait_for_answer(await self._world.discord.person(by.discord).press(screen, label))

    async def submit(
        self, by: Human, screen: Screen, values: Mapping[str, str | Sequence[str] | Sequence[tuple[str, bytes]]]
    ) -> Screen:
        """Send the form on the screen, and return its answer."""
        if screen.modal is None:
            raise LookupError(f"{by.name} has no form before them: {screen.text}")
        self.narrate(by, f"sends the form “{screen.modal.title}”")
        return await self._wait_for_answer(await self._world.discord.person(by.discord).submit(screen, values))

    async def _wait_for_answer(self, screen: Screen) -> Screen:
        await screen.wait_until_settled(TIMEOUT_SECONDS)
        if screen.failed:
            raise LookupError("Discord says that the application did not respond")
        return screen

    def narrate(self, by: Human, act: str) -> None:
        """Tell what somebody does, with its time."""
        self._narrator.narrate(self._driver.now(), f"{by.name}: {act}")


def _lines_about(shown: str, case: str) -> str:
    """The lines of a list that are about the case."""
    return "\n".join(line for line in shown.splitlines() if f"({case})" in line)


def days_of(term: timedelta) -> int:
    """Return a term as it is typed."""
    return term // timedelta(days=1)
