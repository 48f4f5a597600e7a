"""Who takes part in public repositories, of the organisation or of one of them, limited for a while by GitHub's own switches.

GitHub knows a few spans alone and ends a limit by itself, so the shortest that is long enough is set and taken back in
time; a cap of pull requests stands until it is taken back. The App needs more for these than for all else, so it is asked
for by those alone who use them. Read `GithubPauses` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from connectors.github.client import INTERACTIONS, REPOSITORY_LIMITS, Response
from connectors.github.connection import GithubConnection
from connectors.github.repositories import list_repositories
from guardian.clock import Clock
from guardian.spaces.outcomes import Done, Outcome, Rejected, Unavailable
from guardian.spaces.pauses import OPEN, PauseAbility, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Missing, Unknown

_LIMITS: Final = ("existing_users", "contributors_only", "collaborators_only")
"""From the loosest: those whose accounts are older than a day, who have contributed before, who work on a repository."""
_OURS: Final = 2
_SPANS: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "one_day": timedelta(days=1),
        "three_days": timedelta(days=3),
        "one_week": timedelta(weeks=1),
        "one_month": timedelta(days=30),
        "six_months": timedelta(days=182),
    }
)
_MOST: Final = 1000
"""The highest cap that GitHub takes, and so the loosest."""
_NOT_INSTALLED: Final = "the App installed in that repository"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the switches of a target are, and which permission they take."""

    path: str
    needs: str


class GithubPauses:
    """The limits of interactions and the caps of pull requests of one organisation and its repositories."""

    def __init__(self, connection: GithubConnection, clock: Clock) -> None:
        self._connection, self._caller, self._clock = connection, connection.caller, clock

    @property
    def supported(self) -> Mapping[PauseKind, PauseAbility]:
        """Return both: only those who have contributed before take part, and one open pull request at a time."""
        return {
            PauseKind.INTERACTIONS: PauseAbility(_OURS, _SPANS["one_month"], has_parts=True),
            PauseKind.PULL_REQUESTS: PauseAbility(_MOST, has_parts=True),
        }

    async def find_part(self, kind: PauseKind, text: str) -> PauseTarget | Unknown | None:
        """Find the public repository of that name, alone or behind the organisation's."""
        return await self._caller.observe(self._find(kind, text.casefold()))

    async def observe(self, target: PauseTarget) -> PauseSetting | Unknown | Missing:
        """Return which limit stands, and until when."""
        return await self._caller.observe(self._observe(target))

    async def apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        """Set the limit for the shortest span that is long enough, or take it back."""
        return await self._caller.perform(self._apply(target, setting))

    async def _find(self, kind: PauseKind, text: str) -> PauseTarget | None:
        for row in await list_repositories(self._connection):
            names = {str(row["name"]).casefold(), str(row["full_name"]).casefold()}
            if text in names and not row["private"]:
                return PauseTarget(self._connection.config.name, kind, str(int(row["id"])), str(row["full_name"]))
        return None

    async def _place(self, target: PauseTarget) -> _Place | Unknown:
        """Where it is today, since a repository can be renamed.

        What is not listed may only be out of our sight, and GitHub says 404 to that as well: a cap that is ours may stand
        there still.
        """
        if not target.part:
            return _Place(f"/orgs/{self._connection.config.organization}/interaction-limits", INTERACTIONS)
        rows = await list_repositories(self._connection)
        name = next((str(row["full_name"]) for row in rows if str(row["id"]) == target.part), None)
        if name is None:
            return Unknown("the repository is not listed", needs=_NOT_INSTALLED)
        return _Place(f"/repos/{name}/interaction-limits", REPOSITORY_LIMITS)

    async def _observe(self, target: PauseTarget) -> PauseSetting | Unknown:
        place = await self._place(target)
        if not isinstance(place, _Place):
            return place
        read = _read_cap if target.kind is PauseKind.PULL_REQUESTS else _read_limit
        path = place.path + _suffix(target)
        response: Response = await self._connection.request(lambda github: github.read_limit(path, place.needs))
        return read(response.body, bool(target.part))

    async def _apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        place = await self._place(target)
        if isinstance(place, Unknown):
            return Unavailable(place.reason)
        if target.kind is PauseKind.PULL_REQUESTS:
            return await self._change("PATCH", place, _cap(setting), _suffix(target))
        if setting.strength == 0:
            return await self._change("DELETE", place, None)
        left = setting.until - self._clock.now() if setting.until else _SPANS["six_months"]
        span = next((name for name, length in _SPANS.items() if length >= left), None)
        if span is None:
            return Rejected("GitHub limits interactions for six months at the most")
        limit = _LIMITS[min(setting.strength, len(_LIMITS)) - 1]
        return await self._change("PUT", place, {"limit": limit, "expiry": span})

    async def _change(self, verb: str, place: _Place, body: Mapping[str, object] | None, suffix: str = "") -> Outcome:
        path = place.path + suffix
        made = await self._connection.change(lambda github: github.set_limit(verb, path, body, place.needs))
        if made.status == 409:
            return Rejected("GitHub changes no limit of one repository while the whole organisation has one")
        return Rejected("GitHub does not have this switch there") if made.status == 405 else Done()


def _suffix(target: PauseTarget) -> str:
    return "/pulls/creation-cap" if target.kind is PauseKind.PULL_REQUESTS else ""


def _read_limit(body: Any, of_a_part: bool) -> PauseSetting:
    if body == {}:
        return OPEN
    limit, origin = str(body["limit"] or ""), str(body["origin"] or "")
    if not limit or not origin:
        raise ValueError("a limit without a name or an origin")
    # A limit that is new to us is as strict as can be: it is left as it stands.
    strength = _LIMITS.index(limit) + 1 if limit in _LIMITS else len(_LIMITS)
    is_wider = of_a_part and origin != "repository"
    return PauseSetting(strength, datetime.fromisoformat(body["expires_at"]), is_wider=is_wider)


def _read_cap(body: Any, _: bool) -> PauseSetting:
    most = body["max_open_pull_requests"]
    if not isinstance(body["enabled"], bool) or not isinstance(most, int) or not 1 <= most <= _MOST:
        raise ValueError("a cap that cannot be read")
    return PauseSetting(_MOST + 1 - most if body["enabled"] else 0, detail=str(most))


def _cap(setting: PauseSetting) -> Mapping[str, object]:
    """The cap as it is set: what was switched off keeps the figure that it was found with."""
    if setting.strength == 0:
        return {"enabled": False, **({"max_open_pull_requests": int(setting.detail)} if setting.detail else {})}
    return {"enabled": True, "max_open_pull_requests": _MOST + 1 - min(setting.strength, _MOST)}
