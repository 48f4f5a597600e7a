"""Acts taken alone: what waits for a second member, for a review or for its actor's own account; and stops of members.

Policy: P-7.2, P-7.3, P-7.5. Read `ReviewPages` first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.unilateral_acts import ACT_MACHINE, STOP_MACHINE
from guardian.errors import NotFound
from guardian.services.reading_room.case_file import read_case
from guardian.services.reading_room.proceedings import ActRecord, read_proceedings
from guardian.services.sanctions.coverage_preview import preview_case_coverage
from guardian.services.unilateral.act import confirm_act, give_statement
from guardian.services.unilateral.open_acts import (
    OpenAct,
    check_answer,
    list_open_acts,
    list_stops,
    stop_to_review,
)
from guardian.services.unilateral.review import review
from guardian.services.unilateral.stop import review_stop
from guardian.web.console.act_pages import RESTRICTIONS, REVIEWS
from guardian.web.console.console import NOTHING_TYPED, Console, FormEntry, Visit
from guardian.web.console.inputs import choice_of, days_of
from guardian.web.console.previews import Previews
from guardian.web.forms import Form
from rules.precedence import Restriction
from rules.unilateral import ReviewAnswer

REVIEW: Final = REVIEWS + "/{case}"
_STOPS: Final = "/console/stops/{stop}"
_FIELDS: Final = {"": "answer", "days": "days", "term": "days", "restriction": "restriction", "too_long": "reason"}
ANSWERS: Final = (
    (ReviewAnswer.RATIFY, "Ratify: it stands, for a term that you name"),
    (ReviewAnswer.CHANGE, "Change: something else holds instead, for a term that you name"),
    (ReviewAnswer.REVERSE, "Reverse: it is lifted at once, in every space"),
)

OUTSIDE_ANSWERS: Final = (
    (ReviewAnswer.RATIFY, "Ratify: the group would have done the same"),
    (ReviewAnswer.REVERSE, "Reverse: the group would not have done it, and says so"),
)


@dataclass(frozen=True, slots=True)
class _PendingAnswer:
    """What a reviewer would answer, until they say so."""

    case: str
    answer: ReviewAnswer
    term: timedelta | None
    restriction: Restriction | None
    reason: str


class ReviewPages:
    """Show what of acts taken alone is open, and take answers, a second member's yes and the actor's account."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app
        self._answers: Previews[_PendingAnswer] = Previews(console)

    def routes(self) -> Sequence[Route]:
        """Return the addresses of these pages."""
        get, post = self._console.get, self._console.post
        return [
            get(REVIEWS, self._list),
            get(REVIEW, self._show),
            post(REVIEW, self._preview),
            post(REVIEW + "/change", self._change),
            post(REVIEW + "/answer", self._answer),
            post(REVIEW + "/agree", self._agree),
            post(REVIEW + "/account", self._give_statement),
            post(_STOPS, self._answer_stop),
        ]

    async def _list(self, _: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        return self._console.render(
            visit,
            "reviews.html",
            entry=entry,
            now=self._app.clock.now(),
            acts=await list_open_acts(self._app, visit.by),
            stops=await list_stops(self._app, visit.by),
        )

    async def _show(self, request: Request, visit: Visit, entry: FormEntry = NOTHING_TYPED) -> Response:
        code_name = request.path_params["case"]
        line = await self._line(visit, code_name)
        if line.own:
            return self._console.render(visit, "own_act.html", entry=entry, line=line)
        file = await read_case(self._app, visit.by, code_name)
        became = await read_proceedings(self._app, visit.by, code_name)
        record = _newest(became.acts)
        return self._console.render(
            visit,
            "review.html",
            entry=entry,
            line=line,
            file=file,
            became=became,
            record=record,
            answers=ANSWERS if record.act.outside is None else OUTSIDE_ANSWERS,
            restrictions=RESTRICTIONS,
            longest=self._app.policy.sanctions.short_most,
            coverage=await preview_case_coverage(self._app, visit.by, code_name, record.act.restriction),
        )

    async def _change(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._show(request, visit, FormEntry(form.fields))

    async def _preview(self, request: Request, visit: Visit, form: Form) -> Response:
        code_name = request.path_params["case"]

        async def look() -> tuple[_PendingAnswer, Mapping[str, Any]]:
            answer = choice_of(ReviewAnswer, form, "answer")
            restriction = choice_of(Restriction, form, "restriction") if answer is ReviewAnswer.CHANGE else None
            term = None if answer is ReviewAnswer.REVERSE else days_of(form, "days")
            holds = await check_answer(self._app, visit.by, code_name, answer, term, restriction)
            pending = _PendingAnswer(code_name, answer, term, restriction, form.one("reason"))
            coverage = await preview_case_coverage(self._app, visit.by, code_name, holds)
            line = await self._line(visit, code_name)
            return pending, {"pending": pending, "holds": holds, "coverage": coverage, "line": line}

        return await self._answers.show(
            visit,
            form,
            look,
            "review_preview.html",
            again=lambda entry: self._show(request, visit, entry),
            fields=_FIELDS,
        )

    async def _answer(self, request: Request, visit: Visit, form: Form) -> Response:
        async def perform(pending: _PendingAnswer) -> str:
            seen = await review(
                self._app,
                visit.by,
                pending.case,
                pending.answer,
                pending.term,
                pending.restriction,
                pending.reason,
            )
            answers = "1 has" if seen.answers == 1 else f"{seen.answers} have"
            return (
                f"Your answer counts. The act in {seen.code_name} {ACT_MACHINE.labels[seen.state]}; {answers} answered."
            )

        return await self._answers.carry_out(
            visit, form, perform, to=REVIEWS, again=lambda entry: self._show(request, visit, entry)
        )

    async def _agree(self, request: Request, visit: Visit, form: Form) -> Response:
        async def agree() -> str:
            record = _newest((await read_proceedings(self._app, visit.by, request.path_params["case"])).acts)
            done = await confirm_act(self._app, visit.by, record.act.id)
            return f"It is being placed now. The case of its review is {done.code_name}."

        return await self._console.attempt(
            visit, form, agree, to=REVIEWS, again=lambda entry: self._show(request, visit, entry)
        )

    async def _give_statement(self, request: Request, visit: Visit, form: Form) -> Response:
        return await self._console.attempt(
            visit,
            form,
            lambda: give_statement(self._app, visit.by, request.path_params["case"], form.one("account")),
            to=REVIEWS,
            again=lambda entry: self._show(request, visit, entry),
            at="account",
        )

    async def _answer_stop(self, request: Request, visit: Visit, form: Form) -> Response:
        async def answer() -> str:
            stop = await stop_to_review(self._app, visit.by, request.path_params["stop"])
            stands = ReviewAnswer.RATIFY if form.one("stands") == "yes" else ReviewAnswer.REVERSE
            seen = await review_stop(self._app, visit.by, stop.id, stands)
            return f"Your answer counts. The stop of {stop.of_name} {STOP_MACHINE.labels[seen.state]}."

        return await self._console.attempt(
            visit, form, answer, to=REVIEWS, again=lambda entry: self._list(request, visit, entry)
        )

    async def _line(self, visit: Visit, code_name: str) -> OpenAct:
        """The open act whose review the case is; a settled one is read with its case."""
        lines = await list_open_acts(self._app, visit.by)
        found = next((each for each in reversed(lines) if each.case == code_name), None)
        if found is None:
            raise NotFound
        return found


def _newest(acts: Sequence[ActRecord]) -> ActRecord:
    if not acts:
        raise NotFound
    return acts[-1]
