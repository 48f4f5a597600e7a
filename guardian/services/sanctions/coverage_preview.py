"""Preview what a restriction would do, space by space. Asks the spaces; to be called outside transactions.

Read `preview_restriction` first.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from guardian.cases.access import case_for_member, require_permission
from guardian.ids import MemberId, SpaceName
from guardian.people.permissions import UseCase
from guardian.services.case_flow import reported_people
from guardian.services.context import AppContext
from guardian.services.visibility import visible_accounts_with_merged
from guardian.spaces.port import Account, Entitlements, Space
from guardian.spaces.registry import Mode, SpaceRegistry
from rules.precedence import AccessLevel, Restriction, access_level_of


class PreviewState(StrEnum):
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
    state: PreviewState
    mode: Mode
    accounts: int = 0
    destroys: tuple[str, ...] = ()
    detail: str = ""
    waiting: int = 0


async def preview_restriction(
    spaces: SpaceRegistry,
    accounts: Iterable[Account],
    restriction: Restriction,
    scope: frozenset[SpaceName] | None,
    waiting: Iterable[Account] = (),
) -> tuple[SpacePreview, ...]:
    """Preview what the restriction would do to these accounts in each space of the scope, in configured order.

    Policy: P-6.7.
    """
    known, more = tuple(accounts), Counter(account.space for account in waiting)
    previews = [
        await _preview_space(spaces, space, [a for a in known if a.space == space.name], access_level_of(restriction))
        for space in spaces
        if scope is None or space.name in scope
    ]
    return tuple(replace(each, waiting=more[each.space]) for each in previews)


async def _preview_space(
    spaces: SpaceRegistry, space: Space, accounts: list[Account], level: AccessLevel
) -> SpacePreview:
    mode = spaces.mode(space.name)
    if level is not AccessLevel.OPEN and level not in space.capabilities.levels:
        return SpacePreview(space=space.name, state=PreviewState.CANNOT, mode=mode, accounts=len(accounts))
    if not accounts:
        return SpacePreview(space=space.name, state=PreviewState.NO_ACCOUNT, mode=mode)
    if level is AccessLevel.OPEN:
        return SpacePreview(space=space.name, state=PreviewState.WILL_HOLD, mode=mode, accounts=len(accounts))
    preview = await _preview_losses(space, accounts, mode)
    # Only a bar takes anything away; whom a space protects from a bar it protects from a mute as well.
    return preview if level is AccessLevel.BARRED else replace(preview, destroys=())


async def _preview_losses(space: Space, accounts: list[Account], mode: Mode) -> SpacePreview:
    destroys: list[str] = []
    state, detail = PreviewState.WILL_HOLD, ""
    for account in accounts:
        found = await space.read_losses(account)
        if not isinstance(found, Entitlements):
            state, detail = PreviewState.NOT_SEEN, found.needs or found.reason
        elif found.refusal is not None:
            state, detail = PreviewState.REFUSED, found.refusal
        else:
            destroys += [entitlement.label for entitlement in found.entitlements]
    return SpacePreview(
        space=space.name, state=state, mode=mode, accounts=len(accounts), destroys=tuple(destroys), detail=detail
    )


@dataclass(frozen=True, slots=True)
class PersonCoverage:
    """One person by code name, and what would become of a restriction in each space."""

    person: str
    spaces: tuple[SpacePreview, ...]


async def preview_case_coverage(
    app: AppContext, by: MemberId, code_name: str, restriction: Restriction = Restriction.SUSPENDED
) -> tuple[PersonCoverage, ...]:
    """Preview what the restriction would do to each person of the case in every space, as things stand; change nothing."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.READ_CASE)
        case = await case_for_member(view, by, code_name)
        people = [await view.people.person(person) for person in await reported_people(view, case)]
        known = [
            (each.code_name, await visible_accounts_with_merged(view, by, each.id))
            for each in people
            if each is not None
        ]
    return tuple(
        [
            PersonCoverage(
                name,
                await preview_restriction(
                    app.spaces,
                    (link.account for link in links if link.binding),
                    restriction,
                    None,
                    (link.account for link in links if not link.binding),
                ),
            )
            for name, links in known
        ]
    )
