"""Cells of a sheet that a program for sheets would take for a formula: made harmless, and read back as they were.

Read `neutralize` first. Policy: P-9.1.
"""

import re
from typing import Final

_DANGEROUS: Final = re.compile(r"['\s]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""Programs skip space before a formula, and some read full-width signs as the plain ones."""


def neutralize(cell: str) -> str:
    """Return the cell with an apostrophe before it where it could run, so that it is shown as text."""
    return f"'{cell}" if _DANGEROUS.match(cell) else cell


def restore(cell: str) -> str:
    """Return what the cell was before it was made harmless."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell[1:]) else cell
