"""The answer of a rule that allows or refuses: yes or no, in a word for programs and in a sentence for people.

Read `allowed` and `refused` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says about one act: `rule` names its source in the policy digest ("P-5.1").

    By its code and `facts` the sentence can be said in another language.
    """

    allowed: bool
    code: str
    sentence: str
    rule: str
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __bool__(self) -> bool:
        """Read as whether the act is allowed, so that a refusal never passes for a yes."""
        return self.allowed


def allowed(rule: str, code: str = "allowed", sentence: str = "This is allowed.") -> Verdict:
    """Return a Verdict that lets the act go on."""
    return Verdict(True, code, sentence, rule)


def refused(code: str, sentence: str, rule: str, facts: Mapping[str, object] | None = None) -> Verdict:
    """Return a Verdict that stops the act, with a sentence fit to show to whoever asked."""
    return Verdict(False, code, sentence, rule, facts or {})
