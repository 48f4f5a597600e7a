"""What members are sent leads to pages that are there, and to a page of signing in where nobody is signed in."""

import re

import pytest
from starlette.routing import Match, Route

from guardian.notices.models import NoticeKind
from guardian.notices.renderer import NoticeRenderer
from tests.builders.pages import Pages
from tests.guardian.notices.test_renderer import TO_MEMBERS, a_full_notice

BASE = "https://guardian.example"
FACTS: tuple[dict[str, str], ...] = (
    {},
    {"what": "put_out"},
    {"act": "a"},
    {"ask": "motion"},
    {"local": "yes"},
    {"cause": "referral"},
)
ADDRESS = re.compile(re.escape(BASE) + r"(/console[^\s#]*)")


def named_pages(kind: NoticeKind) -> set[str]:
    """The pages that texts of that kind name."""
    renderer = NoticeRenderer("Example", BASE)
    bodies = [renderer.render(a_full_notice(kind, **facts)).body for facts in FACTS]
    return {path for body in bodies for path in ADDRESS.findall(body)}


@pytest.mark.harm("told-to-type-where-nobody-can")
async def test_every_page_that_a_notice_names_is_there(pages: Pages) -> None:
    named = {path for kind in TO_MEMBERS for path in named_pages(kind)} - {"/console/sign-in/SECRET"}
    routes = [route for route in pages.app.routes if isinstance(route, Route) and "GET" in (route.methods or ())]
    scope = {"type": "http", "method": "GET"}
    lost = [path for path in named if not any(r.matches({**scope, "path": path})[0] is Match.FULL for r in routes)]
    assert lost == []
    assert len(named) > len(("cases", "reviews", "raids"))


@pytest.mark.harm("a-link-signs-in")
async def test_what_a_notice_names_signs_nobody_in(pages: Pages) -> None:
    """P-9.8"""
    for path in {path for kind in TO_MEMBERS for path in named_pages(kind)}:
        if "/sign-in" not in path:
            assert (await pages.get(path)).status_code == 401
