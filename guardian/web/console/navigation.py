"""Where a member may go in the console, computed from their seats alone. Read `navigation_for` first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.errors import NotFound
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform

MORE: Final = "/console/more"
_MOST_PLACES: Final = 6


class Subject(StrEnum):
    """What a page is about: the headings of the page of all pages, in their order."""

    WAITING = "What waits"
    CASES = "Cases, and what comes in"
    ACTS = "Acting at once"
    MODERATION = "Moderation in one space"
    GROUP = "The group"
    RECORD = "The record, and the service"
    SELF = "You"


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A page by its address and its name; of the console's own pages also what it is about, and one sentence of it."""

    path: str
    label: str
    subject: Subject = Subject.WAITING
    sentence: str = ""


_PAGES: Final[tuple[tuple[NavigationItem, UseCase | None], ...]] = (
    (NavigationItem("/console", "To do", Subject.WAITING, "What needs you now, the most urgent first."), None),
    (
        NavigationItem("/console/cases", "Cases", Subject.CASES, "Every case that you may read, and its search."),
        UseCase.READ_CASE,
    ),
    (
        NavigationItem(
            "/console/matters",
            "Local matters",
            Subject.MODERATION,
            "What is dealt with in one space, by its moderators.",
        ),
        UseCase.READ_MATTER,
    ),
    (
        NavigationItem("/console/act", "Act now", Subject.ACTS, "Restrict somebody at once, for the group to review."),
        UseCase.ACT_UNILATERALLY,
    ),
    (
        NavigationItem("/console/reviews", "Reviews", Subject.ACTS, "Acts of one member that the group still reviews."),
        UseCase.REVIEW_ACT,
    ),
    (
        NavigationItem("/console/advice", "Your advice", Subject.CASES, "The cases into which you are asked."),
        UseCase.ADVISE,
    ),
    (
        NavigationItem(
            "/console/representative",
            "Your event or program",
            Subject.CASES,
            "Pass a matter on, see how far it has come, and what you are asked to do by hand.",
        ),
        UseCase.ESCALATE_FROM_OUTSIDE,
    ),
    (
        NavigationItem("/console/sanctions", "Sanctions", Subject.CASES, "What is in force, and which space holds it."),
        UseCase.READ_CASE,
    ),
    (
        NavigationItem("/console/late", "Late", Subject.WAITING, "What is past its date, or near it, and who owes it."),
        UseCase.LIST_TASKS,
    ),
    (
        NavigationItem(
            "/console/measures", "Measures", Subject.MODERATION, "Mute or suspend in one space, and end it again."
        ),
        UseCase.MEASURE,
    ),
    (
        NavigationItem(
            "/console/escalations", "Escalations", Subject.MODERATION, "Hand a matter up to the working group."
        ),
        UseCase.ESCALATE,
    ),
    (
        NavigationItem("/console/raids", "Raids", Subject.ACTS, "Many accounts at once, announced by two members."),
        UseCase.ANNOUNCE_RAID,
    ),
    (
        NavigationItem(
            "/console/pauses", "Pauses", Subject.ACTS, "Close a whole space for a while, and open it again."
        ),
        UseCase.PAUSE_SPACE,
    ),
    (
        NavigationItem(
            "/console/act/outside",
            "Acts outside the spaces",
            Subject.ACTS,
            "Enter that you spoke with the police, a venue or the public.",
        ),
        UseCase.ACT_UNILATERALLY,
    ),
    (
        NavigationItem(
            "/console/act/stop",
            "Stop a member",
            Subject.ACTS,
            "Keep a member from acting alone, until it is looked at.",
        ),
        UseCase.STOP_MEMBER,
    ),
    (
        NavigationItem(
            "/console/told", "Told to you", Subject.CASES, "Write down a report that somebody gave you by word or mail."
        ),
        UseCase.REPORT_ON_BEHALF,
    ),
    (
        NavigationItem(
            "/console/passing-on", "Passing on", Subject.CASES, "Matters between the group, moderators and Board."
        ),
        UseCase.REFER,
    ),
    (
        NavigationItem("/console/members", "Members", Subject.GROUP, "Who has which seat, and until when."),
        UseCase.LIST_MEMBERS,
    ),
    (
        NavigationItem(
            "/console/representatives",
            "Local representatives",
            Subject.GROUP,
            "Who speaks for an event or an affiliated program, and until when.",
        ),
        UseCase.NAME_REPRESENTATIVE,
    ),
    (
        NavigationItem("/console/rota", "Rota", Subject.GROUP, "Who is on duty, and when you are away."),
        UseCase.READ_ROTA,
    ),
    (
        NavigationItem(
            "/console/records", "Records", Subject.RECORD, "The tracking sheet, statistics and the yearly report."
        ),
        UseCase.READ_SHEET,
    ),
    (
        NavigationItem(
            "/console/data-requests",
            "Data requests",
            Subject.RECORD,
            "Who asks about what is kept of them, and waits for you.",
        ),
        UseCase.HANDLE_DATA_REQUEST,
    ),
    (
        NavigationItem(
            "/console/board-reports",
            "Reports to the Board",
            Subject.RECORD,
            "What concluded cases were about, what was found and decided, by code names.",
        ),
        UseCase.READ_BOARD_REPORT,
    ),
    (
        NavigationItem("/console/journal", "Journal", Subject.RECORD, "Who did what, and who read what."),
        UseCase.READ_JOURNAL,
    ),
    (
        NavigationItem("/console/health", "Health", Subject.RECORD, "Whether the service and each space answer."),
        UseCase.LIST_MEMBERS,
    ),
    (
        NavigationItem(
            "/console/membership",
            "Your place",
            Subject.SELF,
            "Your conflicts of interest, a further term, stepping down.",
        ),
        UseCase.LIST_MEMBERS,
    ),
    (
        NavigationItem("/console/sessions", "Your sessions", Subject.SELF, "Each browser in which you are signed in."),
        None,
    ),
    (NavigationItem("/console/settings", "Your settings", Subject.SELF, "How pictures are shown to you."), None),
    (NavigationItem("/console/passkeys", "Your passkeys", Subject.SELF, "What you show besides signing in."), None),
    (NavigationItem("/console/tokens", "Your tokens", Subject.SELF, "For programs that read or act as you."), None),
)
"""Each page with the use case whose seats open it; None: everybody who is signed in. The first are asked for most."""

