"""What a restriction would do, space by space, before anybody does it. Asks the spaces; to be called outside transactions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from guardian.ids import SpaceName
from guardian.spaces.port import Account, Belongings, Space
from guardian.spaces.registry import Mode, Spaces
from rules.precedence import Hold, Restriction, hold_of


class Foreseen(StrEnum):
    """What would become of the restriction in one space."""

    WILL_HOLD = "will hold"
    NO_ACCOUNT = "no account known"
    CANNOT = "cannot be expressed"
    REFUSED = "would be refused"
    NOT_SEEN = "could not be seen"


@dataclass(frozen=True, slots=True)
class SpacePreview:
    """One space: what would become of it there, what it would destroy, and whether the service may act there.

    `accounts` would be reached; `waiting` are said to be the person's as well, and reach nobody before a second yes.
    """

    space: SpaceName
    foreseen: Foreseen
    mode: Mode
    accounts: int = 0
    destroys: tuple[str, ...] = ()
    detail: str = ""
    waiting: int = 0


async def foresee(
    spaces: Spaces,
    accounts: Iterable[Account],
    restriction: Restriction,
    scope: frozenset[SpaceName] | None,
    waiting: Iterable[Account] = (),
) -> tuple[SpacePreview, ...]:
    """What the restriction would do to these accounts in each space of the scope, in configured order. Policy: P-6.7."""
    known, more = tuple(accounts), Counter(account.space for account in waiting)
    seen = [
        await _in_space(spaces, space, [a for a in known if a.space == space.name], hold_of(restriction))
        for space in spaces
        if scope is None or space.name in scope
    ]
    return tuple(replace(each, waiting=more[each.space]) for each in seen)


async def _in_space(spaces: Spaces, space: Space, accounts: list[Account], hold: Hold) -> SpacePreview:
    mode = spaces.mode(space.name)
    if hold is not Hold.OPEN and hold not in space.abilities.holds:
        return SpacePreview(space.name, Foreseen.CANNOT, mode, len(accounts))
    if not accounts:
        return SpacePreview(space.name, Foreseen.NO_ACCOUNT, mode)
    if hold is Hold.OPEN:
        return SpacePreview(space.name, Foreseen.WILL_HOLD, mode, len(accounts))
    seen = await _surveyed(space, accounts, mode)
    # Only a bar takes anything away; whom a space protects from a bar it protects from a mute as well.
    return seen if hold is Hold.BARRED else replace(seen, destroys=())


async def _surveyed(space: Space, accounts: list[Account], mode: Mode) -> SpacePreview:
    destroys: list[str] = []
    foreseen, detail = Foreseen.WILL_HOLD, ""
    for account in accounts:
        found = await space.survey(account)
        if not isinstance(found, Belongings):
            foreseen, detail = Foreseen.NOT_SEEN, found.needs or found.why
        elif found.refusal is not None:
            foreseen, detail = Foreseen.REFUSED, found.refusal
        else:
            destroys += [thing.label for thing in found.things]
    return SpacePreview(space.name, foreseen, mode, len(accounts), tuple(destroys), detail)
