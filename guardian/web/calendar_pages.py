"""A member's own turns of the rota as a calendar (RFC 5545), at a secret address that no session is needed for.

It says when, first or second, and nothing else. Policy: P-3.6. Read `CalendarPages` first.
"""

from collections.abc import Sequence
from typing import Final

from icalendar import Calendar, Event
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.people.rota import RotaSeat
from guardian.services.rota.calendar import CalendarTurn, calendar_of
from guardian.web.rendering import Site

_WORDS: Final = {RotaSeat.PRIMARY: "On duty (first)", RotaSeat.SECONDARY: "On duty (second)"}


class CalendarPages:
    """Answer calendar programs."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> Sequence[Route]:
        """Return the address of the calendars."""
        return [self._site.get("/calendar/{secret}.ics", self._show)]

    async def _show(self, request: Request) -> Response:
        turns = await calendar_of(self._site.app, request.path_params["secret"])
        return Response(write_calendar(turns), media_type="text/calendar")


def write_calendar(turns: Sequence[CalendarTurn]) -> bytes:
    """Return the turns as a calendar, the same bytes for the same turns."""
    calendar = Calendar()
    calendar.add("prodid", "-//Guardian//Rota//EN")
    calendar.add("version", "2.0")
    for turn in turns:
        event = Event()
        event.add("uid", f"{turn.id}-{turn.seat}")
        event.add("summary", _WORDS[turn.seat])
        event.add("dtstamp", turn.starts)
        event.add("dtstart", turn.starts)
        event.add("dtend", turn.ends)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
