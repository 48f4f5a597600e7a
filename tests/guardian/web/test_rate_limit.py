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
WAIT = Limits().wait


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
    assert (answer.status_code, int(answer.headers["retry-after"]) <= 1801) == (429, True)
    assert (form.fields["what_happened"], form.fields["who"]) == (WORDS, "grumbler")
    for said in ("This has not been sent yet", "send it again in 30 minutes", "/report on Discord"):
        assert said in text_of(answer)
    community.pass_time(HOUR / 2)
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


def a_limiter(clock: FrozenClock, reports: int = 3, per_sender: int = 2) -> RateLimiter:
    """A limiter of few reports."""
    return RateLimiter(clock.now, Limits(reports, per_sender))


def flood(rate_limiter: RateLimiter, clock: FrozenClock, networks: int = 40) -> None:
    """A stranger sends as much as is taken from many networks, and comes back with what was not."""
    for wait in (timedelta(), WAIT):
        clock.advance(wait)
        for number in range(networks * 8):
            rate_limiter.admit(Bucket.REPORT, f"stranger {number % networks}", f"flood {number}")


@pytest.mark.harm("anonymous-door-shut-by-a-stranger")
def test_a_flood_from_one_network_takes_no_place_of_another() -> None:
    """P-2.1"""
    rate_limiter = a_limiter(FrozenClock())
    taken = [rate_limiter.admit(Bucket.REPORT, "stranger", f"flood {number}") is None for number in range(300)]
    assert (sum(taken), rate_limiter.admit(Bucket.REPORT, "somebody", "report")) == (2, None)


@pytest.mark.harm("anonymous-door-shut-by-a-stranger")
def test_whoever_waits_is_taken_however_many_flood_from_however_many_networks() -> None:
    """P-2.1"""
    clock = FrozenClock()
    rate_limiter = a_limiter(clock)
    flood(rate_limiter, clock)
    assert rate_limiter.admit(Bucket.REPORT, "somebody", "report", "form") == WAIT
    clock.advance(WAIT)
    flood(rate_limiter, clock)
    assert rate_limiter.admit(Bucket.REPORT, "somebody", "report, changed meanwhile", "form") is None
    assert rate_limiter.admit(Bucket.REPORT, "somebody else", "report", "another form") == WAIT


def test_whoever_asks_again_too_early_is_told_what_is_left_to_wait() -> None:
    clock = FrozenClock()
    rate_limiter = a_limiter(clock)
    flood(rate_limiter, clock)
    rate_limiter.admit(Bucket.REPORT, "somebody", "report")
    clock.advance(WAIT / 2)
    assert rate_limiter.admit(Bucket.REPORT, "somebody", "report") == WAIT / 2


def test_room_comes_back_bit_by_bit() -> None:
    clock = FrozenClock()
    rate_limiter = a_limiter(clock, reports=300, per_sender=30)
    for number in range(30):
        assert rate_limiter.admit(Bucket.REPORT, "school", f"report {number}") is None
    wait = rate_limiter.admit(Bucket.REPORT, "school", "one more")
    assert wait is not None
    assert timedelta(minutes=1.9) < wait <= timedelta(minutes=2)
    clock.advance(wait)
    assert rate_limiter.admit(Bucket.REPORT, "school", "one more") is None


@pytest.mark.harm("danger-held-off-by-a-flood")
def test_danger_is_never_held_off_by_anybody() -> None:
    """P-3.6: neither by a flood of others, nor by what came from the same network before."""
    clock = FrozenClock()
    rate_limiter = a_limiter(clock)
    flood(rate_limiter, clock)
    waits = [rate_limiter.admit(Bucket.DANGER, "stranger 1", f"danger {number}") for number in range(50)]
    assert set(waits) == {None}


def test_of_a_proxy_that_is_not_trusted_to_say_people_are_not_taken_for_one_network() -> None:
    rate_limiter = a_limiter(FrozenClock())
    waits = [rate_limiter.admit(Bucket.REPORT, "", f"report {number}") for number in range(3)]
    assert waits == [None] * 3


def test_whoever_signed_in_is_held_off_by_nobody_else() -> None:
    rate_limiter = RateLimiter(FrozenClock().now, Limits(reports=1, per_sender=1))
    assert rate_limiter.admit(Bucket.REPORT, "network", "first") is None
    assert rate_limiter.admit(Bucket.REPORT, "another network", "second") == WAIT
    assert rate_limiter.admit(Bucket.SIGNED_IN, "account", "third") is None
    wait = rate_limiter.admit(Bucket.SIGNED_IN, "account", "fourth")
    assert wait is not None
    assert timedelta(minutes=59) < wait <= HOUR


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
    rate_limiter = RateLimiter(wire.now, Limits(reports=1))
    for number in range(2):
        rate_limiter.admit(Bucket.REPORT, "192.0.2.0/24", f"delivery {number}")
    known = vars(rate_limiter)["_hour"]
    assert "192.0.2" not in repr(known)
    wire.advance(HOUR)
    rate_limiter.admit(Bucket.DANGER, "198.51.100.0/24", "another")
    after = vars(rate_limiter)["_hour"]
    assert not known.levels.keys() & after.levels.keys()
    assert (known.key != after.key, after.waiting) == (True, {})


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("8.8.8.7", "8.8.8.0/24"),
        ("::ffff:8.8.8.7", "8.8.8.0/24"),
        ("2a02:db8:1:2:3:4:5:6", "2a02:db8:1::/48"),
        ("testclient", "testclient"),
        ("127.0.0.1", ""),
        ("10.1.2.3", ""),
        ("", ""),
    ],
)
def test_one_home_or_hoster_is_one_network_however_many_addresses_it_has(host: str, network: str) -> None:
    assert network_of(Request({"type": "http", "client": (host, 1), "headers": []})) == network
