"""The emulated spaces with everybody in them: founded before the first trial, touched by people's own hands meanwhile."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from connectors.emulators.shared.control import Declined
from connectors.emulators.shared.faults import FaultKind
from connectors.emulators.shared.history import Change, Exchange
from guardian.cases.case import Case, CaseKind, CaseState, Party, PartyRole
from guardian.clock import Clock
from guardian.ids import AccountId, CaseId, PersonId, SpaceName, new_id, new_reference
from guardian.journal import OPERATOR, Entry
from guardian.people.models import Group, LinkedAccount, Person, Trust
from guardian.presets import load_preset
from guardian.sandbox.bootstrap import create_installation
from guardian.sandbox.config import SandboxOptions, write_config
from guardian.sandbox.world import World
from guardian.settings.loader import read_settings
from guardian.spaces.port import Account
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.crash.fault_plan import FaultPlan
from tests.crash.judge import RestrictionChange, Trail
from tests.crash.plan import DISCORD, FORUM, GITHUB, SPACES, Level, Plan, Resident

RESYNC_EVERY = timedelta(minutes=20)
AT_ONCE = 8
"""People worked on side by side: what a small machine answers within the short ceiling of the trials."""
FOR_GOOD = datetime.fromisoformat("2999-01-01T00:00:00+00:00")
_NOT_APPLIED = (FaultKind.SERVER_ERROR, FaultKind.RESET, FaultKind.TOO_MANY, FaultKind.TOO_MANY_SILENT)


def create_residents(world: World, count: int) -> tuple[Resident, ...]:
    """So many people live in the three spaces; every third belongs to the organisation."""
    role = world.discord.state.add_role("Neighbours")
    world.github.add_team("neighbours")
    return tuple(_resident(world, number, role) for number in range(count))


def _resident(world: World, number: int, role: str) -> Resident:
    key, insider = f"resident{number}", number % 3 == 0
    state = world.discord.state
    on_discord = state.add_member(state.add_user(key), roles=[role])
    on_forum = world.forum.add_user(key)
    if insider:
        on_github = world.github.add_member(key)
        world.github.state.teams["neighbours"].members[on_github.id] = "member"
    else:
        on_github = world.github.register(key)
    accounts = {DISCORD: on_discord, FORUM: str(on_forum.id), GITHUB: str(on_github.id)}
    return Resident(key, PersonId(new_id()), CaseId(new_id()), accounts, insider)


async def install_service(folder: Path, world: World, residents: Iterable[Resident], clock: Clock) -> None:
    """The folder has an installation that knows everybody, with the service's own brake far away."""
    policy = load_preset("django").replace("max_people_per_hour = 20 ", "max_people_per_hour = 1000 ")
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    options = SandboxOptions(policy="policy.toml", resync_every=f"{RESYNC_EVERY.seconds // 60}m", call_ceiling="2s")
    path = write_config(folder, world, options)
    narrow = f"[reconciler]\npeople_at_once = {AT_ONCE}"
    path.write_text(path.read_text(encoding="utf-8").replace("[reconciler]", narrow), encoding="utf-8")
    settings = read_settings(path, {})
    group = [m for m in world.community.members() if m.holds_office(Group.WORKING_GROUP, clock.now())]
    await create_installation(settings, group[:2], clock)
    ring = KeyRing.load(settings.key_ring, settings.master_key)
    async with await Database.open(settings.database, application="plan") as database:
        await _store_residents(SqlUnitOfWorkFactory(database, ring, clock), residents)


async def _store_residents(units_of_work: SqlUnitOfWorkFactory, residents: Iterable[Resident]) -> None:
    """Each of them is a known person with a case and with accounts that bind."""
    async with units_of_work.begin() as uow:
        for resident in residents:
            about = Case(
                id=resident.case,
                code_name=f"case of {resident.key}",
                kind=CaseKind.REPORT,
                state=CaseState.IN_FORCE,
                opened_at=uow.now,
            )
            party = Party(resident.case, PartyRole.REPORTED, new_reference(), person=resident.person)
            await uow.people.add_person(Person(resident.person, resident.key, uow.now))
            await uow.cases.add_case(about)
            await uow.cases.add_party(party)
            for space, native_id in resident.accounts.items():
                account, id_ = Account(space, native_id), AccountId(new_id())
                known = LinkedAccount(
                    id=id_,
                    person=resident.person,
                    account=account,
                    handle=resident.key,
                    trust=Trust.VOUCHED,
                    linked_at=uow.now,
                    linked_by="plan",
                )
                await uow.people.add_account(known)
        uow.journal.note(Entry(act="town.was_founded", by=OPERATOR, authority="P-1.5"))


