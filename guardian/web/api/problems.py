"""How the API says that something cannot be done: one shape for every refusal (RFC 9457), without a word too many.

What somebody may not know and what does not exist get the same answer. Policy: P-4.2. Read `install_problems` first.
"""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from guardian.errors import GuardianError, NotFound, Refused, Stale
from guardian.people.permissions import NOT_YOURS

MEDIA_TYPE: Final = "application/problem+json"
_TITLES: Final = {
    400: "This could not be read",
    401: "No token, or one that opens nothing",
    403: "This token does not open that",
    404: "Nothing here",
    405: "This address takes other methods",
    409: "Changed meanwhile",
    413: "Too much",
    422: "Refused",
}


class FieldFault(BaseModel):
    """What is wrong with one field."""

    field: str
    sentence: str


class Problem(BaseModel):
    """Why nothing was done. `rule` is the rule of policy that refuses, where one does; `code` is for programs."""

    title: str
    status: int
    detail: str
    code: str = ""
    rule: str = ""
    faults: list[FieldFault] = []


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how these refusals stand in the description of an address."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": _TITLES[status], "content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses
    }


def install_problems(api: FastAPI) -> None:
    """Have every refusal of the API answered as a problem."""
    api.add_exception_handler(GuardianError, _on_guardian_error)
    api.add_exception_handler(RequestValidationError, _on_unread)
    api.add_exception_handler(HTTPException, _on_http_error)


def problem(
    status: int, detail: str, code: str = "", rule: str = "", faults: Sequence[FieldFault] = ()
) -> JSONResponse:
    """Return the answer."""
    said = Problem(
        title=_TITLES.get(status, "Not done"), status=status, detail=detail, code=code, rule=rule, faults=list(faults)
    )
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(said.model_dump(), status, headers, MEDIA_TYPE)


async def _on_guardian_error(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, Stale):
        return problem(409, error.sentence, "stale")
    if isinstance(error, Refused) and error.code not in NOT_YOURS:
        return problem(422, error.sentence, error.code, error.rule)
    return problem(404, NotFound().sentence, "not_found")


async def _on_unread(_: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    faults = [FieldFault(field=".".join(str(part) for part in each["loc"][1:]), sentence=each["msg"]) for each in found]
    return problem(422, "Some of what was sent is missing or is not of its kind.", "unread", faults=faults)


async def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 400
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    answer = problem(status, detail)
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer
