"""`guardian backup` and `guardian restore`: what was taken in comes back, without the keys, and nothing acts on it yet."""

from pathlib import Path

import pytest

from guardian.cli.backup import KEYS_FILE
from guardian.errors import Misconfigured
from guardian.settings.loader import read_modes
from guardian.spaces.registry import Mode
from guardian.storage.key_ring import KeyRing
from guardian.storage.recovery_key import identity_from_envelopes
from tests.guardian.cli.conftest import Commands, EndedCommand


@pytest.fixture
def copy(founded: Commands) -> Path:
    """A copy of an installation that acts in its space, in a folder of its own."""
    founded.give("mode", "discord", "enforce")
    (founded.folder / "copies").mkdir()
    (founded.folder / "envelopes").write_text(founded.give("keys", "recovery").out, encoding="utf-8")
    path = founded.folder / "copies" / "monday"
    ended = founded.give("backup", str(path))
    assert ended.code == 0, ended.err
    assert "entries and is whole" in ended.out
    return path


def bring_back(founded: Commands, copy: Path, *envelopes: int) -> EndedCommand:
    """The copy is brought back with these envelopes, the first and the last where none is named."""
    words = [line for line in (founded.folder / "envelopes").read_text("utf-8").splitlines() if line.count(" ") > 30]
    identity = founded.folder / "identity"
    identity.write_text(identity_from_envelopes([words[each] for each in envelopes or (0, 2)]), encoding="ascii")
    return founded.give("restore", str(copy), "--identity", str(identity))


def lose_database(founded: Commands) -> None:
    for path in (founded.folder / "data").glob("guardian.sqlite*"):
        path.unlink()


def test_a_lost_database_comes_back_whole(founded: Commands, copy: Path) -> None:
    lose_database(founded)
    ended = bring_back(founded, copy)
    assert ended.code == 0, ended.err
    assert "Of what came later, nothing is known here" in ended.out
    assert founded.give("journal", "verify").code == 0
    assert "stands the place of Ann Able" in founded.give("setup", "--chair", "Ann Able", "--chair-discord", "77").out


@pytest.mark.harm("old-copy-acts")
def test_a_copy_that_comes_back_acts_nowhere_until_somebody_says_so(founded: Commands, copy: Path) -> None:
    """A sanction that was reversed since stands in the copy as running."""
    assert read_modes(founded.config) == {"discord": Mode.ENFORCE}
    lose_database(founded)
    bring_back(founded, copy)
    assert read_modes(founded.config) == {"discord": Mode.OBSERVE}


def test_a_database_that_is_there_is_not_replaced_and_goes_on_acting(founded: Commands, copy: Path) -> None:
    before = (founded.folder / "data" / "guardian.sqlite").read_bytes()
    ended = bring_back(founded, copy)
    assert ended.code == 1
    assert "Move it away first" in ended.err
    assert (founded.folder / "data" / "guardian.sqlite").read_bytes() == before
    assert read_modes(founded.config) == {"discord": Mode.ENFORCE}


def test_a_copy_that_these_keys_do_not_open_is_refused_and_nothing_is_left(founded: Commands, copy: Path) -> None:
    lose_database(founded)
    for path in (founded.folder / "data" / "keys.ring", founded.folder / "secrets" / "master.key"):
        path.unlink()
    KeyRing.create(founded.folder / "data" / "keys.ring", founded.folder / "secrets" / "master.key")
    ended = bring_back(founded, copy)
    assert ended.code == 1
    assert "does not open with the key ring that is here" in ended.err
    assert not (founded.folder / "data" / "guardian.sqlite").exists()


@pytest.mark.harm("host-lost-with-its-keys")
def test_with_two_envelopes_and_two_files_a_host_that_burnt_comes_back(founded: Commands, copy: Path) -> None:
    """Database, ring and master key are all gone."""
    lose_database(founded)
    for path in (founded.folder / "data" / "keys.ring", founded.folder / "secrets" / "master.key"):
        path.unlink()
    ended = bring_back(founded, copy, 1, 2)
    assert ended.code == 0, ended.err
    assert founded.give("journal", "verify").code == 0


@pytest.mark.harm("host-lost-with-its-keys")
@pytest.mark.parametrize("lost", ["data/keys.ring", "secrets/master.key"])
def test_of_ring_and_master_key_the_one_that_is_lost_comes_back_beside_the_other(
    founded: Commands, copy: Path, lost: str
) -> None:
    """Until then every command says which one is missing."""
    (founded.folder / lost).unlink()
    assert f"{lost} cannot be read" in founded.give("keys", "status").err
    lose_database(founded)
    ended = bring_back(founded, copy)
    assert ended.code == 0, ended.err
    assert founded.give("journal", "verify").code == 0


