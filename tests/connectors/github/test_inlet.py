"""What GitHub's webhooks are believed: that somebody who knows the secret names an account to look at."""

import json

import pytest

from connectors.github.inlet import GithubInlet
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.spaces.inlet import digest_of
from tests.connectors.hook_signatures import signature

SECRET = "a secret of the App"
INLET = GithubInlet(SpaceName("github"), SECRET)


def knock_of(event: str, payload: object, **others: str) -> tuple[str, ...]:
    body = json.dumps(payload).encode()
    headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": "d-1", "X-Hub-Signature-256": signature(SECRET, body)}
    knock = INLET.verify(headers | others, body)
    assert (knock.space, knock.delivery_id, knock.digest, knock.event) == ("github", "d-1", digest_of(body), event)
    return knock.native_ids


def test_a_block_names_the_blocked_account_and_not_the_sender() -> None:
    assert knock_of("org_block", {"blocked_user": {"id": 5, "login": "rowan"}, "sender": {"id": 9}}) == ("5",)


def test_a_change_of_membership_names_the_member() -> None:
    assert knock_of("organization", {"membership": {"user": {"id": 6}}}) == ("6",)
    assert knock_of("membership", {"member": {"id": 7}, "team": {"id": 8}}) == ("7",)


@pytest.mark.parametrize("payload", [{"zen": "…"}, {"blocked_user": None}, {"blocked_user": {"id": "5"}}, []])
def test_what_names_no_account_adds_nothing(payload: object) -> None:
    assert knock_of("org_block", payload) == ()


def test_an_event_that_is_not_about_accounts_adds_nothing() -> None:
    assert knock_of("issue_comment", {"comment": {"user": {"id": 5}}}) == ()


@pytest.mark.parametrize("given", ["", "sha256=00", signature("another", b"{}")])
def test_a_wrong_signature_is_refused(given: str) -> None:
    with pytest.raises(Refused):
        knock_of("org_block", {}, **{"X-Hub-Signature-256": given})


def test_a_missing_signature_is_refused() -> None:
    with pytest.raises(Refused):
        INLET.verify({"X-GitHub-Event": "org_block"}, b"{}")
