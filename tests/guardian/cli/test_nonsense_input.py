"""Every field of every command, filled in with what makes no sense: a sentence, an exit code that is not 0, nothing half done."""

import os
from pathlib import Path

import pytest

from tests.guardian.cli.conftest import CHAIR, Commands

NO_TEXT = os.fsdecode(b"caf\xe9")
LINES = "one\ntwo"

SETUP: dict[str, tuple[str, ...]] = {
    "--community": ("", LINES, NO_TEXT),
    "--base-url": ("conduct.example.org", "ftp://example.org", LINES, NO_TEXT),
    "--listen": ("8420", "127.0.0.1:99999", "127.0.0.1:x", NO_TEXT),
    "--policy": ("penal", "/", NO_TEXT),
    "--discord-guild-id": ("", "ours", "-42", NO_TEXT),
    "--discord-token-file": ("", "/", "not-there", NO_TEXT),
    "--forum-url": ("forum.example.org", "https://", NO_TEXT),
    "--forum-api-username": ("", "two words", "a/b", NO_TEXT),
    "--forum-api-key-file": ("", "not-there", NO_TEXT),
    "--forum-webhook-secret-file": ("/", "not-there", NO_TEXT),
    "--github-organization": ("", "our/org", "two words", NO_TEXT),
    "--github-app-id": ("", "one", "0", "-1", "1.5"),
    "--github-installation-id": ("", "one", "0"),
    "--github-private-key-file": ("", "not-there", NO_TEXT),
    "--github-webhook-secret-file": ("not-there", NO_TEXT),
    "--chair": ("", " ", LINES, NO_TEXT),
    "--chair-discord": ("ann", "-77", " ", NO_TEXT),
    "--chair-email": ("ann", "ann@example.org, all@example.org", "ann@example.org\nBcc: all@example.org", NO_TEXT),
    "--members": ("", "not-there", NO_TEXT),
}
OTHERS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("mode", "FIELD", "enforce"): ("", "irc", LINES, NO_TEXT),
    ("mode", "discord", "FIELD"): ("", "punish", NO_TEXT),
    ("db", "FIELD"): ("", "downgrade", NO_TEXT),
    ("explain", "FIELD", "rowan", "--as", "Ann Able"): ("", "irc", LINES, NO_TEXT),
    ("explain", "discord", "FIELD", "--as", "Ann Able"): (NO_TEXT,),
    ("explain", "--person", "FIELD", "--as", "Ann Able"): (NO_TEXT,),
    ("roster", "--open", "FIELD"): ("", "/", "not-there", "HERE/guardian.toml", NO_TEXT),
    ("roster", "--out", "FIELD"): ("HERE/out.txt",),
    ("roster", "--as", "FIELD"): (NO_TEXT,),
    ("confirm-chair", "--as", "FIELD"): (NO_TEXT,),
    ("seat", "FIELD", "--as", "Ann Able"): ("", "/", "not-there", "HERE/token", NO_TEXT),
    ("sandbox", "--story", "FIELD"): ("", "no-such-story", NO_TEXT),
    ("sandbox", "--list", "--speed", "FIELD"): ("fast", "0", "-1"),
}


def whole(folder: Path) -> dict[str, str]:
    """Options of setup with nothing wrong in them."""
    secret = folder / "token"
    secret.write_text("a secret of twelve and more\n", encoding="utf-8")
    secret.chmod(0o600)
    named = dict(zip(CHAIR[::2], CHAIR[1::2], strict=True))
    given = {
        "--community": "Ours",
        "--base-url": "https://conduct.example.org",
        "--listen": "127.0.0.1:8420",
        "--policy": "django",
        "--discord-guild-id": "42",
        "--forum-url": "https://forum.example.org",
        "--forum-api-username": "guardian",
        "--github-organization": "our-org",
        "--github-app-id": "1",
        "--github-installation-id": "1",
    }
    files = {option: str(secret) for option in SETUP if option.endswith("-file")}
    return {**given, **files, **named}


def test_setup_takes_every_option_where_nothing_is_wrong(empty: Commands) -> None:
    """Without this the refusals below would prove nothing."""
    ended = empty.give("setup", *(word for pair in whole(empty.folder).items() for word in pair))
    assert ended.code == 0, ended.err


@pytest.mark.parametrize("option", SETUP)
def test_each_option_of_setup_is_refused_in_words_and_nothing_is_stored(empty: Commands, option: str) -> None:
    for value in SETUP[option]:
        options = {**whole(empty.folder), option: value}
        ended = empty.give("setup", *(word for pair in options.items() for word in pair))
        assert (value, ended.code in (1, 2), bool(ended.err), ended.out) == (value, True, True, "")
        assert not (empty.folder / "data").exists(), value
        empty.config.unlink(missing_ok=True)


@pytest.mark.parametrize("command", OTHERS)
def test_each_field_of_every_other_command_is_refused_in_words(founded: Commands, command: tuple[str, ...]) -> None:
    before = founded.files()
    for value in OTHERS[command]:
        given = value.replace("HERE", str(founded.folder))
        words = [given if word == "FIELD" else word for word in command]
        ended = founded.use(*words) if command[0] == "sandbox" else founded.give(*words)
        assert (value, ended.code in (1, 2), bool(ended.err), ended.out) == (value, True, True, "")
        assert "Traceback" not in ended.err
        assert founded.files() == before
