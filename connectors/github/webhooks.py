"""GitHub's webhooks: a signed event says which account to look at, or which text to read back. Nothing in it is believed."""

from collections.abc import Mapping
from typing import Any

from connectors.github.comments import CommentKind, CommentRef, parse_ref
from guardian.ids import SpaceName
from guardian.spaces.webhooks import WebhookEvent, check_signature, digest_body, lowercase_keys, parse_signed_body
from guardian.untrusted_json import id_at, object_at, text_at

_ACCOUNT_PATHS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "org_block": (("blocked_user",),),
    "organization": (("membership", "user"), ("user",)),
    "membership": (("member",),),
}
_COMMENT_EVENTS: Mapping[str, tuple[str, CommentKind]] = {
    "issues": ("issue", CommentKind.ISSUE),
    "pull_request": ("pull_request", CommentKind.ISSUE),
    "issue_comment": ("comment", CommentKind.COMMENT),
    "pull_request_review_comment": ("comment", CommentKind.REVIEW),
    "discussion": ("discussion", CommentKind.DISCUSSION),
    "discussion_comment": ("comment", CommentKind.REPLY),
}
"""Where in an event the new text stands, and what it is."""
_NEW = frozenset({"opened", "created", "edited"})


class GithubWebhookVerifier:
    """The door for what GitHub sends by itself."""

    def __init__(self, space: SpaceName, secret: str) -> None:
        self.space = space
        self._secret = secret

    def verify(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """Return the webhook event that the signed body stands for; Refused where the signature is missing or wrong."""
        given = lowercase_keys(headers)
        check_signature(self._secret, body, given.get("x-hub-signature-256"))
        event, payload = given.get("x-github-event", ""), parse_signed_body(body)
        delivery = given.get("x-github-delivery", "")
        accounts, items = _find_accounts(event, payload), _find_items(event, payload)
        return WebhookEvent(
            space=self.space,
            native_ids=accounts,
            digest=digest_body(body),
            delivery_id=delivery,
            event=event,
            items=items,
        )


def _find_accounts(event: str, payload: Mapping[str, Any]) -> tuple[str, ...]:
    found = (id_at(object_at(payload, *path), "id") for path in _ACCOUNT_PATHS.get(event, ()))
    return tuple(dict.fromkeys(number for number in found if number is not None))


def _find_items(event: str, payload: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of what was written or changed, where the event is about that and names it soundly."""
    if event not in _COMMENT_EVENTS or text_at(payload, "action") not in _NEW:
        return ()
    where, comment_kind = _COMMENT_EVENTS[event]
    entry = object_at(payload, where)
    if comment_kind in (CommentKind.DISCUSSION, CommentKind.REPLY):
        ref = CommentRef(comment_kind, text_at(entry, "node_id"))
    else:
        number = id_at(entry, "number" if comment_kind is CommentKind.ISSUE else "id") or ""
        ref = CommentRef(comment_kind, number, text_at(object_at(payload, "repository"), "full_name"))
    return (ref.text,) if parse_ref(ref.text) == ref else ()