_ALL: Final = NavigationItem(MORE, "More", Subject.SELF, "Every page that there is for you.")


def navigation_for(member: Member, at: datetime) -> tuple[NavigationItem, ...]:
    """Return the pages that the member's seats open at that instant. Policy: P-1.1."""
    return tuple(item for item, use in _PAGES if use is None or may_perform(member, use, at))


def places_of(pages: Sequence[NavigationItem]) -> tuple[NavigationItem, ...]:
    """Return the few of these pages that stand on top of every page, with the one that lists all of them last."""
    return (*pages[:_MOST_PLACES], _ALL)


def pages_by_subject(pages: Sequence[NavigationItem]) -> list[tuple[Subject, list[NavigationItem]]]:
    """Return the pages under what they are about."""
    found = [(subject, [page for page in pages if page.subject is subject]) for subject in Subject]
    return [(subject, under) for subject, under in found if under]


def place_at(path: str, places: Sequence[NavigationItem]) -> str:
    """Return the address of the place to which the page at `path` belongs: the nearest above it, else that of all pages."""
    above = [each.path for each in places if path == each.path or path.startswith(f"{each.path}/")]
    found = max(above, key=len, default=MORE)
    return MORE if found == places[0].path != path else found


def require_seat(member: Member, use: UseCase, at: datetime) -> None:
    """Raise NotFound unless the member's seats allow the use case: its page is not there for others. Policy: P-4.2."""
    if not may_perform(member, use, at):
        raise NotFound
