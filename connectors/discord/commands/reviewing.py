"""The group's look at an act taken alone, and the word that stops a member from acting alone."""

from typing import Final

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.panels import Reply
from connectors.discord.serving import Asked, Counter
from guardian.cases.acting import ACTS, STOPS
from guardian.desk import outlook, reviewing, stopping
from guardian.desk.reviewing import ReviewView
from guardian.desk.stopping import StopView
from guardian.desk.who import member_behind
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.spaces.port import Account
from rules.precedence import Restriction
from rules.unilateral import ReviewAnswer

_ANSWERS: Final = [
    Choice(name="ratify, with a term", value=ReviewAnswer.RATIFY.value),
    Choice(name="change, with a term", value=ReviewAnswer.CHANGE.value),
    Choice(name="reverse: lift it everywhere", value=ReviewAnswer.REVERSE.value),
]


def add_to(counter: Counter) -> None:
    """Members review acts, and stop one another."""
    _add_review(counter)
    _add_stop(counter)


def _add_review(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="review", description="Say what becomes of an act taken alone", guild=counter.guild)
    @app_commands.describe(
        case=words.CASE,
        answer="What becomes of it",
        days="For how many days from now (to ratify or change)",
        restriction="What holds instead (to change)",
        reason="Why; it is kept with the case",
    )
    @app_commands.choices(answer=_ANSWERS, restriction=words.RESTRICTIONS)
    async def review(
        asked: Asked,
        case: str,
        answer: str,
        days: app_commands.Range[int, 1, words.LONGEST_DAYS] | None = None,
        restriction: str = "",
        reason: str = "",
    ) -> None:
        async def deed(by: MemberId) -> Reply:
            instead = Restriction(restriction) if restriction else None
            chosen = ReviewAnswer(answer)
            seen = await reviewing.review(desk, by, case, chosen, words.term_of(days), instead, reason)
            return Reply(_reviewed(seen))

        await counter.serve(asked, deed)


def _add_stop(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="stop", description="Stop another member from acting alone", guild=counter.guild)
    @app_commands.describe(member="Whom")
    async def stop(asked: Asked, member: discord.User) -> None:
        async def deed(by: MemberId) -> Reply:
            other = await member_behind(desk, Account(counter.place.space, str(member.id)))
            if other is None:
                raise NotFound
            return Reply(_stopped(await stopping.stop(desk, by, other.id)))

        await counter.serve(asked, deed)

    @counter.tree.command(name="review-stop", description="Does the stop of a member stand?", guild=counter.guild)
    @app_commands.describe(member="Who was stopped", stands="Does it stand?")
    async def review_stop(asked: Asked, member: discord.User, stands: bool) -> None:
        async def deed(by: MemberId) -> Reply:
            other = await member_behind(desk, Account(counter.place.space, str(member.id)))
            made = await outlook.standing_stop(desk, by, other.id) if other else None
            if made is None:
                raise NotFound
            answer = ReviewAnswer.RATIFY if stands else ReviewAnswer.REVERSE
            seen = await stopping.review_stop(desk, by, made, answer)
            return Reply(f"Your answer counts. The stop {STOPS.words[seen.state]}.")

        await counter.serve(asked, deed)


def _reviewed(seen: ReviewView) -> str:
    return f"Your answer counts. The act in {seen.code_name} {ACTS.words[seen.state]}; {seen.answers} have answered."


def _stopped(made: StopView) -> str:
    lines = ["They cannot act alone from now on. The others look at this stop: `/review-stop`"]
    if made.released:
        lines.append(f"{made.released} of their acts, which nobody had reviewed, restrict nobody any more.")
    if made.kept:
        lines.append(f"{made.kept} of their acts were for danger: they hold, and lie with the chairs now.")
    return "\n".join(lines)
