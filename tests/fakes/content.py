"""Messages and conversations of a space in memory: held by us, by people's own hands, and made to fail."""

from dataclasses import dataclass, field

from guardian.ids import SpaceName
from guardian.spaces.content import ContentCopy, ContentRef, ContentRestrictionKind, ObservedContent
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Unavailable
from guardian.spaces.port import Account, Missing, Unknown
from tests.fakes.space import NEEDS, OURS, Fault


@dataclass(slots=True)
class FakeContentItem:
    """One message or conversation, with who placed what on it."""

    content: ContentRef
    author: Account | None = None
    text: str = ""
    restrictions: dict[ContentRestrictionKind, str] = field(default_factory=dict)


class FakeContent:
    """The Things port: seeded with `add`, moved by hand, and made to fail by `trouble`."""

    def __init__(
        self, name: SpaceName, can: frozenset[ContentRestrictionKind] = frozenset(ContentRestrictionKind)
    ) -> None:
        self.space = name
        self.supported = can
        self.known: dict[str, FakeContentItem] = {}
        self.fault = Fault.NONE
        self.names_authors = True
        self.changes: list[tuple[str, str, ContentRestrictionKind]] = []

    def add(self, native_id: str, author: Account | None = None) -> ContentRef:
        """The thing is there."""
        content = ContentRef(self.space, native_id, f"https://space.example/{native_id}")
        self.known[native_id] = FakeContentItem(content, author, "Written by somebody.")
        return content

    def restrict_manually(self, native_id: str, restriction: ContentRestrictionKind, by: str = "somebody") -> None:
        """Somebody of the space's own team placed it."""
        self.known[native_id].restrictions[restriction] = by

    def release_manually(self, native_id: str, restriction: ContentRestrictionKind) -> None:
        """Somebody of the space's own team took it away."""
        del self.known[native_id].restrictions[restriction]

    def restrictions(self, native_id: str) -> frozenset[ContentRestrictionKind]:
        """What stands on the thing at this moment."""
        return frozenset(self.known[native_id].restrictions)

    async def find(self, text: str) -> ContentRef | None:
        return next((k.content for k in self.known.values() if text in (k.content.native_id, k.content.link)), None)

    async def read_copy(self, content: ContentRef) -> ContentCopy | Unknown | Missing:
        known = self.known.get(content.native_id)
        if known is None:
            return Missing()
        return ContentCopy(
            content=known.content, text=known.text, author=known.author, author_handle="somebody", written_at=None
        )

    async def observe(self, content: ContentRef) -> ObservedContent | Unknown | Missing:
        if self.fault in (Fault.DOWN, Fault.BLIND):
            return Unknown("down")
        known = self.known.get(content.native_id)
        if known is None:
            return Missing()
        if self.fault is Fault.EMPTY:
            return ObservedContent()
        return ObservedContent(frozenset(known.restrictions), dict(known.restrictions) if self.names_authors else {})

    async def restrict(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        return self._perform("place", content, restriction)

    async def release(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        return self._perform("take_away", content, restriction)

    def _perform(self, action: str, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        if self.fault is Fault.DOWN:
            return Unavailable("down")
        if self.fault is Fault.REFUSING:
            return Forbidden(NEEDS)
        known = self.known.get(content.native_id)
        if known is None:
            return Gone()
        stands = restriction in known.restrictions
        if stands == (action == "place"):
            return Already()
        self.changes.append((action, content.native_id, restriction))
        if action == "place":
            known.restrictions[restriction] = OURS
        else:
            del known.restrictions[restriction]
        return Unavailable("the answer was lost") if self.fault is Fault.LOST_ANSWER else Done()
