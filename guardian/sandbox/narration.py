"""How a story is told: a line for each thing that somebody does, one for each check, and the result at the end."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TextIO

from guardian.sandbox.checks import Check


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a story; `elapsed_s` is the machine's time."""

    story: str
    checks: tuple[Check, ...]
    elapsed_s: float

    @property
    def held(self) -> bool:
        """Return whether every check held; a story without any has shown nothing."""
        return bool(self.checks) and all(check.held for check in self.checks)

    def as_json(self) -> str:
        """Return the outcome on one line, for programs."""
        checks = [asdict(check) for check in self.checks]
        outcome = {"story": self.story, "held": self.held, "checks": checks, "elapsed_s": round(self.elapsed_s, 3)}
        return json.dumps(outcome, ensure_ascii=False)

    def as_text(self) -> str:
        """Return the outcome in a sentence, with what did not hold."""
        failed = [f"  failed: {check.name} ({check.detail})" for check in self.checks if not check.held]
        result = "held" if self.held else "DID NOT HOLD"
        summary = f"{len(self.checks)} checks, {self.elapsed_s:.1f} s"
        return "\n".join([f"{self.story}: {result} ({summary})", *failed])


@dataclass(slots=True)
class Narrator:
    """Says who does what, with the case time at which it happens."""

    out: TextIO
    quiet: bool = False

    def narrate(self, at: datetime, line: str) -> None:
        """Write the line, with the case time."""
        if not self.quiet:
            self.out.write(f"{at:%d %b %Y %H:%M}  {line}\n")
            self.out.flush()

    def write_line(self, line: str = "") -> None:
        """Write the line without a time."""
        if not self.quiet:
            self.out.write(f"{line}\n")
            self.out.flush()

    def show_check(self, check: Check) -> None:
        """Write the check's result."""
        mark = "holds " if check.held else "FAILED"
        self.write_line(
            f"{'':17}  {mark} {check.name}" + (f" [{check.detail}]" if check.detail and not check.held else "")
        )
