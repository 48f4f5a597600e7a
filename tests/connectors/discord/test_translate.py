"""Discord's words and ours: pure tables, both ways."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from connectors.discord import gateway_events, translate
from connectors.discord.translate import NoAnswer, Refusal, Success
from guardian.ids import new_reference
from guardian.spaces.outcomes import Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import ActedBy, Missing, ObservedRestriction, Unknown
from rules.precedence import AccessLevel

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NEEDS = "Ban Members"


def test_a_reference_of_ours_is_read_back_from_a_reason() -> None:
    reference = new_reference()
    assert translate.find_reference(f"Measure of the working group. Reference {reference}.") == reference


@pytest.mark.parametrize("reason", [None, "", "spam", "see GRD-", "grd-23456789abcd", "xGRD-23456789ABCD"])
def test_a_foreign_reason_holds_no_reference(reason: str | None) -> None:
    assert translate.find_reference(reason) is None


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Success(None), Done()),
        (NoAnswer("slow", timedelta(seconds=3)), Unavailable("slow", timedelta(seconds=3))),
        (Refusal(404, 10013, ""), Gone()),
        (Refusal(403, 50013, ""), Forbidden(NEEDS)),
        (Refusal(403, 50001, ""), Forbidden(f"{translate.THE_BOT_IN_THE_SERVER}, and {NEEDS}")),
        (Refusal(404, 10004, ""), Forbidden(f"{translate.THE_BOT_IN_THE_SERVER}, and {NEEDS}")),
        (Refusal(401, 0, ""), Forbidden(translate.A_VALID_TOKEN)),
        (Refusal(403, 60003, ""), Forbidden(translate.TWO_FACTOR)),
        (Refusal(400, 50035, "Invalid Form Body"), Rejected("Discord refused it (400/50035): Invalid Form Body")),
        (Refusal(400, 30035, "Too many"), Rejected("Discord refused it (400/30035): Too many")),
    ],
)
def test_each_answer_to_an_act_is_one_outcome(answer: translate.Answer, outcome: Outcome) -> None:
    assert translate.to_outcome(answer, NEEDS) == outcome


@pytest.mark.parametrize(
    "answer",
    [Refusal(404, 0, ""), Refusal(404, 10004, ""), Refusal(403, 50013, ""), Refusal(401, 0, ""), NoAnswer("down")],
)
def test_no_failed_look_is_read_as_nothing_there(answer: translate.CallFailure) -> None:
    assert isinstance(translate.to_observation(answer, NEEDS), Unknown)


def test_only_an_unknown_account_is_missing() -> None:
    assert translate.to_observation(Refusal(404, 10013, ""), NEEDS) == Missing()


def test_a_refused_look_names_the_permission() -> None:
    seen = translate.to_observation(Refusal(403, 50013, ""), NEEDS)
    assert isinstance(seen, Unknown)
    assert seen.needs == NEEDS


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TimeoutError(), "Discord did not answer in time"),
        (ConnectionResetError(), "the connection to Discord failed (ConnectionResetError)"),
        (aiohttp.ServerDisconnectedError(), "the connection to Discord failed (ServerDisconnectedError)"),
        (json.JSONDecodeError("bad", "", 0), "Discord's answer could not be read"),
    ],
)
def test_what_fails_on_the_wire_is_silence(error: Exception, why: str) -> None:
    assert translate.translate_error(error) == NoAnswer(why)


def test_a_bug_of_ours_is_let_out() -> None:
    assert translate.translate_error(ValueError("ours")) is None


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "2"}, b'{"retry_after": 1.4}', 1.4),
        ({"Retry-After": "1"}, b'{"retry_after": 64.57}', 64.57),
        ({}, b'{"retry_after": 0.3}', 0.3),
        ({"Retry-After": "600"}, b"error code: 1015", 600.0),
        ({}, b"error code: 1015", None),
        ({"Retry-After": "soon"}, b"[]", None),
    ],
)
def test_the_waiting_time_of_the_body_counts_before_the_headers(
    headers: dict[str, str], body: bytes, seconds: float | None
) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert translate.read_retry_after(headers, body) == expected


def test_a_timeout_counts_only_until_its_end() -> None:
    end = NOW + timedelta(hours=1)
    member = {"communication_disabled_until": end.isoformat()}
    assert translate.parse_timeout(member, NOW) == ObservedRestriction(AccessLevel.MUTED, until=end)
    assert translate.parse_timeout(member, end) is None
    assert translate.parse_timeout({"communication_disabled_until": None}, NOW) is None


def entry(number: int, by: str | None, action: int, *keys: str, target: str = "7") -> dict[str, Any]:
    """One line of an audit log."""
    snowflake = str(number << 22)
    changes = [{"key": key} for key in keys]
    return {"id": snowflake, "user_id": by, "target_id": target, "action_type": action, "changes": changes}


def test_the_newest_entry_about_the_account_tells_whose_doing_it_was() -> None:
    entries = [entry(1, "bot", 22), entry(3, "mod", 23), entry(2, "bot", 22), entry(9, "bot", 22, target="8")]
    attribution = translate.latest_attribution(entries, "7", AccessLevel.BARRED, "bot")
    assert (attribution.acted_by, attribution.by) == (ActedBy.OTHER, "mod")
    assert attribution.at == datetime(2015, 1, 1, tzinfo=UTC) + timedelta(milliseconds=3)


def test_a_change_of_a_nick_is_no_trace_of_a_timeout() -> None:
    entries = [entry(1, "bot", 24, "communication_disabled_until"), entry(2, "mod", 24, "nick")]
    assert translate.latest_attribution(entries, "7", AccessLevel.MUTED, "bot").acted_by is ActedBy.GUARDIAN


def test_an_empty_log_blames_nobody() -> None:
    assert translate.latest_attribution([], "7", AccessLevel.BARRED, "bot").acted_by is ActedBy.UNKNOWN


def frame(kind: str, **told: Any) -> str:
    """One gateway frame of guild 1."""
    return json.dumps({"op": 0, "t": kind, "s": 1, "d": {"guild_id": "1", **told}})


@pytest.mark.parametrize(
    "kind", ["GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE", "GUILD_MEMBER_UPDATE", "GUILD_BAN_ADD", "GUILD_BAN_REMOVE"]
)
def test_each_event_about_an_account_names_it(kind: str) -> None:
    assert gateway_events.parse_event(frame(kind, user={"id": "7"}), "1", "bot") == gateway_events.AccountEvent(
        kind, "7"
    )


@pytest.mark.parametrize(
    "told",
    [
        frame("GUILD_BAN_ADD", user={"id": "7"}).replace('"guild_id": "1"', '"guild_id": "2"'),
        frame("MESSAGE_CREATE", content='"t": "GUILD_BAN_ADD"', user={"id": "7"}),
        frame("GUILD_AUDIT_LOG_ENTRY_CREATE", user_id="bot", target_id="7", action_type=22),
        frame("GUILD_AUDIT_LOG_ENTRY_CREATE", user_id="mod", target_id="7", action_type=1),
        '{"op": 11}',
    ],
)
def test_other_frames_name_nobody(told: str) -> None:
    assert gateway_events.parse_event(told, "1", "bot") is None


@pytest.mark.parametrize("action", [20, 22, 23, 24])
def test_an_audit_entry_of_anothers_hand_names_the_account(action: int) -> None:
    told = frame("GUILD_AUDIT_LOG_ENTRY_CREATE", user_id="mod", target_id="7", action_type=action)
    assert gateway_events.parse_event(told, "1", "bot") == gateway_events.AccountEvent(
        "GUILD_AUDIT_LOG_ENTRY_CREATE", "7"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hello @everyone", "hello @\u200beveryone"),
        ("and @here", "and @\u200bhere"),
        ("ask <@123456789012345678>", "ask <@\u200b123456789012345678>"),
        ("role <@&123456789012345678>", "role <@\u200b&123456789012345678>"),
        ("in <#123456789012345678>", "in <#\u200b123456789012345678>"),
        ("see https://example.org/a?b=1.", "see <https://example.org/a?b=1>."),
        ("see <https://example.org/>", "see <https://example.org/>"),
        ("two\r\nlines", "two\nlines"),
    ],
)
def test_text_that_leaves_pings_nobody_and_unfurls_nothing(text: str, shown: str) -> None:
    assert translate.to_plain_text(text) == shown


def test_a_long_text_leaves_in_pieces_that_lose_no_word() -> None:
    words = [f"word{number}" for number in range(1200)]
    pieces = translate.split_message("", " ".join(words))
    assert len(pieces) > 3
    assert all(0 < len(piece) <= 2000 for piece in pieces)
    assert " ".join(pieces).split() == words


def test_a_text_without_a_gap_is_cut_and_not_lost() -> None:
    pieces = translate.split_message("", "x" * 4100)
    assert [len(piece) for piece in pieces] == [2000, 2000, 100]


def test_a_nonce_is_the_same_for_a_repetition_and_another_for_each_piece() -> None:
    nonce = "0191f7a4-0000-7000-8000-000000000001"
    assert translate.piece_nonce(nonce, 0) == translate.piece_nonce(nonce, 0) != translate.piece_nonce(nonce, 1)
    assert len(translate.piece_nonce(nonce, 0)) <= 25


@pytest.mark.parametrize(
    ("text", "native_id"),
    [
        ("<@123456789012345678>", "123456789012345678"),
        ("<@!123456789012345678> ", "123456789012345678"),
        ("123456789012345678", "123456789012345678"),
        ("12345", None),
        ("rowan 123456789012345678", None),
    ],
)
def test_only_an_id_or_a_mention_is_an_id(text: str, native_id: str | None) -> None:
    assert translate.parse_account_id(text) == native_id
