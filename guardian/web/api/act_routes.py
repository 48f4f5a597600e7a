"""Acting alone and reviewing over the API: a preview gives the account's id, and only an id can be acted on.

Policy: P-7.1, P-7.2, P-7.3. Read `act_now` first.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Header, Security

from guardian.ids import MemberId, SpaceName
from guardian.people.api_tokens import TokenScope
from guardian.services.members import AccountInput
from guardian.services.unilateral import act, act_input
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.open_acts import list_open_acts
from guardian.services.unilateral.review import review
from guardian.spaces.account_text import text_of_id
from guardian.web.api.access import Context, caller
from guardian.web.api.problems import described
from guardian.web.api.sanction_models import (
    AccountShown,
    ActPreviewRequest,
    ActRequest,
    ActResult,
    ActShown,
    Effects,
    ReviewRequest,
    ReviewShown,
    SpaceEffect,
)

router: Final = APIRouter(prefix="/acts", tags=["acts"], responses=described(401, 403, 404, 422))

Caller = Annotated[MemberId, Security(caller, scopes=[TokenScope.ACT])]


@router.get("")
async def list_acts(app: Context, by: Caller) -> list[ActShown]:
    """Acts that are not settled, oldest first."""
    return [ActShown.of(each) for each in await list_open_acts(app, by)]


@router.post("/preview", responses=described(400, 409, 413))
async def preview_act(app: Context, by: Caller, asked: ActPreviewRequest) -> Effects:
    """What an act would do now, space by space, and on which account. Nothing is changed, and nobody is told."""
    target = AccountInput(SpaceName(asked.space), asked.account)
    seen = await act.preview(app, by, target, asked.restriction, _spaces(asked.spaces))
    return Effects(account=AccountShown.of(seen.on), spaces=[SpaceEffect.of(row) for row in seen.spaces])


@router.post("", status_code=201, responses=described(400, 409, 413))
async def act_now(
    app: Context, by: Caller, asked: ActRequest, idempotency_key: Annotated[str | None, Header(max_length=200)] = None
) -> ActResult:
    """Restrict a person at once. Everybody who may know is told, and the review of the act begins.

    Sent again with the same key, it makes no second act: so it can be repeated where an answer got lost.
    """
    given = ActInput(asked.restriction, asked.ground, asked.reason, _spaces(asked.spaces), _days(asked.days))
    act_input.check_act(app, given)
    done = await act.act(
        app, by, AccountInput(SpaceName(asked.space), text_of_id(asked.account_id)), given, idempotency_key
    )
    return ActResult(
        case=done.code_name,
        person=done.person,
        state=str(done.state),
        sentence=done.sentence,
        statement_due=done.statement_due,
    )


@router.post("/{case}/review", responses=described(400, 409, 413))
async def review_act(app: Context, by: Caller, case: str, asked: ReviewRequest) -> ReviewShown:
    """Answer the review of an act: it stands, it is changed, or it is lifted at once."""
    seen = await review(app, by, case, asked.answer, _days(asked.days), asked.restriction, asked.reason)
    return ReviewShown(case=seen.code_name, state=str(seen.state), answers=seen.answers)


def _spaces(names: Sequence[str] | None) -> frozenset[SpaceName] | None:
    return frozenset(SpaceName(each) for each in names or ()) or None


def _days(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)
