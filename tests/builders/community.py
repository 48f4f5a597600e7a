"""The application over a real SQLite file: a small community with a working group of six, a Board and a moderator.

Every test states only its own fact; `report`, `case` and the like do the rest through the use cases.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from guardian.cases.access import case_for_member
from guardian.cases.case import Case
from guardian.cases.reports import ReportChannel
from guardian.ids import AccountId, MemberId, SpaceName
from guardian.notices.models import Notice, NoticeKind
from guardian.people.models import Group, Member, Office, Role
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.services.context import AppContext
from guardian.services.identity.linking import LinkView, confirm_link, identify_reported_person
from guardian.services.reading_room.case_file import CaseFile, read_case
from guardian.services.reports.intake import EvidenceInput, IntakeResult, Submission, receive
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import create_tables
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.policy import Policy
from tests.builders.databases import copy_blank_file, make_template_folder
from tests.fakes.clock import START, FrozenClock
from tests.fakes.pauses import FakePauses
from tests.fakes.space import FakeSpace

DISCORD = SpaceName("discord")
FORUM = SpaceName("forum")
GITHUB = SpaceName("github")

AMARA = MemberId("m01-amara")
BRUNO = MemberId("m02-bruno")
CHIARA = MemberId("m03-chiara")
DMITRI = MemberId("m04-dmitri")
ELENI = MemberId("m05-eleni")
FARID = MemberId("m06-farid")
GRETA = MemberId("m07-greta")
HIROSHI = MemberId("m08-hiroshi")
INES = MemberId("m09-ines")

WORKING_GROUP = (AMARA, BRUNO, CHIARA, DMITRI, ELENI, FARID)
BOARD = (CHIARA, GRETA, HIROSHI)

TEXT = "Somebody wrote insults under my question in the help channel, again and again."
SOMEBODY = Account(DISCORD, "700000000000000001")
A_REPORTER = Account(DISCORD, "700000000000000002")

_SEEDED: "Final[dict[tuple[Member, ...], _Seeded]]" = {}


def a_role(group: Group, office: Office = Office.MEMBER, **facts: Any) -> Role:
    """A role that began a year before the test's own time."""
    return Role(group=group, office=office, **{"since": START - timedelta(days=365), **facts})


def a_member(member: MemberId, name: str, *roles: Role, number: int = 1, **facts: Any) -> Member:
    """A member with an account in each space; the handle is the first name and a number."""
    handle = f"{name.split(maxsplit=1)[0].lower()}{number}x"
    accounts = (
        Account(DISCORD, f"60000000000000000{number}"),
        Account(FORUM, f"{number}"),
        Account(GITHUB, f"8000{number}"),
    )
    return Member(id=member, name=name, roles=roles, **{"accounts": accounts, "aliases": (handle,), **facts})


def everybody() -> tuple[Member, ...]:
    """The community: Amara chairs, Bruno is the liaison to the moderators, Chiara the one to the Board."""
    group, board = Group.WORKING_GROUP, Group.BOARD
    return (
        a_member(AMARA, "Amara Okafor", a_role(group, Office.CHAIR), number=1),
        a_member(BRUNO, "Bruno Keller", a_role(group, Office.LIAISON), number=2),
        a_member(CHIARA, "Chiara Rossi", a_role(group, Office.BOARD_LIAISON), a_role(board), number=3),
        a_member(DMITRI, "Dmitri Volkov", a_role(group), number=4),
        a_member(ELENI, "Eleni Pappas", a_role(group), number=5),
        a_member(FARID, "Farid Haddad", a_role(group), number=6),
        a_member(GRETA, "Greta Lindqvist", a_role(board), number=7),
        a_member(HIROSHI, "Hiroshi Tanaka", a_role(board), number=8),
        a_member(INES, "Ines Moreau", a_role(Group.MODERATORS, space=DISCORD), number=9),
    )


