"""What lies with the Board: its answer, and the organisers' motion, each recorded by one and confirmed by a second."""

from discord import app_commands

from connectors.discord.commands import consequences, words
from connectors.discord.commands.consequences import Chosen
from connectors.discord.forms import Filled
from connectors.discord.panels import Button, Form, Reply, Style, named
from connectors.discord.serving import Asked, Counter
from guardian.desk import board, outlook, reading
from guardian.desk.outlook import Next
from guardian.ids import MemberId


def add_to(counter: Counter) -> None:
    """The liaison records, a second of the Board confirms."""
    _add_answer(counter)
    _add_motion(counter)


def _add_answer(counter: Counter) -> None:
    desk = counter.desk

    async def recorded(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            known = await outlook.outlook(desk, by, case)
            if known.board_answer is None:
                return Reply(f"{known.code_name}: no answer of the Board waits to be confirmed.")
            confirm = Button("Confirm", named("confirm-answer", known.code_name), Style.GRAVE)
            buttons = (confirm,) if Next.CONFIRM_BOARD in known.next else ()
            url = await reading.link_for(desk, by, case)
            return Reply(
                f"Recorded as the Board's answer on **{known.code_name}**: {words.consequence(known.board_answer)}.\n"
                "It counts once a second member of the Board confirms it. Read its words first, since the person reads "
                f"the conditions; once, within five minutes: {url}",
                buttons,
            )

        await counter.serve(asked, deed)

    @counter.tree.command(
        name="board-answer", description="The Board's answer: record it, or see and confirm it", guild=counter.guild
    )
    @app_commands.describe(case=words.CASE, **consequences.DESCRIBED)
    @app_commands.choices(outcome=consequences.CHOICES, at_end=consequences.AT_END)
    async def answer(
        asked: Asked,
        case: str,
        outcome: str = "",
        days: app_commands.Range[int, 1, words.LONGEST_DAYS] | None = None,
        person: str = "",
        at_end: str = "",
        spaces: str = "",
        legal: bool = False,
        removal: bool = False,
    ) -> None:
        if not outcome:
            await recorded(asked, case)
            return

        async def form(by: MemberId) -> Form:
            known = await outlook.outlook(desk, by, case)
            chosen = Chosen(known.code_name, outcome, days or 0, person, at_end, spaces, legal, removal)
            return consequences.form_of("board-answer", "The Board's answer", chosen)

        await counter.open(asked, form)

    async def answered(asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        async def deed(by: MemberId) -> Reply:
            chosen = consequences.chosen_of(about)
            wanted = consequences.consequence_of(chosen, form)
            return Reply(await board.record_answer(desk, by, chosen.case, wanted, chosen.person or None))

        await counter.serve_text(asked, "\n\n".join((form.text("summary"), form.text("conditions"))), deed)

    async def confirm(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await board.confirm_answer(desk, by, about[0] if about else ""))

        await counter.serve(asked, deed)

    counter.on_form("board-answer", answered)
    counter.on_press("confirm-answer", confirm)


def _add_motion(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="motion", description="Record the organisers' motion on a proposal", guild=counter.guild)
    @app_commands.describe(case=words.CASE, granted="Did they approve?")
    async def motion(asked: Asked, case: str, granted: bool) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await board.record_motion(desk, by, case, granted=granted))

        await counter.serve(asked, deed)

    @counter.tree.command(name="confirm-motion", description="Confirm the organisers' motion", guild=counter.guild)
    @app_commands.describe(case=words.CASE)
    async def confirm_motion(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await board.confirm_motion(desk, by, case))

        await counter.serve(asked, deed)
