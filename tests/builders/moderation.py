"""An application whose decisions reach the fake spaces: the reconciler and the loop of things over one small community."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guardian.cases.measures import MeasureKind
from guardian.clock import system_now
from guardian.ids import MemberId, SpaceName
from guardian.notices.models import Notice, NoticeKind
from guardian.reconciler.content import ContentContext
from guardian.reconciler.content import reconcile_due as keep_things
from guardian.reconciler.loop import Reconciler
from guardian.reconciler.resync import resync
from guardian.reconciler.snapshot import ReconcilerContext
from guardian.retry import RetryPolicy
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.measures import native_actions
from guardian.services.measures.alerts import ContentAlerts
from guardian.services.measures.measure_records import MeasureView
from guardian.services.measures.measures import MeasureRequest, set_measure
from guardian.services.members import AccountInput
from guardian.services.operations.deadline_runner import run_due as keep_promises
from guardian.services.sanctions.alerts import SanctionAlerts
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from rules.measures import MeasureReason
from tests.builders.community import DISCORD, GITHUB, INES, Community
from tests.builders.reconciler import CALL_TIMEOUT, neutral_reason, no_sleep
from tests.fakes.content import FakeContent


@dataclass(slots=True)
class ModeratedCommunity:
    """The community with spaces that are acted in: time moves, and whatever is due is done."""

    community: Community
    app: AppContext
    content: FakeContent
    reconciler: Reconciler[UnitOfWork]
    content_context: ContentContext[UnitOfWork]

    async def run_due(self) -> None:
        """Everything that is due now has been done."""
        await keep_promises(self.app)
        await keep_things(self.content_context)
        await self.reconciler.run_until_idle()

    async def advance(self, by: timedelta) -> datetime:
        """So much later, with everything done that is due then."""
        now = self.community.pass_time(by)
        await self.run_due()
        return now

    async def list_space(self, space: SpaceName = DISCORD) -> None:
        """The space has been swept, and compared with its picture."""

        async def found(name: SpaceName, seen: object, begun: datetime) -> None:
            await native_actions.compare_listing(self.app, name, seen, begun)  # type: ignore[arg-type]  # the sweep's own type

        await resync(self.app.units_of_work, self.app.spaces, self.app.clock, space, found)
        await self.run_due()

    async def set_measure(
        self, text: str, *, by: MemberId = INES, days: float = 2, kind: MeasureKind = MeasureKind.MUTED, **facts: object
    ) -> MeasureView:
        """A moderator's measure, carried out."""
        space = facts.pop("space", DISCORD)
        on = AccountInput(SpaceName(str(space)), text)
        request = MeasureRequest(kind, on, MeasureReason.SPAM, timedelta(days=days))
        view = await set_measure(self.app, by, replace(request, **facts))  # type: ignore[arg-type]  # by field names
        await self.run_due()
        return view

    async def notices_of_kind(self, kind: NoticeKind) -> list[Notice]:
        """Every notice of the kind, oldest first, whoever has it."""
        async with self.community.units_of_work.read() as view:
            found = [n for case in await view.cases.cases() for n in await view.notices.of_case(case.id)]
        return sorted((n for n in found if n.kind is kind), key=lambda n: n.id)

    async def members_asked_about_unknown(self) -> list[MemberId | None]:
        """Whose notice of a stranger's restriction waits to be sent."""
        async with self.community.units_of_work.read() as view:
            ids = await view.notices.due(view.now, 100)
            found = [await view.notices.notice(each) for each in ids]
        return [n.to.member for n in found if n is not None and n.kind is NoticeKind.NATIVE_ACTION_BY_STRANGER]


def a_moderated_community(community: Community) -> ModeratedCommunity:
    """The community with a reconciler, and with messages that can be held on GitHub."""
    things = FakeContent(GITHUB)
    spaces = SpaceRegistry(
        tuple(
            RegisteredSpace(space, Mode.ENFORCE, things if name == GITHUB else None)
            for name, space in community.spaces.items()
        )
    )
    app = replace(community.app, spaces=spaces)
    units_of_work, clock = community.units_of_work, community.clock
    context: ReconcilerContext[UnitOfWork] = ReconcilerContext(
        units_of_work=units_of_work,
        spaces=spaces,
        policy=app.policy,
        clock=clock,
        alerts=SanctionAlerts(),
        retry_policy=RetryPolicy(),
        neutral_reason=neutral_reason,
        system_time=system_now,
        sleep=no_sleep,
    )
    thing_tools: ContentContext[UnitOfWork] = ContentContext(
        units_of_work, spaces, clock, ContentAlerts(), RetryPolicy()
    )
    return ModeratedCommunity(community, app, things, Reconciler(context, ceiling=CALL_TIMEOUT), thing_tools)
