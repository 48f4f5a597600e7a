"""The steps before a decision is final: the hearing, and what two members agree to skip."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.panels import Reply
from connectors.discord.serving import Asked, Counter
from guardian.cases.steps import SKIPPABLE
from guardian.cases.values import StepKind
from guardian.desk import hearing
from guardian.errors import NotFound
from guardian.ids import MemberId

_STEPS = [Choice(name=words.STEPS[kind], value=kind.value) for kind in StepKind if kind in SKIPPABLE]


def add_to(counter: Counter) -> None:
    """Members begin hearings, and skip what must be skipped, two of them together."""
    desk = counter.desk

    async def begin(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await hearing.begin(desk, by, case))

        await counter.serve(asked, deed)

    async def agree(asked: Asked, case: str, step: str) -> None:
        async def deed(by: MemberId) -> Reply:
            if step not in list(StepKind):
                raise NotFound
            return Reply(await hearing.second_skip(desk, by, case, StepKind(step)))

        await counter.serve(asked, deed)

    async def hear_pressed(asked: Asked, about: tuple[str, ...]) -> None:
        await begin(asked, about[0] if about else "")

    async def skip_pressed(asked: Asked, about: tuple[str, ...]) -> None:
        case, step = about if len(about) == 2 else ("", "")
        await agree(asked, case, step)

    counter.on_press("hear", hear_pressed)
    counter.on_press("second-skip", skip_pressed)

    @counter.tree.command(
        name="hear", description="Write to the reported person and ask for their view", guild=counter.guild
    )
    @app_commands.describe(case=words.CASE)
    async def hear(asked: Asked, case: str) -> None:
        await begin(asked, case)

    @counter.tree.command(
        name="skip", description="Ask to skip a step; a second member has to agree", guild=counter.guild
    )
    @app_commands.describe(case=words.CASE, step="Which step", reason="Why; it is kept with the case")
    @app_commands.choices(step=_STEPS)
    async def skip(asked: Asked, case: str, step: str, reason: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await hearing.skip(desk, by, case, StepKind(step), reason))

        await counter.serve(asked, deed)

    @counter.tree.command(name="second-skip", description="Agree that a step is skipped", guild=counter.guild)
    @app_commands.describe(case=words.CASE, step="Which step")
    @app_commands.choices(step=_STEPS)
    async def second_skip(asked: Asked, case: str, step: str) -> None:
        await agree(asked, case, step)
