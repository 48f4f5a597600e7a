"""The console in a real browser: every page that links lead to, in light and dark, on a wide and a small screen."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from guardian.cases.data_requests import DataRequestKind
from guardian.ids import MemberId
from guardian.services.identity.linking import propose_link
from guardian.services.members import AccountInput
from guardian.services.reports.data_requests import ask_as_reporter
from guardian.services.reports.report_access import ReceiptAccess
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.browser.conftest import Browser
from tests.builders.community import AMARA, BRUNO, DISCORD, FORUM, INES, Community, a_message
from tests.guardian.services.escalation.test_local_matters import a_matter

pytestmark = pytest.mark.asyncio(loop_scope="session")
NAMES = re.compile(r"/(?:[a-z]+-[a-z]+|[0-9a-f-]{36}|GRD-\w+)(?=/|$)")
WHOLE = 60


async def lived(community: Community) -> None:
    """There is something on every page: a case with a link to confirm, an act under review, a local matter, a
    request for a copy."""
    _, person = await community.a_named_case(what_happened="Dmitri Volkov was there as well.", evidence=(a_message(),))
    community.spaces[FORUM].add("41", "grumpy41")
    await propose_link(community.app, BRUNO, person, FORUM, "grumpy41", "They write alike.")
    community.spaces[DISCORD].add("700000000000000077", "shouter")
    given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults.", term=timedelta(days=3))
    await act(community.app, BRUNO, AccountInput(DISCORD, "shouter"), given)
    await a_matter(community)
    received = await community.report()
    await ask_as_reporter(community.app, ReceiptAccess(received.receipt), DataRequestKind.ACCESS, "")


async def problems_by_page(browser: Browser) -> dict[str, list[str]]:
    """What is wrong on each page that links lead to, one page of each kind."""
    found: dict[str, list[str]] = {}
    waiting, seen = ["/console"], {"/console"}
    while waiting and len(found) < WHOLE:
        path = waiting.pop()
        await browser.open(path)
        found[path] = await browser.find_problems()
        links = await browser.page.eval_on_selector_all("a[href]:not([download])", "each => each.map(a => a.href)")
        for link in links:
            inner = urlsplit(link)
            kind = NAMES.sub("/*", inner.path)
            is_file = "." in inner.path.rpartition("/")[2]
            if (
                link.startswith(f"{browser.url}/console")
                and "evidence" not in kind
                and not is_file
                and kind not in seen
            ):
                seen.add(kind)
                waiting.append(inner.path)
    return found


@pytest.mark.parametrize("member", [AMARA, INES], ids=["a chair", "a moderator"])
async def test_everybody_can_use_every_page_of_the_console(browser: Browser, member: MemberId) -> None:
    await lived(browser.community)
    await browser.sit(member)
    found = await problems_by_page(browser)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert len(found) > 5
