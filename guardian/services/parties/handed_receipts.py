"""Give a receipt to somebody whom no message of ours reaches: a member hands it over, in person or as is safe for them.

Whoever hands it over may see it, so it opens no more than a case which that member knows. Read `issue_for_affected`
first. Policy: P-2.6, P-5.7, P-6.2.
"""

from dataclasses import dataclass
from typing import Final

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case
from guardian.cases.receipts import create_handed_receipt, create_reporter_receipt
from guardian.cases.report_questions import HANDLED
from guardian.cases.reports import Report, ReportChannel
from guardian.cases.submissions import Submission, build_report, reporter_party
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, Secret
from guardian.journal import PARTY, Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.case_flow import resolve_reported_person
from guardian.services.conflicts.exclusions import exclude_indicated, notify_of_exclusions
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deliberation.results import tell_result
from guardian.services.members import AccountInput
from guardian.services.notify import ensure_reference
from guardian.services.reports.on_behalf import SOURCE_QUESTION
from guardian.spaces.port import Account, Unknown
from rules.conflicts import ConflictIndicators, Speaker

_NOT_THEIR_WORDS: Final = (
    "(Entered by a member of the group: somebody who was harmed by this, or saw it, and has not written themselves. They "
    "were given a receipt.)"
)
_NOBODY: Final = "Say whom you give it to, in a few words: the others have to know that there is somebody to tell."
_WHO_OF_SEVERAL: Final = "Say which of the reported people it is for."


@dataclass(frozen=True, slots=True)
class HandedReceipt:
    """What a member hands over, shown this once: the receipt, and the page that it opens."""

    receipt: Secret
    page: str


async def issue_for_affected(app: AppContext, by: MemberId, code_name: str, who: str) -> HandedReceipt:
    """Give somebody who was harmed, or saw it, and never wrote, a page: from now on they are told all that reporters are.

    What was decided before stands there, and their time to have it looked at again begins now. Policy: P-4.4, P-5.7.
    """
    if not who.strip():
        raise Refused("nobody_named", _NOBODY, "P-2.6")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ISSUE_RECEIPT)
        case = await case_for_member(uow, by, code_name)
        report = await _open_page(uow, case, by, who.strip())
        minted = create_reporter_receipt(case.id, report.id, uow.now)
        await uow.cases.add_receipt(minted.receipt)
        await tell_result(uow, case, report.id)
        # The words are a member's: they keep nobody out before people have looked.
        indicators: ConflictIndicators[MemberId] = ConflictIndicators(texts=(who,))
        after, changed = await exclude_indicated(uow, app.policy, case, indicators, PARTY, Speaker.OTHER)
        if changed:
            await notify_of_exclusions(uow, case, after)
        _note(uow, case, by, {"report": str(report.id)})
    return HandedReceipt(minted.secret, f"{app.base_url}/follow-up")


async def issue_for_reported(
    app: AppContext, by: MemberId, code_name: str, person_code: str | None = None, account: AccountInput | None = None
) -> HandedReceipt:
    """Give a person who is reported or restricted in the case their page of it, and of nothing else.

    `account`: theirs, where they were restricted together with others. Policy: P-5.7, P-6.2.
    """
    native_id = await _native_id(app, account) if account else ""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ISSUE_RECEIPT)
        case = await case_for_member(uow, by, code_name)
        if account is not None:
            person: PersonId | None = await _restricted_here(uow, case, Account(account.space, native_id))
        else:
            person = await resolve_reported_person(uow, case, person_code)
        if person is None:
            raise Refused("no_person", _WHO_OF_SEVERAL, "P-6.2")
        await ensure_reference(uow, case, person)
        minted = create_handed_receipt(person, uow.now, case.id)
        await uow.cases.add_receipt(minted.receipt)
        _note(uow, case, by, {"person": str(person)})
    return HandedReceipt(minted.secret, f"{app.base_url}/personal")


async def _open_page(uow: UnitOfWork, case: Case, by: MemberId, who: str) -> Report:
    """Open the page of somebody who has not written. Nothing is promised to them yet, so that no deadline runs.

    What was sent for the file alone stays for the file: that they have a page asks nothing more of the group (P-2.3).
    """
    reports = await uow.cases.reports_of(case.id)
    is_filed = bool(reports) and all(each.answers.get(HANDLED) == "yes" for each in reports)
    submission = Submission(
        channel=ReportChannel.VOICE,
        what_happened=_NOT_THEIR_WORDS,
        answers={SOURCE_QUESTION: who, **({HANDLED: "yes"} if is_filed else {})},
        entered_by=by,
        verified=False,
    )
    report = build_report(submission, case.id, uow.now)
    await uow.cases.add_report(report)
    await uow.cases.add_party(reporter_party(report))
    return report


async def _native_id(app: AppContext, account: AccountInput) -> str:
    """The id of the account that was typed: as the space knows it by that name, else as it stands."""
    space = app.spaces.get(account.space)
    found = await space.find_account(account.text) if space is not None else None
    return account.text.strip() if found is None or isinstance(found, Unknown) else found[0]


async def _restricted_here(view: ReadView, case: Case, account: Account) -> PersonId:
    """Whose account it is, among those who are restricted in this case; NotFound for everybody else's."""
    for link in await view.people.links_of_accounts([account]):
        if any(each.case == case.id for each in await view.sanctions.of_person(link.person)):
            return link.person
    raise NotFound


def _note(uow: UnitOfWork, case: Case, by: MemberId, whose: dict[str, str]) -> None:
    about = {"case": str(case.id), **whose}
    uow.journal.note(Entry(act="receipt.was_issued", by=by_member(by), authority="P-6.2", about=about, case=case.id))
