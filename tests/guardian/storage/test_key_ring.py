"""The key ring's two files: made once, refused when others can read them, never guessed at when damaged."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from guardian.errors import Misconfigured
from guardian.storage.key_ring import KeyKind, KeyRing

DATA_KEY = bytes(range(32))


def ring_of(keys: Mapping[int, bytes]) -> KeyRing:
    """A ring with these keys of every kind, in no file."""
    return KeyRing(dict.fromkeys(KeyKind, keys))


@pytest.fixture
def ring_path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def master_path(tmp_path: Path) -> Path:
    return tmp_path / "master"


@pytest.fixture
def wrapped(ring_path: Path, master_path: Path) -> bytes:
    """A data key, wrapped by a ring that was made and put away."""
    return KeyRing.create(ring_path, master_path).wrap(DATA_KEY, b"case one")


def test_a_loaded_ring_opens_what_was_wrapped_before(ring_path: Path, master_path: Path, wrapped: bytes) -> None:
    assert KeyRing.load(ring_path, master_path).unwrap(wrapped, b"case one") == DATA_KEY


def test_a_wrapped_key_does_not_open_as_that_of_another_case(
    ring_path: Path, master_path: Path, wrapped: bytes
) -> None:
    with pytest.raises(InvalidTag):
        KeyRing.load(ring_path, master_path).unwrap(wrapped, b"case two")


def test_the_newest_key_wraps_and_older_ones_still_open() -> None:
    old = ring_of({1: b"a" * 32})
    both = ring_of({1: b"a" * 32, 2: b"b" * 32})
    assert both.unwrap(old.wrap(DATA_KEY, b""), b"") == DATA_KEY
    with pytest.raises(KeyError):
        old.unwrap(both.wrap(DATA_KEY, b""), b"")


def test_both_files_are_made_for_their_owner_alone(ring_path: Path, master_path: Path, wrapped: bytes) -> None:
    assert {path.stat().st_mode & 0o777 for path in (ring_path, master_path)} == {0o600}
    assert sorted(path.name for path in ring_path.parent.iterdir()) == ["keys", "master"]


def test_a_ring_that_exists_is_never_replaced(ring_path: Path, master_path: Path, wrapped: bytes) -> None:
    before = ring_path.read_bytes()
    with pytest.raises(Misconfigured, match="exists already"):
        KeyRing.create(ring_path, master_path)
    assert ring_path.read_bytes() == before


def test_a_master_key_that_exists_is_used(ring_path: Path, master_path: Path, wrapped: bytes) -> None:
    second = ring_path.with_name("second")
    KeyRing.create(second, master_path)
    assert KeyRing.load(ring_path, master_path).unwrap(wrapped, b"case one") == DATA_KEY
    assert KeyRing.load(second, master_path).newest() == 1


def test_files_that_others_can_read_are_refused_both_at_once(
    ring_path: Path, master_path: Path, wrapped: bytes
) -> None:
    ring_path.chmod(0o640)
    master_path.chmod(0o604)
    with pytest.raises(Misconfigured) as raised:
        KeyRing.load(ring_path, master_path)
    assert [fault.rpartition(": ")[2] for fault in raised.value.faults] == [
        f"run chmod 600 {ring_path}",
        f"run chmod 600 {master_path}",
    ]


def test_files_that_are_not_there_are_named_both_at_once(ring_path: Path, master_path: Path) -> None:
    with pytest.raises(Misconfigured) as raised:
        KeyRing.load(ring_path, master_path)
    assert [fault.rpartition(" cannot be read")[0] for fault in raised.value.faults] == [
        f"The key ring {ring_path}",
        f"The master key {master_path}",
    ]


def test_a_file_that_cannot_be_read_is_named(ring_path: Path, master_path: Path, wrapped: bytes) -> None:
    master_path.unlink()
    master_path.mkdir()
    with pytest.raises(Misconfigured, match="cannot be read"):
        KeyRing.load(ring_path, master_path)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: b"", "damaged or not a key ring"),
        (lambda content: b"something else", "damaged or not a key ring"),
        (lambda content: content[:-1], "does not open"),
        (lambda content: content[:25], "does not open"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "does not open"),
    ],
)
def test_a_damaged_ring_is_refused(
    ring_path: Path, master_path: Path, wrapped: bytes, damage: Callable[[bytes], bytes], said: str
) -> None:
    ring_path.write_bytes(damage(ring_path.read_bytes()))
    with pytest.raises(Misconfigured, match=said):
        KeyRing.load(ring_path, master_path)


@pytest.mark.parametrize("content", ["", "not a key", "QUJD", "Zm9v" * 12])
def test_a_damaged_master_key_is_refused(ring_path: Path, master_path: Path, wrapped: bytes, content: str) -> None:
    master_path.write_text(content)
    with pytest.raises(Misconfigured, match="is damaged"):
        KeyRing.load(ring_path, master_path)


def test_the_master_key_of_another_ring_does_not_open_this_one(
    ring_path: Path, master_path: Path, wrapped: bytes
) -> None:
    other = ring_path.with_name("other")
    KeyRing.create(ring_path.with_name("ring of other"), other)
    with pytest.raises(Misconfigured, match="does not open"):
        KeyRing.load(ring_path, other)


def test_a_folder_that_is_not_there_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be written"):
        KeyRing.create(tmp_path / "gone" / "keys", tmp_path / "gone" / "master")
    assert list(tmp_path.iterdir()) == []


def test_a_ring_does_not_show_its_keys() -> None:
    assert repr(ring_of({3: b"a" * 32})) == "KeyRing(newest=3)"