def a_submission(**facts: Any) -> Submission:
    """A report through the page: what happened, and that the reported person may be contacted."""
    answers = {"hold_contact": "no", **facts.pop("answers", {})}
    return Submission(**{"channel": ReportChannel.PAGE, "what_happened": TEXT, "answers": answers, **facts})


def a_message(**facts: Any) -> EvidenceInput:
    """A reported message on Discord, written by somebody who is not a member."""
    given = {
        "kind": "message",
        "link": "https://discord.example/1/2/3",
        "author": SOMEBODY,
        "text": "You are all fools.",
    }
    return EvidenceInput(**{**given, "author_handle": "grumbler", **facts})


@dataclass(slots=True)
class Community:
    """The application with everything behind it. `system_clock` is the machine's time, which a test moves as well."""

    app: AppContext
    units_of_work: SqlUnitOfWorkFactory
    clock: FrozenClock
    system_clock: FrozenClock
    spaces: dict[SpaceName, FakeSpace]
    folder: Path
    database_url: str

    async def report(self, **facts: Any) -> IntakeResult:
        """A report has been received."""
        return await receive(self.app, a_submission(**facts))

    async def case(self, received: IntakeResult) -> Case:
        """The case of a report, as the database has it."""
        async with self.units_of_work.read() as view:
            report = await view.cases.report(received.report)
            found = await view.cases.case(report.case) if report else None
        assert found is not None
        return found

    async def a_case(self, **facts: Any) -> Case:
        """The case of a new report."""
        return await self.case(await self.report(**facts))

    async def a_named_case(self, handle: str = "grumbler", **facts: Any) -> tuple[Case, str]:
        """A case about a person with an account on Discord whom the report names, and the person's code name."""
        account = SOMEBODY.native_id if handle == "grumbler" else f"71{abs(hash(handle)) % 10**12}"
        self.spaces[DISCORD].add(account, handle)
        case = await self.a_case(**{"who": handle, **facts})
        by = GRETA if case.board_only else AMARA
        person = await identify_reported_person(self.app, by, case.code_name, DISCORD, handle)
        async with self.units_of_work.read() as view:
            found = await view.cases.case(case.id)
        assert found is not None
        return found, person

    async def notices_to(self, member: MemberId) -> tuple[Notice, ...]:
        """Every notice to the member, oldest first."""
        async with self.units_of_work.read() as view:
            cases = await view.cases.cases()
            notices = [notice for case in cases for notice in await view.notices.of_case(case.id)]
        return tuple(sorted((n for n in notices if n.to.member == member), key=lambda n: n.id))

    async def waiting_notices(self) -> list[Notice]:
        """What waits to be sent now, of a case or of none."""
        async with self.units_of_work.read() as view:
            due = [await view.notices.notice(each) for each in await view.notices.due(view.now)]
        return [each for each in due if each is not None]

    async def notice_kinds_to(self, member: MemberId) -> list[NoticeKind]:
        """The kinds of the member's notices, oldest first."""
        return [notice.kind for notice in await self.notices_to(member)]

    async def who_was_notified(self, kind: NoticeKind) -> set[MemberId]:
        """Everybody who has a notice of the kind."""
        return {m.id for m in everybody() if kind in await self.notice_kinds_to(m.id)}

    async def open_case(self, member: MemberId, code_name: str) -> Case:
        """The case, as the member is given it; raises NotFound where they may not know of it."""
        async with self.units_of_work.read() as view:
            return await case_for_member(view, member, code_name)

    async def read_case(self, member: MemberId, code_name: str) -> CaseFile:
        """What the member reads in the reading room."""
        return await read_case(self.app, member, code_name)

    async def read_and_confirm(self, member: MemberId, code_name: str, link: AccountId) -> LinkView:
        """The member has read the link's evidence in the reading room, and then agreed to it."""
        await self.read_case(member, code_name)
        return await confirm_link(self.app, member, link)

    async def journal_acts(self) -> list[str]:
        """The acts in the journal, oldest first."""
        async with self.units_of_work.read() as view:
            lines = await view.journal.after(0)
        # Members whom a test puts down or changes without any act leave only this.
        return [line.act for line in lines if line.act != "access.was_changed"]

    async def change_member(self, member: MemberId, **facts: Any) -> None:
        """The member is changed, as their group would change them."""
        async with self.units_of_work.begin() as uow:
            known = await uow.people.member(member)
            assert known is not None
            await uow.people.save_member(replace(known, **facts))

    def pass_time(self, by: timedelta) -> datetime:
        """So much later, by the case's time and by the machine's."""
        self.clock.advance(by)
        self.system_clock.advance(by)
        return self.clock.now()


