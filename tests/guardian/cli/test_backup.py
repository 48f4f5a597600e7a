"""`guardian backup` and `guardian restore`: what was taken in comes back, without the keys, and nothing acts on it yet."""

import shutil
from pathlib import Path

import pytest

from guardian.settings.loader import read_modes
from guardian.spaces.registry import Mode
from tests.guardian.cli.conftest import Commands


@pytest.fixture
def copy(founded: Commands) -> Path:
    """A copy of an installation that acts in its space, in a folder of its own."""
    founded.give("mode", "discord", "enforce")
    (founded.folder / "copies").mkdir()
    path = founded.folder / "copies" / "monday"
    ended = founded.give("backup", str(path))
    assert ended.code == 0, ended.err
    assert "entries and is whole" in ended.out
    return path


def lose_database(founded: Commands) -> None:
    for path in (founded.folder / "data").glob("guardian.sqlite*"):
        path.unlink()


def test_a_lost_database_comes_back_whole(founded: Commands, copy: Path) -> None:
    lose_database(founded)
    ended = founded.give("restore", str(copy))
    assert ended.code == 0, ended.err
    assert "Of what came later, nothing is known here" in ended.out
    assert founded.give("journal", "verify").code == 0
    assert "stands the place of Ann Able" in founded.give("setup", "--chair", "Ann Able", "--chair-discord", "77").out


@pytest.mark.harm("old-copy-acts")
def test_a_copy_that_comes_back_acts_nowhere_until_somebody_says_so(founded: Commands, copy: Path) -> None:
    """A sanction that was reversed since stands in the copy as running."""
    assert read_modes(founded.config) == {"discord": Mode.ENFORCE}
    lose_database(founded)
    founded.give("restore", str(copy))
    assert read_modes(founded.config) == {"discord": Mode.OBSERVE}


def test_a_database_that_is_there_is_not_replaced_and_goes_on_acting(founded: Commands, copy: Path) -> None:
    before = (founded.folder / "data" / "guardian.sqlite").read_bytes()
    ended = founded.give("restore", str(copy))
    assert ended.code == 1
    assert "Move it away first" in ended.err
    assert (founded.folder / "data" / "guardian.sqlite").read_bytes() == before
    assert read_modes(founded.config) == {"discord": Mode.ENFORCE}


def test_a_copy_that_these_keys_do_not_open_is_refused_and_nothing_is_left(founded: Commands, copy: Path) -> None:
    lose_database(founded)
    for path in (founded.folder / "data" / "keys.ring", founded.folder / "secrets" / "master.key"):
        path.unlink()
    shutil.move(copy, copy.with_name("tuesday"))
    founded.give("setup", "--chair", "Ann Able", "--chair-discord", "77")
    lose_database(founded)
    ended = founded.give("restore", str(copy.with_name("tuesday")))
    assert ended.code == 1
    assert "does not open with the key ring that is here" in ended.err
    assert not (founded.folder / "data" / "guardian.sqlite").exists()


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
