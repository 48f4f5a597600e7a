"""What the records say of each case, from what happened and from what the group has stated: rows, and what is counted.

Which cases somebody may know of is asked here, so that every list and number of theirs is made of those alone. Read
`known_facts` and `rows_of` first. Policy: P-4.2, P-9.1.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Final

from guardian.cases.access import may_read_by_status
from guardian.cases.case import CaseKind, CaseState
from guardian.cases.case_records import CaseFacts, ConfirmedMerge, ReceivedReport, StatedRecord
from guardian.cases.open_work import CaseSummary
from guardian.cases.reports import ReportChannel
from guardian.ids import CaseId, MemberId, PersonId
from guardian.people.links import merged_people
from guardian.people.models import Member
from guardian.services.context import ReadView
from rules.conflicts import ConflictStatus
from rules.ladder import AuthorityKind
from rules.precedence import AccessLevel, Restriction, access_level_of
from rules.record_kinds import RecordKind, kind_of
from rules.statistics import CountedCase, CountedPerson, CountedReport, highest
from rules.tracking_sheet import (
    CONSEQUENCE_OF_OUTCOME,
    ResolutionSource,
    SheetAnswer,
    SheetConsequence,
    SheetRow,
    SheetStatus,
)

RECORDED: Final = (CaseKind.REPORT, CaseKind.REVIEW)
"""A request to return belongs to the case that restricted the person, and a local matter to the moderators."""

_PLACES: Final[Mapping[str, str]] = {"discord": "discord", "forum": "forum", "github": "github"}
_OF_RESTRICTION: Final = {
    Restriction.BANNED: SheetConsequence.BAN,
    Restriction.SUSPENDED: SheetConsequence.FIRST_SUSPENSION,
    Restriction.MUTED: SheetConsequence.OTHER,
    Restriction.NONE: SheetConsequence.PENDING,
}
_NOTHING_CAME: Final = (SheetConsequence.PENDING, SheetConsequence.NO_VIOLATION, SheetConsequence.OUT_OF_SCOPE)


async def recorded_facts(view: ReadView, those: Collection[CaseId] | None = None) -> tuple[CaseFacts, ...]:
    """Return the facts of those cases that the records are about, of all where none are named, whoever may know of them.

    For what is published or kept alone.
    """
    return tuple(facts for facts in await view.records.case_facts(those) if facts.case.kind in RECORDED)


async def known_facts(view: ReadView, member: Member, those: Collection[CaseId] | None = None) -> tuple[CaseFacts, ...]:
    """Return the facts of those cases that are the member's to read, of all where none are named; the oldest first.

    Policy: P-4.2.
    """
    statuses = await (view.open_work.statuses() if those is None else view.open_work.statuses_of(those))
    none: Mapping[MemberId, ConflictStatus] = {}
    return tuple(
        facts
        for facts in await recorded_facts(view, those)
        if may_read_by_status(member, facts.case, statuses.get(facts.case.id, none), view.now)
    )


async def newest_known_cases(
    view: ReadView, member: Member, after: CaseId | None, most: int
) -> tuple[CaseSummary, ...]:
    """Return so many cases of the records that are the member's to read, the last opened first, from after that one on.

    What is kept from the member leaves no gap: others are in its place. Policy: P-4.2.
    """
    found: list[CaseSummary] = []
    while len(found) < most:
        some = await view.records.newest_cases(RECORDED, after, most)
        statuses = await view.open_work.statuses_of([each.id for each in some])
        found += [each for each in some if may_read_by_status(member, each, statuses.get(each.id, {}), view.now)]
        if len(some) < most:
            break
        after = some[-1].id
    return tuple(found[:most])


def rows_of(facts: CaseFacts) -> tuple[SheetRow, ...]:
    """Return the case's rows of the sheet, one a person; one without a name where nobody is known."""
    people: tuple[PersonId | None, ...] = tuple(facts.people) or (None,)
    return tuple(_row_of(facts, person) for person in people)


def counted_cases(every: Iterable[CaseFacts], merges: Collection[ConfirmedMerge] = ()) -> tuple[CountedCase, ...]:
    """Return the cases as they are counted; people who were found to be one human count as one."""
    found = tuple(every)
    same = _same_people(found, merges)
    return tuple(_counted_case(facts, same) for facts in found)


def consequence_for(facts: CaseFacts, person: PersonId | None) -> SheetConsequence:
    """Return what the case came to for the person: what was decided last, else what restricted them and stood."""
    stated = facts.stated_of(person)
    if stated.row is not None and not facts.decisions:
        return stated.row.consequence
    about = [each for each in facts.decisions if each.person in (person, None)]
    if about:
        return CONSEQUENCE_OF_OUTCOME[max(about, key=lambda each: (each.person is not None, each.at)).outcome]
    stood = [each for each in facts.restrictions if each.person == person and each.stood]
    found = highest(_OF_RESTRICTION[each.restriction] for each in stood)
    if found is SheetConsequence.PENDING and facts.case.state is CaseState.CLOSED:
        return SheetConsequence.OTHER if _is_handled(facts) else SheetConsequence.NO_ACTION
    return found


def record_kind(facts: CaseFacts, person: PersonId | None, now: datetime) -> RecordKind:
    """Return of which kind the record of the person in the case is at that instant. Policy: P-9.4."""
    ours = [
        each
        for each in facts.restrictions
        if each.person == person and each.stood and each.authority is not AuthorityKind.LOCAL
    ]
    barring = [each for each in ours if access_level_of(each.restriction) is AccessLevel.BARRED]
    return kind_of(
        consequence_for(facts, person),
        is_identified=person is not None,
        is_barred=any(each.until is None or now < each.until for each in barring),
        is_known_to_end=bool(barring),
        is_flagged=facts.stated_of(person).flagged,
    )


