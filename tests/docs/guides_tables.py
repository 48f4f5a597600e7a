"""The tables of the guides: what each platform must give, and the keys of the configuration, made from the code's own lists."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from connectors.discord import permissions as on_discord
from connectors.forum import permissions as on_forum
from connectors.github import permissions as on_github
from guardian.spaces.requirements import Requirement
from tests.architecture.source import ROOT
from tests.docs import config_keys, spaces_page
from tests.docs.layers import packages_table
from tests.docs.table import Row, Table, cell

PAGES: Final = tuple(sorted((ROOT / "docs").glob("*.md")))
NEEDS: Final = {
    "discord permissions": on_discord.PERMISSIONS,
    "discord besides": (on_discord.MEMBERS_INTENT, on_discord.COMMANDS_SCOPE),
    "forum": (
        on_forum.KEY,
        on_forum.MESSAGES,
        on_forum.HIDDEN_REASONS,
        on_forum.ANONYMOUS_MODE,
        on_forum.GROUP,
        on_forum.CATEGORIES,
    ),
    "forum events": on_forum.EVENTS,
    "github organisation": on_github.OF_THE_ORGANISATION,
    "github repositories": on_github.OF_REPOSITORIES,
    "github events": on_github.EVENTS,
}
"""What people must give, as the connectors themselves look for it."""


def every_table() -> Iterator[Table]:
    """Every table of every page."""
    yield from spaces_page.tables()
    yield packages_table()
    yield from (_needs(name, requirements) for name, requirements in NEEDS.items())
    yield from (_keys(section) for section in config_keys.READ_AS)


def text_of(path: Path) -> str:
    """What the page says."""
    return path.read_text(encoding="utf-8")


def _needs(name: str, requirements: Iterable[Requirement]) -> Table:
    head = ("What", "What it is for", "What does not work without it")
    return Table(
        f"needs {name}", head, tuple(Row(n.label, ("", cell(n.purpose), cell(n.impact))) for n in requirements)
    )


def _keys(section: str) -> Table:
    rows = (Row(k.name, ("", f"`{cell(k.value)}`", cell(k.about))) for k in config_keys.read_sample(section))
    return Table(f"keys {section}", ("Key", "For example", "What it is"), tuple(rows))
