"""Who asks: the member of a personal token, which opens what its scopes say. Read `holder` first."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from starlette.requests import Request

from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.people.api_tokens import TokenScope
from guardian.services.context import AppContext
from guardian.services.sign_in.api_tokens import TokenHolder, require_token

SCOPES: Final[Mapping[TokenScope, str]] = MappingProxyType(
    {
        TokenScope.TASKS: "See what waits for you, and say that you have it",
        TokenScope.CASES: "See which cases there are and how they stand, by code names",
        TokenScope.CASE_FILES: "Read cases with their reports and thread, and write notes into them",
        TokenScope.SANCTIONS: "See sanctions, and ask why an account is restricted",
        TokenScope.ACT: "Act alone and answer reviews",
        TokenScope.MEASURE: "See local matters and escalations, set and end measures",
        TokenScope.GROUP: "See the members and the journal",
    }
)
"""What each scope opens, in words for whoever issues a token."""

_BEARER: Final = HTTPBearer(auto_error=False, description="A personal token, issued on the console under Tokens.")


def context_of(request: Request) -> AppContext:
    """Return what the use cases need."""
    context: AppContext = request.app.state.context
    return context


Context = Annotated[AppContext, Depends(context_of)]


async def holder(
    wanted: SecurityScopes,
    app: Context,
    sent: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> TokenHolder:
    """Return in whose name is asked: 401 without a token that is good, 403 where it lacks the scope."""
    try:
        found = await require_token(app, sent.credentials if sent is not None else "")
    except Refused as refused:
        raise HTTPException(401, refused.sentence) from None
    if missing := [scope for scope in wanted.scopes if TokenScope(scope) not in found.scopes]:
        raise HTTPException(403, f"This token lacks the scope '{missing[0]!s}'.")
    return found


async def caller(found: Annotated[TokenHolder, Depends(holder)]) -> MemberId:
    """Return the id of the member in whose name is asked."""
    return found.member.id
