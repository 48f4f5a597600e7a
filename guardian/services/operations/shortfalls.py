"""What the chosen policy cannot do with the people who are seated. Read `list_shortfalls` first. Policy: P-11.2."""

from guardian.cases.exclusions import handling_groups
from guardian.ids import MemberId
from guardian.people.models import Group, Member
from guardian.services.context import AppContext
from guardian.services.membership.administration import administration_of
from rules.shortfalls import SeatedPeople, Shortfall, find_shortfalls


async def list_shortfalls(app: AppContext, *, has_mail: bool) -> tuple[Shortfall, ...]:
    """Return what the policy cannot do with those who hold a seat now, the worst first, and what it never can."""
    async with app.units_of_work.read() as view:
        members = await view.people.members()
        seated = [m for m in members if any(m.holds_office(group, view.now) for group in Group)]
        groups = handling_groups(seated, view.now)
        faults = administration_of(app, members, view.now).faults
    people: SeatedPeople[MemberId] = SeatedPeople(groups, sum(map(_has_mail_alone, seated)), has_mail)
    never = [Shortfall(sentence, "", harmful=False) for sentence in app.policy.ladder.not_carried]
    powers = [Shortfall(fault, "Note it on the console, under Members.", harmful=False) for fault in faults]
    return (*find_shortfalls(people, app.policy), *powers, *never)


def _has_mail_alone(member: Member) -> bool:
    return not member.accounts and member.email is not None
