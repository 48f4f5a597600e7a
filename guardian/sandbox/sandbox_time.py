"""Case time of the open sandbox: it passes by itself, and whoever looks can move it on, to what is due next if they like.

Read `SandboxTime` first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from guardian.assembly.service import Service
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.clock import DrivenTime, monotonic_seconds
from guardian.sandbox.time_driver import Stuck, TimeDriver
from guardian.sandbox.world import World

RECURRING: Final = "jobs"
DEADLINES: Final = "promises"
_ALL_OF_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)
_MOST_LISTED: Final = 50
_TICK_SECONDS: Final = 0.5
_SETTLING_SECONDS: Final = 15.0
_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}

OF_DEADLINES: Final[Mapping[DeadlineKind, str]] = {
    DeadlineKind.FIRST_ANSWER: "a reporter is owed a first answer",
    DeadlineKind.SUBSTANTIVE_ANSWER: "a reporter is owed an answer to the matter",
    DeadlineKind.RESOLUTION: "a reporter is owed the outcome",
    DeadlineKind.DANGER_PAGE: "somebody is in danger, and nobody has taken the case yet",
    DeadlineKind.PROPOSAL_CLOSES: "the time to object to a proposal is over",
    DeadlineKind.FEEDBACK: "the time for the reporter's view of a decision is over",
    DeadlineKind.SECOND_READING: "the second reading of a decision is due",
    DeadlineKind.STATEMENT: "the account of the member who acted alone is due",
    DeadlineKind.REVIEW: "the review of an act that one member did alone is due",
    DeadlineKind.LINK_DISPUTE: "somebody says that an account is not theirs, and is owed a look",
    DeadlineKind.UNREVIEWED_END: "an act that nobody has reviewed ends",
    DeadlineKind.TERM_END: "the term of a sanction ends",
    DeadlineKind.READMISSION_REMINDER: "somebody is reminded that they may ask to return",
    DeadlineKind.READMISSION_ANSWER: "somebody who asked to return is owed an answer",
    DeadlineKind.CASE_REVIEW: "a closed case is looked at again",
    DeadlineKind.HEARING: "the time for the reported person's view is over",
    DeadlineKind.BLOCKED_TOTAL: "a restriction does not hold everywhere yet",
    DeadlineKind.BOARD_ANSWER: "the Board's answer is due",
    DeadlineKind.CONFLICT_CLAIM: "the decision about a conflict of interest is due",
    DeadlineKind.MEASURE_END: "a moderator's measure ends",
    DeadlineKind.ACT_WORDS: "the words to somebody who was restricted at once are due",
    DeadlineKind.BOARD_REQUEST: "a request to the Board is due",
    DeadlineKind.MEASURE_RECONSIDERATION: "another look at a measure is due",
    DeadlineKind.NATIVE_REASON: "the reason for an act by a space's own menu is due",
    DeadlineKind.ACCEPTANCE: "the acceptance of what moderators passed on is due",
    DeadlineKind.AUDIENCE: "who may know of a case first is to be decided",
    DeadlineKind.ROTA_CALL: "nobody on duty has a new report in hand, and the others are told",
    DeadlineKind.MANUAL_TASK: "somebody is to confirm what they were asked to do by hand",
    DeadlineKind.MANUAL_RELEASE: "somebody is asked to let a person back in by hand",
    DeadlineKind.CONTACT_QUESTION: "the time for the reporter's word on writing to the person is over",
    DeadlineKind.EXPUNGE: "a case is forgotten",
    DeadlineKind.RETENTION_REVIEW: "whether a case is still to be kept is looked at",
    DeadlineKind.MOTION_REPORT: "the report to the organisers before their motion is due",
    DeadlineKind.PAUSE_REVIEW: "the review of a pause is due",
    DeadlineKind.EVENT_OVER: "what is kept of an event's list is forgotten",
    DeadlineKind.CONDITION: "what was asked of a person is to be shown",
    DeadlineKind.UNMET_CONDITION: "the group is to look again at what was not met",
    DeadlineKind.TALK: "the time to answer whether one would take part in a talk is over",
    DeadlineKind.AFFILIATE_REPORT: "an affiliated program's report is due",
    DeadlineKind.BOARD_REPORT: "the Board has its report",
    DeadlineKind.DATA_REQUEST: "somebody's request about what is kept of them is due",
}
"""What each deadline is, for somebody who reads of it for the first time."""

OF_LOOPS: Final[Mapping[str, str]] = {
    "keys": "a space is asked again what it holds on somebody",
    "many": "the accounts of a raid are seen to",
    "things": "a lock or a hidden message ends",
    "pauses": "a pause of a whole space ends, or is looked at again",
    "raids": "a raid is carried on",
    "notices": "a message that did not go out is tried again",
    RECURRING: "mailboxes are read, or the spaces' lists are compared",
}
"""What the other parts of the work wait for, by the names under which they turn."""


@dataclass(frozen=True, slots=True)
class DueMoment:
    """Something that happens by the clock alone: when, and what, in words."""

    at: datetime
    words: str
    kind: DeadlineKind | None = None


class SandboxTime:
    """The clock of the open sandbox. One thing moves it at a time."""

    def __init__(self, time: DrivenTime, world: World, service: Service) -> None:
        self._time, self._world, self._service = time, world, service
        self._driver = TimeDriver(time, world, _RowsAlone(service))
        self._moving = asyncio.Lock()

    def now(self) -> datetime:
        """Return the instant it is there."""
        return self._time.now()

    async def settle(self) -> None:
        """Wait until everything that was begun is done, or for some seconds where it takes longer than that."""
        try:
            async with asyncio.timeout(_SETTLING_SECONDS):
                await self._driver.run_until_idle()
        except (TimeoutError, Stuck):
            return

    async def pass_time(self, length: timedelta) -> None:
        """Let so much time pass at once; what becomes due on the way is done in its own time."""
        await self.move_to(self.now() + length)

    async def move_to(self, instant: datetime) -> None:
        """Move on to the instant; time never goes back."""
        async with self._moving:
            await self._driver.advance(instant)

    async def jump(self) -> None:
        """Move on to what is due next; nowhere where nothing is."""
        for each in (await self.list_due())[:1]:
            await self.move_to(each.at)

    async def list_due(self) -> tuple[DueMoment, ...]:
        """Return what is due next, the earliest first: of the deadlines all, of everything else the next one each."""
        due = await self._service.due_by_loop()
        found = [DueMoment(at, OF_LOOPS[name]) for name, at in due.items() if name not in (DEADLINES, RECURRING)]
        async with self._service.units_of_work.read() as view:
            found += [_moment_of(each) for each in await view.deadlines.due(_ALL_OF_TIME, _MOST_LISTED)]
        return tuple(sorted((each for each in found if each.at > self.now()), key=lambda each: each.at))

    async def run(self, speed: float, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Let time pass by itself, so many times as fast as the machine's, until this is cancelled."""
        last = monotonic_seconds()
        while True:
            await sleep(_TICK_SECONDS)
            elapsed, last = monotonic_seconds() - last, monotonic_seconds()
            if not self._moving.locked():
                self._time.set(self.now() + timedelta(seconds=elapsed * speed))


@dataclass(frozen=True, slots=True)
class _RowsAlone:
    """The service, whose jobs that recur wait for whatever else is due: a month passes in a few steps.

    Jobs that came due meanwhile run once, as after a night in which the machine slept.
    """

    service: Service

    async def is_waiting(self) -> bool:
        return await self.service.is_waiting()

    async def is_idle(self) -> bool:
        return await self.service.is_idle()

    async def next_due(self) -> datetime | None:
        due = await self.service.due_by_loop()
        return min((at for name, at in due.items() if name != RECURRING), default=None)


def parse_length(text: str) -> timedelta:
    """Return a length as it is typed: 10m, 1h, 30d. ValueError where it is none."""
    number, unit = text[:-1], text[-1:]
    if not number.isdigit() or unit not in _UNITS:
        raise ValueError(f"{text!r} is no length; write 10m, 1h or 30d")
    return int(number) * _UNITS[unit]


def _moment_of(deadline: Deadline) -> DueMoment:
    """The next instant of a deadline, which may be a reminder of it."""
    words, at = OF_DEADLINES[deadline.kind], deadline.next_at or deadline.due
    is_early = at < deadline.due
    return DueMoment(at, f"people are reminded: {words}" if is_early else words, None if is_early else deadline.kind)
