"""The outbox of a community, so that a test can look into the inboxes of accounts."""

from guardian.ids import SanctionId, SpaceName
from guardian.notices.delivery_routes import RouteFinder
from guardian.notices.outbox import DeliveryHandlers, Outbox
from guardian.notices.renderer import NoticeRenderer
from guardian.services.decisions.enactment import record_person_notified
from guardian.services.identity.account_owners import record_owner_notified
from guardian.services.notify import may_still_receive
from guardian.storage.unit_of_work import SqlReadView, SqlUnitOfWork
from tests.builders.community import Community


async def deliver_all(community: Community) -> None:
    """Everything that waited has been tried."""

    async def told(uow: SqlUnitOfWork, sanction: SanctionId, proof: str | None) -> None:
        await record_person_notified(uow, sanction, proof)

    outbox: Outbox[SqlReadView, SqlUnitOfWork] = Outbox(
        community.units_of_work,
        community.clock,
        RouteFinder(community.app.spaces, None),
        NoticeRenderer("Example", "https://guardian.example"),
        DeliveryHandlers(may_still_receive, told, record_owner_notified),
    )
    while await outbox.deliver_due():
        continue


def inbox(community: Community, space: SpaceName, native_id: str) -> list[str]:
    """What lies in the account's inbox there, oldest first."""
    kept = community.spaces[space].accounts[native_id].inbox.values()
    return [f"{message.subject}\n{message.text}" for message in kept]