@dataclass(slots=True)
class ResidentActions:
    """Whoever lives there, and what they and the moderators do with their own hands."""

    world: World
    residents: tuple[Resident, ...]
    plan: Plan
    random: Random
    foreign: dict[str, SpaceName] = field(default_factory=dict)

    def act_by_hand(self, now: datetime) -> int:
        """What people do by themselves at a bell; how many did something."""
        free = [r for r in self.residents if self.plan.is_free(r, now)]
        did = sum(self._come_back(resident) for resident in free)
        for act, chance in (
            (self._ban_by_moderator, 0.5),
            (self._lift_by_moderator, 0.4),
            (self._lift_ours_by_moderator, 0.4),
        ):
            if self.random.random() < chance:
                did += act([r for r in free if self.plan.is_free(r, now)], now)
        return did

    def waiting_for_approval(self, now: datetime) -> tuple[Resident, ...]:
        """Those whose place in the organisation went with a bar that is over."""
        return tuple(
            r
            for r in self.residents
            if r.in_organisation
            and self.plan.is_free(r, now)
            and int(r.accounts[GITHUB]) not in self.world.github.state.members
            and not self._is_barred(r, GITHUB, now)
            and self.plan.desired_levels(r, GITHUB).at(now) is Level.OPEN
        )

    def _come_back(self, resident: Resident) -> bool:
        """Whoever is outside and not banned comes in again; whoever was invited accepts."""
        discord, on_discord = self.world.discord, resident.accounts[DISCORD]
        if on_discord not in discord.state.members and on_discord not in discord.state.bans:
            discord.rejoin(on_discord)
            return True
        if resident.in_organisation and self.random.random() < 0.7:
            try:
                self.world.github.person(resident.key).accept_invitation()
            except Declined:
                return False
            return True
        return False

    def _ban_by_moderator(self, free: list[Resident], now: datetime) -> bool:
        """A moderator bars somebody in one space, for reasons of their own, before anything of ours is there."""
        chosen = [r for r in free if r.key not in self.foreign and not self._is_restricted_by_us(r, now)]
        if not chosen:
            return False
        resident = self.random.choice(chosen)
        space = self.random.choice((DISCORD, FORUM, GITHUB))
        try:
            self._bar(resident, space)
        except Declined:
            return False
        self.plan.acted_on_at[resident.key] = now
        self.foreign[resident.key] = space
        return True

    def _is_restricted_by_us(self, resident: Resident, now: datetime) -> bool:
        wanted = any(self.plan.desired_levels(resident, space).at(now) is not Level.OPEN for space in SPACES)
        return wanted or any(self._is_barred(resident, space, now) for space in SPACES)

    def _is_barred(self, resident: Resident, space: SpaceName, now: datetime) -> bool:
        """As the platform itself has it."""
        native_id = resident.accounts[space]
        if space == DISCORD:
            return native_id in self.world.discord.state.bans
        if space == FORUM:
            return self.world.forum.state.users[int(native_id)].is_suspended(now)
        state = self.world.github.state
        return state.is_blocked(state.accounts[int(native_id)], now)

    def _lift_by_moderator(self, free: list[Resident], now: datetime) -> bool:
        """That moderator lifts it again, whatever of ours is wanted by now."""
        keys = [r for r in free if r.key in self.foreign]
        if not keys:
            return False
        resident = self.random.choice(keys)
        self._unbar(resident, self.foreign.pop(resident.key))
        self.plan.acted_on_at[resident.key] = now
        return True

    def _lift_ours_by_moderator(self, free: list[Resident], now: datetime) -> bool:
        """A moderator lifts what the group decided; it is put back."""
        chosen = [
            (r, space)
            for r in free
            for space in SPACES
            if r.key not in self.foreign
            and self.plan.desired_levels(r, space).at(now) is Level.BARRED
            and self._is_barred(r, space, now)
        ]
        if not chosen:
            return False
        resident, space = self.random.choice(chosen)
        self._unbar(resident, space)
        self.plan.acted_on_at[resident.key] = now
        return True

    def _bar(self, resident: Resident, space: SpaceName) -> None:
        world = self.world
        if space == DISCORD:
            world.discord.ban_by_hand(world["oskar"].discord, resident.accounts[DISCORD], "spam")
        elif space == FORUM:
            world.forum.manual_actions.suspend_by_hand("priya", resident.key, FOR_GOOD, "spam")
        else:
            world.github.manual_actions.block_by_hand("marek", resident.key)

    def _unbar(self, resident: Resident, space: SpaceName) -> None:
        world = self.world
        if space == DISCORD:
            world.discord.unban_by_hand(world["oskar"].discord, resident.accounts[DISCORD])
        elif space == FORUM:
            world.forum.manual_actions.unsuspend_by_hand("priya", resident.key)
        else:
            world.github.manual_actions.unblock_by_hand("marek", resident.key)


