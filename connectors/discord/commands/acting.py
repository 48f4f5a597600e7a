"""One member acting at once: one confirmation in words, then it holds. What waits for the button is kept for minutes only."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.forms import Filled
from connectors.discord.keeping import Keeping
from connectors.discord.panels import Button, Form, Reply, Style, TextField, named
from connectors.discord.serving import Asked, Counter
from guardian.cases.values import ActState
from guardian.desk import acting, outlook
from guardian.desk.acting import ActView, Target
from guardian.desk.foresight import SpacePreview
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName, new_id
from guardian.notices.acknowledgement import spoken
from rules.precedence import Restriction
from rules.unilateral import Ground

_GROUNDS: Final = [
    Choice(name="it is going on now", value=Ground.ONGOING.value),
    Choice(name="somebody is threatened", value=Ground.THREAT.value),
    Choice(name="somebody is in physical danger", value=Ground.PHYSICAL_DANGER.value),
]
_WAITING: Final = (100, timedelta(minutes=15))
_OVER: Final = "This waited too long, so nothing was done. Please give the command again: `/act`"


@dataclass(frozen=True, slots=True)
class _Intended:
    """What a member would do, until they say so."""

    target: Target
    restriction: Restriction
    ground: Ground
    reason: str
    spaces: frozenset[SpaceName] | None
    term: timedelta | None


def add_to(counter: Counter) -> None:
    """Members act at once, second each other's acts, and account for their own."""
    _add_acting(counter, Keeping(*_WAITING))
    _add_afterwards(counter)


def _add_acting(counter: Counter, waiting: Keeping[_Intended]) -> None:
    desk = counter.desk
    names = [Choice(name=name, value=name) for name in desk.spaces.names]

    @counter.tree.command(
        name="act", description="Restrict somebody at once; the group reviews it", guild=counter.guild
    )
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
    @app_commands.choices(restriction=words.RESTRICTIONS, ground=_GROUNDS, space=names)
    async def act(
        asked: Asked,
        restriction: str,
        ground: str,
        reason: str,
        member: discord.User | None = None,
        name: str = "",
        space: str = "",
        spaces: str = "",
        days: app_commands.Range[int, 1, words.LONGEST_DAYS] | None = None,
    ) -> None:
        async def deed(by: MemberId) -> Reply:
            target = _target(counter.place.space, member, name, space)
            scope, term = words.scope_of(spaces), words.term_of(days)
            wanted = _Intended(target, Restriction(restriction), Ground(ground), reason, scope, term)
            seen = await acting.preview(desk, by, target, wanted.restriction, scope)
            key = new_id()
            waiting.put(by, key, wanted)
            now = Button("Act now", named("act", key), Style.GRAVE)
            ends = desk.policy.unilateral.unreviewed_end
            return Reply(_asked(wanted, seen, ends), (now, Button("Not now", named("not-yet"))))

        await counter.serve(asked, deed)

    async def now(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            wanted = waiting.take(by, about[0] if about else "")
            if wanted is None:
                raise Refused("waited_too_long", _OVER)
            done = await acting.act(
                desk, by, wanted.target, wanted.restriction, wanted.ground, wanted.reason, wanted.spaces, wanted.term
            )
            return Reply(_done(done))

        await counter.serve(asked, deed)

    counter.on_press("act", now)


def _add_afterwards(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="second-act", description="Agree to an act that waits for a second", guild=counter.guild)
    @app_commands.describe(case=words.CASE)
    async def second(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            act = (await outlook.outlook(desk, by, case)).act
            if act is None:
                raise Refused("no_act", "No act waits for a second member in this case.", "P-7.5")
            return Reply(_done(await acting.second(desk, by, act)))

        await counter.serve(asked, deed)

    async def pressed(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(_done(await acting.second(desk, by, about[0] if about else "")))

        await counter.serve(asked, deed)

    @counter.tree.command(name="account", description="Your own account of an act of yours", guild=counter.guild)
    @app_commands.describe(case=words.CASE)
    async def account(asked: Asked, case: str) -> None:
        async def form(_: MemberId) -> Form:
            field = TextField("text", "What did you see, and what did you do?", hint="The others on the case read it.")
            return Form("Your account", named("account", case), (field,))

        await counter.open(asked, form)

    async def given(asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        text = form.text("text")

        async def deed(by: MemberId) -> Reply:
            return Reply(await acting.give_account(desk, by, about[0] if about else "", text))

        await counter.serve_text(asked, text, deed)

    counter.on_press("second-act", pressed)
    counter.on_form("account", given)


def _target(own: SpaceName, member: discord.User | discord.Member | None, name: str, space: str) -> Target:
    typed = name.strip()
    if member is not None and typed:
        raise Refused("two_targets", "Choose somebody here, or name somebody in another space: not both.", "P-7.1")
    if member is not None:
        return Target(own, str(member.id))
    if not typed or not space:
        raise Refused("no_target", "Say whom: choose `member`, or give `name` together with `space`.", "P-7.1")
    return Target(SpaceName(space), typed)


def _asked(wanted: _Intended, seen: tuple[SpacePreview, ...], unreviewed: timedelta) -> str:
    """One confirmation: what will hold where, for how long, what it destroys."""
    ends = f"{words.days(wanted.term)} at most, and " if wanted.term else ""
    return "\n".join(
        (
            f"They would be **{wanted.restriction}** at once, {words.spaces(wanted.spaces)}:",
            words.foreseen(seen),
            f"It holds {ends}until the group has reviewed it; never reviewed, it ends after {unreviewed.days} days.",
            "Everybody who may know is told at once, and your own account is due within a day.",
        )
    )


def _done(done: ActView) -> str:
    if done.state is ActState.AWAITING_SECOND:
        return f"Nobody is restricted yet. {done.sentence} The others have been asked; the case is {done.code_name}."
    held = "It is being placed now; how it stands in each space: `/sanctions`."
    lines = [f"{held} The person is called {done.person}, and the case of its review {done.code_name}."]
    if done.account_due is not None:
        lines.append(f"Your own account is due by {spoken(done.account_due)}: `/account`")
    return "\n".join(lines)
