"""A whole organisation on GitHub: who takes part is limited for a span that GitHub knows, and opened again."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from connectors.emulators.github.state import Kind
from connectors.emulators.shared.control import Declined
from connectors.github.client import INTERACTIONS, REPOSITORY_LIMITS
from connectors.github.pauses import GithubPauses
from guardian.spaces.outcomes import Done, Forbidden, Rejected, Unavailable
from guardian.spaces.pauses import OPEN, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Unknown
from tests.contracts.stage_github import GithubStage, github_stage

HOUR = timedelta(hours=1)


@pytest.fixture
async def stage() -> AsyncIterator[GithubStage]:
    async with github_stage() as made:
        made.emulator.state.permissions["organization_administration"] = "write"
        made.emulator.state.permissions["administration"] = "write"
        yield made


def pauses(stage: GithubStage) -> GithubPauses:
    return GithubPauses(stage.space.connection, stage.clock)


def target(stage: GithubStage, kind: PauseKind = PauseKind.INTERACTIONS) -> PauseTarget:
    return PauseTarget(stage.space.name, kind)


async def site_of(stage: GithubStage, kind: PauseKind = PauseKind.INTERACTIONS) -> PauseTarget:
    """One public repository beside another."""
    stage.emulator.add_repository("site")
    stage.emulator.add_repository("docs")
    found = await pauses(stage).find_part(kind, "Site")
    assert isinstance(found, PauseTarget)
    return found


async def test_a_limit_stands_for_the_shortest_span_that_is_long_enough_until_it_is_lifted(stage: GithubStage) -> None:
    port, now = pauses(stage), stage.clock.now().replace(microsecond=0)
    assert await port.observe(target(stage)) == OPEN
    assert await port.apply(target(stage), PauseSetting(2, now + 30 * HOUR)) == Done()
    assert await port.observe(target(stage)) == PauseSetting(2, now + timedelta(days=3))
    assert await port.apply(target(stage), OPEN) == Done()
    assert await port.observe(target(stage)) == OPEN


async def test_a_stranger_takes_no_part_while_the_limit_stands(stage: GithubStage) -> None:
    stage.emulator.add_repository("site")
    person = stage.emulator.person(stage.emulator.register("passer-by").login)
    number = person.open_issue("site", "A question", "How?")
    await pauses(stage).apply(target(stage), PauseSetting(2, stage.clock.now() + HOUR))
    with pytest.raises(Declined):
        person.comment("site", number, "And another thing")


async def test_what_github_would_not_keep_is_not_asked_of_it(stage: GithubStage) -> None:
    too_long = PauseSetting(2, stage.clock.now() + timedelta(days=200))
    assert isinstance(await pauses(stage).apply(target(stage), too_long), Rejected)


async def test_without_the_permission_it_is_said_what_is_missing(stage: GithubStage) -> None:
    stage.emulator.state.permissions["organization_administration"] = "read"
    closed = PauseSetting(2, stage.clock.now() + HOUR)
    assert await pauses(stage).apply(target(stage), closed) == Forbidden(INTERACTIONS)
    assert await pauses(stage).observe(target(stage)) == OPEN


async def test_an_organisation_that_does_not_answer_is_not_open(stage: GithubStage) -> None:
    stage.break_down()
    assert isinstance(await pauses(stage).observe(target(stage)), Unknown)


@pytest.mark.harm("unreadable-pause-taken-for-open")
@pytest.mark.parametrize(
    "odd", [{"status": "ok"}, {"limit": None}, {"limit": "contributors_only", "expires_at": "soon"}, []]
)
async def test_an_organisation_whose_limit_cannot_be_read_is_not_open(stage: GithubStage, odd: object) -> None:
    assert await pauses(stage).observe(target(stage)) == OPEN
    stage.answer_oddly(odd)
    assert isinstance(await pauses(stage).observe(target(stage)), Unknown)


async def test_a_repository_is_found_by_its_exact_name_and_a_private_one_has_no_limit(stage: GithubStage) -> None:
    stage.emulator.add_repository("inner", private=True)
    site = await site_of(stage)
    assert site.label.endswith("/site")
    assert await pauses(stage).find_part(PauseKind.INTERACTIONS, site.label) == site
    for words in ("sit", "inner", "elsewhere/site"):
        assert await pauses(stage).find_part(PauseKind.INTERACTIONS, words) is None


@pytest.mark.harm("pause-wider-than-asked")
async def test_a_limit_of_one_repository_leaves_the_others_open(stage: GithubStage) -> None:
    site, now = await site_of(stage), stage.clock.now().replace(microsecond=0)
    person = stage.emulator.person(stage.emulator.register("passer-by").login)
    assert await pauses(stage).apply(site, PauseSetting(2, now + HOUR)) == Done()
    assert await pauses(stage).observe(site) == PauseSetting(2, now + timedelta(days=1))
    assert await pauses(stage).observe(target(stage)) == OPEN
    person.open_issue("docs", "A question", "How?")
    with pytest.raises(Declined):
        person.open_issue("site", "A question", "How?")
    assert await pauses(stage).apply(site, OPEN) == Done()
    person.open_issue("site", "A question", "How?")


async def test_a_repository_that_was_renamed_keeps_its_limit_and_gives_it_back(stage: GithubStage) -> None:
    site = await site_of(stage)
    await pauses(stage).apply(site, PauseSetting(2, stage.clock.now() + HOUR))
    renamed = stage.emulator.state.repositories.pop("site")
    renamed.name = "web"
    stage.emulator.state.repositories["web"] = renamed
    assert await pauses(stage).apply(site, OPEN) == Done()
    assert await pauses(stage).observe(site) == OPEN


async def test_the_organisation_s_limit_shows_at_a_repository_as_somebody_else_s(stage: GithubStage) -> None:
    site, now = await site_of(stage), stage.clock.now().replace(microsecond=0)
    await pauses(stage).apply(target(stage), PauseSetting(1, now + HOUR))
    assert await pauses(stage).observe(site) == PauseSetting(1, now + timedelta(days=1), is_wider=True)
    assert isinstance(await pauses(stage).apply(site, PauseSetting(2, now + HOUR)), Rejected)


@pytest.mark.harm("pause-left-out-of-sight")
async def test_a_repository_that_is_not_shown_to_us_is_never_taken_for_gone(stage: GithubStage) -> None:
    """P-1.6: GitHub says 404 to what is not for us as well, and a cap of ours has no end of its own."""
    site = await site_of(stage)
    del stage.emulator.state.repositories["site"]
    assert isinstance(await pauses(stage).observe(site), Unknown)
    assert isinstance(await pauses(stage).apply(site, OPEN), Unavailable)


async def test_the_limit_of_a_repository_takes_a_permission_of_its_own(stage: GithubStage) -> None:
    site = await site_of(stage)
    stage.emulator.state.permissions["administration"] = "read"
    assert await pauses(stage).apply(site, PauseSetting(2, stage.clock.now() + HOUR)) == Forbidden(REPOSITORY_LIMITS)


@pytest.mark.parametrize("of_one", [True, False])
async def test_a_cap_of_pull_requests_lets_a_stranger_have_one_open_and_goes_back_to_its_figure(
    stage: GithubStage, of_one: bool
) -> None:
    site = await site_of(stage, PauseKind.PULL_REQUESTS)
    capped = site if of_one else target(stage, PauseKind.PULL_REQUESTS)
    person = stage.emulator.person(stage.emulator.register("passer-by").login)
    found = await pauses(stage).observe(capped)
    assert found == PauseSetting(detail="10")
    assert await pauses(stage).apply(capped, PauseSetting(1000, stage.clock.now() + HOUR)) == Done()
    assert await pauses(stage).observe(capped) == PauseSetting(1000, detail="1")
    person.open_issue("site", "A change", "This.", Kind.PULL)
    with pytest.raises(Declined):
        person.open_issue("site", "Another", "That.", Kind.PULL)
    assert await pauses(stage).apply(capped, found) == Done()
    assert await pauses(stage).observe(capped) == found


@pytest.mark.harm("unreadable-pause-taken-for-open")
@pytest.mark.parametrize("odd", [{}, {"enabled": "no", "max_open_pull_requests": 3}, {"enabled": False}])
async def test_a_cap_that_cannot_be_read_is_not_open(stage: GithubStage, odd: object) -> None:
    stage.answer_oddly(odd)
    assert isinstance(await pauses(stage).observe(target(stage, PauseKind.PULL_REQUESTS)), Unknown)