@pytest.mark.harm("host-lost-with-its-keys")
def test_a_key_of_another_pair_is_neither_replaced_nor_taken_for_the_lost_one(founded: Commands, copy: Path) -> None:
    """Who changed the master key since the copy learns which file stands in the way."""
    founded.give("keys", "master")
    before = (founded.folder / "secrets" / "master.key").read_bytes()
    (founded.folder / "data" / "keys.ring").unlink()
    lose_database(founded)
    ended = bring_back(founded, copy)
    assert (ended.code, "is another one than in the copy" in ended.err) == (1, True)
    assert (founded.folder / "secrets" / "master.key").read_bytes() == before
    assert not (founded.folder / "data" / "keys.ring").exists()


@pytest.mark.harm("host-lost-with-its-keys")
def test_without_two_envelopes_the_service_that_runs_makes_new_ones_for_copies_from_then_on(
    founded: Commands, copy: Path
) -> None:
    """Two of three are lost: earlier copies are too, and nothing else is."""
    (founded.folder / "envelopes").write_text(founded.give("keys", "recovery").out, encoding="utf-8")
    later = copy.with_name("tuesday")
    assert founded.give("backup", str(later)).code == 0
    lose_database(founded)
    refused = bring_back(founded, copy)
    assert (refused.code, "made for another one" in refused.err) == (1, True)
    assert bring_back(founded, later).code == 0


@pytest.mark.harm("one-envelope-opens-all")
def test_one_envelope_alone_opens_nothing(founded: Commands, copy: Path) -> None:
    with pytest.raises(Misconfigured, match="do not make a recovery key"):
        bring_back(founded, copy, 0)


@pytest.mark.harm("keys-in-the-copy")
def test_the_data_of_a_copy_has_no_key_and_opens_for_nobody_without_the_file_of_keys(
    founded: Commands, copy: Path
) -> None:
    """P-9.5: who keeps only the newest keys has forgotten what the database forgot."""
    copy.with_name(KEYS_FILE).unlink()
    lose_database(founded)
    ended = bring_back(founded, copy)
    assert ended.code == 1
    assert "without it the copy opens for nobody" in ended.err


@pytest.mark.harm("broken-copy-called-a-backup")
def test_a_copy_that_does_not_open_is_no_backup(founded: Commands) -> None:
    """Its keys are wrapped by a ring that is not here: it is said at once, not on the day when it is needed."""
    founded.give("keys", "recovery")
    for path in (founded.folder / "data" / "keys.ring", founded.folder / "secrets" / "master.key"):
        path.unlink()
    KeyRing.create(founded.folder / "data" / "keys.ring", founded.folder / "secrets" / "master.key")
    (founded.folder / "copies").mkdir()
    ended = founded.give("backup", str(founded.folder / "copies" / "monday"))
    assert ended.code == 1
    assert list((founded.folder / "copies").iterdir()) == []


def test_without_a_recovery_key_it_is_said_how_to_make_one(founded: Commands) -> None:
    (founded.folder / "copies").mkdir()
    ended = founded.give("backup", str(founded.folder / "copies" / "monday"))
    assert ended.code == 1
    assert "run guardian keys recovery" in ended.err


@pytest.mark.harm("keys-in-the-copy")
def test_no_key_is_in_the_copy(founded: Commands, copy: Path) -> None:
    content = copy.read_bytes()
    for key in ("data/keys.ring", "secrets/master.key"):
        assert (founded.folder / key).read_bytes().strip() not in content


@pytest.mark.harm("keys-in-the-copy")
@pytest.mark.parametrize("folder", ["data", "secrets"])
def test_a_copy_is_not_laid_beside_the_keys(founded: Commands, folder: str) -> None:
    ended = founded.give("backup", str(founded.folder / folder / "copy"))
    assert ended.code == 1
    assert "name another folder, so that nobody finds both at once" in ended.err
    assert not (founded.folder / folder / "copy").exists()


def test_a_folder_that_cannot_be_written_is_named(founded: Commands) -> None:
    (founded.folder / "a file").write_text("", encoding="utf-8")
    ended = founded.give("backup", str(founded.folder / "a file" / "copy"))
    assert ended.code == 1
    assert "cannot be written: Not a directory" in ended.err
    assert "Traceback" not in ended.err
