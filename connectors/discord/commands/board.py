"""What lies with the Board: its answer, and the organisers' motion, each recorded by one and confirmed by a second."""

from discord import app_commands

from connectors.discord.commands import consequences, formatting
from connectors.discord.commands.consequences import ConsequenceChoice
from connectors.discord.components import Button, Form, Reply, Style, custom_id
from connectors.discord.interactions import Interaction, InteractionRouter
from connectors.discord.modal_values import ModalValues
from guardian.ids import MemberId
from guardian.services.cases import overview
from guardian.services.cases.overview import NextStep
from guardian.services.decisions import board_answers
from guardian.services.reading_room import sessions


def add_to(router: InteractionRouter) -> None:
    """The liaison records, a second of the Board confirms."""
    _add_answer_command(router)
    _add_motion_commands(router)


def _add_answer_command(router: InteractionRouter) -> None:
    app = router.app

    async def recorded(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            known = await overview.case_overview(app, by, case)
            if known.board_answer is None:
                return Reply(f"{known.code_name}: no answer of the Board waits to be confirmed.")
            confirm = Button("Confirm", custom_id("confirm-answer", known.code_name), Style.DANGER)
            buttons = (confirm,) if NextStep.CONFIRM_BOARD in known.next_steps else ()
            url = await sessions.create_link(app, by, case)
            return Reply(
                f"Recorded as the Board's answer on **{known.code_name}**: {formatting.format_consequence(known.board_answer)}.\n"
                "It counts once a second member of the Board confirms it. Read its words first, since the person reads "
                f"the conditions; once, within five minutes: {url}",
                buttons,
            )

        await router.serve(interaction, deed)

    @router.tree.command(
        name="board-answer", description="The Board's answer: record it, or see and confirm it", guild=router.guild
    )
    @app_commands.describe(case=formatting.CASE, **consequences.DESCRIPTIONS)
    @app_commands.choices(outcome=consequences.CHOICES, at_end=consequences.AT_END)
    async def answer(
        interaction: Interaction,
        case: str,
        outcome: str = "",
        days: app_commands.Range[int, 1, formatting.MAX_DAYS] | None = None,
        person: str = "",
        at_end: str = "",
        spaces: str = "",
        legal: bool = False,
        removal: bool = False,
    ) -> None:
        if not outcome:
            await recorded(interaction, case)
            return

        async def form(by: MemberId) -> Form:
            known = await overview.case_overview(app, by, case)
            choice = ConsequenceChoice(known.code_name, outcome, days or 0, person, at_end, spaces, legal, removal)
            return consequences.build_form("board-answer", "The Board's answer", choice)

        await router.open_modal(interaction, form)

    async def answered(interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        async def deed(by: MemberId) -> Reply:
            choice = consequences.parse_choice(about)
            wanted = consequences.to_consequence(choice, form)
            return Reply(await board_answers.record_answer(app, by, choice.case, wanted, choice.person or None))

        await router.serve_text(interaction, "\n\n".join((form.text("summary"), form.text("conditions"))), deed)

    async def confirm(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await board_answers.confirm_answer(app, by, about[0] if about else ""))

        await router.serve(interaction, deed)

    router.on_modal("board-answer", answered)
    router.on_button("confirm-answer", confirm)


def _add_motion_commands(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="motion", description="Record the organisers' motion on a proposal", guild=router.guild)
    @app_commands.describe(case=formatting.CASE, granted="Did they approve?")
    async def motion(interaction: Interaction, case: str, granted: bool) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await board_answers.record_motion(app, by, case, granted=granted))

        await router.serve(interaction, deed)

    @router.tree.command(name="confirm-motion", description="Confirm the organisers' motion", guild=router.guild)
    @app_commands.describe(case=formatting.CASE)
    async def confirm_motion(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await board_answers.confirm_motion(app, by, case))

        await router.serve(interaction, deed)
