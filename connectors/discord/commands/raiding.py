"""A raid on Discord: a list as a file, announced by one member, agreed to by another. Answers carry numbers and clocks only.

The list's ids are shown to the two who announced it and to nobody else, in a file that only they see.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.files import Author, FileRules, evidence_from
from connectors.discord.forms import Upload
from connectors.discord.keeping import Keeping
from connectors.discord.panels import Attached, Button, Reply, Style, named
from connectors.discord.serving import Asked, Counter
from guardian.cases.raids import RaidState
from guardian.desk import raiding
from guardian.desk.raiding import Checked, RaidView, SpaceShare
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName, new_id
from guardian.notices.acknowledgement import spoken
from rules.precedence import Restriction
from rules.unilateral import Ground

_LARGEST: Final = 1_000_000
_NAMED: Final = 10
_WAITING: Final = (20, timedelta(minutes=15))
_OVER: Final = "This waited too long, so nothing was done. Please give the command again: `/raid`"
_GROUNDS: Final = [
    Choice(name="it is going on now", value=Ground.ONGOING.value),
    Choice(name="somebody is threatened", value=Ground.THREAT.value),
    Choice(name="somebody is in physical danger", value=Ground.PHYSICAL_DANGER.value),
]
_STATES: Final = {
    RaidState.ANNOUNCED: "It waits for a second member: nobody is restricted yet.",
    RaidState.RUNNING: "It is under way.",
    RaidState.DONE: "Every account has been looked at.",
    RaidState.OVER: "It is over: what it restricted has ended, or is being let go.",
}


@dataclass(frozen=True, slots=True)
class _Intended:
    """What a member would announce, until they say so."""

    checked: Checked
    restriction: Restriction
    ground: Ground
    reason: str
    term: timedelta | None


def add_to(counter: Counter) -> None:
    """Members announce a raid, agree to one, and see how far it has come."""
    _add_announcing(counter, Keeping(*_WAITING))
    _add_afterwards(counter)


def _add_announcing(counter: Counter, waiting: Keeping[_Intended]) -> None:
    desk = counter.desk
    names = [Choice(name=name, value=name) for name in desk.spaces.names]

    @counter.tree.command(
        name="raid", description="Restrict many accounts at once; a second member has to agree", guild=counter.guild
    )
    @app_commands.describe(
        accounts="A text file: one account a line, as `id` or as `space,id`",
        ground="Why it cannot wait",
        reason="What is happening; it is kept with the case",
        restriction="What is to hold; left out: banned",
        space="The space of lines that name none; left out: this server",
        days="For how many days at most; left out: until the group has reviewed it",
    )
    @app_commands.choices(restriction=words.RESTRICTIONS, ground=_GROUNDS, space=names)
    async def raid(
        asked: Asked,
        accounts: discord.Attachment,
        ground: str,
        reason: str,
        restriction: str = Restriction.BANNED.value,
        space: str = "",
        days: app_commands.Range[int, 1, words.LONGEST_DAYS] | None = None,
    ) -> None:
        async def deed(by: MemberId) -> Reply:
            wanted = Restriction(restriction)
            text = await _text_of(counter, accounts)
            default = SpaceName(space) if space else counter.place.space
            checked = await raiding.check(desk, by, text, default, wanted)
            intended = _Intended(checked, wanted, Ground(ground), reason, words.term_of(days))
            key = new_id()
            waiting.put(by, key, intended)
            now = Button("Ask for a second member", named("raid", key), Style.GRAVE)
            ends = desk.policy.unilateral.unreviewed_end
            buttons = (now, Button("Not now", named("not-yet"))) if checked.accounts else ()
            return Reply(_asked(intended, ends), buttons, _refused_file(checked))

        await counter.serve(asked, deed)

    async def announced(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            wanted = waiting.take(by, about[0] if about else "")
            if wanted is None:
                raise Refused("waited_too_long", _OVER)
            made = await raiding.announce(
                desk, by, wanted.checked, wanted.restriction, wanted.ground, wanted.reason, wanted.term
            )
            return Reply(
                f"Nobody is restricted yet. The others have been asked to agree: `/second-raid`. "
                f"The case of its review is {made.code_name}."
            )

        await counter.serve(asked, deed)

    counter.on_press("raid", announced)


def _add_afterwards(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(
        name="second-raid", description="Agree to a raid that another member announced", guild=counter.guild
    )
    @app_commands.describe(case=words.CASE)
    async def second(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            seen = await raiding.second(desk, by, case)
            return Reply(f"It begins now.\n{_standing(seen)}")

        await counter.serve(asked, deed)

    @counter.tree.command(name="raid-status", description="How far a raid has come", guild=counter.guild)
    @app_commands.describe(case=words.CASE, report="With a file of every account; for the two who announced it")
    async def status(asked: Asked, case: str, report: bool = False) -> None:
        async def deed(by: MemberId) -> Reply:
            files = (Attached("raid.csv", await raiding.report(desk, by, case)),) if report else ()
            return Reply(_standing(await raiding.status(desk, by, case)), files=files)

        await counter.serve(asked, deed)


async def _text_of(counter: Counter, file: discord.Attachment) -> str:
    rules = FileRules(counter.place.api_url, _LARGEST, _LARGEST, counter.place.ceiling)
    [fetched] = await evidence_from((Upload(file.filename, file.url, file.size),), rules, Author())
    if fetched.content is None:
        raise Refused("no_file", f"The list could not be read. {fetched.why_not}")
    try:
        return fetched.content.decode()
    except UnicodeDecodeError:
        raise Refused("no_text", "The list is no text in UTF-8. Please save it as plain text or CSV.") from None


def _asked(wanted: _Intended, unreviewed: timedelta) -> str:
    """One confirmation: how many would be restricted where, how long that takes, and what was refused."""
    checked = wanted.checked
    ends = f"{words.days(wanted.term)} at most, and " if wanted.term else ""
    lines = [f"**{checked.accounts}** accounts would be **{wanted.restriction}**, once a second member agrees:"]
    lines += [_share(share) for share in checked.shares]
    lines.append(
        f"It holds {ends}until the group has reviewed it; never reviewed, it ends after {unreviewed.days} days."
    )
    lines.append("One review decides for all of them. Their owners are not written to.")
    if checked.refused:
        lines.append(f"{len(checked.refused)} lines are left out; all of them with the reason are in the file:")
        lines += [f"• line {line.number}: {line.why}" for line in checked.refused[:_NAMED]]
    return "\n".join(lines)


def _share(share: SpaceShare) -> str:
    return f"• {share.space}: {share.accounts}, in about {_spoken(share.takes)}"


def _spoken(span: timedelta) -> str:
    number = raiding.minutes(span)
    return "a minute" if number <= 1 else f"{number} minutes"


def _refused_file(checked: Checked) -> tuple[Attached, ...]:
    rows = [f"{line.number}: {line.why}" for line in checked.refused]
    return (Attached("left-out.txt", "\n".join(rows).encode()),) if rows else ()


def _standing(seen: RaidView) -> str:
    lines = [_STATES[seen.state]]
    for space, counts in seen.counts.items():
        lines.append(f"• {space}: " + ", ".join(f"{number} {word}" for word, number in sorted(counts.items())))
    if seen.state is RaidState.RUNNING and seen.left:
        lines.append(f"What is left takes about {_spoken(seen.left)}.")
    if seen.ends is not None and seen.state is not RaidState.OVER:
        lines.append(f"It ends on {spoken(seen.ends)}, unless its review says otherwise: `/review`")
    return "\n".join(lines)
