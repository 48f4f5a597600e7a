"""Joins the parts into one service, over the configured spaces and one open database. It does nothing else.

Read `assemble` first.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from socket import socket
from typing import Final, cast

from guardian.assembly.mail import CheckedMailer, MailReceiver, connect_mail_receiver, connect_mailer
from guardian.assembly.service import SERVE, Service
from guardian.assembly.spaces import ConnectedSpace, connect, connect_heartbeat
from guardian.clock import Clock, system_now
from guardian.ids import Reference
from guardian.notices.delivery_routes import RouteFinder
from guardian.notices.outbox import DeliveryHandlers, Outbox
from guardian.notices.renderer import NoticeRenderer
from guardian.reconciler.loop import Reconciler
from guardian.reconciler.snapshot import ReconcilerContext
from guardian.retry import RetryPolicy
from guardian.scheduling.supervisor import LoopSupervisor
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.decisions.enactment import record_person_notified
from guardian.services.failed_items import UNSENT_NOTICE, leave_to_people
from guardian.services.identity.account_owners import record_owner_notified
from guardian.services.notify import may_still_receive
from guardian.services.sanctions.alerts import SanctionAlerts
from guardian.settings.models import ReconcilerSettings, Settings
from guardian.spaces.inbox import Inbox
from guardian.spaces.port import Space
from guardian.spaces.registry import RegisteredSpace, SpaceRegistry
from guardian.storage.database import CommitObserver, Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlReadView, SqlUnitOfWork, SqlUnitOfWorkFactory
from guardian.web.server import address_of, bind_socket

_PAGES: Final = "pages 1"
Wrap = Callable[[Space], Space]


def unwrapped(space: Space) -> Space:
    """Return the space with nothing round it."""
    return space


async def assemble(
    settings: Settings,
    *,
    clock: Clock,
    wrap: Wrap = unwrapped,
    observer: CommitObserver | None = None,
    budget_scale: float = 1.0,
    application: str = SERVE,
    factory: type[SqlUnitOfWorkFactory] = SqlUnitOfWorkFactory,
) -> Service:
    """Join all parts over one open database, without starting them. `wrap` is put round each space.

    `observer` hears of each commit. `budget_scale` multiplies the budgets of calls (measurements scale emulators alike).
    `factory` begins the units of work.
    """
    ring = KeyRing.load(settings.key_ring, settings.master_key)
    connected = tuple(connect(each, clock, budget_scale) for each in settings.spaces)
    database = await Database.open(settings.database, application=application, observer=observer)
    try:
        listening_socket = (
            bind_socket(settings.host, settings.port) if settings.base_url is None and not settings.port else None
        )
        units_of_work = factory(database, ring, clock, settings.policy.groups.board)
        return _compose(settings, clock, wrap, connected, database, units_of_work, listening_socket)
    except BaseException:
        await database.close()
        raise


def _compose(
    settings: Settings,
    clock: Clock,
    wrap: Wrap,
    connected: tuple[ConnectedSpace, ...],
    database: Database,
    units_of_work: SqlUnitOfWorkFactory,
    listening_socket: socket | None,
) -> Service:
    spaces = SpaceRegistry(
        tuple(RegisteredSpace(wrap(each.space), each.mode, each.content, each.pauses) for each in connected)
    )
    base_url = settings.base_url or (
        address_of(listening_socket) if listening_socket else f"http://{settings.host}:{settings.port}"
    )
    largest_file = settings.largest_file
    app = AppContext(
        units_of_work=units_of_work,
        policy=settings.policy,
        clock=clock,
        spaces=spaces,
        base_url=base_url,
        community=settings.community,
        largest_file=largest_file,
        page_key=units_of_work.derive_key(_PAGES),
        turn_to=settings.turn_to,
        needs_second_factor=settings.second_factor,
        language=settings.language,
        leave_to=settings.leave_to,
        offers_self_disclosure=any(each.proof is not None and each.proof.knows_linked_accounts for each in connected),
    )
    for each in connected:
        if each.attach is not None:
            each.attach(app)
    # A wrapper knows what it is put round by its name; mail has one as a space has.
    mailer = cast(CheckedMailer, wrap(cast(Space, connect_mailer(settings.mail, clock.now)))) if settings.mail else None
    mail_receiver = connect_mail_receiver(settings.mail, app) if settings.mail else None
    context: ReconcilerContext[UnitOfWork] = ReconcilerContext(
        units_of_work=units_of_work,
        spaces=spaces,
        policy=settings.policy,
        clock=clock,
        alerts=SanctionAlerts(),
        retry_policy=_retry_policy(settings.reconciler),
        neutral_reason=neutral_reason,
        system_time=system_now,
        sleep=asyncio.sleep,
    )
    ceiling = max((space.capabilities.ceiling for space in spaces), default=timedelta(seconds=30))
    reconciler = Reconciler(context, ceiling=ceiling, max_people=settings.reconciler.people_at_once)
    outbox: Outbox[SqlReadView, SqlUnitOfWork] = Outbox(
        units_of_work,
        clock,
        RouteFinder(spaces, mailer),
        NoticeRenderer(
            settings.community,
            base_url,
            settings.language,
            settings.policy.names,
            settings.policy.groups.board,
        ),
        DeliveryHandlers(
            may_still_receive,
            record_person_notified,
            record_owner_notified,
            on_failed=lambda notice: leave_to_people(app, UNSENT_NOTICE, notice),
        ),
    )
    return Service(
        settings=settings,
        clock=clock,
        database=database,
        units_of_work=units_of_work,
        spaces=spaces,
        app=app,
        mailer=mailer,
        reconciler=reconciler,
        outbox=outbox,
        supervisor=LoopSupervisor(database, clock),
        connected=connected,
        inboxes=_inboxes(connected, mail_receiver, app),
        heartbeat=connect_heartbeat(settings.heartbeat) if settings.heartbeat else None,
        _socket=listening_socket,
        mail_receiver=mail_receiver,
    )


def _inboxes(
    connected: tuple[ConnectedSpace, ...], mail_receiver: MailReceiver | None, app: AppContext
) -> tuple[Inbox, ...]:
    found = [each.inbox(app) for each in connected if each.inbox is not None]
    return tuple(found if mail_receiver is None or mail_receiver.inbox is None else [*found, mail_receiver.inbox])


def neutral_reason(reference: Reference) -> str:
    """Return the one sentence of ours that a space keeps (P-3.1)."""
    return f"Access is limited by the community's moderation. Reference {reference}."


def _retry_policy(settings: ReconcilerSettings) -> RetryPolicy:
    return RetryPolicy(
        min_delay=settings.retry_least,
        age_share=settings.retry_share,
        max_delay=settings.retry_most,
        notify_after=settings.tell_after,
        brake_delay=settings.braked,
    )
