"""Floods: no sincere report is dropped without a word, and nothing of who sends is kept."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.requests import Request

from guardian.notices.models import NoticeKind
from guardian.web.rate_limit import Bucket, Limits, RateLimiter, network_of
from tests.builders.community import AMARA, DMITRI, Community
from tests.builders.pages import Pages, forms_of, open_pages, text_of
from tests.fakes.clock import FrozenClock

WORDS = "He wrote insults under my question."
HOUR = timedelta(hours=1)


@pytest.fixture
async def narrow(community: Community) -> AsyncIterator[Pages]:
    """The pages where two reports an hour are taken from one network, and three in all."""
    async with open_pages(community, limits=Limits(reports=3, per_sender=2)) as opened:
        yield opened


async def test_beyond_the_limit_the_words_stay_on_the_page_which_says_what_to_do(
    narrow: Pages, community: Community
) -> None:
    """P-2.1"""
    for number in range(2):
        await narrow.report(what_happened=f"{WORDS} ({number})")
    answer = await narrow.fill("/report", "/report", what_happened=WORDS, who="grumbler")
    (form,) = forms_of(answer)
    assert (answer.status_code, int(answer.headers["retry-after"]) <= 3601) == (429, True)
    assert (form.fields["what_happened"], form.fields["who"]) == (WORDS, "grumbler")
    for said in ("This has not been sent yet", "send it again in 60 minutes", "/report on Discord"):
        assert said in text_of(answer)
    community.pass_time(HOUR)
    assert (await narrow.post("/report", form.fields)).status_code == 201


async def test_a_flood_leaves_room_for_danger(narrow: Pages) -> None:
    """P-3.6"""
    for number in range(2):
        await narrow.report(what_happened=f"{WORDS} ({number})")
    assert (await narrow.fill("/report", "/report", what_happened=WORDS, danger="yes")).status_code == 201


async def test_a_report_that_came_in_is_answered_again_however_full_it_is(narrow: Pages) -> None:
    """P-2.4"""
    (form,) = forms_of(await narrow.get("/report"))
    fields = {**form.fields, "what_happened": WORDS}
    answers = [await narrow.post("/report", fields) for _ in range(4)]
    assert {answer.status_code for answer in answers} == {201}


async def test_a_report_that_was_given_back_counts_for_nothing(narrow: Pages) -> None:
    for _ in range(4):
        assert (await narrow.fill("/report", "/report", what_happened="")).status_code == 422
    assert (await narrow.fill("/report", "/report", what_happened=WORDS)).status_code == 201


async def test_a_receipt_keeps_its_door_in_a_flood(narrow: Pages) -> None:
    """P-2.12"""
    await narrow.report(what_happened=f"{WORDS} (1)")
    receipt = await narrow.report(what_happened=f"{WORDS} (2)")
    assert (await narrow.fill("/report", "/report", what_happened=WORDS)).status_code == 429
    await narrow.follow_up(receipt)
    answer = await narrow.fill("/follow-up", "/follow-up/add", text="It went on.")
    assert "What you added is now with your report" in text_of(answer)


def test_whoever_signed_in_is_held_off_by_nobody_else() -> None:
    rate_limiter = RateLimiter(FrozenClock().now, Limits(reports=1, per_sender=1))
    assert rate_limiter.admit(Bucket.REPORT, "network", "first") is None
    assert rate_limiter.admit(Bucket.REPORT, "another network", "second") == HOUR
    assert rate_limiter.admit(Bucket.SIGNED_IN, "account", "third") is None
    assert rate_limiter.admit(Bucket.SIGNED_IN, "account", "fourth") == HOUR


async def test_a_burst_of_the_same_words_is_one_case_and_each_has_a_receipt(pages: Pages, community: Community) -> None:
    """P-2.9"""
    receipts = [await pages.report(what_happened=words) for words in (WORDS, WORDS.upper(), f"{WORDS} ", WORDS, WORDS)]
    async with community.units_of_work.read() as view:
        cases = await view.cases.cases()
        sizes = [len(await view.cases.reports_of(case.id)) for case in cases]
    assert (sizes, len(set(receipts))) == ([1, 1, 3], 5)
    assert WORDS in text_of(await pages.follow_up(receipts[-1]))
    assert (await community.notice_kinds_to(AMARA)).count(NoticeKind.NEW_REPORT) == 3


async def test_whom_one_of_the_same_words_concerns_sees_none_of_them(pages: Pages, community: Community) -> None:
    """P-2.5, P-2.9"""
    for concerned in ((), (), (), DMITRI):
        await pages.report(what_happened=WORDS, names_members=concerned)
    async with community.units_of_work.read() as view:
        *_, crowded = await view.cases.cases()
        exclusions = await view.cases.exclusions_of(crowded.id)
    assert [exclusion.member for exclusion in exclusions] == [DMITRI]


async def test_many_reports_are_told_once_and_danger_each_time(community: Community) -> None:
    """P-2.9, P-3.6"""
    for number in range(24):
        await community.report(what_happened=f"Insults in channel {number}.")
    await community.report(what_happened="She says that she will hurt herself.", danger=True)
    told = await community.notice_kinds_to(AMARA)
    kinds = (NoticeKind.NEW_REPORT, NoticeKind.REPORT_FLOOD, NoticeKind.DANGER)
    assert [told.count(kind) for kind in kinds] == [20, 1, 1]
    community.pass_time(HOUR + timedelta(minutes=1))
    await community.report(what_happened="Another thing.")
    assert (await community.notice_kinds_to(AMARA))[-1] is NoticeKind.NEW_REPORT


async def test_nothing_is_kept_of_an_address_but_for_the_hour() -> None:
    wire = FrozenClock()
    rate_limiter = RateLimiter(wire.now, Limits())
    rate_limiter.admit(Bucket.REPORT, "192.0.2.7", "delivery")
    known = dict(vars(rate_limiter))
    assert "192.0.2.7" not in repr(known)
    wire.advance(HOUR)
    rate_limiter.admit(Bucket.DANGER, "192.0.2.8", "another")
    assert not known["_by_sender"].keys() & vars(rate_limiter)["_by_sender"].keys()
    assert known["_key"] != vars(rate_limiter)["_key"]


@pytest.mark.parametrize(
    ("host", "network"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8::1:2:3:4", "2001:db8::/64"), ("testclient", "testclient")],
)
def test_one_home_is_one_network_however_many_addresses_it_has(host: str, network: str) -> None:
    assert network_of(Request({"type": "http", "client": (host, 1), "headers": []})) == network
