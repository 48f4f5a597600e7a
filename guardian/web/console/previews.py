"""What a form asks for is shown first, and done by one button: as it was shown, once, and within a quarter of an hour.

What was shown is kept in memory; the page with the button carries what was typed, so that nothing of it is lost where
it waited too long. Read `Previews` first.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Generic, TypeVar

from cachetools import TTLCache
from starlette.responses import Response

from guardian.errors import Refused
from guardian.ids import SessionId, new_id
from guardian.people.permissions import NOT_YOURS
from guardian.web.console.console import Console, FormEntry, ShowAgain, Visit
from guardian.web.forms import Form
from guardian.web.rendering import Fault

T = TypeVar("T")

PREVIEW: Final = "preview"
_CONFIRM_WITHIN: Final = timedelta(minutes=15)
_MOST: Final = 200
_DONE: Final = 303
_WAITED: Final = "What was shown is not held any more: it waited for too long. Please look at it once more."
_SENT_ALREADY: Final = "This was sent once already and is not done twice. What came of it stands here."
_HIDDEN: Final = frozenset({PREVIEW, "token"})

_Key = tuple[SessionId, str]
Fields = Mapping[str, str]
"""At which field of a form a refusal is said, by its code; an empty code stands for all others."""


class Previews(Generic[T]):
    """What members were shown and may have done: each for its own session alone."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pending: TTLCache[_Key, T] = self._cache()
        self._sent: TTLCache[_Key, bool] = self._cache()

    async def show(
        self,
        visit: Visit,
        form: Form,
        look: Callable[[], Awaitable[tuple[T, Mapping[str, Any]]]],
        template: str,
        *,
        again: ShowAgain,
        fields: Fields,
    ) -> Response:
        """Look at what the form asks for, keep it, and show it on the page of the template with its button.

        `look` returns what would be done, and the facts of the page; where it is refused, the form comes back.
        """
        try:
            pending, facts = await look()
        except Refused as error:
            if error.code in NOT_YOURS:
                raise
            return await again(FormEntry(form.fields, Fault(field_of(error, fields), error.sentence, error.rule)))
        key = new_id()
        self._pending[visit.session, key] = pending
        return self._console.render(visit, template, kept=[(PREVIEW, key), *_typed(form)], **facts)

    async def carry_out(
        self,
        visit: Visit,
        form: Form,
        perform: Callable[[T], Awaitable[str]],
        *,
        to: str,
        again: ShowAgain,
    ) -> Response:
        """Do what was shown, and no second time; then send the browser on to `to`, where it is said what came of it."""
        key = (visit.session, form.one(PREVIEW))
        if key in self._sent:
            return self._console.redirect(visit, to, _SENT_ALREADY)
        pending = self._pending.pop(key, None)
        if pending is None:
            return await again(FormEntry(form.fields, Fault("", _WAITED)))
        self._sent[key] = True
        status = 0
        try:
            answer = await self._console.attempt(visit, form, lambda: perform(pending), to=to, again=again)
            status = answer.status_code
            return answer
        finally:
            if status != _DONE:
                self._sent.pop(key, None)

    def _cache(self) -> TTLCache[_Key, Any]:
        def seconds() -> float:
            return self._console.site.app.system_time().timestamp()

        return TTLCache(_MOST, _CONFIRM_WITHIN.total_seconds(), seconds)


def field_of(error: Refused, fields: Fields) -> str:
    """Return the field beside which the refusal is said."""
    return fields.get(error.code, fields.get("", ""))


def _typed(form: Form) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in form.fields.items() for text in texts if name not in _HIDDEN]
