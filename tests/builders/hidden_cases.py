"""A world in which everything that a case can have stands, and none of it is to be known by one member.

`hidden_world` first. Zoe holds every seat, so that no answer of hers is for want of a permission; Yara holds the same
seats and is kept from nothing.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Self

from guardian.cases.case import Case, PartyRole
from guardian.cases.data_requests import DataRequestKind
from guardian.cases.drafts import DraftKind
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.flags import FlagInput
from guardian.cases.handoffs import Urgency
from guardian.cases.measures import MeasureKind
from guardian.ids import MemberId, PersonId, SessionId
from guardian.people.models import Group, LinkEvidence, Member, Office, Trust
from guardian.people.sign_ins import SignInWay
from guardian.services.case_flow import refer_to_board, reported_people
from guardian.services.decisions.drafts import DraftInput, write_draft
from guardian.services.deliberation.proposals import propose
from guardian.services.escalation.cross_space import propose_if_cross_space
from guardian.services.escalation.escalations import EscalationInput, escalate
from guardian.services.escalation.local_matters import receive_flag
from guardian.services.escalation.referrals import refer
from guardian.services.escalation.subjects import MatterSubject
from guardian.services.identity.linking import FoundAccount, link_account, person_for_account, propose_link
from guardian.services.identity.merging import merge_people
from guardian.services.measures.measures import MeasureRequest, set_measure
from guardian.services.members import AccountInput
from guardian.services.raids import announcement
from guardian.services.raids.announcement import RaidPreview
from guardian.services.reading_room.case_file import read_case
from guardian.services.records.shared_facts import draft_shared_facts
from guardian.services.reports.data_requests import submit
from guardian.services.sign_in.sessions import open_session
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from guardian.spaces.port import Account
from rules.measures import MeasureReason
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.builders.community import (
    AMARA,
    BRUNO,
    DISCORD,
    FARID,
    FORUM,
    INES,
    Community,
    a_community,
    a_member,
    a_message,
    a_role,
    everybody,
)
from tests.builders.journey import a_warning, newest_case
from tests.guardian.services.records.test_shared_facts import GIVEN

ZOE = MemberId("m11-zoe")
YARA = MemberId("m12-yara")
UNKNOWN = "velvet-nothing"
NEWCOMER = "newcomer"
"""An account on Discord of which no case says anything."""
ACCOUNTS = {
    "700000000000000001": "grumbler",
    "700000000000000021": "brawler",
    "700000000000000022": "spammer",
    "700000000000000023": "raider",
    "700000000000000024": "flagged",
    "700000000000000099": NEWCOMER,
}
SAID = "They told Bruno so in confidence."


@dataclass(slots=True)
class HiddenWorld:
    """The community with one case open to Zoe, and with hidden ones, of which each thing's own references are listed."""

    community: Community
    visible: Case
    visible_person: str
    sessions: dict[MemberId, SessionId] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)
    raid_lists: dict[str, RaidPreview] = field(default_factory=dict)

    def add_id(self, name: str, *ids: str) -> None:
        """Remember what stands in a hidden case under the name by which use cases ask for it."""
        self.ids.setdefault(name, []).extend(ids)


