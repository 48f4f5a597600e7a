"""A category of the forum: closed to all but staff for a while, and set again as it was found. P-1.6"""

from collections.abc import AsyncIterator

import pytest

from connectors.emulators.forum.state import ForumCategory
from connectors.emulators.shared.control import Declined
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.forum.pauses import TO_PAUSE, ForumPauses
from guardian.spaces.outcomes import Done, Forbidden, Rejected, Unavailable
from guardian.spaces.pauses import PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Unknown
from tests.contracts.schemas.forum import validate_history
from tests.contracts.stage_forum import ForumStage, forum_stage

CLOSED = PauseSetting(2)
MANAGED = "moderators_manage_categories_and_groups"
TITLE, WORDS = "How do I upgrade this?", "I should like to know how this is upgraded."


@pytest.fixture
async def stage() -> AsyncIterator[ForumStage]:
    """A forum whose moderators manage categories, with one category in which members of a group begin topics."""
    async with forum_stage() as made:
        keeper = made.emulator.state.find_user("keeper")
        assert keeper is not None
        keeper.admin, keeper.moderator = False, True
        made.emulator.state.settings[MANAGED] = True
        made.emulator.state.groups["helpers"] = {int(made.other.native_id)}
        made.emulator.state.categories[7] = ForumCategory(7, "Help", {"everyone": 2, "helpers": 1})
        yield made
        assert validate_history(made.emulator.history) == []


def pauses(stage: ForumStage) -> ForumPauses:
    return ForumPauses(stage.space.connection)


def target(stage: ForumStage, part: str = "7") -> PauseTarget:
    return PauseTarget(stage.space.connection.config.name, PauseKind.WRITING, part, "Help")


def table(stage: ForumStage, category: int = 7) -> dict[str, int]:
    return stage.emulator.state.categories[category].permissions


async def test_a_closed_category_is_read_by_everybody_and_written_in_by_staff_alone(stage: ForumStage) -> None:
    person, moderator = stage.emulator.person(stage.handle), stage.emulator.person(stage.moderator)
    topic = person.publish(TITLE, WORDS)
    assert await pauses(stage).apply(target(stage, "1"), CLOSED) == Done()
    with pytest.raises(Declined):
        person.publish(TITLE, WORDS)
    with pytest.raises(Declined):
        person.reply(topic, WORDS)
    moderator.reply(topic, "We have closed this category for a while.")
    assert table(stage, 1) == {"everyone": 3, "staff": 1}


@pytest.mark.harm("pause-loosens-stricter")
async def test_what_was_found_stands_again_word_for_word(stage: ForumStage) -> None:
    before = dict(table(stage))
    found = await pauses(stage).observe(target(stage))
    assert isinstance(found, PauseSetting)
    assert found.strength == 0
    assert await pauses(stage).apply(target(stage), CLOSED) == Done()
    closed = await pauses(stage).observe(target(stage))
    assert isinstance(closed, PauseSetting)
    assert closed.strength == 2
    assert await pauses(stage).apply(target(stage), found) == Done()
    assert table(stage) == before


@pytest.mark.harm("pause-loosens-stricter")
async def test_nobody_may_do_more_in_a_closed_category_than_before(stage: ForumStage) -> None:
    """Whoever could not even read there does not read by our pause, and staff that only read goes on so."""
    stage.emulator.state.categories[8] = ForumCategory(8, "Team", {"moderators": 3, "helpers": 1})
    await pauses(stage).apply(target(stage, "8"), CLOSED)
    assert table(stage, 8) == {"moderators": 3, "helpers": 3}


@pytest.mark.parametrize(
    ("permissions", "strength"),
    [({"everyone": 1}, 0), ({"everyone": 2, "staff": 1}, 1), ({"everyone": 3, "staff": 1}, 2), ({"admins": 1}, 2)],
)
async def test_how_closed_it_is_goes_by_those_who_are_not_staff(
    stage: ForumStage, permissions: dict[str, int], strength: int
) -> None:
    stage.emulator.state.categories[7].permissions = permissions
    seen = await pauses(stage).observe(target(stage))
    assert isinstance(seen, PauseSetting)
    assert seen.strength == strength


async def test_a_category_is_found_by_its_address_or_its_number(stage: ForumStage) -> None:
    base = stage.space.connection.config.base_url.rstrip("/")
    for text in ("7", f"{base}/c/help/7", f"{base}/c/parent/help/7/l"):
        found = await pauses(stage).find_part(PauseKind.WRITING, text)
        assert isinstance(found, PauseTarget)
        assert (found.part, found.label) == ("7", "Help")
    for text in ("Help", "99", "https://elsewhere.example/c/help/7", f"{base}/t/help/7"):
        assert await pauses(stage).find_part(PauseKind.WRITING, text) is None


@pytest.mark.harm("pause-left-out-of-sight")
async def test_a_category_that_is_not_shown_is_unknown_and_never_gone(stage: ForumStage) -> None:
    """What we closed may stand closed there still."""
    del stage.emulator.state.categories[7]
    seen = await pauses(stage).observe(target(stage))
    assert isinstance(seen, Unknown)
    assert seen.needs
    assert isinstance(await pauses(stage).apply(target(stage), CLOSED), Unavailable)


async def test_without_the_right_it_is_said_which_is_missing(stage: ForumStage) -> None:
    stage.emulator.state.settings[MANAGED] = False
    seen = await pauses(stage).observe(target(stage))
    assert isinstance(seen, Unknown)
    assert seen.needs == TO_PAUSE
    assert await pauses(stage).apply(target(stage), CLOSED) == Forbidden(TO_PAUSE)
    assert table(stage) == {"everyone": 2, "helpers": 1}


async def test_a_forum_that_does_not_answer_is_unknown(stage: ForumStage) -> None:
    stage.emulator.set_fault(Fault(kind=FaultKind.SERVER_ERROR, times=50))
    assert isinstance(await pauses(stage).observe(target(stage)), Unknown)
    assert isinstance(await pauses(stage).apply(target(stage), CLOSED), Unavailable)


@pytest.mark.harm("unreadable-pause-taken-for-open")
async def test_a_table_that_cannot_be_read_is_unknown(stage: ForumStage) -> None:
    stage.emulator.state.categories[7].permissions["helpers"] = 9
    assert isinstance(await pauses(stage).observe(target(stage)), Unknown)


async def test_what_stood_there_before_is_never_guessed(stage: ForumStage) -> None:
    assert isinstance(await pauses(stage).apply(target(stage), PauseSetting()), Rejected)
