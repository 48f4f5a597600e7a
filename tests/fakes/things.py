"""Messages and conversations of a space in memory: held by us, by people's own hands, and made to fail."""

from dataclasses import dataclass, field

from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Unavailable
from guardian.spaces.port import Account, Missing, Unknown
from guardian.spaces.things import Piece, Thing, ThingHold, ThingLook
from tests.fakes.space import NEEDS, OURS, Trouble


@dataclass(slots=True)
class FakeThing:
    """One message or conversation, with who placed what on it."""

    thing: Thing
    author: Account | None = None
    text: str = ""
    holds: dict[ThingHold, str] = field(default_factory=dict)


class FakeThings:
    """The Things port: seeded with `add`, moved by hand, and made to fail by `trouble`."""

    def __init__(self, name: SpaceName, can: frozenset[ThingHold] = frozenset(ThingHold)) -> None:
        self.space = name
        self.can = can
        self.known: dict[str, FakeThing] = {}
        self.trouble = Trouble.NONE
        self.says_who = True
        self.changes: list[tuple[str, str, ThingHold]] = []

    def add(self, native_id: str, author: Account | None = None) -> Thing:
        """The thing is there."""
        thing = Thing(self.space, native_id, f"https://space.example/{native_id}")
        self.known[native_id] = FakeThing(thing, author, "Written by somebody.")
        return thing

    def hold_by_hand(self, native_id: str, hold: ThingHold, by: str = "somebody") -> None:
        """Somebody of the space's own team placed it."""
        self.known[native_id].holds[hold] = by

    def lift_by_hand(self, native_id: str, hold: ThingHold) -> None:
        """Somebody of the space's own team took it away."""
        del self.known[native_id].holds[hold]

    def held(self, native_id: str) -> frozenset[ThingHold]:
        """What stands on the thing at this moment."""
        return frozenset(self.known[native_id].holds)

    async def find(self, text: str) -> Thing | None:
        return next((k.thing for k in self.known.values() if text in (k.thing.native_id, k.thing.link)), None)

    async def piece(self, thing: Thing) -> Piece | Unknown | Missing:
        known = self.known.get(thing.native_id)
        if known is None:
            return Missing()
        return Piece(known.thing, known.text, known.author, "somebody", None)

    async def look(self, thing: Thing) -> ThingLook | Unknown | Missing:
        if self.trouble in (Trouble.DOWN, Trouble.BLIND):
            return Unknown("down")
        known = self.known.get(thing.native_id)
        if known is None:
            return Missing()
        return ThingLook(frozenset(known.holds), dict(known.holds) if self.says_who else {})

    async def place(self, thing: Thing, hold: ThingHold) -> Outcome:
        return self._acted("place", thing, hold)

    async def take_away(self, thing: Thing, hold: ThingHold) -> Outcome:
        return self._acted("take_away", thing, hold)

    def _acted(self, deed: str, thing: Thing, hold: ThingHold) -> Outcome:
        if self.trouble is Trouble.DOWN:
            return Unavailable("down")
        if self.trouble is Trouble.REFUSING:
            return Forbidden(NEEDS)
        known = self.known.get(thing.native_id)
        if known is None:
            return Gone()
        stands = hold in known.holds
        if stands == (deed == "place"):
            return Already()
        self.changes.append((deed, thing.native_id, hold))
        if deed == "place":
            known.holds[hold] = OURS
        else:
            del known.holds[hold]
        return Unavailable("the answer was lost") if self.trouble is Trouble.LOST_ANSWER else Done()
