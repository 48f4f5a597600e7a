"""An older tracking sheet as a group has kept it by hand, with the numbers that are counted from it independently.

Read `OlderRow` first. Policy: P-9.1, P-10.1.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

HEADER: Final = (
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


@dataclass(frozen=True, slots=True)
class OlderRow:
    """A row of the sheet: one person in one case, or a case in which nobody is named.

    `actions`: whether the group acted, and whether local representatives did.
    """

    received: str
    case: str
    person: str
    consequence: str
    actions: tuple[bool, bool] = (True, False)

    def cells(self) -> tuple[str, ...]:
        """Return its cells in the order of the header; whatever the story does not ask for is the same in every row."""
        answers = [("No", "Yes")[each] for each in self.actions]
        before = (self.received, self.case, self.person, "Resolved", "Working group", self.received)
        return (*before, "No", "Maybe", self.consequence, "", *answers)

    def exported(self) -> str:
        """Return the row as a line of the sheet that is taken out."""
        return ",".join(self.cells())


def write_csv(rows: Iterable[OlderRow]) -> bytes:
    """Return the rows as the file of a program for sheets."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *(row.cells() for row in rows)])
    return text.getvalue().encode()
