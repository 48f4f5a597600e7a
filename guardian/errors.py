"""The family of errors that an act can end with. Anything else is a bug and is let out.

GuardianError
  Refused        a rule said no: a code, a sentence fit to show, the policy rule
  NotFound       not there, or not yours to see: the answer is the same
  Stale          changed meanwhile: read again
  Misconfigured  stop at start-up, naming every fault at once
"""

from collections.abc import Mapping, Sequence


class GuardianError(Exception):
    """What every error of ours has: a sentence that may be shown to the person who acted."""

    @property
    def sentence(self) -> str:
        """Return the sentence that may be shown."""
        return str(self)


class Refused(GuardianError):
    """A rule said no. `rule` is the id of a rule of policy, or a section of the architecture where no policy speaks.

    By its code and `facts` the sentence can be said in another language.
    """

    def __init__(self, code: str, sentence: str, rule: str = "", facts: Mapping[str, object] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.rule = rule
        self.facts = facts or {}

    @property
    def citing_rule(self) -> str:
        """Return the sentence with the rule that it rests on, for members, who can look the rule up."""
        return f"{self.sentence} (rule {self.rule})" if self.rule.startswith("P-") else self.sentence


class NotFound(GuardianError):
    """There is nothing of that kind for this asker. Never says which of the two it is."""

    def __init__(self, sentence: str = "There is nothing here by that name, or it is not yours to see.") -> None:
        super().__init__(sentence)


class Stale(GuardianError):
    """Somebody changed it meanwhile: read it again, then decide again."""

    def __init__(self, sentence: str = "This has changed meanwhile. Look at it again, then repeat your step.") -> None:
        super().__init__(sentence)


class Misconfigured(GuardianError):
    """The service cannot start like this; every fault is named, in the configuration's own terms."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
