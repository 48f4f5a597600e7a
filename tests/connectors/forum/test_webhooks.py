"""What the forum's webhooks are believed: that somebody who knows the secret names an account to look at."""

import json

import pytest

from connectors.forum.webhooks import ForumWebhookVerifier
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.spaces.webhooks import digest_body
from tests.connectors.webhook_signatures import sign

SECRET = "a secret of the site"
INLET = ForumWebhookVerifier(SpaceName("forum"), SECRET)
BODY = json.dumps({"user": {"id": 12, "username": "rowan"}}).encode()


def headers(body: bytes, **others: str) -> dict[str, str]:
    return {
        "X-Discourse-Event-Id": "41",
        "X-Discourse-Event": "user_unsuspended",
        "X-Discourse-Event-Signature": sign(SECRET, body),
    } | others


def test_a_signed_event_names_the_account_to_look_at() -> None:
    webhook_event = INLET.verify(headers(BODY), BODY)
    assert (webhook_event.space, webhook_event.native_ids, webhook_event.delivery_id) == ("forum", ("12",), "41")
    assert (webhook_event.digest, webhook_event.event) == (digest_body(BODY), "user_unsuspended")


def test_headers_are_read_whatever_their_case() -> None:
    assert INLET.verify({k.lower(): v for k, v in headers(BODY).items()}, BODY).native_ids == ("12",)


@pytest.mark.parametrize("given", ["", "sha256=00", sign("another", BODY), "sha256=é"])
def test_a_wrong_signature_is_refused(given: str) -> None:
    with pytest.raises(Refused):
        INLET.verify(headers(BODY, **{"X-Discourse-Event-Signature": given}), BODY)


def test_a_missing_signature_is_refused() -> None:
    with pytest.raises(Refused):
        INLET.verify({"X-Discourse-Event": "user_suspended"}, BODY)


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(Refused):
        INLET.verify(headers(BODY), BODY.replace(b"12", b"13"))


@pytest.mark.parametrize(
    "event",
    [{"ping": "OK"}, {"user": {"username": "rowan"}}, {"user": {"id": "12; drop"}}, {"user": {"id": -1}}],
)
def test_what_names_no_account_adds_nothing(event: object) -> None:
    body = json.dumps(event).encode()
    assert INLET.verify(headers(body), body).native_ids == ()


def test_a_signed_body_that_is_no_json_is_refused() -> None:
    with pytest.raises(Refused):
        INLET.verify(headers(b"<html>"), b"<html>")


def test_an_event_about_a_flag_names_what_to_fetch_and_nothing_in_it_is_believed() -> None:
    body = json.dumps({"reviewable": {"id": 12, "raw": "You are all fools.", "target_created_by_id": 7}}).encode()
    webhook_event = INLET.verify(headers(body), body)
    assert (webhook_event.items, webhook_event.native_ids) == (("review 12",), ())


def test_of_an_event_that_carries_a_private_message_nothing_is_read() -> None:
    body = json.dumps({"post": {"id": 4, "user_id": 12, "raw": "Between us.", "topic_id": 3}}).encode()
    webhook_event = INLET.verify(headers(body), body)
    assert (webhook_event.items, webhook_event.native_ids) == ((), ())
