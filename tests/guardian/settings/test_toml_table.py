"""Checking tables: whatever stands there, each fault has its place and is said in our words."""

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from guardian.settings.mail import InboxSettings, MailboxSettings, MailSettings
from guardian.settings.models import HeartbeatSettings, ReconcilerSettings
from guardian.settings.spaces import DiscordSettings, ForumSettings, GithubSettings
from guardian.settings.toml_table import TableReader, keys_of

KINDS = (
    DiscordSettings,
    ForumSettings,
    GithubSettings,
    InboxSettings,
    MailboxSettings,
    MailSettings,
    HeartbeatSettings,
    ReconcilerSettings,
)
ODD: Final[tuple[object, ...]] = (
    -1,
    0,
    0.001,
    float("nan"),
    True,
    "",
    "a\nb",
    "{x}",
    "0s",
    [],
    ["x"],
    {},
    {"x": []},
    date(2026, 1, 1),
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_an_odd_value_is_refused_in_our_words(tmp_path: Path, kind: type, odd: object) -> None:
    reader = TableReader(tmp_path)
    assert reader.read(kind, "here", dict.fromkeys(keys_of(kind), odd)) is None
    assert [fault for fault in reader.faults if not fault.startswith("here.") or "put should" in fault] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_table_is_named_once(tmp_path: Path, kind: type) -> None:
    reader = TableReader(tmp_path)
    assert reader.read(kind, "here", 3) is None
    assert reader.faults == ["here: is a section; write it as [here] with its keys below"]


def test_a_key_that_the_loader_gives_is_not_one_of_the_file(tmp_path: Path) -> None:
    reader = TableReader(tmp_path)
    reader.read(DiscordSettings, "here", {"name": "x"}, name="discord", connections=())
    assert "here.name: there is no such key; did you mean mode?" not in reader.faults
    assert "here.name: there is no such key" in reader.faults


def test_every_fault_of_one_value_is_named(tmp_path: Path) -> None:
    reader = TableReader(tmp_path)
    reader.read(MailSettings, "mail", {"host": "h", "prt": 1, "port": 0, "tls": "all"})
    assert reader.faults == [
        "mail.prt: there is no such key; did you mean port?",
        "mail.port: 0 is too little; the least is 1",
        'mail.sender: is missing; write it as sender = "conduct@example.org"',
        "mail.tls: 'all' is not one of: none, starttls, tls",
    ]
