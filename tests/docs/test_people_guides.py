"""The guides for members and moderators: a page or button that they name in bold is there, so that nobody looks for it in vain."""

import re

import pytest

from guardian.ids import MemberId
from guardian.people.models import Group, Office
from guardian.web.console.navigation import navigation_for
from guardian.web.rendering import WEB_FOLDER
from tests.architecture.source import ROOT
from tests.builders.community import DISCORD, a_member, a_role
from tests.docs.guides_tables import text_of
from tests.fakes.clock import START

GUIDES = ("member-guide.md", "moderator-guide.md", "first-night.md")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
SIGHTS = {
    "member-guide.md": a_role(Group.WORKING_GROUP, Office.CHAIR),
    "moderator-guide.md": a_role(Group.MODERATORS, Office.CHAIR, space=DISCORD),
}


def _text_of_the_console() -> str:
    return "\n".join(text_of(path) for path in sorted((WEB_FOLDER / "templates" / "console").glob("*.html")))


def _guide(name: str) -> str:
    return text_of(ROOT / "docs" / name)


@pytest.mark.parametrize("guide", GUIDES)
def test_every_button_that_a_guide_names_stands_on_the_console(guide: str) -> None:
    console = _text_of_the_console()
    named = BOLD.findall(_guide(guide))
    assert named
    assert [label for label in named if " ".join(label.split()) not in console] == []


@pytest.mark.parametrize("guide", SIGHTS)
def test_every_page_that_a_guide_lists_is_open_to_its_readers(guide: str) -> None:
    listed = re.findall(r"^\| ([A-Z][\w ,]*?) \|", _guide(guide).partition("| Page |")[2].partition("\n\n")[0], re.M)
    pages = {name for row in listed for name in row.split(", ")}
    reader = a_member(MemberId("m-reader"), "A reader", SIGHTS[guide])
    assert pages
    assert pages <= {item.label for item in navigation_for(reader, START)}
