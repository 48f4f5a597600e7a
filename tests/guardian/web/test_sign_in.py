"""Signing in on the pages: begun and ended in one browser, forgotten soon, and nothing that was written is lost."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest

from guardian.services.reports.intake import receive
from guardian.spaces.account_proof import ProofResult
from guardian.spaces.outcomes import Outcome, Rejected
from guardian.spaces.port import Account
from tests.builders.community import BRUNO, GITHUB, Community, a_submission
from tests.builders.pages import Pages, forms_of, open_pages, receipt_of, text_of

ADA: Final = ProofResult(Account(GITHUB, "77"), "ada")


class AtGithub:
    """Says that every browser is Ada's, when it comes back with the verifier it left with."""

    space = GITHUB
    label = "GitHub"
    answer_fields = ("code",)
    knows_linked_accounts = False

    def __init__(self) -> None:
        self.verifiers: list[str] = []

    def start(self, return_url: str, state: str, verifier: str, *, include_linked: bool = False) -> str:
        self.verifiers.append(verifier)
        return f"https://github.example/authorize?state={state}&redirect_uri={return_url}"

    async def finish(self, return_url: str, code: str, verifier: str) -> ProofResult | Outcome:
        return ADA if (code, verifier) == ("good", self.verifiers[-1]) else Rejected("no")


@pytest.fixture
async def pages(community: Community) -> AsyncIterator[Pages]:
    async with open_pages(community, proofs=(AtGithub(),)) as opened:
        yield opened


async def the_case(community: Community) -> str:
    async with community.units_of_work.read() as view:
        (case,) = await view.cases.cases()
        return case.code_name


async def signed_in(pages: Pages, code: str = "good", state: str | None = None) -> str:
    away = await pages.get("/sign-in/github")
    sent = parse_qs(urlsplit(away.headers["location"]).query)["state"][0]
    return text_of(await pages.get(f"/sign-in/github/back?code={code}&state={state or sent}"))


async def test_a_report_sent_after_signing_in_carries_the_account(pages: Pages, community: Community) -> None:
    assert "@ada" in await signed_in(pages)
    await pages.report(as_account="github")
    (read,) = (await community.read_case(BRUNO, await the_case(community))).reports
    assert (read.report.reporter, read.report.reporter_handle) == (ADA.account, "ada")


async def test_signing_in_binds_nobody_to_report_by_that_account(pages: Pages, community: Community) -> None:
    await signed_in(pages)
    await pages.report()
    (read,) = (await community.read_case(BRUNO, await the_case(community))).reports
    assert read.report.reporter is None


async def test_what_was_written_before_signing_in_is_given_back_whole(pages: Pages) -> None:
    answer = await pages.fill("/report", "/report", what_happened="Insults.", as_account="github")
    assert (answer.status_code, forms_of(answer)[0].fields["what_happened"]) == (422, "Insults.")
    assert "opens beside this page" in text_of(answer)


@pytest.mark.parametrize(("code", "state"), [("bad", None), ("good", "another browser's"), ("", None)])
async def test_nobody_is_led_into_an_account_by_a_link(pages: Pages, code: str, state: str | None) -> None:
    assert "You are not signed in" in await signed_in(pages, code, state)
    assert "Sign in with GitHub" in text_of(await pages.get("/my-reports"))


async def test_whoever_hears_of_the_doorbell_on_github_hears_that_it_is_not_private(pages: Pages) -> None:
    assert "mailed to everybody who watches" in text_of(await pages.get("/my-reports"))
    await signed_in(pages)
    assert "mailed to everybody who watches" in text_of(await pages.get("/my-reports"))


async def test_the_reports_of_the_account_are_shown_with_a_receipt_that_opens_them(
    pages: Pages, community: Community
) -> None:
    mine = await receive(community.app, a_submission(reporter=ADA.account))
    await receive(community.app, a_submission(reporter=Account(GITHUB, "78")))
    await signed_in(pages)
    shown = await pages.get("/my-reports")
    assert [f.action for f in forms_of(shown)].count("/my-reports/receipt") == 1
    assert mine.reference in shown.text
    answer = await pages.fill("/my-reports", "/my-reports/receipt")
    again = await pages.fill("/my-reports", "/my-reports/receipt")
    assert receipt_of(answer) == receipt_of(again)
    assert mine.reference in (await pages.follow_up(receipt_of(answer))).text


async def test_nobody_gets_a_receipt_for_anothers_report(pages: Pages, community: Community) -> None:
    other = await receive(community.app, a_submission(reporter=Account(GITHUB, "78")))
    await receive(community.app, a_submission(reporter=ADA.account))
    await signed_in(pages)
    answer = await pages.fill("/my-reports", "/my-reports/receipt", report=other.report)
    assert answer.status_code == 404
    forged = await pages.post("/my-reports/receipt", {"report": other.report, "token": "guessed"})
    assert forged.status_code == 403


async def test_after_half_an_hour_the_page_knows_nobody(pages: Pages, community: Community) -> None:
    await signed_in(pages)
    community.system_clock.advance(timedelta(minutes=31))
    assert "Sign in with GitHub" in text_of(await pages.get("/my-reports"))


@pytest.mark.harm("sign-in-finished-twice")
async def test_the_way_back_is_good_once_and_for_ten_minutes(pages: Pages, community: Community) -> None:
    """P-9.8: whatever cookies a browser still holds."""
    name = "__Host-guardian-signing-in"
    for minutes in (0, 11):
        away = await pages.get("/sign-in/github")
        kept = pages.client.cookies[name]
        state = parse_qs(urlsplit(away.headers["location"]).query)["state"][0]
        back = f"/sign-in/github/back?code=good&state={state}"
        community.system_clock.advance(timedelta(minutes=minutes))
        assert (await pages.get(back)).status_code == (403 if minutes else 200)
        pages.client.cookies.set(name, kept, domain="guardian.example", path="/")
        assert (await pages.get(back)).status_code == 403


async def test_an_answer_with_two_codes_is_none(pages: Pages) -> None:
    assert "@ada" not in await signed_in(pages, code="good&code=bad")
