"""A whole organisation on GitHub: who takes part is limited for a span that GitHub knows, and opened again."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from connectors.emulators.shared.control import Declined
from connectors.github.client import INTERACTIONS
from connectors.github.pauses import GithubPauses
from guardian.spaces.outcomes import Done, Forbidden, Rejected
from guardian.spaces.pauses import OPEN, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Unknown
from tests.contracts.stage_github import GithubStage, github_stage

HOUR = timedelta(hours=1)


@pytest.fixture
async def stage() -> AsyncIterator[GithubStage]:
    async with github_stage() as made:
        made.emulator.state.permissions["organization_administration"] = "write"
        yield made


def pauses(stage: GithubStage) -> GithubPauses:
    return GithubPauses(stage.space.connection, stage.clock)


def target(stage: GithubStage) -> PauseTarget:
    return PauseTarget(stage.space.name, PauseKind.INTERACTIONS)


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
