"""Record that a member put somebody out with a space's own menu: it restricts nothing any more, and is reviewed all the same.

Read `record_removal` first. Policy: P-7.2.
"""

from dataclasses import replace

from guardian.cases.case import Case
from guardian.cases.unilateral_acts import ActState
from guardian.ids import CaseId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import LinkEvidence, Member, Trust
from guardian.services.case_flow import issue_personal_receipt
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.identity.linking import FoundAccount, link_account, person_for_account
from guardian.services.notify import notify_deciders, notify_members, notify_person
from guardian.services.sanctions.imposition import build_scope_facts
from guardian.services.unilateral.act import notify_protecting_cases, open_review
from guardian.services.unilateral.act_input import ActInput, new_act
from guardian.services.unilateral.brake_facts import ask_brake, attempt_of
from guardian.services.unilateral.review import apply_reviews, start_review_deadlines
from guardian.services.visibility import account_knowledge
from rules.precedence import Restriction
from rules.unilateral import Ground


async def record_removal(app: AppContext, uow: UnitOfWork, actor: Member, found: FoundAccount) -> Case:
    """Record that a member put somebody out with a space's own menu: an act that restricts nothing any more.

    It is notified of and reviewed like any other; the review may restrict, or say that it was not right. Policy: P-7.2.
    """
    known = await account_knowledge(uow, actor.id, found.account)
    person = await person_for_account(uow, found, actor.id)
    review = CaseId(new_id())
    link_evidence = LinkEvidence(review, Trust.EVIDENCED, by_member(actor.id), "put out with the space's own menu")
    await link_account(uow, person, found.account, found.handle, link_evidence)
    given = ActInput(Restriction.NONE, Ground.ONGOING, "", frozenset({found.account.space}))
    intended = new_act(review, actor.id, person.id, uow.now, given)
    attempt = replace(attempt_of(intended), on_leader=bool(known.role_holders))
    verdict = await ask_brake(app, uow, attempt, actor.id)
    case, done = await open_review(app, uow, actor, intended, awaits_confirmation=False)
    facts = {"restriction": done.restriction, **build_scope_facts(done.spaces)}
    facts |= await issue_personal_receipt(app, uow, case, person.id)
    await notify_person(uow, case, person.id, NoticeKind.ACTED, facts)
    await notify_members(uow, case, NoticeKind.ACT_TAKEN, {"act": done.id, "ground": done.ground}, besides=[actor.id])
    due = await start_review_deadlines(uow, app.policy, done)
    question = {"space": str(found.account.space), "due": due.isoformat(), "act": done.id, "what": "put_out"}
    await notify_members(uow, case, NoticeKind.NATIVE_ACTION_QUESTION, question, only=[actor.id])
    await notify_protecting_cases(uow, case, done)
    if not verdict:
        await notify_deciders(uow, case, NoticeKind.BRAKE, {"act": done.id}, besides=actor.id)
    about = {"case": str(case.id), "act": done.id, "space": str(found.account.space)}
    uow.journal.note(Entry(act="native_act.was_noticed", by=SERVICE, authority="P-7.2", about=about, case=case.id))
    if done.state is ActState.UNREVIEWED:
        await apply_reviews(app, uow, case, done)
    return case