def received_on(facts: CaseFacts) -> date:
    """Return the day of the case's first report; the day on which it was opened where nobody reported it."""
    stated = [record.row.received_on for record in facts.stated.values() if record.row is not None]
    return min([*stated, *(report.received_at.date() for report in facts.reports)], default=_day(facts.case.opened_at))


def _row_of(facts: CaseFacts, person: PersonId | None) -> SheetRow:
    stated = facts.stated_of(person)
    is_closed = facts.case.state is CaseState.CLOSED
    acted, acted_locally = _actions(facts, stated)
    consequence = consequence_for(facts, person)
    return SheetRow(
        received_on=stated.row.received_on if stated.row else received_on(facts),
        case=facts.case.code_name,
        person=facts.people.get(person, "") if person else "",
        status=SheetStatus.RESOLVED if is_closed else SheetStatus.ONGOING,
        source=_source(facts, stated) if is_closed else ResolutionSource.NONE,
        source_words=stated.source_words,
        resolved_on=_day(facts.closed_at) if is_closed and facts.closed_at else None,
        safety_risk=facts.safety_risk,
        ongoing=stated.ongoing or SheetAnswer.MAYBE,
        consequence=consequence,
        consequence_words=stated.consequence_words if consequence else "",
        document=stated.document,
        acted=acted,
        acted_locally=acted_locally,
    )


def _source(facts: CaseFacts, stated: StatedRecord) -> ResolutionSource:
    if stated.row is not None and not facts.decisions:
        return stated.row.source
    if any(decision.by_board for decision in facts.decisions) or facts.case.board_only:
        return ResolutionSource.BOARD
    return ResolutionSource.LOCAL if not facts.decisions and _is_handled(facts) else ResolutionSource.WORKING_GROUP


def _actions(facts: CaseFacts, stated: StatedRecord) -> tuple[bool, bool]:
    """Whether the group or the Board contacted anybody or restricted them, and whether local representatives did."""
    by_group = [each for each in facts.restrictions if each.authority is not AuthorityKind.LOCAL]
    enacted = any(CONSEQUENCE_OF_OUTCOME[each.outcome] not in _WITHOUT_CONTACT for each in facts.decisions)
    acted = facts.contacted or bool(by_group) or enacted
    locally = _is_handled(facts) or any(each.authority is AuthorityKind.LOCAL for each in facts.restrictions)
    if stated.row is not None:
        acted, locally = acted or stated.row.acted, locally or stated.row.acted_locally
    return (
        acted if stated.acted is None else stated.acted,
        locally if stated.acted_locally is None else stated.acted_locally,
    )


_WITHOUT_CONTACT: Final = (*_NOTHING_CAME, SheetConsequence.NO_ACTION, SheetConsequence.OTHER)


def _counted_case(facts: CaseFacts, same: Mapping[PersonId, PersonId]) -> CountedCase:
    rows = rows_of(facts)
    first = received_on(facts)
    answered = None if facts.first_answer_at is None else (_day(facts.first_answer_at) - first).days
    resolved = [row.resolved_on for row in rows if row.resolved_on is not None]
    named = {same.get(person, person): consequence_for(facts, person) for person in facts.people}
    return CountedCase(
        reports=tuple(_counted(report) for report in facts.reports) or (CountedReport(first, _channel_of(facts)),),
        people=tuple(CountedPerson(who, consequence) for who, consequence in named.items()),
        consequence=consequence_for(facts, None),
        acted=any(row.acted for row in rows),
        acted_locally=any(row.acted_locally for row in rows),
        place=_place_of(facts),
        types=tuple(dict.fromkeys(kind.value for stated in facts.stated.values() for kind in stated.types)),
        days_to_first_answer=answered,
        days_to_resolution=(max(resolved) - first).days if resolved else None,
    )


def _counted(report: ReceivedReport) -> CountedReport:
    return CountedReport(_day(report.received_at), report.channel.value)


def _channel_of(facts: CaseFacts) -> str:
    """How it became known where nobody reported it: by hand from an older sheet, or by what a member saw and acted on."""
    return "" if any(record.row for record in facts.stated.values()) else ReportChannel.NATIVE_ACTION.value


def _place_of(facts: CaseFacts) -> str:
    """The space that it was about: as stated, as a local matter had it, else the space of its first report."""
    stated = next((record.place for record in facts.stated.values() if record.place), "")
    if stated or facts.case.space:
        return stated or str(facts.case.space)
    prefixes = (report.channel.value.partition("_")[0] for report in facts.reports)
    return next((_PLACES[prefix] for prefix in prefixes if prefix in _PLACES), "")


def _is_handled(facts: CaseFacts) -> bool:
    """Whether all that was sent in had been dealt with before. Policy: P-2.3."""
    return bool(facts.reports) and all(report.handled for report in facts.reports)


def _same_people(every: Iterable[CaseFacts], merges: Collection[ConfirmedMerge]) -> Mapping[PersonId, PersonId]:
    """Whose record counts for whom, where two were found to be one in a case that is among these."""
    cases: frozenset[CaseId] = frozenset(facts.case.id for facts in every)
    pairs = [(merge.kept, merge.other) for merge in merges if merge.case in cases]
    everybody = {each for pair in pairs for each in pair}
    return {each: min(merged_people(each, pairs)) for each in everybody}


def _day(instant: datetime) -> date:
    return instant.date()
