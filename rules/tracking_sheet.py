"""The tracking sheet: one row a person and case, in the columns of the group's own sheet, and how its cells are read.

Nothing in a row identifies anybody. Read `SheetRow` first, then `read_row`. Policy: P-9.1.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from rules.ladder import Outcome


class SheetStatus(StrEnum):
    """Whether the case goes on."""

    ONGOING = "Ongoing"
    RESOLVED = "Resolved"


class ResolutionSource(StrEnum):
    """Who resolved the case."""

    WORKING_GROUP = "Working group"
    BOARD = "Board"
    LOCAL = "Local representatives"
    NONE = "None"
    OTHER = "Other"


class SheetAnswer(StrEnum):
    """Yes, no, or what is not known."""

    YES = "Yes"
    NO = "No"
    MAYBE = "Maybe"


class SheetConsequence(StrEnum):
    """What came of the case for the person; `PENDING` is an empty cell, while nothing has."""

    NO_VIOLATION = "Not a violation"
    OUT_OF_SCOPE = "Out of scope"
    NO_ACTION = "No action taken"
    WARNING = "Warning"
    FIRST_SUSPENSION = "First suspension"
    SECOND_SUSPENSION = "Second suspension"
    BAN = "Ban"
    OTHER = "Other"
    PENDING = ""


CONSEQUENCE_OF_OUTCOME: Final[Mapping[Outcome, SheetConsequence]] = {
    Outcome.WARNING: SheetConsequence.WARNING,
    Outcome.SHORT_SUSPENSION: SheetConsequence.FIRST_SUSPENSION,
    Outcome.EXTENDED_SUSPENSION: SheetConsequence.SECOND_SUSPENSION,
    Outcome.PERMANENT_BAN: SheetConsequence.BAN,
    Outcome.NO_VIOLATION: SheetConsequence.NO_VIOLATION,
    Outcome.OUT_OF_SCOPE: SheetConsequence.OUT_OF_SCOPE,
    Outcome.NO_ACTION: SheetConsequence.NO_ACTION,
    Outcome.FACILITATED_COMMUNICATION: SheetConsequence.OTHER,
    Outcome.REFERRAL: SheetConsequence.OTHER,
    Outcome.OTHER: SheetConsequence.OTHER,
}
"""How the sheet names what the ladder calls otherwise: its suspensions are the second and the third rung (P-5.2)."""

COLUMNS: Final = (
    "Date of report",
    "Case code name",
    "Person code name",
    "Status",
    "Resolution source",
    "Resolution date",
    "Safety risk",
    "Ongoing harassment",
    "Consequences",
    "Case document",
    "Action by us",
    "Action by local representatives",
)
"""The columns of P-9.1, then the two that the statistics are counted from."""

_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME: Final = 60
_LONGEST_WORDS: Final = 200
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})([ T]00:00(:00)?)?")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One person in one case, as the sheet has it; `person` empty: nobody is named.

    `source_words` and `consequence_words` are what stands after the word and a colon, in the group's own vague words.
    """

    received_on: date
    case: str
    person: str = ""
    status: SheetStatus = SheetStatus.ONGOING
    source: ResolutionSource = ResolutionSource.NONE
    source_words: str = ""
    resolved_on: date | None = None
    safety_risk: bool = False
    ongoing: SheetAnswer = SheetAnswer.MAYBE
    consequence: SheetConsequence = SheetConsequence.PENDING
    consequence_words: str = ""
    document: str = ""
    acted: bool = False
    acted_locally: bool = False


@dataclass(frozen=True, slots=True)
class CellFault:
    """Why a cell cannot be taken, by the name of its column."""

    column: str
    sentence: str


def cells_of(row: SheetRow) -> tuple[str, ...]:
    """Return the row's cells in the order of `COLUMNS`."""
    return (
        row.received_on.isoformat(),
        row.case,
        row.person,
        row.status.value,
        _with_words(row.source.value, row.source_words),
        row.resolved_on.isoformat() if row.resolved_on else "",
        _yes_or_no(row.safety_risk),
        row.ongoing.value,
        _with_words(row.consequence.value, row.consequence_words),
        row.document,
        _yes_or_no(row.acted),
        _yes_or_no(row.acted_locally),
    )


def read_row(cells: Mapping[str, str], today: date) -> SheetRow | tuple[CellFault, ...]:
    """Return the row that these cells say, by their columns; else every fault there is.

    The two columns of the statistics may be missing; what they say follows from the others then. Policy: P-9.1.
    """
    reader = _CellReader(cells)
    row = SheetRow(
        received_on=reader.day(COLUMNS[0], needed=True) or today,
        case=reader.name(COLUMNS[1], needed=True),
        person=reader.name(COLUMNS[2]),
        status=reader.choice(COLUMNS[3], SheetStatus)[0],
        source=reader.choice(COLUMNS[4], ResolutionSource, ResolutionSource.NONE)[0],
        source_words=reader.choice(COLUMNS[4], ResolutionSource, ResolutionSource.NONE)[1],
        resolved_on=reader.day(COLUMNS[5]),
        safety_risk=reader.choice(COLUMNS[6], SheetAnswer, SheetAnswer.NO)[0] is not SheetAnswer.NO,
        ongoing=reader.choice(COLUMNS[7], SheetAnswer, SheetAnswer.MAYBE)[0],
        consequence=reader.choice(COLUMNS[8], SheetConsequence, SheetConsequence.PENDING)[0],
        consequence_words=reader.choice(COLUMNS[8], SheetConsequence, SheetConsequence.PENDING)[1],
        document=reader.text(COLUMNS[9]),
    )
    return _judge(row, reader, today)


