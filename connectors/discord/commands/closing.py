"""The end of a case and its new beginning, the sanctions that run, and giving membership back."""

from discord import app_commands

from connectors.discord.commands import words
from connectors.discord.forms import Filled
from connectors.discord.panels import Form, Reply, TextField, named
from connectors.discord.serving import Asked, Counter
from guardian.desk import closing, outlook, returning
from guardian.desk.outlook import RunningSanction
from guardian.ids import MemberId
from guardian.notices.acknowledgement import spoken
from guardian.sanctions.values import Coverage, CoverageState
from rules.ladder import TermState


def add_to(counter: Counter) -> None:
    """Members close and reopen cases, and see what runs."""
    _add_closing(counter)
    _add_sanctions(counter)


def _add_closing(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(
        name="close", description="Close a case, with its outcome and a review date", guild=counter.guild
    )
    @app_commands.describe(case=words.CASE, review_on="The day of the next look, as year-month-day")
    async def close(asked: Asked, case: str, review_on: str = "") -> None:
        async def form(by: MemberId) -> Form:
            words.day(review_on)
            known = await outlook.outlook(desk, by, case)
            field = TextField("outcome", "The outcome, in vague words", hint="Kept with the case.")
            return Form("Close the case", named("close", known.code_name, review_on.strip()), (field,))

        await counter.open(asked, form)

    async def closed(asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        outcome = form.text("outcome")

        async def deed(by: MemberId) -> Reply:
            case, review_on = about if len(about) == 2 else ("", "")
            return Reply(await closing.close(desk, by, case, outcome, words.day(review_on)))

        await counter.serve_text(asked, outcome, deed)

    counter.on_form("close", closed)

    @counter.tree.command(name="reopen", description="Open a closed case again", guild=counter.guild)
    @app_commands.describe(case=words.CASE, reason="What is new; it is kept with the case")
    async def reopen(asked: Asked, case: str, reason: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await closing.reopen(desk, by, case, reason))

        await counter.serve(asked, deed)


def _add_sanctions(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="sanctions", description="Every sanction that runs, by code name", guild=counter.guild)
    async def sanctions(asked: Asked) -> None:
        async def deed(by: MemberId) -> Reply:
            found = await outlook.running(desk, by)
            return Reply("\n".join(_line(each) for each in found) or "No sanction runs.")

        await counter.serve(asked, deed)

    @counter.tree.command(name="return", description="Give somebody their membership back", guild=counter.guild)
    @app_commands.describe(person="The code name of the person")
    async def give_back(asked: Asked, person: str) -> None:
        async def deed(by: MemberId) -> Reply:
            given = await returning.approve(desk, by, person)
            where = ", ".join(given.spaces)
            return Reply(f"What was taken from {given.person} is offered back now, on {where}. Your yes is on record.")

        await counter.serve(asked, deed)


def _line(seen: RunningSanction) -> str:
    ends = f"until {spoken(seen.until)}" if seen.until else "without an end"
    if seen.state is TermState.AWAITING:
        ends = "term over, the person may ask to return"
    spaces = "; ".join(_total(row) for row in seen.coverage)
    return f"• {seen.person} ({seen.case}): {seen.restriction}, {ends}{f' — {spaces}' if spaces else ''}"


def _total(row: Coverage) -> str:
    """How things stand in one space; where it is blocked, with why, and with what it takes."""
    why = f" ({row.detail})" if row.state is CoverageState.BLOCKED and row.detail else ""
    return f"{row.space}: {row.state}{why}"
