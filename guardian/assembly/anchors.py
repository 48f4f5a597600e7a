"""Mails the journal's last entry to an address outside, so that acts which are taken away from its end are missed.

A mail needs nobody's service but the one that carries every other notice, reaches a mailbox that whoever has this host
cannot change, and can be read without Guardian. It says how many acts there were, and of none what it was. Read
`send_anchor` first.
"""

from typing import Final

from guardian.assembly.mail import CheckedMailer
from guardian.clock import Clock
from guardian.journal import Anchor
from guardian.logs import logger
from guardian.settings.models import JournalSettings
from guardian.spaces.outcomes import Done
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory

log = logger("assembly")

_SUBJECT: Final = "Guardian: the journal's last entry"
_TEXT: Final = """The journal of {community} ended with this entry on {at:%Y-%m-%d %H:%M} UTC:

    {anchor}

Keep this mail where nobody can change it who has the host that Guardian runs on. Whoever wants to know whether the
journal still holds everything that was written until then gives this command there:

    guardian journal verify --anchor {anchor}

If it answers that an entry is gone or is another one, the record of what was done has been changed.
"""


async def send_anchor(
    units_of_work: SqlUnitOfWorkFactory, clock: Clock, mailer: CheckedMailer, settings: JournalSettings, community: str
) -> bool:
    """Mail the journal's last entry if that is due; False where it was not taken."""
    async with units_of_work.read() as view:
        sent, anchor, now = await view.journal.anchored_at(), await view.journal.head(), clock.now()
    if sent is not None and now < sent + settings.anchor_every:
        return True
    text = _TEXT.format(community=community, at=now, anchor=anchor)
    outcome = await mailer.send(settings.anchor_to, _SUBJECT, text, _message_id(anchor))
    if not isinstance(outcome, Done):
        log.error("anchor.not_taken", kind=type(outcome).__name__)
        return False
    async with units_of_work.begin() as uow:
        await uow.journal.save_anchored()
    return True


def _message_id(anchor: Anchor) -> str:
    return f"journal-{anchor.position}-{anchor.mac[:16]}"