def with_actions(row: SheetRow) -> tuple[bool, bool]:
    """Return whether the group and local representatives acted, as far as the other cells say so."""
    contacted = row.consequence in _CONTACTS
    return contacted and row.source is not ResolutionSource.LOCAL, row.source is ResolutionSource.LOCAL


_CONTACTS: Final = frozenset(
    {
        SheetConsequence.WARNING,
        SheetConsequence.FIRST_SUSPENSION,
        SheetConsequence.SECOND_SUSPENSION,
        SheetConsequence.BAN,
    }
)

_Choice = TypeVar("_Choice", bound=StrEnum)


class _CellReader:
    """Reads cells by their columns and remembers what is wrong with them, each column once."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self.faults: dict[str, str] = {}

    def text(self, column: str) -> str:
        """Return what stands in the cell."""
        return self._cells.get(column, "").strip()

    def day(self, column: str, *, needed: bool = False) -> date | None:
        """Return the day that the cell says."""
        text = self.text(column)
        if not text:
            self._require(column, "" if needed else "-", "There is no day.")
            return None
        found = _DAY.fullmatch(text)
        try:
            if found:
                return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
        self.faults[column] = "This is no day, written as year-month-day, for example 2027-03-31."
        return None

    def name(self, column: str, *, needed: bool = False) -> str:
        """Return the code name, as it is stored; whatever else might stand there could name somebody."""
        text = "-".join(self.text(column).casefold().replace("-", " ").split())
        if needed:
            self._require(column, text, "There is no code name.")
        if text and (len(text) > _LONGEST_NAME or not _NAME.fullmatch(text)):
            self.faults[column] = (
                "This is no code name: it has words of plain letters and digits, with hyphens between."
            )
        return text

    def choice(self, column: str, kind: type[_Choice], empty: _Choice | None = None) -> tuple[_Choice, str]:
        """Return which of the words stands there, and what was written after it and a colon."""
        word, _, more = self.text(column).partition(":")
        known = {each.value.casefold(): each for each in kind}
        found = known.get(" ".join(word.split()).casefold()) if word or empty is None else empty
        if found is None:
            words = ", ".join(each.value for each in kind if each.value)
            self.faults[column] = f"This is none of its words: {words}."
        if len(more) > _LONGEST_WORDS:
            self.faults[column] = f"There are more than {_LONGEST_WORDS} characters after the colon."
        return next(iter(kind)) if found is None else found, " ".join(more.split())

    def yes(self, column: str, default: bool) -> bool:
        """Return whether the cell says yes; the default where it is empty or missing."""
        return self.choice(column, SheetAnswer, SheetAnswer.YES if default else SheetAnswer.NO)[0] is SheetAnswer.YES

    def _require(self, column: str, text: str, sentence: str) -> None:
        if not text:
            self.faults[column] = sentence


def _judge(row: SheetRow, reader: _CellReader, today: date) -> SheetRow | tuple[CellFault, ...]:
    """The row with its last two columns, unless something in it contradicts something else."""
    acted, locally = with_actions(row)
    row = _replace_actions(row, reader.yes(COLUMNS[10], acted), reader.yes(COLUMNS[11], locally))
    if row.received_on > today:
        reader.faults.setdefault(COLUMNS[0], "This day is still to come.")
    for column, sentence in () if reader.faults else _contradictions(row):
        reader.faults.setdefault(column, sentence)
    return tuple(CellFault(column, sentence) for column, sentence in reader.faults.items()) or row


def _replace_actions(row: SheetRow, acted: bool, locally: bool) -> SheetRow:
    return replace(row, acted=acted, acted_locally=locally)


def _contradictions(row: SheetRow) -> Sequence[tuple[str, str]]:
    is_resolved = row.status is SheetStatus.RESOLVED
    found = []
    if row.resolved_on is not None and not is_resolved:
        found.append((COLUMNS[5], "It has a resolution date, and goes on."))
    if row.resolved_on is not None and row.resolved_on < row.received_on:
        found.append((COLUMNS[5], "It was resolved before it was reported."))
    if is_resolved and row.resolved_on is None:
        found.append((COLUMNS[5], "It is resolved, and has no resolution date."))
    if is_resolved and row.consequence is SheetConsequence.PENDING:
        found.append((COLUMNS[8], "It is resolved, and says nothing of what came of it."))
    if not row.person and row.consequence in _CONTACTS:
        found.append((COLUMNS[2], "Somebody was warned, suspended or banned, and nobody is named."))
    return found


def _with_words(value: str, words: str) -> str:
    return f"{value}: {words}" if words and value else value


def _yes_or_no(value: bool) -> str:
    return SheetAnswer.YES.value if value else SheetAnswer.NO.value
