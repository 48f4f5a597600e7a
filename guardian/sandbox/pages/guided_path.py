"""The short way through the sandbox, from a reported message to a lifted suspension, with what of it has happened.

Whether a step is done is read from the platforms and the service, however it came about. Read `list_steps` first.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from connectors.emulators.shared.history import Change
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.unilateral_acts import ActReview, ActState, UnilateralAct
from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.checks import bars_of
from guardian.sandbox.community import FORUM, SPACES, Human
from guardian.sandbox.open_sandbox import OpenSandbox
from guardian.sandbox.pages.discord_pages import command_address
from guardian.sandbox.pages.site import ROOT
from guardian.sandbox.reporters import REPORT_MENU
from guardian.services.context import ReadView

REPORTER: Final = "rowan"
TARGET: Final = "alder"
ACTOR: Final = "kofi"
REVIEWERS: Final = ("yuki", "lena")
_REASON: Final = "Insults newcomers in every channel, just now."


@dataclass(frozen=True, slots=True)
class PathLink:
    """Where the next click of a step leads."""

    address: str
    words: str


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step: what is done, what one sees, where it is done, and whether it has happened."""

    title: str
    text: str
    is_done: bool
    links: tuple[PathLink, ...] = ()


@dataclass(frozen=True, slots=True)
class _Progress:
    """What has happened so far, as far as the way is concerned; `case` is the name of the review's case.

    `has_looked`: a member has been at the console.
    """

    act: UnilateralAct | None
    case: str
    reviews: tuple[ActReview, ...]
    term_ends: str
    has_looked: bool


async def list_steps(sandbox: OpenSandbox) -> tuple[PathStep, ...]:
    """Return the seven steps, each with where it is done now and whether it has happened."""
    progress = await _read_progress(sandbox)
    return (
        _report(sandbox),
        _look_at_case(sandbox, progress),
        _act(sandbox, progress),
        _look_as_target(sandbox),
        _give_account(sandbox, progress),
        _review(sandbox, progress),
        _see_lifted(sandbox, progress),
    )


async def _read_progress(sandbox: OpenSandbox) -> _Progress:
    async with sandbox.service.units_of_work.read() as view:
        acts = await view.deliberation.acts()
        found = acts[0] if acts else None
        reviews = await view.deliberation.reviews_of(found.id) if found else ()
        case = await _code_name(view, found)
        sessions = [await view.sign_ins.sessions_of(each.id) for each in await view.people.members()]
    ends = [each.at.isoformat() for each in await sandbox.time.list_due() if each.kind is DeadlineKind.TERM_END]
    return _Progress(found, case, tuple(reviews), ends[0] if ends else "", any(sessions))


async def _code_name(view: ReadView, act: UnilateralAct | None) -> str:
    case = await view.cases.case(act.case) if act else None
    return case.code_name if case else ""


def _report(sandbox: OpenSandbox) -> PathStep:
    is_done = any(RECEIPT.search(str((each.after or {}).get("content", ""))) for each in _changes(sandbox, "answer"))
    return PathStep(
        "Report a message",
        f"Rowan has seen how Alder speaks to newcomers. Open the menu under Alder's message, choose “{REPORT_MENU}”, and "
        "send the form. Rowan alone sees the answer, with a receipt.",
        is_done,
        (PathLink(f"{ROOT}/as/{REPORTER}/discord", "Discord, as Rowan"),),
    )


def _look_at_case(sandbox: OpenSandbox, progress: _Progress) -> PathStep:
    return PathStep(
        "See what the working group is told",
        "Every member was told in person that a report came in, without a word of what it says. Kofi opens the console, "
        "where the case stands under a code name.",
        progress.has_looked,
        (
            PathLink(f"{ROOT}/as/{ACTOR}/discord/direct", "Kofi's direct messages"),
            *_console_link(sandbox, ACTOR, "/console/cases", "The console, as Kofi"),
        ),
    )


