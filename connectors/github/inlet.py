"""GitHub's webhooks: a signed event about an account says which account to look at."""

import json
from collections.abc import Mapping
from typing import Any

from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.spaces.inlet import Knock, check_signature, digest_of, lowered

_WHERE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "org_block": (("blocked_user",),),
    "organization": (("membership", "user"), ("user",)),
    "membership": (("member",),),
}


class GithubInlet:
    """The door for what GitHub sends by itself."""

    def __init__(self, space: SpaceName, secret: str) -> None:
        self.space = space
        self._secret = secret

    def verify(self, headers: Mapping[str, str], body: bytes) -> Knock:
        """The knock that the signed body stands for; Refused where the signature is missing or wrong."""
        given = lowered(headers)
        check_signature(self._secret, body, given.get("x-hub-signature-256"))
        event = given.get("x-github-event", "")
        return Knock(self.space, _accounts(event, body), digest_of(body), given.get("x-github-delivery", ""), event)


def _accounts(event: str, body: bytes) -> tuple[str, ...]:
    try:
        payload: Any = json.loads(body)
    except ValueError as error:
        raise Refused("malformed", "This delivery is not in GitHub's form.") from error
    found = (_at(payload, path) for path in _WHERE.get(event, ()))
    return tuple(dict.fromkeys(str(person["id"]) for person in found if isinstance(person.get("id"), int)))


def _at(payload: Any, path: tuple[str, ...]) -> dict[str, Any]:
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload if isinstance(payload, dict) else {}
