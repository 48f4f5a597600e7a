"""What a mail was before a mailing list changed it: the same digest for the copy that a list sends on. Pure.

A list puts its name before the subject, its footer below the words, and its own address in place of the sender. All
else is kept, so that whoever makes use of a known Message-ID with words of their own has written another mail. Read
`original_digest` first.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from connectors.mail.body import Attachment
from connectors.mail.headers import first_header, raw_values
from connectors.mail.structure import MailPart

LIST_HEADERS: Final = ("List-Id", "List-Post", "List-Unsubscribe")
_DOMAIN: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_PREFIX: Final = re.compile(r"\A\s*(?:(?:re|fwd?|aw|wg|tr)\s*:\s*|\[[^\[\]]{1,60}\]\s*)+", re.IGNORECASE)
_RULE: Final = re.compile(r"\s*(?:[_=*~-]{5,}|--)\s*")
_LONGEST_FOOTER: Final = 15
"""So many lines below a rule can be a list's; more of them may be somebody's words."""


def list_domains(mail: MailPart) -> frozenset[str]:
    """Return the domains that the list names as its own; none where the mail came by no list."""
    values = (value for head in LIST_HEADERS for value in raw_values(mail, head))
    return frozenset(found.casefold() for value in values for found in _DOMAIN.findall(value))


def original_digest(mail: MailPart, text: str, files: Iterable[Attachment]) -> str:
    """Return what is the same for a mail and for the copy of it that a list sent on; empty where it bears no id.

    Not for deciding alone: ids are written by anybody who likes, and so are footers.
    """
    message_id = first_header(mail, "Message-ID")
    if not message_id:
        return ""
    subject = _PREFIX.sub("", first_header(mail, "Subject"))
    words = _without_footer(text, list_domains(mail))
    parts = (message_id, first_header(mail, "Date"), _plain(subject), _plain(words))
    made = hashlib.sha256(repr(parts).encode())
    for each in files:
        made.update(hashlib.sha256(each.content).digest())
    return made.hexdigest()


def _without_footer(text: str, domains: frozenset[str]) -> str:
    """The words above the list's own footer: a rule, and a few lines that name the list."""
    lines = text.rstrip().split("\n")
    for at in range(len(lines) - 1, max(-1, len(lines) - _LONGEST_FOOTER - 2), -1):
        footer = "\n".join(lines[at + 1 :]).casefold()
        if _RULE.fullmatch(lines[at]) and any(domain in footer for domain in domains):
            return "\n".join(lines[:at])
    return text


def _plain(text: str) -> str:
    return " ".join(text.split())