@cache
def preset_policy(name: str) -> Policy:
    """The policy of the preset, read once: it is frozen."""
    return read_policy(load_preset(name))


@dataclass(frozen=True, slots=True)
class _Seeded:
    """Files with these members in them, and the ring that opens them."""

    folder: Path
    ring: KeyRing
    database: str = "guardian.sqlite"


async def _copy_seeded_files(folder: Path, members: tuple[Member, ...]) -> _Seeded:
    """The folder has a database with the members in it, with its ring: made once a process, then copied."""
    if members not in _SEEDED:
        _SEEDED[members] = await _seed(members)
    shutil.copytree(_SEEDED[members].folder, folder, dirs_exist_ok=True)
    return _SEEDED[members]


async def _seed(members: tuple[Member, ...]) -> _Seeded:
    folder = make_template_folder()
    seeded = _Seeded(folder, KeyRing.create(folder / "ring", folder / "master"))
    async with await Database.open(await copy_blank_file(folder / seeded.database)) as database:
        await _add_members(database, seeded.ring, members)
        await database.scrub()
    return seeded


async def _add_members(database: Database, ring: KeyRing, members: tuple[Member, ...]) -> None:
    async with SqlUnitOfWorkFactory(database, ring, FrozenClock()).begin() as uow:
        for member in members:
            await uow.people.add_member(member)


@asynccontextmanager
async def a_community(
    folder: Path,
    *,
    policy: Policy | None = None,
    members: tuple[Member, ...] | None = None,
    server_url: str | None = None,
) -> AsyncIterator[Community]:
    """The application with the community behind it; everything is closed afterwards.

    `server_url` is that of an empty database on a server; otherwise a file in the folder is the database.
    """
    clock, system_clock = FrozenClock(), FrozenClock()
    spaces = {name: FakeSpace(clock, name) for name in (DISCORD, FORUM, GITHUB)}
    pauses = FakePauses(DISCORD, clock)
    registry = SpaceRegistry(
        tuple(
            RegisteredSpace(space, Mode.ENFORCE, pauses=pauses if name == DISCORD else None)
            for name, space in spaces.items()
        )
    )
    seeded = await _copy_seeded_files(folder, members or everybody())
    database_url = server_url or f"sqlite+aiosqlite:///{folder / seeded.database}"
    async with await Database.open(database_url) as database:
        numbers = policy or preset_policy("django")
        ring = KeyRing.load(folder / "ring", folder / "master")
        if server_url is not None:
            (folder / seeded.database).unlink()
            await create_tables(database)
            await _add_members(database, ring, members or everybody())
        units_of_work = SqlUnitOfWorkFactory(database, ring, clock, numbers.groups.board)
        app = AppContext(
            units_of_work=units_of_work,
            policy=numbers,
            clock=clock,
            spaces=registry,
            base_url="https://guardian.example",
            community="Example",
            system_time=system_clock.now,
        )
        yield Community(
            app=app,
            units_of_work=units_of_work,
            clock=clock,
            system_clock=system_clock,
            spaces=spaces,
            folder=folder,
            database_url=database_url,
        )