class Snapshot:
    """The database file as it was, to compare with and to return to, seen from beside the service."""

    def __init__(self, folder: Path) -> None:
        self._live = sqlite3.connect(folder / "guardian.sqlite")
        self._saved = sqlite3.connect(":memory:")
        self._live.backup(self._saved)
        self._version = self._read_version()
        self._tables = [n for (n,) in self._live.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.close()
        self._saved.close()

    def has_changed(self) -> bool:
        """Return whether anything has been written since."""
        return self._read_version() != self._version

    def undo(self) -> dict[str, int]:
        """Return how many rows of each table are new or changed since, and undo all of it."""
        if not self.has_changed():
            return {}
        changed = {table: len(_rows(self._live, table) - _rows(self._saved, table)) for table in self._tables}
        self._saved.backup(self._live)
        self._version = self._read_version()
        return {table: rows for table, rows in changed.items() if rows}

    def _read_version(self) -> int:
        return int(self._live.execute("PRAGMA data_version").fetchone()[0])


def _rows(connection: sqlite3.Connection, table: str) -> set[tuple[object, ...]]:
    return set(connection.execute(f'SELECT * FROM "{table}"').fetchall())


def of_every_seat(member: MemberId, name: str, number: int) -> Member:
    """A member of every group, in every office."""
    group, moderators = Group.WORKING_GROUP, Group.MODERATORS
    offices = (Office.CHAIR, Office.LIAISON, Office.BOARD_LIAISON)
    roles = [a_role(group, office) for office in offices]
    roles += [a_role(moderators, office) for office in (Office.CHAIR, Office.LIAISON)]
    return a_member(
        member, name, *roles, a_role(moderators, space=DISCORD), a_role(Group.BOARD, Office.CHAIR), number=number
    )


@asynccontextmanager
async def hidden_world(folder: Path, kind: ExclusionKind | None) -> AsyncIterator[HiddenWorld]:
    """Zoe is kept from every case but one, in that way; without a kind the other cases do not exist."""
    members = (*everybody(), of_every_seat(ZOE, "Zoe Quist", 61), of_every_seat(YARA, "Yara Zidan", 62))
    async with a_community(folder, members=members) as community:
        for native_id, handle in ACCOUNTS.items():
            community.spaces[DISCORD].add(native_id, handle)
        community.spaces[FORUM].add("41", "grump41")
        visible, person = await community.a_named_case("visitor")
        world = HiddenWorld(community=community, visible=visible, visible_person=person)
        if kind is not None:
            await _add_cases(world)
            await _exclude_zoe(world, kind)
        await _open_session(world, ZOE, visible.code_name)
        community.pass_time(timedelta(minutes=5))
        for account in (*world.accounts, NEWCOMER):
            world.raid_lists[account] = await announcement.preview(community.app, ZOE, account, DISCORD)
        yield world


async def _add_cases(world: HiddenWorld) -> None:
    await _add_group_case(world)
    for add in (_add_act, _add_measure, _add_raid, _add_matter, _add_referral, _add_board_case, _add_pattern):
        await add(world)
    async with world.community.units_of_work.read() as view:
        for case in await view.cases.cases():
            if case.id != world.visible.id:
                world.codes.append(case.code_name)
                parties = [each.person for each in await view.cases.parties_of(case.id) if each.person is not None]
                known = [await view.people.person(each) for each in parties]
                world.people += [each.code_name for each in known if each is not None]
                for report in await view.cases.reports_of(case.id):
                    world.add_id("report", report.id)
                world.add_id("evidence", *[each.id for each in await view.cases.evidence_of(case.id)])
    world.people = sorted(set(world.people))


async def _add_group_case(world: HiddenWorld) -> None:
    community = world.community
    log = a_message(file_name="log.txt", content=b"What stood in the channel.")
    case, person = await community.a_named_case(evidence=(log,))
    for member in (ZOE, YARA):
        await read_case(community.app, member, case.code_name)
    link = await propose_link(community.app, BRUNO, person, FORUM, "grump41", SAID)
    world.add_id("link_id", link.link)
    written = DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, "We look at it.")
    draft = await write_draft(community.app, AMARA, case.code_name, written)
    world.add_id("draft_id", draft.id)
    other, second = await community.a_named_case("second")
    made = await merge_people(community.app, BRUNO, person, second, SAID)
    world.add_id("merge_id", made.merge)
    proposal = await propose(community.app, AMARA, other.code_name, a_warning())
    world.add_id("proposal_id", proposal.id)
    world.add_id("sharing_id", await draft_shared_facts(community.app, AMARA, other.code_name, GIVEN))
    async with community.units_of_work.begin() as uow:
        await submit(
            community.app, uow, other, DataRequestKind.ACCESS, "", person=(await reported_people(uow, other))[0]
        )
        world.add_id("request_id", *(each.id for each in await uow.data_requests.requests_of(other.id)))
    world.accounts.append("grumbler")


async def _open_session(world: HiddenWorld, member: MemberId, code_name: str) -> None:
    """The member has a session, and reads the case in it."""
    opened = await open_session(world.community.app, member, SignInWay.LINK)
    world.sessions[member] = opened.id
    await read_case(world.community.app, member, code_name)


async def _add_act(world: HiddenWorld) -> None:
    given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults just now.", term=timedelta(days=3))
    done = await act(world.community.app, FARID, AccountInput(DISCORD, "brawler"), given)
    world.add_id("act_id", done.id)
    world.accounts.append("brawler")


