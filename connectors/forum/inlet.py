"""The forum's webhooks: a signed event about an account says which account to look at."""

import json
from collections.abc import Mapping
from typing import Any

from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.spaces.inlet import Knock, check_signature, digest_of, lowered


class ForumInlet:
    """The door for what the forum sends by itself."""

    def __init__(self, space: SpaceName, secret: str) -> None:
        self.space = space
        self._secret = secret

    def verify(self, headers: Mapping[str, str], body: bytes) -> Knock:
        """The knock that the signed body stands for; Refused where the signature is missing or wrong."""
        given = lowered(headers)
        check_signature(self._secret, body, given.get("x-discourse-event-signature"))
        return Knock(
            self.space,
            _accounts(body),
            digest_of(body),
            given.get("x-discourse-event-id", ""),
            given.get("x-discourse-event", ""),
        )


def _accounts(body: bytes) -> tuple[str, ...]:
    try:
        event: Any = json.loads(body)
    except ValueError as error:
        raise Refused("malformed", "This delivery is not in the forum's form.") from error
    person = event.get("user") if isinstance(event, dict) else None
    native_id = person.get("id") if isinstance(person, dict) else None
    return (str(native_id),) if isinstance(native_id, int) and native_id > 0 else ()
