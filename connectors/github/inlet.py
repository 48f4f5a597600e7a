"""GitHub's webhooks: a signed event says which account to look at, or which text to read back. Nothing in it is believed."""

import json
from collections.abc import Mapping
from typing import Any

from connectors.github.said import Name, Place, named
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.spaces.inlet import Knock, check_signature, digest_of, lowered

_WHERE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "org_block": (("blocked_user",),),
    "organization": (("membership", "user"), ("user",)),
    "membership": (("member",),),
}
_WRITTEN: Mapping[str, tuple[str, Place]] = {
    "issues": ("issue", Place.ISSUE),
    "pull_request": ("pull_request", Place.ISSUE),
    "issue_comment": ("comment", Place.COMMENT),
    "pull_request_review_comment": ("comment", Place.REVIEW),
    "discussion": ("discussion", Place.DISCUSSION),
    "discussion_comment": ("comment", Place.REPLY),
}
"""Where in an event the new text stands, and what it is."""
_NEW = frozenset({"opened", "created", "edited"})


class GithubInlet:
    """The door for what GitHub sends by itself."""

    def __init__(self, space: SpaceName, secret: str) -> None:
        self.space = space
        self._secret = secret

    def verify(self, headers: Mapping[str, str], body: bytes) -> Knock:
        """The knock that the signed body stands for; Refused where the signature is missing or wrong."""
        given = lowered(headers)
        check_signature(self._secret, body, given.get("x-hub-signature-256"))
        event, payload = given.get("x-github-event", ""), _read(body)
        delivery = given.get("x-github-delivery", "")
        accounts, things = _accounts(event, payload), _things(event, payload)
        return Knock(self.space, accounts, digest_of(body), delivery, event, things)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise Refused("malformed", "This delivery is not in GitHub's form.") from error


def _accounts(event: str, payload: Any) -> tuple[str, ...]:
    found = (_at(payload, path) for path in _WHERE.get(event, ()))
    return tuple(dict.fromkeys(str(person["id"]) for person in found if isinstance(person.get("id"), int)))


def _things(event: str, payload: Any) -> tuple[str, ...]:
    """The names of what was written or changed, where the event is about that and names it soundly."""
    if event not in _WRITTEN or not isinstance(payload, dict) or payload.get("action") not in _NEW:
        return ()
    where, place = _WRITTEN[event]
    thing = _at(payload, (where,))
    if place in (Place.DISCUSSION, Place.REPLY):
        name = Name(place, str(thing.get("node_id", "")))
    else:
        number = thing.get("number" if place is Place.ISSUE else "id")
        name = Name(place, str(number), str(_at(payload, ("repository",)).get("full_name", "")))
    return (name.text,) if named(name.text) == name else ()


def _at(payload: Any, path: tuple[str, ...]) -> dict[str, Any]:
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload if isinstance(payload, dict) else {}
