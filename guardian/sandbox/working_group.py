"""The working group at work, as its members do it: on the console, and by the few commands that Discord has.

Each act is told as it happens. What a page, Discord or the service answers is the act's answer; nothing is judged here.
Read `WorkingGroup` first.
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
from guardian.sandbox.console_member import LINK, ConsoleMember, Values
from guardian.sandbox.narration import Narrator
from guardian.sandbox.time_driver import TimeDriver
from guardian.sandbox.world import World

TIMEOUT_SECONDS: Final = 60.0
REFUSED: Final = 422
SUMMARY: Final = "Insulted people who asked for help."
_NAMED: Final = re.compile(r"This person is called ([a-z]+-[a-z]+)")
_REVIEW_CASE: Final = re.compile(r"the case (?:of its review |is )([a-z]+-[a-z]+)")
_LIST_LINE: Final = re.compile(r"^• ([a-z]+-[a-z]+): ", re.MULTILINE)
_SECRET_OPTIONS: Final = frozenset({"reason", "evidence", "accounts"})
_APPROVE: Final = "I have read it: nobody is given away"
_CASE: Final = "/console/cases/{}"
_REVIEW: Final = "/console/reviews/{}"


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
        self._at_console: dict[str, ConsoleMember] = {}
        self._case_of: dict[str, str] = {}

    def at_console(self, by: Human) -> ConsoleMember:
        """Return the member at the console, where they stay signed in by a link that Discord has shown them."""

        async def find_link() -> str:
            shown = (await self.command(by, "sign-in")).text
            found = LINK.search(shown)
            if found is None:
                raise LookupError(f"{by.name} is shown no link to sign in: {shown}")
            return found.group()

        if by.key not in self._at_console:
            self._at_console[by.key] = ConsoleMember(by, Browser(self.origin), self.narrate, find_link)
        return self._at_console[by.key]

    def count_presses(self) -> int:
        """Return how many buttons of the console all members together have pressed."""
        return sum(member.presses for member in self._at_console.values())

    async def aclose(self) -> None:
        """Close every browser."""
        for member in self._at_console.values():
            await member.close()

    # -- what a member sees

    async def list_cases(self, by: Human) -> str:
        """Return the list of cases as the member is shown it."""
        self.narrate(by, "looks at the list of cases on the console")
        return (await self.at_console(by).open("/console/cases")).text

    async def newest_case(self, by: Human) -> str:
        """Return the code name of the newest case in the member's list."""
        return await self.at_console(by).newest_case()

    async def count_cases(self, by: Human) -> int:
        """Return how many cases the member is shown."""
        return len(await self.at_console(by).list_cases())

    async def state(self, by: Human, case: str) -> str:
        """Return the case as the member is shown it on Discord, without its one-time link."""
        shown = (await self.command(by, "case", case=case)).text
        return LINK.sub("", shown)

    async def newest_matter(self, by: Human) -> str:
        """Return the code name of the local matter that stands last in the moderator's list."""
        listed = (await self.command(by, "matters")).text
        names = _LIST_LINE.findall(listed)
        if not names:
            raise LookupError(f"{by.name} is shown no local matter: {listed}")
        return str(names[-1])

    async def escalations(self, by: Human) -> str:
        """Return how far what was passed on has come, as the moderator is shown it."""
        self.narrate(by, "looks on the console how far it has come")
        return (await self.at_console(by).open("/console/escalations")).text

    async def accept(self, by: Human, case: str) -> str:
        """Accept by name what moderators passed on."""
        return (await self.submit_on_page(by, case, "Accept by name")).text

    async def read_case(self, by: Human, case: str) -> Page:
        """Read the case on its page."""
        return await self.at_console(by).read_case(case)

    async def read_matter(self, by: Human, matter: str) -> Page:
        """Read the local matter on its page."""
        self.narrate(by, "reads the matter on the console")
        return await self.at_console(by).open(f"/console/matters/{matter}")

    async def submit_on_page(self, by: Human, case: str, button: str, values: Values | None = None) -> Page:
        """Read the case on its page and send the form there that has this button and these fields."""
        return await self.at_console(by).submit(_CASE.format(case), button, values)

    # -- from the report to the proposal

    async def take_case(self, by: Human, case: str) -> str:
        """Say that they have the case in hand, where nobody has said so yet; return what they are shown."""
        page = await self.read_case(by, case)
        if not page.find_forms("I have it"):
            return page.text
        return (await self.at_console(by).press(page, "I have it")).text

    async def name_person(self, by: Human, case: str, who: str, space: SpaceName = DISCORD) -> str:
        """Say whom the case is about, and return their code name."""
        return self._named(case, await self._keep_account(by, case, {"look-space": space, "look-account": who}))

    async def link_account(self, by: Human, person: str, space: SpaceName, who: str, evidence: str) -> str:
        """Say that an account elsewhere is the same person's, who was named in a case before."""
        typed = {"look-space": space, "look-account": who, "look-for": person, "look-evidence": evidence}
        return (await self._keep_account(by, self._case_of[person], typed)).text

    async def _keep_account(self, by: Human, case: str, typed: Values) -> Page:
        """Look at the account, then keep it."""
        found = await self.submit_on_page(by, case, "Look, before anything is kept", typed)
        forms = [form for form in found.forms if "found-id" in form.values]
        if not forms:
            raise LookupError(f"no such account is shown: {found.text}")
        return await self.at_console(by).send(found, forms[0], forms[0].buttons[0][2])

    def _named(self, case: str, page: Page) -> str:
        found = _NAMED.search(page.text)
        if found is None:
            raise LookupError(f"nobody was named: {page.text}")
        self._case_of[found.group(1)] = case
        return found.group(1)

    async def person_of(self, by: Human, case: str) -> str:
        """Return the code name of the case's person, as the member is shown it."""
        page = await self.read_case(by, case)
        found = re.search(r"^Reported people and their accounts\n([a-z]+-[a-z]+)$", page.text, re.MULTILINE)
        if found is None:
            raise LookupError(f"nobody is named: {page.text}")
        self._case_of[found.group(1)] = case
        return found.group(1)

    async def begin_hearing(self, by: Human, case: str) -> str:
        """Ask the person for their view."""
        return (await self.submit_on_page(by, case, "Begin the hearing")).text

    async def say_what_was_reported(self, by: Human, second: Human, case: str, text: str = SUMMARY) -> str:
        """Put the words for the hearing on record; a second member reads them, and the hearing begins with it."""
        await self.write_text(by, case, "hearing-reported", text)
        return (await self.submit_on_page(second, case, "I have read it, and the hearing begins with it")).text

    async def write_text(self, by: Human, case: str, kind: str, text: str) -> None:
        """Write a text to somebody outside; `kind` is what it is, and to whom."""
        await self.submit_on_page(by, case, "Put it before a second member", {f"text-{kind}": text})

    async def approve_newest_text(self, by: Human, case: str) -> str:
        """Read the newest text to a party that waits, as a second member, and approve it; return what the member is told."""
        page = await self.read_case(by, case)
        waiting = page.find_forms(_APPROVE)
        if not waiting:
            raise LookupError(f"no text waits to be read: {page.text}")
        return (await self.at_console(by).send(page, waiting[-1], _APPROVE)).text

    async def skip_step(self, by: Human, second: Human, case: str, step: str, reason: str) -> None:
        """Skip the step, as two members agree; nothing is skipped where the page says that it need not be."""
        asked = {"skip-step": step, "skip-reason": reason}
        page = await self.submit_on_page(by, case, "Ask a second member to agree", asked)
        if page.status != REFUSED:
            await self.submit_on_page(second, case, "Agree to skip it")

    async def propose(
        self, by: Human, case: str, outcome: str, days: int = 0, conditions: str = "", summary: str = SUMMARY
    ) -> str:
        """Put the proposal to the group."""
        typed = {"propose-outcome": outcome, "propose-summary": summary, "propose-conditions": conditions}
        if days:
            typed["propose-days"] = str(days)
        sent = await self.submit_on_page(by, case, "Propose", typed)
        if "Your proposal is before the group" not in sent.text:
            raise LookupError(f"nothing was proposed: {sent.text}")
        return sent.text

    async def agree(self, case: str, *members: Human) -> None:
        """Agree with the proposal, as each of these members."""
        for member in members:
            await self.submit_on_page(member, case, "Agree", {"Count it as severe": ()})

    async def enact(self, by: Human, case: str) -> str:
        """Enact the case's decision once its preview was read, and return what the preview said."""
        preview = await self.at_console(by).open(f"{_CASE.format(case)}/enact")
        done = await self.at_console(by).press(preview, "Enact")
        if "is in force" not in done.text:
            raise LookupError(f"nothing was enacted: {done.text}")
        return preview.text

    async def coverage(self, by: Human, case: str) -> CoverageText:
        """Return where the case's restriction holds and where not, as the member is shown it."""
        shown = (await self.command(by, "sanctions")).text
        return CoverageText(_lines_about(shown, case))

    async def approve_reinstatement(self, by: Human, person: str) -> str:
        """Say a named member's yes: the person's membership and roles come back."""
        page = await self.read_case(by, self._case_of[person])
        addresses = [address for address, words in page.links if words == "To what can be given back"]
        if not addresses:
            raise LookupError(f"nothing of {person}'s can be given back: {page.text}")
        return (await self.at_console(by).submit(addresses[-1], "Offer back what was taken")).text

    async def close(self, by: Human, case: str, outcome: str) -> str:
        """Close the case."""
        return (await self.submit_on_page(by, case, "Close the case", {"close-outcome": outcome})).text

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
        return (await self.at_console(by).submit(_REVIEW.format(case), "Give your account", {"account": text})).text

    async def review(
        self, by: Human, case: str, answer: str, term: timedelta | None = None, *, reason: str = ""
    ) -> str:
        """Answer the review, and return what the member is told."""
        page = await self.at_console(by).open(_REVIEW.format(case))
        show = "Show what your answer does"
        if not page.find_forms(show):
            return page.text
        typed = {"answer": answer, "reason": reason, **({"days": str(days_of(term))} if term is not None else {})}
        preview = await self.at_console(by).press(page, show, typed)
        return (await self.at_console(by).press(preview, "Give this answer")).text

    async def agree_to_raid(self, by: Human, case: str) -> str:
        """Agree to a raid that another member announced, as the second."""
        return (await self.at_console(by).submit(f"/console/raids/{case}", "Agree: restrict them now")).text

    async def explain_act(self, by: Human, typed: Values) -> str:
        """Say why something was done with a space's own menu, and until when: the first that waits for it."""
        page = await self.at_console(by).open("/console/measures")
        found = [address for address, _ in page.links if "/measures/explain/" in address]
        if not found:
            raise LookupError(f"nothing waits for a reason of {by.name}'s: {page.text}")
        return (await self.at_console(by).submit(found[0], "Give this reason", typed)).text

    async def list_measures(self, by: Human) -> str:
        """Return the measures that run, as the moderator is shown them."""
        self.narrate(by, "looks at the measures on the console")
        return (await self.at_console(by).open("/console/measures")).text

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
