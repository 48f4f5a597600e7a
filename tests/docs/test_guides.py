"""The guides to connecting real spaces: exactly the rights that the connectors ask for, every key, and nothing that is not there."""

import re
import tomllib
from difflib import unified_diff
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from connectors.discord.permissions import COMMANDS_SCOPE, PERMISSIONS
from connectors.forum.permissions import REQUIREMENTS as OF_THE_FORUM
from connectors.github.permissions import REQUIREMENTS as OF_GITHUB
from guardian.cli.__main__ import COMMANDS
from guardian.notices.renderer import NoticeRenderer
from guardian.presets import load_shipped
from guardian.web.labels import FILTERS
from guardian.web.rendering import Site, create_templates
from guardian.web.sign_in import SignIn
from tests.architecture.source import ROOT
from tests.docs import config_keys
from tests.docs.guides_tables import NEEDS, PAGES, every_table, text_of
from tests.docs.spaces_page import router_of_all
from tests.docs.table import named_in, rewritten, unsaid

TEXTS = {path.name: text_of(path) for path in PAGES}
CONNECT = TEXTS["connect.md"]
TOGETHER = "\n".join(TEXTS.values())
LINK = re.compile(r"\]\(([\w./-]+\.md)\)")


def test_a_volunteer_is_asked_for_the_rights_that_the_code_looks_for_and_no_others() -> None:
    tables = tuple(every_table())
    pages = [(text.splitlines(), rewritten(text, tables).splitlines()) for text in TEXTS.values()]
    assert [line for said, meant in pages for line in unified_diff(said, meant, n=0)] == [], "run: python -m tests.docs"
    assert [line for text in TEXTS.values() for line in unsaid(text)] == []


def test_no_right_and_no_key_is_left_out_of_the_guides_or_told_twice() -> None:
    shown = [name for text in TEXTS.values() for name in named_in(text)]
    assert sorted(shown) == sorted(table.name for table in every_table())
    listed = {requirement for requirements in NEEDS.values() for requirement in requirements}
    assert {*OF_THE_FORUM, *OF_GITHUB, *PERMISSIONS} <= listed


@pytest.mark.parametrize("section", config_keys.READ_AS)
def test_every_key_that_the_code_reads_is_explained_in_the_sample(section: str) -> None:
    explained = {key.name for key in config_keys.read_sample(section) if key.about}
    assert explained == config_keys.keys_read(section) - {"inbox"}


def test_the_invitation_asks_for_the_needed_permissions_and_no_other() -> None:
    address = re.search(r"https://discord\.com/oauth2/authorize\S+", TEXTS["connect-discord.md"])
    assert address is not None
    asked = parse_qs(urlsplit(address[0]).query)
    given = discord.Permissions(int(asked["permissions"][0]))
    assert {name for name, on in given if on} == {requirement.api_name for requirement in PERMISSIONS}
    assert asked["scope"] == [f"bot {COMMANDS_SCOPE.api_name}"]


@pytest.mark.parametrize("space", ["discord", "github"])
def test_whoever_signs_in_comes_back_to_the_address_that_the_guide_has_registered(space: str) -> None:
    app = router_of_all().app
    site = Site(app, create_templates(FILTERS), NoticeRenderer(app.community, app.base_url), secure_cookies=True)
    routes = [route.path for route in SignIn(site, ()).routes()]
    back = f"/sign-in/{space}/back"
    assert back in TEXTS[f"connect-{space}.md"]
    assert back.replace(space, "{space}") in routes


@pytest.mark.parametrize(
    "named", sorted(set(re.findall(r"`guardian ([a-z][a-z-]+)|^ +guardian ([a-z-]+)", TOGETHER, re.M)))
)
def test_every_command_of_the_guides_is_there(named: tuple[str, str]) -> None:
    assert "".join(named) in COMMANDS


def test_the_members_of_the_guide_are_written_as_the_file_takes_them() -> None:
    block = CONNECT.partition("--members FILE`:")[2].partition("A seat is")[0]
    people = tomllib.loads(block)["member"]
    assert [person["name"] for person in people] == ["Amara Okafor", "Bruno Keller"]


def test_the_guides_and_the_sample_name_the_same_secret_files() -> None:
    sample = set(re.findall(r'"(secrets/[a-z.-]+)"', load_shipped("guardian.toml")))
    assert set(re.findall(r"`(secrets/[a-z.-]+)`", TOGETHER)) <= sample


def test_no_link_between_the_pages_leads_nowhere() -> None:
    places = [*PAGES, *ROOT.glob("*.md")]
    broken = [
        f"{page.name}: {link}"
        for page in places
        for link in LINK.findall(text_of(page))
        if not (page.parent / link).is_file()
    ]
    assert broken == []
