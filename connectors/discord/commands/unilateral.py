"""One member acting at once: one confirmation in words, then it holds. What waits for the button is kept for minutes only."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.components import Button, Form, Reply, Style, TextField, custom_id
from connectors.discord.interactions import Interaction, InteractionRouter
from connectors.discord.modal_values import ModalValues
from connectors.discord.ttl_cache import TtlCache
from guardian.cases.unilateral_acts import ActState
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName, new_id
from guardian.notices.acknowledgement import format_datetime
from guardian.services.cases import overview
from guardian.services.members import AccountInput
from guardian.services.sanctions.coverage_preview import SpacePreview
from guardian.services.unilateral import act
from guardian.services.unilateral.act import ActView
from rules.precedence import Restriction
from rules.unilateral import Ground

_GROUNDS: Final = [
    Choice(name="it is going on now", value=Ground.ONGOING.value),
    Choice(name="somebody is threatened", value=Ground.THREAT.value),
    Choice(name="somebody is in physical danger", value=Ground.PHYSICAL_DANGER.value),
]
_WAITING: Final = (100, timedelta(minutes=15))
_EXPIRED: Final = "This waited too long, so nothing was done. Please give the command again: `/act`"


@dataclass(frozen=True, slots=True)
class _PendingAct:
    """What a member would do, until they say so."""

    target: AccountInput
    restriction: Restriction
    ground: Ground
    reason: str
    spaces: frozenset[SpaceName] | None
    term: timedelta | None


def add_to(router: InteractionRouter) -> None:
    """Members act at once, second each other's acts, and account for their own."""
    _add_act_command(router, TtlCache(*_WAITING))
    _add_follow_up_commands(router)


def _add_act_command(router: InteractionRouter, waiting: TtlCache[_PendingAct]) -> None:
    app = router.app
    names = [Choice(name=name, value=name) for name in app.spaces.names]

    @router.tree.command(name="act", description="Restrict somebody at once; the group reviews it", guild=router.guild)
    @app_commands.describe(
        restriction="What is to hold",
        ground="Why it cannot wait",
        reason="What is happening; it is kept with the case",
        member="Whom, if they are here on Discord",
        name="Whom, by their name or id in another space",
        space="The space of that name",
        spaces="Where it is to hold, with commas between the spaces; left out: everywhere",
        days="For how many days at most; left out: until the group has reviewed it",
    )
    @app_commands.choices(restriction=formatting.RESTRICTIONS, ground=_GROUNDS, space=names)
    async def act_command(
        interaction: Interaction,
        restriction: str,
        ground: str,
        reason: str,
        member: discord.User | None = None,
        name: str = "",
        space: str = "",
        spaces: str = "",
        days: app_commands.Range[int, 1, formatting.MAX_DAYS] | None = None,
    ) -> None:
        async def deed(by: MemberId) -> Reply:
            target = _resolve_target(router.config.space, member, name, space)
            scope, term = formatting.parse_scope(spaces), formatting.parse_days(days)
            pending = _PendingAct(target, Restriction(restriction), Ground(ground), reason, scope, term)
            seen = await act.preview(app, by, target, pending.restriction, scope)
            key = new_id()
            waiting.put(by, key, pending)
            now = Button("Act now", custom_id("act", key), Style.DANGER)
            ends = app.policy.unilateral.unreviewed_end
            return Reply(_confirmation_text(pending, seen, ends), (now, Button("Not now", custom_id("not-yet"))))

        await router.serve(interaction, deed)

    async def now(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            pending = waiting.pop(by, about[0] if about else "")
            if pending is None:
                raise Refused("waited_too_long", _EXPIRED)
            done = await act.act(
                app,
                by,
                pending.target,
                pending.restriction,
                pending.ground,
                pending.reason,
                pending.spaces,
                pending.term,
            )
            return Reply(_done_text(done))

        await router.serve(interaction, deed)

    router.on_button("act", now)


def _add_follow_up_commands(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="second-act", description="Agree to an act that waits for a second", guild=router.guild)
    @app_commands.describe(case=formatting.CASE)
    async def second(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            act_id = (await overview.case_overview(app, by, case)).act
            if act_id is None:
                raise Refused("no_act", "No act waits for a second member in this case.", "P-7.5")
            return Reply(_done_text(await act.confirm_act(app, by, act_id)))

        await router.serve(interaction, deed)

    async def pressed(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(_done_text(await act.confirm_act(app, by, about[0] if about else "")))

        await router.serve(interaction, deed)

    @router.tree.command(name="account", description="Your own account of an act of yours", guild=router.guild)
    @app_commands.describe(case=formatting.CASE)
    async def account(interaction: Interaction, case: str) -> None:
        async def form(_: MemberId) -> Form:
            field = TextField("text", "What did you see, and what did you do?", hint="The others on the case read it.")
            return Form("Your account", custom_id("account", case), (field,))

        await router.open_modal(interaction, form)

    async def given(interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        text = form.text("text")

        async def deed(by: MemberId) -> Reply:
            return Reply(await act.give_statement(app, by, about[0] if about else "", text))

        await router.serve_text(interaction, text, deed)

    router.on_button("second-act", pressed)
    router.on_modal("account", given)


def _resolve_target(
    own: SpaceName, member: discord.User | discord.Member | None, name: str, space: str
) -> AccountInput:
    typed = name.strip()
    if member is not None and typed:
        raise Refused("two_targets", "Choose somebody here, or name somebody in another space: not both.", "P-7.1")
    if member is not None:
        return AccountInput(own, str(member.id))
    if not typed or not space:
        raise Refused("no_target", "Say whom: choose `member`, or give `name` together with `space`.", "P-7.1")
    return AccountInput(SpaceName(space), typed)


def _confirmation_text(pending: _PendingAct, seen: tuple[SpacePreview, ...], unreviewed: timedelta) -> str:
    """One confirmation: what will hold where, for how long, what it destroys."""
    ends = f"{formatting.format_term(pending.term)} at most, and " if pending.term else ""
    return "\n".join(
        (
            f"They would be **{pending.restriction}** at once, {formatting.format_scope(pending.spaces)}:",
            formatting.format_previews(seen),
            f"It holds {ends}until the group has reviewed it; never reviewed, it ends after {unreviewed.days} days.",
            "Everybody who may know is told at once, and your own account is due within a day.",
        )
    )


def _done_text(view: ActView) -> str:
    if view.state is ActState.AWAITING_CONFIRMATION:
        return f"Nobody is restricted yet. {view.sentence} The others have been asked; the case is {view.code_name}."
    held = "It is being placed now; how it stands in each space: `/sanctions`."
    lines = [f"{held} The person is called {view.person}, and the case of its review {view.code_name}."]
    if view.statement_due is not None:
        lines.append(f"Your own account is due by {format_datetime(view.statement_due)}: `/account`")
    return "\n".join(lines)
