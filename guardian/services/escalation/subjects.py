"""What a moderator points to when they pass a matter on: a message, an account or a local matter, as it stands now.

Spaces are called here, outside any transaction; nothing is decided. Read `resolve_subject` first. Policy: P-2.7.
"""

from dataclasses import dataclass
from typing import Final

from guardian.cases.submissions import EvidenceInput, evidence_of
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.services.context import AppContext
from guardian.spaces.port import Account, Missing, Unknown

_NOT_FOUND: Final = "Nothing was found there when it was passed on. The link says where it stood."
_NOT_READ: Final = "It could not be read when it was passed on. The link says where it stood."


@dataclass(frozen=True, slots=True)
class ContentSubject:
    """A message or conversation, by its link or id; `evidence` is it itself, where the channel was given it.

    `space` is asked first; the others are asked as well, since a link may be of any of them.
    """

    space: SpaceName | None
    text: str
    evidence: tuple[EvidenceInput, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountSubject:
    """An account in a space, by its name there exactly as it is written, or by its id."""

    space: SpaceName
    text: str


@dataclass(frozen=True, slots=True)
class MatterSubject:
    """A local matter, by its code name."""

    code_name: str


Subject = ContentSubject | AccountSubject | MatterSubject


@dataclass(frozen=True, slots=True)
class ResolvedSubject:
    """What a matter is about, as it stood when it was passed on; `missing`: content was not there to be read."""

    space: SpaceName | None = None
    who: str = ""
    accounts: frozenset[Account] = frozenset()
    evidence: tuple[EvidenceInput, ...] = ()
    missing: bool = False


async def resolve_subject(
    app: AppContext, subject: Subject, *, csam: bool, known_links: frozenset[str] = frozenset()
) -> ResolvedSubject:
    """Return what the space itself shows of it at this moment. Called outside any transaction. Policy: P-2.7.

    `kept` are the links of what lies with a local matter already: it was fetched then, or was not to be.
    """
    match subject:
        case ContentSubject():
            return await _resolve_content(app, subject, csam=csam, known_links=known_links)
        case AccountSubject(space, text):
            port = app.spaces.get(space)
            found = await port.find_account(text) if port is not None else None
            if isinstance(found, Unknown):
                sentence = "The space gave no answer just now, so nothing was done. Please try again in a few minutes."
                raise Refused("not_answered", sentence, "P-8.2")
            if found is None:
                sentence = "Nobody is found there by exactly that. Please give the name as it is written there."
                raise Refused("nobody_found", sentence, "P-8.2")
            return ResolvedSubject(space, found[1], frozenset({Account(space, found[0])}))
        case MatterSubject():
            return ResolvedSubject()


async def _resolve_content(
    app: AppContext, subject: ContentSubject, *, csam: bool, known_links: frozenset[str]
) -> ResolvedSubject:
    if subject.evidence:
        who = next((copy.author_handle for copy in subject.evidence if copy.author_handle), "")
        return ResolvedSubject(subject.space, who, evidence=subject.evidence)
    named = () if subject.space is None else (subject.space,)
    for space in dict.fromkeys((*named, *app.spaces.names)):
        port = app.spaces.content(space)
        content = await port.find(subject.text) if port is not None else None
        if port is None or content is None:
            continue
        if csam or content.link in known_links:
            return ResolvedSubject(space, evidence=(EvidenceInput(kind="message", link=content.link),))
        copy = await port.read_copy(content)
        if isinstance(copy, Unknown | Missing):
            why = _NOT_FOUND if isinstance(copy, Missing) else _NOT_READ
            return ResolvedSubject(
                space, evidence=(EvidenceInput(kind="message", link=content.link, why_not=why),), missing=True
            )
        return ResolvedSubject(space, copy.author_handle, evidence=evidence_of(copy))
    if subject.space is None:
        sentence = "None of our spaces finds that. Please give its whole link, or say which space it is in."
        raise Refused("nothing_found", sentence, "P-8.2")
    why = _NOT_READ if app.spaces.content(subject.space) is None else _NOT_FOUND
    return ResolvedSubject(
        subject.space, evidence=(EvidenceInput(kind="message", link=subject.text.strip(), why_not=why),), missing=True
    )
