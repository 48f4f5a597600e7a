"""A desk whose decisions reach the fake spaces: the reconciler and the loop of things over one small community."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guardian.cases.measures import MeasureKind
from guardian.clock import wire_instant
from guardian.desk import native
from guardian.desk.acting import Target
from guardian.desk.alarms import DeskAlarms
from guardian.desk.deadlines import keep_due as keep_promises
from guardian.desk.desk import Desk
from guardian.desk.measuring import MeasureView, Wanted, measure
from guardian.desk.second_looks import DeskThingAlarms
from guardian.ids import MemberId, SpaceName
from guardian.notices.values import Notice, NoticeKind
from guardian.sanctions.facts import Tools
from guardian.sanctions.pace import Pace
from guardian.sanctions.reconciler import Reconciler
from guardian.sanctions.sweep import sweep
from guardian.sanctions.things import ThingTools
from guardian.sanctions.things import keep_due as keep_things
from guardian.spaces.registry import Mode, Registered, Spaces
from rules.measures import MeasureReason
from tests.builders.desk import DISCORD, GITHUB, INES, Community
from tests.builders.reconciling import CEILING, neutral, no_nap
from tests.fakes.things import FakeThings


@dataclass(slots=True)
class Moderated:
    """The community with spaces that are acted in: time moves, and whatever is due is done."""

    community: Community
    desk: Desk
    things: FakeThings
    reconciler: Reconciler
    thing_tools: ThingTools

    async def settle(self) -> None:
        """Everything that is due now has been done."""
        await keep_promises(self.desk)
        await keep_things(self.thing_tools)
        await self.reconciler.settle()

    async def move(self, by: timedelta) -> datetime:
        """So much later, with everything done that is due then."""
        now = self.community.later(by)
        await self.settle()
        return now

    async def sweep(self, space: SpaceName = DISCORD) -> None:
        """The space has been swept, and compared with its picture."""

        async def found(name: SpaceName, seen: object, begun: datetime) -> None:
            await native.compare(self.desk, name, seen, begun)  # type: ignore[arg-type]  # the sweep's own type

        await sweep(self.desk.works, self.desk.spaces, self.desk.clock, space, found)
        await self.settle()

    async def measured(
        self, text: str, *, by: MemberId = INES, days: float = 2, kind: MeasureKind = MeasureKind.MUTED, **facts: object
    ) -> MeasureView:
        """A moderator's measure, carried out."""
        space = facts.pop("space", DISCORD)
        on = Target(SpaceName(str(space)), text)
        wanted = Wanted(kind, on, MeasureReason.SPAM, timedelta(days=days))
        view = await measure(self.desk, by, replace(wanted, **facts))  # type: ignore[arg-type]  # by field names
        await self.settle()
        return view

    async def letters(self, kind: NoticeKind) -> list[Notice]:
        """Every notice of the kind, oldest first, whoever has it."""
        async with self.community.works.look() as view:
            found = [n for case in await view.cases.cases() for n in await view.notices.of_case(case.id)]
        return sorted((n for n in found if n.kind is kind), key=lambda n: n.id)

    async def asked_about_strangers(self) -> list[MemberId | None]:
        """Whose notice of a stranger's restriction waits to be sent."""
        async with self.community.works.look() as view:
            ids = await view.notices.due(view.now, 100)
            found = [await view.notices.notice(each) for each in ids]
        return [n.to.member for n in found if n is not None and n.kind is NoticeKind.NATIVE_BY_STRANGER]


def moderated(community: Community) -> Moderated:
    """The community with a reconciler, and with messages that can be held on GitHub."""
    things = FakeThings(GITHUB)
    spaces = Spaces(
        tuple(
            Registered(space, Mode.ENFORCE, things if name == GITHUB else None)
            for name, space in community.spaces.items()
        )
    )
    desk = replace(community.desk, spaces=spaces)
    works, clock = community.works, community.clock
    tools = Tools(works, spaces, desk.policy, clock, DeskAlarms(), Pace(), neutral, wire_instant, no_nap)
    thing_tools = ThingTools(works, spaces, clock, DeskThingAlarms(), Pace())
    return Moderated(community, desk, things, Reconciler(tools, ceiling=CEILING), thing_tools)
