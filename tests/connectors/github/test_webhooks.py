"""What GitHub's webhooks are believed: that somebody who knows the secret names an account to look at."""

import json

import pytest

from connectors.github.webhooks import GithubWebhookVerifier
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.spaces.webhooks import WebhookEvent, digest_body
from tests.connectors.webhook_signatures import sign

SECRET = "a secret of the App"
INLET = GithubWebhookVerifier(SpaceName("github"), SECRET)


def knock_of(event: str, payload: object, **others: str) -> tuple[str, ...]:
    return parse_event(event, payload, **others).native_ids


def parse_event(event: str, payload: object, **others: str) -> WebhookEvent:
    body = json.dumps(payload).encode()
    headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": "d-1", "X-Hub-Signature-256": sign(SECRET, body)}
    webhook_event = INLET.verify(headers | others, body)
    assert (webhook_event.space, webhook_event.delivery_id, webhook_event.digest, webhook_event.event) == (
        "github",
        "d-1",
        digest_body(body),
        event,
    )
    return webhook_event


def test_a_block_names_the_blocked_account_and_not_the_sender() -> None:
    assert knock_of("org_block", {"blocked_user": {"id": 5, "login": "rowan"}, "sender": {"id": 9}}) == ("5",)


def test_a_change_of_membership_names_the_member() -> None:
    assert knock_of("organization", {"membership": {"user": {"id": 6}}}) == ("6",)
    assert knock_of("membership", {"member": {"id": 7}, "team": {"id": 8}}) == ("7",)


@pytest.mark.parametrize("payload", [{"zen": "…"}, {"blocked_user": None}, {"blocked_user": {"id": "x5"}}])
def test_what_names_no_account_adds_nothing(payload: object) -> None:
    assert knock_of("org_block", payload) == ()


def test_an_event_that_is_not_about_accounts_adds_nothing() -> None:
    assert knock_of("issue_comment", {"comment": {"user": {"id": 5}}}) == ()


SITE = {"full_name": "orchard/website"}
COMMENT = {"id": 7, "node_id": "DC_7", "body": "@guardian-app believe this", "user": {"id": 5}}


@pytest.mark.parametrize(
    ("event", "payload", "thing"),
    [
        ("issue_comment", {"comment": COMMENT, "issue": {"number": 3}}, "issues/comments 7 orchard/website"),
        ("pull_request_review_comment", {"comment": COMMENT}, "pulls/comments 7 orchard/website"),
        ("discussion_comment", {"comment": COMMENT}, "discussions/comments DC_7"),
        ("issues", {"issue": {"id": 9, "number": 3}}, "issues 3 orchard/website"),
        ("pull_request", {"pull_request": {"id": 9, "number": 4}}, "issues 4 orchard/website"),
        ("discussion", {"discussion": {"node_id": "D_9"}}, "discussions D_9"),
    ],
)
def test_a_text_is_named_to_be_read_back_and_not_believed(event: str, payload: dict[str, object], thing: str) -> None:
    action = "opened" if event in ("issues", "pull_request") else "created"
    webhook_event = parse_event(event, {**payload, "action": action, "repository": SITE})
    assert (webhook_event.items, webhook_event.native_ids) == ((thing,), ())
    assert parse_event(event, {**payload, "action": "deleted", "repository": SITE}).items == ()


@pytest.mark.parametrize("payload", [{}, {"comment": {"id": "x"}, "repository": SITE}, {"comment": {"id": 7}}])
def test_a_text_that_is_not_named_soundly_is_not_asked_for(payload: dict[str, object]) -> None:
    assert parse_event("issue_comment", {**payload, "action": "created"}).items == ()


@pytest.mark.parametrize("given", ["", "sha256=00", sign("another", b"{}")])
def test_a_wrong_signature_is_refused(given: str) -> None:
    with pytest.raises(Refused):
        knock_of("org_block", {}, **{"X-Hub-Signature-256": given})


def test_a_missing_signature_is_refused() -> None:
    with pytest.raises(Refused):
        INLET.verify({"X-GitHub-Event": "org_block"}, b"{}")
