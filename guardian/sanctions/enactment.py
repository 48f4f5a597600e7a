"""A decision becomes a sanction with its keys and totals, in the open transaction; no space is touched here."""

from dataclasses import replace
from datetime import datetime, timedelta

from guardian.ids import CaseId, PersonId, SanctionId, SpaceName, new_id, new_reference
from guardian.people.values import KnownAccount
from guardian.sanctions.lifting import TOPIC, lift
from guardian.sanctions.stores import SanctionWork
from guardian.sanctions.values import (
    Authority,
    Coverage,
    CoverageState,
    Key,
    Lifting,
    LiftingCause,
    Sanction,
    may_act_from,
    state_at,
)
from rules.ladder import Authority as AuthorityKind
from rules.ladder import TermState
from rules.policy import OnTermEnd
from rules.precedence import Restriction
from rules.telling import Telling


async def enact(
    work: SanctionWork,
    person: PersonId,
    case: CaseId,
    decision: str,
    restriction: Restriction,
    spaces: frozenset[SpaceName] | None,
    term: timedelta | None,
    on_term_end: OnTermEnd,
    holds_from: datetime,
    space_names: tuple[SpaceName, ...],
) -> Sanction:
    """A decided sanction stands, waiting to be told: its keys act when it has been told, or from `holds_from` on.

    The term runs from now. `space_names` are all configured spaces. Policy: P-5.5, P-5.6, P-6.1.
    """
    sanction = Sanction(
        SanctionId(new_id()),
        person,
        case,
        restriction,
        work.now,
        None if term is None else work.now + term,
        spaces,
        on_term_end,
        Authority(AuthorityKind.DECISION, decision),
        new_reference(),
        Telling.TO_TELL,
        holds_from,
        work.now,
    )
    await _stand(work, sanction, space_names)
    return sanction


async def place_at_once(
    work: SanctionWork,
    person: PersonId,
    case: CaseId,
    act: str,
    restriction: Restriction,
    spaces: frozenset[SpaceName] | None,
    ends: datetime,
    space_names: tuple[SpaceName, ...],
    *,
    danger: bool,
) -> Sanction:
    """A unilateral act's sanction stands and acts at once; it always ends by itself. Policy: P-7.1, P-7.4."""
    sanction = Sanction(
        SanctionId(new_id()),
        person,
        case,
        restriction,
        work.now,
        ends,
        spaces,
        OnTermEnd.LIFT,
        Authority(AuthorityKind.UNILATERAL, act),
        new_reference(),
        Telling.TO_TELL,
        None,
        work.now,
        provisional=True,
        danger=danger,
    )
    await _stand(work, sanction, space_names)
    return sanction


async def place_locally(
    work: SanctionWork,
    person: PersonId,
    case: CaseId,
    measure: str,
    restriction: Restriction,
    space: SpaceName,
    ends: datetime,
    space_names: tuple[SpaceName, ...],
) -> Sanction:
    """A moderator's measure stands in its one space and acts at once; it always ends by itself. Policy: P-6.1, P-6.2."""
    sanction = Sanction(
        SanctionId(new_id()),
        person,
        case,
        restriction,
        work.now,
        ends,
        frozenset({space}),
        OnTermEnd.LIFT,
        Authority(AuthorityKind.LOCAL, measure),
        new_reference(),
        Telling.TO_TELL,
        None,
        work.now,
    )
    await _stand(work, sanction, space_names)
    return sanction


async def adopt(
    work: SanctionWork,
    person: PersonId,
    case: CaseId,
    restriction: Restriction,
    space: SpaceName,
    ends: datetime,
    space_names: tuple[SpaceName, ...],
) -> Sanction:
    """What stood in a space before us has an end from now on; it is never placed anew. Policy: P-6.2."""
    sanction = Sanction(
        SanctionId(new_id()),
        person,
        case,
        restriction,
        work.now,
        ends,
        frozenset({space}),
        OnTermEnd.LIFT,
        Authority(AuthorityKind.ADOPTED, new_id()),
        new_reference(),
        Telling.TO_TELL,
        None,
        work.now,
    )
    await _stand(work, sanction, space_names)
    return sanction


async def told(work: SanctionWork, sanction: Sanction, telling: Telling) -> Sanction:
    """How telling ended is on record, and the keys of a waiting sanction enter the work list now (architecture 5.9)."""
    await work.sanctions.save_sanction(_with_telling(sanction, telling))
    await work.sanctions.touch_person(sanction.person, work.now)
    work.wake(TOPIC)
    kept = await work.sanctions.sanction(sanction.id)
    return kept or sanction


async def supersede(work: SanctionWork, old: Sanction, new: Sanction, by: str, authority: str) -> Lifting:
    """The old sanction asks for nothing from the instant at which the new one's keys may act: there is no gap."""
    return await lift(work, old, max(work.now, may_act_from(new)), LiftingCause.SUPERSEDED, by, authority)


async def bind(work: SanctionWork, known: KnownAccount, at: datetime | None = None) -> None:
    """A newly bound account is looked at at once, or at that instant: what runs on its person reaches it. Policy: P-6.4."""
    await work.sanctions.add_key(Key(known.id, known.person, known.account.space, at or work.now))
    work.wake(TOPIC)


async def reach_new_spaces(work: SanctionWork, space_names: tuple[SpaceName, ...]) -> int:
    """What runs is extended to spaces that were opened since it was enacted; how many totals that added. Policy: P-6.5."""
    added = 0
    for sanction in await work.sanctions.unlifted():
        if sanction.spaces is None and state_at(sanction, work.now) is not TermState.OVER:
            added += await _open_totals(work, sanction, space_names)
    return added


async def _stand(work: SanctionWork, sanction: Sanction, space_names: tuple[SpaceName, ...]) -> None:
    await work.sanctions.add_sanction(sanction)
    for account in await _bound(work, sanction):
        await work.sanctions.add_key(Key(account.id, account.person, account.account.space, may_act_from(sanction)))
    await _open_totals(work, sanction, space_names)
    work.wake(TOPIC)


async def _open_totals(work: SanctionWork, sanction: Sanction, space_names: tuple[SpaceName, ...]) -> int:
    """A total stands for each space in the sanction's scope; how many were missing."""
    known = {row.space for row in await work.sanctions.coverage_of(sanction.person)}
    here = {account.account.space for account in await _bound(work, sanction)}
    missing = [space for space in space_names if sanction.covers(space) and space not in known]
    for space in missing:
        state = CoverageState.OPEN if space in here else CoverageState.NO_ACCOUNT
        await work.sanctions.save_coverage(Coverage(sanction.person, space, state, work.now))
    return len(missing)


async def _bound(work: SanctionWork, sanction: Sanction) -> tuple[KnownAccount, ...]:
    """The accounts that it reaches: the person's, and those of whoever is known to be the same human."""
    people = await work.sanctions.together(sanction.person)
    return tuple([a for person in people for a in await work.people.accounts_of(person) if a.binding])


def _with_telling(sanction: Sanction, telling: Telling) -> Sanction:
    late = telling is Telling.TOLD and sanction.telling is Telling.COULD_NOT
    return replace(sanction, telling=Telling.TOLD_AFTER if late else telling)
