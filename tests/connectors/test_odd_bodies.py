"""What platforms send us, signed but of the wrong shape: refused or passed over at every door, never a fault."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.discord.gateway_events import parse_event
from connectors.forum.webhooks import ForumWebhookVerifier
from connectors.github.webhooks import GithubWebhookVerifier
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.spaces.webhooks import WebhookVerifier
from tests.connectors.webhook_signatures import sign

SECRET = "a secret of the site"
FORUM = ForumWebhookVerifier(SpaceName("forum"), SECRET)
GITHUB = GithubWebhookVerifier(SpaceName("github"), SECRET)
GITHUB_EVENTS = (
    *("org_block", "organization", "membership", "issues", "pull_request", "issue_comment"),
    *("pull_request_review_comment", "discussion", "discussion_comment", "ping", ""),
)
NAMES = st.sampled_from(
    (
        *(
            "action",
            "user",
            "id",
            "blocked_user",
            "membership",
            "member",
            "issue",
            "comment",
            "repository",
            "full_name",
        ),
        *("node_id", "number", "reviewable", "t", "d", "guild_id", "target_id", "user_id", "action_type", "discussion"),
    )
)
WORDS = st.sampled_from(("created", "opened", "GUILD_BAN_ADD", "GUILD_AUDIT_LOG_ENTRY_CREATE", "1", "\ud800", "\0"))
LEAVES = st.none() | st.booleans() | st.integers(-1, 30) | st.floats() | WORDS
BODIES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=10)
DEEP = "[" * 5_000 + "]" * 5_000

pytestmark = pytest.mark.harm("odd-event-is-a-fault")


def is_taken(verifier: WebhookVerifier, body: bytes, **headers: str) -> bool:
    """Whether the signed body is taken; what it stands for can be stored."""
    signature = sign(SECRET, body)
    told = {"X-Hub-Signature-256": signature, "X-Discourse-Event-Signature": signature, **headers}
    try:
        event = verifier.verify(told, body)
    except Refused as refused:
        return refused.code != "malformed"
    for each in (*event.native_ids, *event.items):
        each.encode()
    return True


@given(BODIES)
@example({"user": "rowan"})
@example({"user": {"id": [1]}, "reviewable": {"id": {}}})
def test_the_forum_sends_nothing_that_is_a_fault(body: Any) -> None:
    assert is_taken(FORUM, json.dumps(body).encode()) or not isinstance(body, dict) or "N" in json.dumps(body)


@given(BODIES, st.sampled_from(GITHUB_EVENTS))
@example({"action": ["created"], "comment": {"id": 7}}, "issue_comment")
@example({"action": "created", "comment": {"node_id": {}}, "repository": "x"}, "discussion_comment")
def test_github_sends_nothing_that_is_a_fault(body: Any, event: str) -> None:
    is_taken(GITHUB, json.dumps(body).encode(), **{"X-GitHub-Event": event})


@given(BODIES, st.sampled_from(("GUILD_BAN_ADD", "GUILD_MEMBER_UPDATE", "GUILD_AUDIT_LOG_ENTRY_CREATE")))
@example({"guild_id": "1", "user": "rowan"}, "GUILD_BAN_ADD")
@example({"guild_id": "1", "action_type": [22], "target_id": 7}, "GUILD_AUDIT_LOG_ENTRY_CREATE")
def test_the_gateway_sends_nothing_that_is_a_fault(data: Any, kind: str) -> None:
    found = parse_event(json.dumps({"t": kind, "d": data}), "1", "2")
    assert found is None or found.native_id.isdigit()


@pytest.mark.parametrize("verifier", [FORUM, GITHUB])
@pytest.mark.parametrize("body", [DEEP, f'{{"user": {DEEP}}}', "7", "[]", "not JSON", ""])
def test_a_signed_body_that_cannot_be_read_is_refused(verifier: WebhookVerifier, body: str) -> None:
    assert not is_taken(verifier, body.encode())


@pytest.mark.parametrize(
    "frame", [f'{{"t": "GUILD_BAN_ADD", "d": {DEEP}}}', '["t": "GUILD_BAN_ADD"', '["GUILD_BAN_ADD"]']
)
def test_a_frame_that_cannot_be_read_is_passed_over(frame: str) -> None:
    assert parse_event(frame, "1", "2") is None
