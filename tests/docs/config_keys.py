"""The keys of the configuration: as the sample explains them, and as the code reads them."""

import re
from dataclasses import dataclass
from functools import cache

from guardian.presets import load_shipped
from guardian.settings.mail import InboxSettings, MailSettings
from guardian.settings.models import HeartbeatSettings, JournalSettings
from guardian.settings.spaces import DiscordSettings, ForumSettings, GithubSettings, ManualSettings
from guardian.settings.toml_table import keys_of

READ_AS = {
    "spaces.discord": DiscordSettings,
    "spaces.forum": ForumSettings,
    "spaces.github": GithubSettings,
    "spaces.mailing-lists": ManualSettings,
    "mail": MailSettings,
    "mail.inbox": InboxSettings,
    "heartbeat": HeartbeatSettings,
    "journal": JournalSettings,
}
"""What each section fills."""

_OF_EVERY_SPACE = frozenset({"kind"})
_SECTION = re.compile(r"^(?:# )?\[([\w.-]+)\]")
_KEY = re.compile(r"^(?:# )?(\w+) = (.*?)(?:\s+# (.*))?$")
_MORE = re.compile(r"^\s{20,}# (.*)$")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the sample: its value there, and what is said of it."""

    name: str
    value: str
    about: str


@cache
def read_sample(section: str) -> tuple[Key, ...]:
    """The keys of the section as the sample has them, those that are commented out among them."""
    found: dict[str, Key] = {}
    here, last = "", ""
    for line in load_shipped("guardian.toml").splitlines():
        if header := _SECTION.match(line):
            here = header[1]
        if here != section:
            continue
        if key := _KEY.match(line):
            last = key[1]
            found.setdefault(last, Key(last, key[2], key[3] or ""))
        elif (more := _MORE.match(line)) and last:
            known = found[last]
            found[last] = Key(last, known.value, f"{known.about} {more[1]}")
    return tuple(found.values())


def keys_read(section: str) -> frozenset[str]:
    """The keys of the section that the code reads."""
    every = frozenset(keys_of(READ_AS[section]))
    return every | _OF_EVERY_SPACE if section.startswith("spaces.") else every
