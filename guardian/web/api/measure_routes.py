"""What moderators do in their spaces, over the API. Policy: P-6.8, P-8.1. Read `set_new_measure` first."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Security

from guardian.cases.measures import PERSON_RESTRICTIONS
from guardian.ids import MemberId, SpaceName
from guardian.people.api_tokens import TokenScope
from guardian.services.escalation.escalations import list_escalations
from guardian.services.escalation.local_matters import list_matters, mark_handled
from guardian.services.measures.measures import (
    MeasureRequest,
    end_measure_early,
    list_measures,
    preview_measure,
    set_measure,
)
from guardian.services.members import AccountInput
from guardian.spaces.account_text import text_of_id
from guardian.web.api.access import Context, caller
from guardian.web.api.field_models import Said
from guardian.web.api.models import EscalationShown, HandledMatter, MatterShown
from guardian.web.api.problems import described
from guardian.web.api.sanction_models import AccountShown, Effects, MeasureInput, MeasureShown, SpaceEffect

router: Final = APIRouter(tags=["measures"], responses=described(401, 403, 404, 422))

Caller = Annotated[MemberId, Security(caller, scopes=[TokenScope.MEASURE])]


@router.get("/measures")
async def list_running_measures(app: Context, by: Caller) -> list[MeasureShown]:
    """Measures that run and that you may know of, oldest first."""
    return [MeasureShown.of(each) for each in await list_measures(app, by)]


@router.post("/measures/preview", responses=described(400, 409, 413))
async def preview_new_measure(app: Context, by: Caller, asked: MeasureInput) -> Effects:
    """What a measure would do now, and on which account. Nothing is changed, and nobody is told."""
    seen = await preview_measure(app, by, _request(asked, asked.on))
    account = None if seen.on is None else AccountShown.of(seen.on)
    return Effects(account=account, spaces=[SpaceEffect.of(row) for row in seen.spaces], ends=seen.ends)


@router.post("/measures", status_code=201, responses=described(400, 409, 413))
async def set_new_measure(app: Context, by: Caller, asked: MeasureInput) -> MeasureShown:
    """Set a measure, which ends by itself. The person is told whom to turn to."""
    on = text_of_id(asked.on) if asked.kind in PERSON_RESTRICTIONS else asked.on
    return MeasureShown.of(await set_measure(app, by, _request(asked, on)))


@router.post("/measures/{matter}/end", responses=described(409))
async def end_measure(app: Context, by: Caller, matter: str) -> Said:
    """End a measure before its time."""
    return Said(sentence=await end_measure_early(app, by, matter))


@router.get("/matters")
async def list_open_matters(app: Context, by: Caller) -> list[MatterShown]:
    """Local matters that are open and that you may know of, oldest first."""
    return [MatterShown.of(each) for each in await list_matters(app, by)]


@router.post("/matters/{matter}/handled", responses=described(400, 409, 413))
async def mark_matter_handled(app: Context, by: Caller, matter: str, handled: HandledMatter) -> Said:
    """Close a matter as dealt with, with what was done."""
    return Said(sentence=await mark_handled(app, by, matter, handled.what_was_done))


@router.get("/escalations")
async def list_passed_on(app: Context, by: Caller) -> list[EscalationShown]:
    """What was passed on to the group, and how far it has come."""
    return [EscalationShown.of(each) for each in await list_escalations(app, by)]


def _request(asked: MeasureInput, on: str) -> MeasureRequest:
    return MeasureRequest(
        asked.kind,
        AccountInput(SpaceName(asked.space), on),
        asked.reason,
        timedelta(hours=asked.hours),
        asked.words,
    )
