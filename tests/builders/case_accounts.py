"""Which accounts are known of the people of a case, as its page shows them to a member."""

from dataclasses import dataclass

from guardian.ids import MemberId
from guardian.people.models import LinkedAccount
from guardian.services.context import AppContext
from guardian.services.reading_room.case_file import read_case


@dataclass(frozen=True, slots=True)
class PersonAccounts:
    """Somebody by their code name, with the accounts that this member is shown."""

    person: str
    accounts: tuple[LinkedAccount, ...]


async def list_case_accounts(app: AppContext, by: MemberId, code_name: str) -> tuple[PersonAccounts, ...]:
    """What the page of the case says of each reported person."""
    people = (await read_case(app, by, code_name)).people
    return tuple(PersonAccounts(each.code_name, tuple(each.accounts)) for each in people)
