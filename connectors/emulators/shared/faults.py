"""The ways in which an emulated platform can be told to misbehave. Each is shown, in the tests, to harm a naive client."""

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from random import Random
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong. Seconds are wire seconds."""

    LATENCY = "latency"  # the answer comes `seconds` later
    TOO_MANY = "too_many"  # 429 with Retry-After `seconds`
    TOO_MANY_SILENT = "too_many_silent"  # 429 without Retry-After
    SERVER_ERROR = "server_error"  # `status` (500-599), nothing applied
    RESET = "reset"  # the connection is cut before anything is applied
    DRIP = "drip"  # the answer's body arrives byte by byte over `seconds`
    LOST_ANSWER = "lost_answer"  # applied, then the connection is cut
    NO_PERMISSION = "no_permission"  # the platform's own answer to a missing permission (GitHub: 404)
    STALE_READ = "stale_read"  # reads answer from the state as it was when the fault was set
    EMPTY_READ = "empty_read"  # reads answer as if nobody were restricted
    ODD_ANSWER = (
        "odd_answer"  # 200 with `body`, which is none of the platform's, as of something in front; nothing applied
    )
    MISSED_EVENT = "missed_event"  # an event (gateway, webhook) is never sent; `operation` matches its name


@dataclass(slots=True)
class Fault:
    """One misbehaviour for the operations that match a pattern (`ban.*`, `*`), `times` often (None: until cleared).

    `share` is the part of matching calls that it meets, drawn from the emulator's seeded source. `passes`: so many
    matching calls are answered before. `body`: what an odd answer says; text is sent as a page, all else as JSON.
    """

    kind: FaultKind
    operation: str = "*"
    times: int | None = None
    seconds: float = 0.0
    status: int = 500
    share: float = 1.0
    passes: int = 0
    body: Any = field(default_factory=lambda: {"status": "ok"})


@dataclass(slots=True)
class Faults:
    """The faults that are set now; the first that matches and is drawn answers, latency adds to any other."""

    random: Random
    active: list[Fault] = field(default_factory=list)

    def set(self, fault: Fault) -> Fault:
        """The fault meets matching calls from now on."""
        self.active.append(fault)
        return fault

    def clear(self, kind: FaultKind | None = None) -> None:
        """Clear every fault of that kind (None: of any)."""
        self.active = [f for f in self.active if kind is not None and f.kind is not kind]

    def draw(self, operation: str) -> list[Fault]:
        """Return what meets this call: at most one fault beside latency. A counted fault is used up by being drawn."""
        drawn: list[Fault] = []
        for fault in list(self.active):
            if fault.kind is FaultKind.MISSED_EVENT or not fnmatchcase(operation, fault.operation):
                continue
            if fault.kind is not FaultKind.LATENCY and any(f.kind is not FaultKind.LATENCY for f in drawn):
                continue
            if fault.passes > 0:
                fault.passes -= 1
                continue
            if fault.share < 1.0 and self.random.random() >= fault.share:
                continue
            drawn.append(fault)
            self._use(fault)
        return drawn

    def drops_event(self, event: str) -> bool:
        """Return whether this event (gateway, webhook) is to be swallowed; a counted fault is used up by that."""
        for fault in list(self.active):
            if fault.kind is not FaultKind.MISSED_EVENT or not fnmatchcase(event, fault.operation):
                continue
            if fault.share >= 1.0 or self.random.random() < fault.share:
                self._use(fault)
                return True
        return False

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self.active.remove(fault)