# -- what judges are given


def trails(world: World, plan: Plan, weather: FaultPlan, ends: datetime) -> Iterable[Trail]:
    """The trail of every account, from the emulators' histories and the plan."""
    for space in SPACES:
        history = world.emulator(space).history
        ours = {DISCORD: world.discord.state.bot_id, FORUM: world.forum.api_username, GITHUB: world.github.bot_login}
        by_subject: dict[str, list[Change]] = {}
        for change in history.changes:
            by_subject.setdefault(change.subject, []).append(change)
        outages = weather.outages(space, history.exchanges)
        for resident in plan.residents:
            changes = by_subject.get(resident.accounts[space], [])
            yield Trail(
                desired=plan.desired_levels(resident, space),
                changes=tuple(restriction_changes(changes, ours[space])),
                ends=ends,
                outages=outages,
                presence=_presence(changes) if space == DISCORD else None,
                removals=_removals(changes, ours[space]) if space == GITHUB else (),
                unheard=RESYNC_EVERY,
                name=f"{resident.key} in {space}",
            )


_KINDS: Mapping[str, Level] = {
    "ban": Level.BARRED,
    "suspension": Level.BARRED,
    "block": Level.BARRED,
    "timeout": Level.MUTED,
    "silence": Level.MUTED,
}


def restriction_changes(changes: Iterable[Change], ours: str) -> Iterable[RestrictionChange]:
    """The changes of holds among all changes."""
    for change in changes:
        level = _KINDS.get(change.what)
        if level is not None:
            until = datetime.fromisoformat(change.after) if isinstance(change.after, str) else None
            yield RestrictionChange(change.at, level, change.after is not None, change.by == ours, until)


def _presence(changes: Iterable[Change]) -> tuple[tuple[datetime, bool], ...]:
    return tuple((c.at, c.after is not None) for c in changes if c.what == "membership")


def _removals(changes: Iterable[Change], ours: str) -> tuple[datetime, ...]:
    return tuple(c.at for c in changes if c.what == "membership" and c.after is None and c.by == ours)


def deletions(world: World) -> int:
    """Messages of people that the service deleted: there is never a reason."""
    history, bot = world.discord.history, world.discord.state.bot_id
    return sum(1 for c in history.changes_of("message") if c.after is None and c.by == bot)


def repeated_notices(world: World) -> int:
    """How often a message that had arrived was sent again; its nonce tells."""
    sent: dict[tuple[str, str], int] = {}
    for exchange in world.discord.history.calls("message.post"):
        if isinstance(exchange.body, dict) and _was_applied(exchange):
            place = exchange.path, str(exchange.body.get("nonce"))
            sent[place] = sent.get(place, 0) + 1
    return sum(times - 1 for times in sent.values())


def _was_applied(exchange: Exchange) -> bool:
    return not any(kind in (exchange.fault or "").split("+") for kind in _NOT_APPLIED)
