"""Sanctions, members and the journal, over the API: reading only. Read `list_running_sanctions` first."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Security

from guardian.ids import MemberId, Reference, SpaceName
from guardian.people.api_tokens import TokenScope
from guardian.people.models import Role
from guardian.services.cases.overview import list_sanctions
from guardian.services.operations.explanation import explain_account
from guardian.services.operations.history import list_history
from guardian.services.operations.membership import list_members
from guardian.services.sanctions.sanction_file import read_sanction
from guardian.services.sign_in.api_tokens import TokenHolder
from guardian.web.api.access import Context, caller, holder
from guardian.web.api.models import JournalEntry, JournalPage, MemberShown, TokenShown
from guardian.web.api.problems import described
from guardian.web.api.sanction_models import ExplanationShown, SanctionShown, SpaceCoverage

MAX_PAGE: Final = 9_999

router: Final = APIRouter(tags=["group"], responses=described(401, 403, 404, 422))

SanctionCaller = Annotated[MemberId, Security(caller, scopes=[TokenScope.SANCTIONS])]
GroupCaller = Annotated[MemberId, Security(caller, scopes=[TokenScope.GROUP])]
Word = Annotated[str, Query(min_length=1, max_length=200)]


@router.get("/token")
async def read_token(found: Annotated[TokenHolder, Depends(holder)]) -> TokenShown:
    """In whose name this token acts, and what it opens."""
    return TokenShown(name=found.member.name, scopes=sorted(found.scopes))


@router.get("/sanctions")
async def list_running_sanctions(app: Context, by: SanctionCaller) -> list[SanctionShown]:
    """Sanctions that have not ended and that you may know of."""
    return [
        SanctionShown(
            reference=each.reference,
            person=each.person,
            case=each.case,
            restriction=each.restriction,
            state=str(each.state),
            starts=each.starts,
            until=each.until,
            spaces=None if each.spaces is None else sorted(each.spaces),
            coverage=[SpaceCoverage.of(row) for row in each.coverage],
        )
        for each in await list_sanctions(app, by)
    ]


@router.get("/sanctions/{reference}")
async def read_one_sanction(app: Context, by: SanctionCaller, reference: str) -> SanctionShown:
    """One sanction, lifted or not."""
    file = await read_sanction(app, by, Reference(reference))
    sanction = file.sanction
    return SanctionShown(
        reference=sanction.reference,
        person=file.person,
        case=file.case,
        restriction=sanction.restriction,
        state=str(file.state),
        starts=sanction.starts,
        until=file.until,
        spaces=None if sanction.spaces is None else sorted(sanction.spaces),
        coverage=[SpaceCoverage.of(row) for row in file.coverage],
        lifted_by=file.lifted_by,
    )


@router.get("/explanations")
async def explain(app: Context, by: SanctionCaller, space: Word, account: Word) -> list[ExplanationShown]:
    """Why an account is restricted, until when, and what the next look will do."""
    return [ExplanationShown.of(line) for line in await explain_account(app, by, SpaceName(space), account)]


@router.get("/members")
async def list_all_members(app: Context, by: GroupCaller) -> list[MemberShown]:
    """Everybody who holds an office, will, or has."""
    return [
        MemberShown(name=each.name, roles=[_role_text(role) for role in each.roles], ended_at=each.ended_at)
        for each in await list_members(app, by)
    ]


@router.get("/journal")
async def read_journal(
    app: Context, by: GroupCaller, page: Annotated[int, Query(ge=0, le=MAX_PAGE)] = 0
) -> JournalPage:
    """One page of the journal, as far as you may know of it. That you read it is an entry of its own."""
    found = await list_history(app, by, page)
    entries = [JournalEntry(at=line.at, words=line.words, by=line.by, case=line.case) for line in found.lines]
    return JournalPage(entries=entries, has_more=found.has_more)


def _role_text(role: Role) -> str:
    return f"{role.office} of {role.group}" + (f" in {role.space}" if role.space else "")
