"""What a comment that mentions the App says, as a report and its evidence are taken in. Pure. Read `submission_of` first."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from connectors.github.comments import Comment
from guardian.cases import handoffs
from guardian.cases.received_words import kept_text
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import EvidenceInput, Submission
from guardian.ids import SpaceName
from guardian.spaces.port import Account

_CUT: Final = "\n\n(The text is longer; the whole of it stands among the evidence.)"
_NOT_FETCHED: Final = "Pictures and files in it are links in its text; they were not followed."
_LINK_MARKS: Final = ("![", "<img", "user-attachments/", "user-images.")
_URGENCIES: Final = {"soon": handoffs.Urgency.SOON, "danger": handoffs.Urgency.DANGER}
_URGENT: Final = re.compile(r"(soon|danger)[ \t]*(?:[.,:;!]|\n|$)", re.IGNORECASE)


def submission_of(comment: Comment, space: SpaceName, longest_text: int) -> Submission:
    """Return the comment as a report, its words no longer than that; the rest is among the evidence."""
    words = full_text(comment)
    return Submission(
        channel=ReportChannel.GITHUB_MENTION,
        what_happened=fit_text(words, longest_text),
        reporter=author_of(comment, space),
        reporter_handle=comment.handle,
        evidence=tuple(evidence_of(comment, space)),
        delivery=comment.node_id,
        verified=not comment.changed,
    )


def evidence_of(comment: Comment, space: SpaceName) -> Iterator[EvidenceInput]:
    """Return the text as it stood, and what it stands on. The reporter is no author of evidence: that is who is reported."""
    why_not = _NOT_FETCHED if any(mark in comment.text for mark in _LINK_MARKS) else ""
    yield EvidenceInput(
        kind="message", link=comment.link, text=full_text(comment), why_not=why_not, written_at=comment.written_at
    )
    above = comment.above
    if above is not None:
        author = author_of(above, space)
        own = author is not None and author == author_of(comment, space)
        yield EvidenceInput(
            kind="linked parent",
            link=above.link,
            author=None if own else author,
            author_handle="" if own else above.handle,
            text=full_text(above),
            written_at=above.written_at,
        )


def parse_urgency(words: str) -> tuple[handoffs.Urgency, str]:
    """Return how urgent it is, where an order begins with that and nothing else on its line, and the words after it."""
    found = _URGENT.match(words)
    return (
        (_URGENCIES[found[1].casefold()], words[found.end() :].strip()) if found else (handoffs.Urgency.ORDINARY, words)
    )


def full_text(comment: Comment) -> str:
    """Return its words as they are kept: before they are cut, since what is left of a receipt could be tried out."""
    return kept_text(f"{comment.title}\n\n{comment.text}".strip())


def author_of(comment: Comment, space: SpaceName) -> Account | None:
    """Return the account that wrote it; None where GitHub names none any more."""
    return Account(space, comment.author) if comment.author else None


def fit_text(text: str, longest: int) -> str:
    """Return the words as they are kept, cut to that length."""
    text = kept_text(text)
    return text if len(text) <= longest else text[: longest - len(_CUT)] + _CUT


def fingerprint(comment: Comment) -> int:
    """Return a number that another text would not have."""
    return int.from_bytes(sha256(full_text(comment).encode()).digest()[:3])
