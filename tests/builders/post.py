"""The outbox over a community's desk, so that a test can look into the inboxes of accounts."""

from guardian.desk.enactment import enactment_told
from guardian.desk.owners import owner_was_told
from guardian.desk.telling import still_to_tell
from guardian.ids import SanctionId, SpaceName
from guardian.notices.outbox import Outbox
from guardian.storage.work import Look, Work
from tests.builders.desk import Community


async def delivered(community: Community) -> None:
    """Everything that waited has been tried."""

    async def told(work: Work, sanction: SanctionId, proof: str | None) -> None:
        await enactment_told(work, sanction, proof)

    outbox: Outbox[Look, Work] = Outbox(
        community.works,
        community.desk.spaces,
        community.clock,
        None,
        community="Example",
        base_url="https://guardian.example",
        on_told=told,
        may_still_know=still_to_tell,
        on_owner_told=owner_was_told,
    )
    while await outbox.deliver_due():
        continue


def inbox(community: Community, space: SpaceName, native_id: str) -> list[str]:
    """What lies in the account's inbox there, oldest first."""
    kept = community.spaces[space].accounts[native_id].inbox.values()
    return [f"{message.subject}\n{message.text}" for message in kept]
