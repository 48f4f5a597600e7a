"""Enter what a member did outside the spaces: police, venue staff, speaking for the foundation. An act like any other.

What was done, to whom it was said, when, and what came of it; then both clocks run and the group reviews it. Nobody is
restricted by it, and nobody outside the group is written to. Read `enter_outside_act` first. Policy: P-7.1, P-7.2.
"""

from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.drafts import check_text
from guardian.cases.unilateral_acts import ActState, OutsideAct, UnilateralAct
from guardian.errors import Refused
from guardian.ids import CaseId, MemberId, PersonId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import LinkEvidence, Person, Trust
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import reported_people
from guardian.services.code_names import new_code_name
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.identity.linking import FoundAccount, find_target, link_account, person_for_account
from guardian.services.members import AccountInput
from guardian.services.notify import notify_members
from guardian.services.unilateral.act import ActView, notify_protecting_cases, open_review
from guardian.services.unilateral.review import apply_reviews, start_review_deadlines
from rules.precedence import Restriction
from rules.unilateral import Ground


@dataclass(frozen=True, slots=True)
class OutsideInput:
    """What a member enters: `done` is what they did. `on` or `case` say whom it was about, where that is known."""

    ground: Ground
    done: str
    outside: OutsideAct
    on: AccountInput | None = None
    case: str = ""


async def enter_outside_act(app: AppContext, by: MemberId, given: OutsideInput) -> ActView:
    """Enter the act, notify everybody who may know, and start the review and the actor's own clock.

    Policy: P-7.1, P-7.2.
    """
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ACT_UNILATERALLY)
        _check(app, given, view.now)
    found = await find_target(app, given.on.space, given.on.text) if given.on is not None else None
    async with app.units_of_work.begin() as uow:
        actor = await require_permission(uow, by, UseCase.ACT_UNILATERALLY)
        review = CaseId(new_id())
        person = await _person_of(uow, by, given, found, review)
        intended = UnilateralAct(
            id=new_id(),
            case=review,
            by=by,
            person=person.id,
            at=uow.now,
            ground=given.ground,
            restriction=Restriction.NONE,
            spaces=frozenset(),
            reason=given.done.strip(),
            outside=given.outside,
        )
        case, done = await open_review(app, uow, actor, intended, awaits_confirmation=False)
        facts = {"act": done.id, "ground": done.ground, "what": "outside"}
        await notify_members(uow, case, NoticeKind.ACT_TAKEN, facts, besides=[by])
        await notify_protecting_cases(uow, case, done)
        due = await start_review_deadlines(uow, app.policy, done)
        about = {"case": str(case.id), "act": done.id, "ground": done.ground, "kind": given.outside.kind}
        uow.journal.note(
            Entry(
                act="act.was_entered",
                by=by_member(by),
                authority="P-7.1",
                about=about,
                case=case.id,
                text=done.reason,
            )
        )
        if done.state is ActState.UNREVIEWED:
            await apply_reviews(app, uow, case, done)
        return ActView(
            id=done.id,
            code_name=case.code_name,
            person=person.code_name,
            state=ActState.UNREVIEWED,
            sentence=f"It is entered, and the others are told. Your own account is due by {due:%d %B %Y, %H:%M} UTC.",
            statement_due=due,
        )


def _check(app: AppContext, given: OutsideInput, now: datetime) -> None:
    """Refuse what does not say all that an act has to say."""
    require(check_text(given.done, app.longest_text))
    if not given.outside.told.strip():
        raise Refused("told", "Say to whom it was said: an office, a name, a telephone number.", "P-7.1")
    for text in (given.outside.told, given.outside.came_of_it):
        if len(text) > app.longest_text:
            raise Refused("too_long", f"Please write at most {app.longest_text} characters.", "P-7.1")
    if given.outside.happened_at > now:
        raise Refused("when", "An act is entered once it is done: this lies ahead.", "P-7.1")


async def _person_of(
    uow: UnitOfWork, by: MemberId, given: OutsideInput, found: FoundAccount | None, review: CaseId
) -> Person:
    """Return whom it was about: by the account, or the one person of the case; else somebody of whom nothing is known."""
    if found is not None:
        person = await person_for_account(uow, found, by)
        evidence = LinkEvidence(review, Trust.EVIDENCED, by_member(by), "named in an act outside the spaces")
        await link_account(uow, person, found.account, found.handle, evidence)
        return person
    if given.case:
        case = await case_for_member(uow, by, given.case)
        people = await reported_people(uow, case)
        if len(people) == 1 and (known := await uow.people.person(people[0])) is not None:
            return known
    person = Person(PersonId(new_id()), await new_code_name(uow), uow.now)
    await uow.people.add_person(person)
    return person
