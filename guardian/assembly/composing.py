"""Joins the parts into one service, over the configured spaces and one open database. It does nothing else."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from socket import socket
from typing import cast

from guardian.assembly.connecting import Connected, connect, pulse_of
from guardian.assembly.mailing import Mail, MailDoor, mail_door_of, mailer_of
from guardian.assembly.service import SERVE, Service
from guardian.clock import Clock, wire_instant
from guardian.desk.alarms import DeskAlarms
from guardian.desk.desk import Desk
from guardian.desk.enactment import enactment_told
from guardian.desk.owners import owner_was_told
from guardian.desk.telling import still_to_tell
from guardian.ids import Reference
from guardian.notices.outbox import Outbox
from guardian.sanctions.facts import Tools
from guardian.sanctions.pace import Pace
from guardian.sanctions.reconciler import Reconciler
from guardian.scheduling.clockwork import Clockwork
from guardian.settings.models import ReconcilerSettings, Settings
from guardian.spaces.inbox import Inbox
from guardian.spaces.port import Space
from guardian.spaces.registry import Registered, Spaces
from guardian.storage.database import Database, Observer
from guardian.storage.key_ring import KeyRing
from guardian.storage.work import Works
from guardian.web.listening import address_of, bound

Wrap = Callable[[Space], Space]


def as_it_is(space: Space) -> Space:
    """The space with nothing round it."""
    return space


async def assemble(
    settings: Settings,
    *,
    clock: Clock,
    wrap: Wrap = as_it_is,
    observer: Observer | None = None,
    budget_scale: float = 1.0,
    application: str = SERVE,
) -> Service:
    """All parts over one open database, joined and not yet started. `wrap` is put round each space.

    `observer` hears of each commit. `budget_scale` multiplies the budgets of calls (measurements scale emulators alike).
    """
    ring = KeyRing.load(settings.ring, settings.master)
    connected = tuple(connect(each, clock, budget_scale) for each in settings.spaces)
    database = await Database.open(settings.database, application=application, observer=observer)
    try:
        listens_at = bound(settings.host, settings.port) if settings.base_url is None and not settings.port else None
        return _joined(settings, clock, wrap, connected, database, Works(database, ring, clock), listens_at)
    except BaseException:
        await database.close()
        raise


def _joined(
    settings: Settings,
    clock: Clock,
    wrap: Wrap,
    connected: tuple[Connected, ...],
    database: Database,
    works: Works,
    listens_at: socket | None,
) -> Service:
    spaces = Spaces(tuple(Registered(wrap(each.space), each.mode, each.things) for each in connected))
    base_url = settings.base_url or (
        address_of(listens_at) if listens_at else f"http://{settings.host}:{settings.port}"
    )
    largest = settings.largest_file
    desk = Desk(
        works,
        settings.policy,
        clock,
        spaces,
        base_url,
        settings.community,
        largest_file=largest,
        shows_accounts=any(each.proof is not None and each.proof.vouches for each in connected),
    )
    # A wrapper knows what it is put round by its name; mail has one as a space has.
    mailer = cast(Mail, wrap(cast(Space, mailer_of(settings.mail)))) if settings.mail else None
    mail_door = mail_door_of(settings.mail, desk) if settings.mail else None
    tools = Tools(
        works,
        spaces,
        settings.policy,
        clock,
        DeskAlarms(),
        _pace(settings.reconciler),
        neutral_reason,
        wire_instant,
        asyncio.sleep,
    )
    ceiling = max((space.abilities.ceiling for space in spaces), default=timedelta(seconds=30))
    reconciler = Reconciler(tools, ceiling=ceiling, at_once=settings.reconciler.people_at_once)
    outbox = Outbox(
        works,
        spaces,
        clock,
        mailer,
        community=settings.community,
        base_url=base_url,
        on_told=enactment_told,
        may_still_know=still_to_tell,
        on_owner_told=owner_was_told,
    )
    return Service(
        settings,
        clock,
        database,
        works,
        spaces,
        desk,
        mailer,
        reconciler,
        outbox,
        Clockwork(database, clock),
        connected,
        _inboxes(connected, mail_door, desk),
        pulse_of(settings.heartbeat) if settings.heartbeat else None,
        listens_at,
        mail_door,
    )


def _inboxes(connected: tuple[Connected, ...], mail_door: MailDoor | None, desk: Desk) -> tuple[Inbox, ...]:
    found = [each.inbox(desk) for each in connected if each.inbox is not None]
    return tuple(found if mail_door is None or mail_door.inbox is None else [*found, mail_door.inbox])


def neutral_reason(reference: Reference) -> str:
    """The one sentence of ours that a space keeps (P-3.1)."""
    return f"Access is limited by the community's moderation. Reference {reference}."


def _pace(settings: ReconcilerSettings) -> Pace:
    return Pace(settings.retry_least, settings.retry_share, settings.retry_most, settings.tell_after, settings.braked)