def _act(sandbox: OpenSandbox, progress: _Progress) -> PathStep:
    options = {"name": TARGET, "name_in": str(FORUM), "restriction": "suspended", "ground": "ongoing"}
    return PathStep(
        "Act at once",
        "It goes on, and cannot wait for a meeting: Kofi gives /act, reads what it would do where, and presses [Act now]. "
        "Alder is suspended on Discord, in the forum and on GitHub.",
        progress.act is not None and bool(_restricted(sandbox)),
        (PathLink(command_address(sandbox.world[ACTOR], "act", **options, reason=_REASON), "/act, as Kofi"),),
    )


def _look_as_target(sandbox: OpenSandbox) -> PathStep:
    places = (("discord/direct", "Alder's messages"), ("discord", "Discord"), ("forum", "Forum"), ("github", "GitHub"))
    return PathStep(
        "Look through Alder's eyes",
        "Alder is shut out everywhere, and has been told so: until when at the latest, and on which page to answer. Open "
        "one of the three spaces as Alder.",
        bool(sandbox.shut_out_looks),
        tuple(PathLink(f"{ROOT}/as/{TARGET}/{path}", words) for path, words in places),
    )


def _give_account(sandbox: OpenSandbox, progress: _Progress) -> PathStep:
    is_done = progress.act is not None and bool(progress.act.statement)
    return PathStep(
        "Give an account of it",
        "Whoever acts alone owes the others an account within a day. Kofi writes down what happened.",
        is_done,
        _links(progress, *_console_link(sandbox, ACTOR, _review_page(progress), "Kofi's act, on the console")),
    )


def _review(sandbox: OpenSandbox, progress: _Progress) -> PathStep:
    state = progress.act.state if progress.act else None
    answered = {each.member for each in progress.reviews}
    waiting = [sandbox.world[key] for key in REVIEWERS if sandbox.world[key].member not in answered]
    return PathStep(
        "Two others review it",
        "An act of one member stands only if two others say so, and for how long. Yuki and Lena ratify it for seven days.",
        state in (ActState.RATIFIED, ActState.CHANGED),
        _links(
            progress,
            *(
                link
                for human in waiting
                for link in _console_link(
                    sandbox, human.key, _review_page(progress), f"The review, as {human.name.split()[0]}"
                )
            ),
        ),
    )


def _see_lifted(sandbox: OpenSandbox, progress: _Progress) -> PathStep:
    restricted = _restricted(sandbox)
    is_free = any(not sandbox.world.spaces_shut_out_of(human) for human in restricted)
    is_done = progress.act is not None and is_free
    links = (
        [PathLink(f"{ROOT}/clock?until={quote(progress.term_ends)}", "To the end of the term")]
        if progress.term_ends
        else []
    )
    if is_done:
        links.append(PathLink(f"{ROOT}/as/{TARGET}/discord", "Discord, as Alder, who may join again"))
    return PathStep(
        "See the suspension lifted",
        "Move the clock on to the end of the term. Access returns in every space, by itself and at that moment.",
        is_done,
        tuple(links),
    )


def _links(progress: _Progress, *links: PathLink) -> tuple[PathLink, ...]:
    """The links, once there is a case that they are about."""
    return links if progress.case else ()


def _console_link(sandbox: OpenSandbox, key: str, page: str, words: str) -> tuple[PathLink, ...]:
    entry = sandbox.console_entry(sandbox.world[key], page)
    return () if entry is None else (PathLink(entry, words),)


def _review_page(progress: _Progress) -> str:
    return f"/console/reviews/{progress.case}"


def _restricted(sandbox: OpenSandbox) -> list[Human]:
    """Everybody without a seat whom some space has kept out since the sandbox was opened."""
    people = [each for each in sandbox.world.community.people.values() if each.member is None]
    return [each for each in people if any(bars_of(sandbox.world, each, space) for space in SPACES)]


def _changes(sandbox: OpenSandbox, what: str) -> list[Change]:
    return list(sandbox.world.discord.history.changes_of(what))
