"""Local matters for moderators: code names and ages here, words behind a one-time link; and what is asked of them back."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.panels import Button, Reply, Style, named
from connectors.discord.serving import Asked, Counter
from guardian.desk import matters, referring
from guardian.desk.matters import MatterLine
from guardian.ids import MemberId, SpaceName
from guardian.notices.acknowledgement import spoken

MATTER = "The code name of the local matter"


def add_to(counter: Counter) -> None:
    """Moderators see to what is theirs; members of the group ask them to keep an eye on an account."""
    _add_reading(counter)
    _add_referring(counter)


def _add_reading(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="matters", description="The local matters of your space", guild=counter.guild)
    async def listed(asked: Asked) -> None:
        async def deed(by: MemberId) -> Reply:
            found = await matters.matters(desk, by)
            return Reply("\n".join(_line(each) for each in found) or "Nothing waits for you.")

        await counter.serve(asked, deed)

    @counter.tree.command(name="matter", description="One local matter: a link to read it", guild=counter.guild)
    @app_commands.describe(matter=MATTER)
    async def one(asked: Asked, matter: str) -> None:
        async def deed(by: MemberId) -> Reply:
            seen = await matters.read(desk, by, matter)
            text = f"Read it here, once, within five minutes: {seen.url}\n\n{_line(seen.line)}"
            return Reply(f"{text}\nOnce it is dealt with: `/handled {seen.line.code_name}`", _buttons(seen.line))

        await counter.serve(asked, deed)

    @counter.tree.command(name="handled", description="A local matter is dealt with", guild=counter.guild)
    @app_commands.describe(matter=MATTER, done="What was done; it is kept with the matter")
    async def handled(asked: Asked, matter: str, done: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await matters.handle(desk, by, matter, done))

        await counter.serve_text(asked, done, deed)


def _add_referring(counter: Counter) -> None:
    desk = counter.desk
    names = [Choice(name=name, value=name) for name in desk.spaces.names]

    @counter.tree.command(name="refer", description="Ask moderators to keep an eye on an account", guild=counter.guild)
    @app_commands.describe(case=words.CASE, space="Whose moderators", person=words.PERSON)
    @app_commands.choices(space=names)
    async def refer(asked: Asked, case: str, space: str, person: str = "") -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await referring.refer(desk, by, case, SpaceName(space), person or None))

        await counter.serve(asked, deed)

    async def accept(asked: Asked, matter: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await referring.accept(desk, by, matter))

        await counter.serve(asked, deed)

    async def pressed(asked: Asked, about: tuple[str, ...]) -> None:
        await accept(asked, about[0] if about else "")

    counter.on_press("accept-referral", pressed)

    @counter.tree.command(
        name="accept-referral", description="Accept by name what the working group asks", guild=counter.guild
    )
    @app_commands.describe(matter=MATTER)
    async def accepted(asked: Asked, matter: str) -> None:
        await accept(asked, matter)


def _line(line: MatterLine) -> str:
    waits = "; waits to be accepted by name" if line.waits_for_acceptance else ""
    return f"• {line.code_name}: {line.kind} on {line.space}, since {spoken(line.since)}{waits}"


def _buttons(line: MatterLine) -> tuple[Button, ...]:
    escalate = Button("Escalate", named("escalate", "matter", line.code_name))
    if not line.waits_for_acceptance:
        return (escalate,)
    return (Button("Accept", named("accept-referral", line.code_name), Style.MAIN), escalate)
