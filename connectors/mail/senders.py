"""Whether our own mail server vouches for the sender of a mail. Read `is_authentic` first. Pure.

authres reads the heads (RFC 8601); here stands which of them are believed, and what they must say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from authres import AuthenticationResultsHeader, AuthResError

_FAULTS: Final = (AuthResError, SyntaxError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
_FOREIGN_DOMAIN: Final = re.compile(r"[\w.-]*[^\x00-\x7f][\w.-]*")
_NAMELESS: Final = "nameless.invalid"
_NAMED: Final = re.compile(r"\s*[^\s=;]+(?:\s+\d+)?\s*(?:\([^()]*\)\s*)?(?:;|$)")
_MOST: Final = 5
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class SenderTrust:
    """What is believed of a sender: what the server called `authserv_id` writes; without one nobody is vouched for.

    `nameless_results`: our server writes its results without a name, as Microsoft 365 does. `all_checked`: our server
    takes no mail whose sender it has not checked, and need not say so in each.
    """

    authserv_id: str | None = None
    nameless_results: bool = False
    all_checked: bool = False

    @property
    def vouches(self) -> bool:
        """Whether anybody is ever vouched for."""
        return bool(self.authserv_id) or self.nameless_results or self.all_checked


def is_authentic(results: Sequence[str], sender: str, trust: SenderTrust) -> bool:
    """Return whether our own server says that the sender's domain is real, in its heads, the topmost first.

    Anybody can write such a head into their mail: a server adds its own above all others and takes away those which
    bear its name (RFC 8601, 5), so that only those on top can be believed. None of them may say the contrary.
    """
    domain = domain_of(sender)
    if not domain:
        return False
    own = list(takewhile(lambda each: each is not None, (_own_results(each, trust) for each in results[:_MOST])))
    facts = [fact for found in own for fact in found or ()]
    if any(method == "dmarc" and result == "fail" for method, result, _ in facts):
        return False
    return trust.all_checked or any(_vouches(fact, domain) for fact in facts)


def domain_of(address: str) -> str:
    """Return the domain of an address as servers write it; empty where it has none."""
    return _to_ascii(address.rpartition("@")[2]).casefold().rstrip(".")


_Fact = tuple[str, str, dict[str, str]]


def _own_results(head: str, trust: SenderTrust) -> list[_Fact] | None:
    """What our own server says in this head; None where it is not our own server's."""
    if len(head) > _LONGEST:
        return None
    nameless = trust.nameless_results and _NAMED.match(head) is None
    try:
        text = f"{_NAMELESS}; {head}" if nameless else head
        found = AuthenticationResultsHeader.parse_value(_FOREIGN_DOMAIN.sub(lambda part: _to_ascii(part[0]), text))
    except _FAULTS:
        return None
    if not nameless and found.authserv_id.casefold() != (trust.authserv_id or "").casefold():
        return None
    return [fact for each in found.results if (fact := _fact(each)) is not None]


def _fact(result: Any) -> _Fact | None:
    """One result with its properties; None where one of them stands there twice, so that it says two things."""
    properties = [(f"{each.type}.{each.name}".casefold(), str(each.value)) for each in result.properties]
    named = dict(properties)
    if len(named) != len(properties):
        return None
    return str(result.method).casefold(), str(result.result).casefold(), named


def _vouches(fact: _Fact, domain: str) -> bool:
    method, result, named = fact
    if result != "pass":
        return False
    if method == "dmarc":
        return domain_of(named.get("header.from", "")) == domain
    signer = domain_of(named.get("header.d") or named.get("header.i", ""))
    return method == "dkim" and "." in signer and (domain == signer or domain.endswith(f".{signer}"))


def _to_ascii(domain: str) -> str:
    try:
        return domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return domain