async def _add_measure(world: HiddenWorld) -> None:
    target, term = AccountInput(DISCORD, "spammer"), timedelta(days=2)
    request = MeasureRequest(MeasureKind.MUTED, target, MeasureReason.SPAM, term)
    world.add_id("matter", (await set_measure(world.community.app, INES, request)).matter)
    world.accounts.append("spammer")


async def _add_raid(world: HiddenWorld) -> None:
    app = world.community.app
    shown = await announcement.preview(app, AMARA, "raider", DISCORD)
    await announcement.announce(app, AMARA, shown, Restriction.BANNED, Ground.ONGOING, "They flood us.")


async def _add_matter(world: HiddenWorld) -> None:
    """One flag that waits with the moderators, and one that they passed on."""
    app = world.community.app
    waits, passed_on = [await receive_flag(app, a_flag(delivery)) for delivery in ("waits", "passed on")]
    assert waits is not None
    assert passed_on is not None
    world.add_id("matter", waits, passed_on)
    seen = await escalate(app, INES, EscalationInput(MatterSubject(passed_on), Urgency.SOON, "", "Please look."))
    world.add_id("reference", seen.reference)


def a_flag(delivery: str) -> FlagInput:
    on, by = Account(DISCORD, "700000000000000024"), Account(DISCORD, "700000000000000025")
    evidence = a_message(link=f"https://discord.example/1/2/{delivery}", author=on, author_handle="flagged")
    return FlagInput(
        space=DISCORD,
        delivery=delivery,
        kind="something else",
        text="This is vile.",
        on=on,
        by=by,
        by_handle="flagger",
        evidence=evidence,
    )


async def _add_referral(world: HiddenWorld) -> None:
    case, _ = await world.community.a_named_case("referred")
    await refer(world.community.app, AMARA, case.code_name, DISCORD)


async def _add_board_case(world: HiddenWorld) -> None:
    case, _ = await world.community.a_named_case("lofty")
    async with world.community.units_of_work.begin() as uow:
        await refer_to_board(uow, world.community.app.policy, case, "groups")


async def _add_pattern(world: HiddenWorld) -> None:
    """Somebody was measured in two spaces, which the liaisons are asked about."""
    app, on = world.community.app, Account(DISCORD, "700000000000000026")
    world.community.spaces[DISCORD].add(on.native_id, "roamer")
    world.community.spaces[FORUM].add("77", "roamer77")
    request = MeasureRequest(MeasureKind.MUTED, AccountInput(DISCORD, "roamer"), MeasureReason.SPAM, timedelta(days=2))
    await set_measure(app, INES, request)
    person = await _link_elsewhere(world, FoundAccount(on, "roamer"))
    await set_measure(app, AMARA, _on_forum(request))
    async with world.community.units_of_work.begin() as uow:
        await propose_if_cross_space(uow, app.policy, person)
        found = [each for each in await uow.handoffs.all_handoffs() if each.person is not None]
        sanctions = [each.reference for each in await uow.sanctions.unlifted()]
    world.add_id("reference", *[each.reference for each in found], *sanctions)
    world.accounts.append("roamer")


def _on_forum(request: MeasureRequest) -> MeasureRequest:
    """The same on the account of the forum."""
    return MeasureRequest(request.kind, AccountInput(FORUM, "roamer77"), request.reason, request.term)


async def _link_elsewhere(world: HiddenWorld, found: FoundAccount) -> PersonId:
    case = await newest_case(world.community)
    async with world.community.units_of_work.begin() as uow:
        person = await person_for_account(uow, found, AMARA)
        evidence = LinkEvidence(case.id, Trust.EVIDENCED, "service")
        await link_account(uow, person, Account(FORUM, "77"), "roamer77", evidence)
        return person.id


async def _exclude_zoe(world: HiddenWorld, kind: ExclusionKind) -> None:
    async with world.community.units_of_work.begin() as uow:
        for case in await uow.cases.cases():
            if case.id != world.visible.id:
                at = world.community.clock.now()
                await uow.cases.add_exclusion(
                    Exclusion(case=case.id, member=ZOE, kind=kind, cause="named", at=at, by="test")
                )
