"""JSON of whoever sent it: whatever stands in it, it is read within bounds or refused."""

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.untrusted_json import MalformedJson, id_at, object_at, read_json, read_object, text_at

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)

pytestmark = pytest.mark.harm("odd-event-is-a-fault")


@given(st.binary() | st.text())
def test_whatever_is_sent_is_read_or_malformed(text: bytes | str) -> None:
    try:
        read_json(text)
    except MalformedJson:
        return


@given(VALUES)
def test_what_anybody_means_is_read_as_it_is(value: Any) -> None:
    text = json.dumps(value)
    if any(constant in text for constant in ("NaN", "Infinity")):
        return
    assert read_json(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 2_000 + "1" + "}" * 2_000,
        "[" + "[]," * 300_000 + "[]]",
        "[" + "9" * 10_000 + "]",
        "NaN",
        b"\xff\xfe",
        "",
    ],
)
def test_what_is_too_deep_too_much_or_no_json_is_malformed_at_once(text: bytes | str) -> None:
    begun = process_time()
    with pytest.raises(MalformedJson):
        read_json(text)
    assert process_time() - begun < 0.5


@pytest.mark.parametrize("text", ["[]", "7", "null", '"user"'])
def test_what_is_no_object_is_malformed_where_one_is_asked_for(text: str) -> None:
    with pytest.raises(MalformedJson):
        read_object(text)


@given(VALUES, st.lists(st.text(max_size=2), max_size=3))
def test_a_value_is_what_it_should_be_or_absent(value: Any, path: list[str]) -> None:
    found = object_at(value, *path)
    for name in (*path, "id", "action"):
        number = id_at(found, name)
        assert number is None or int(number) > 0
        text_at(found, name).encode()


@pytest.mark.parametrize(
    ("given_id", "read"),
    [(12, "12"), ("12", "12"), (0, None), (-1, None), (True, None), (1.0, None), ("12; drop", None), (10**400, None)],
)
def test_an_id_is_a_positive_number(given_id: object, read: str | None) -> None:
    assert id_at({"id": given_id}, "id") == read
