"""Where every space is only observed, a whole case goes its way and nobody outside the group hears a word of it."""

import io
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from guardian.assembly.service import Service
from guardian.sandbox.checks import forum_messages_to, messages_to
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES
from guardian.sandbox.narration import Narrator
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import EXTENDED, act_and_ratify, decide, name_target
from guardian.settings.toml_table import mode_switched
from guardian.spaces.registry import Mode

OUTSIDE = ("alder", "wren", "rowan")


async def observed(stage: Stage) -> None:
    """Every space is in observe mode from now on."""
    service = stage.service
    assert isinstance(service, Service)
    path = service.settings.path
    for space in SPACES:
        path.write_text(mode_switched(path.read_text(encoding="utf-8"), space, Mode.OBSERVE) or "", encoding="utf-8")
    await service.reread_modes()
    await stage.driver.run_until_idle()


def heard(stage: Stage) -> Mapping[str, int]:
    """How much each of the people outside the group was written."""
    people = [stage[key] for key in OUTSIDE]
    return {
        human.key: len(messages_to(stage.world, human)) + len(forum_messages_to(stage.world, human)) for human in people
    }


def changed(stage: Stage) -> Mapping[str, int]:
    """How often anything was changed where no member is told anything."""
    return {str(space): len(stage.world.emulator(space).history.changes) for space in (FORUM, GITHUB)}


async def test_in_observe_mode_nothing_reaches_a_person_outside_the_group(tmp_path: Path) -> None:
    """Architecture 5.10: reports are taken all the same, and what would have been done is on record."""
    async with StoryContext(folder=tmp_path, narrator=Narrator(io.StringIO())).open_stage() as stage:
        await observed(stage)
        before = changed(stage), heard(stage)
        receipt = await stage.people.report(stage["wren"], "They insulted two newcomers.", "alder")
        await stage.driver.run_until_idle()
        case = await stage.group.newest_case(stage["nadia"])
        await name_target(stage, case, stage["alder"], DISCORD)
        await stage.people.make_request(stage["wren"], receipt, "You may contact the reported person")
        await stage.group.say_what_was_reported(stage["nadia"], stage["tomas"], case)
        await stage.driver.pass_time(timedelta(days=7, minutes=1))
        await decide(stage, case, EXTENDED, 120)
        await act_and_ratify(stage, stage["rowan"], timedelta(days=10))
        await stage.driver.pass_time(timedelta(days=11))
        assert receipt
        assert (changed(stage), heard(stage)) == before
        assert [stage.world.spaces_shut_out_of(stage[key]) for key in OUTSIDE] == [()] * len(OUTSIDE)
        total = await stage.group.coverage(stage["nadia"], case)
        assert "observ" in total.text
