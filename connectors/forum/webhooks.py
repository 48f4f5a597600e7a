"""The forum's webhooks: a signed event says which account, or which entry of the review queue, to look at.

An event about a post may carry anybody's private message: it is never asked for, and nothing of it is read.
"""

from collections.abc import Mapping
from typing import Any

from guardian.ids import SpaceName
from guardian.logs import logger
from guardian.spaces.webhooks import WebhookEvent, check_signature, digest_body, lowercase_keys, parse_signed_body
from guardian.untrusted_json import id_at, object_at

log = logger("forum")
_EXPECTED_EVENTS = frozenset({"user", "reviewable", "ping"})


class ForumWebhookVerifier:
    """The door for what the forum sends by itself."""

    def __init__(self, space: SpaceName, secret: str) -> None:
        self.space = space
        self._secret = secret

    def verify(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """Return the webhook event that the signed body stands for; Refused where the signature is missing or wrong."""
        given = lowercase_keys(headers)
        check_signature(self._secret, body, given.get("x-discourse-event-signature"))
        event = parse_signed_body(body)
        if not _EXPECTED_EVENTS & set(event):
            log.warning(
                "hook.was_not_asked_for", space=self.space, remedy="leave only user and reviewable events in it"
            )
        flagged = _find_id(event, "reviewable")
        return WebhookEvent(
            space=self.space,
            native_ids=_find_id(event, "user"),
            digest=digest_body(body),
            delivery_id=given.get("x-discourse-event-id", ""),
            event=given.get("x-discourse-event", ""),
            items=tuple(f"review {number}" for number in flagged),
        )


def _find_id(event: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """The id of the thing of that kind, if the event is about one."""
    number = id_at(object_at(event, kind), "id")
    return (number,) if number is not None else ()
