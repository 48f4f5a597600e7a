"""A GitHub organisation as a Space, over the emulated one: what others lost their blocks by must not harm here."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.github.state import Role
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.webhooks import Webhook
from connectors.github.permissions import EVENTS, PERMISSIONS
from connectors.github.space import GithubSpace
from guardian.ids import Reference, SpaceName
from guardian.spaces.account_text import text_of_id
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Rejected, Unavailable
from guardian.spaces.port import (
    Account,
    ActedBy,
    CheckResult,
    Entitlements,
    Listing,
    Missing,
    Observed,
    ObservedRestriction,
    Presence,
    RestrictionOrder,
    Unknown,
    known_or_none,
)
from rules.precedence import AccessLevel
from tests.connectors.github.conftest import SpaceWith
from tests.fakes.clock import FrozenClock

GITHUB = SpaceName("github")
REFERENCE = Reference("GRD-23456789ABCD")
HELD = Observed((ObservedRestriction(AccessLevel.BARRED),), Presence.OUTSIDE)
OPEN = Observed((), Presence.OUTSIDE)


def outsider(github: GithubEmulator, login: str = "rowan") -> Account:
    return Account(GITHUB, str(github.register(login).id))


def member(github: GithubEmulator, login: str = "rowan", role: Role = Role.MEMBER) -> Account:
    return Account(GITHUB, str(github.add_member(login, role).id))


def a_bar(account: Account, level: AccessLevel = AccessLevel.BARRED) -> RestrictionOrder:
    return RestrictionOrder(
        account=account, level=level, reference=REFERENCE, reason=f"This account is paused. Reference {REFERENCE}."
    )


def blocked(github: GithubEmulator, account: Account) -> bool:
    return github.was_blocked(account.native_id, github.now())


def operations(github: GithubEmulator) -> list[str]:
    return [exchange.operation for exchange in github.history.exchanges]


# -- acting


async def test_somebody_outside_is_blocked_and_unblocked(space: GithubSpace, github: GithubEmulator) -> None:
    account = outsider(github)
    assert await space.observe(account) == OPEN
    assert await space.restrict(a_bar(account)) == Done()
    assert await space.observe(account) == HELD
    assert await space.release(account, AccessLevel.BARRED, "The term is over.") == Done()
    assert await space.observe(account) == OPEN


async def test_a_member_is_removed_before_the_block(space: GithubSpace, github: GithubEmulator) -> None:
    account = member(github)
    assert await space.restrict(a_bar(account)) == Done()
    made = operations(github)
    assert made.index("membership.delete") < made.index("block.put")
    assert blocked(github, account)
    assert not github.was_member(account.native_id, github.now())


async def test_somebody_invited_is_blocked_and_the_invitation_is_withdrawn(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = outsider(github)
    github.manual_actions.invite_by_hand("morgan", "rowan")
    assert await space.restrict(a_bar(account)) == Done()
    assert blocked(github, account)
    assert github.state.invitations == {}


async def test_what_is_blocked_already_is_left_as_it_is(space: GithubSpace, github: GithubEmulator) -> None:
    account = outsider(github)
    github.manual_actions.block_by_hand("morgan", "rowan")
    assert isinstance(await space.restrict(a_bar(account)), Done | Already)
    assert len(list(github.history.changes_of("block"))) == 1


async def test_unblocking_what_is_not_blocked_does_no_harm(space: GithubSpace, github: GithubEmulator) -> None:
    account = outsider(github)
    assert isinstance(await space.release(account, AccessLevel.BARRED, ""), Done | Already)
    assert list(github.history.changes_of("block")) == []


@pytest.mark.harm("owner-removed-for-good")
async def test_an_owner_is_refused_before_anything_is_done(space: GithubSpace, github: GithubEmulator) -> None:
    """One of two: GitHub itself refuses to remove the last."""
    account = member(github, "morgan", Role.OWNER)
    member(github, "jules", Role.OWNER)
    losses = await space.read_losses(account)
    assert isinstance(losses, Entitlements)
    assert losses.refusal is not None
    assert isinstance(await space.restrict(a_bar(account)), Forbidden)
    assert github.was_member(account.native_id, github.now())


@pytest.mark.harm("answer-about-somebody-else")
async def test_what_github_says_of_another_account_is_not_taken_for_this_ones(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account, other = outsider(github), member(github, "sorrel")
    github.state.accounts[int(account.native_id)] = github.state.accounts[int(other.native_id)]
    assert isinstance(await space.observe(account), Unknown)
    assert isinstance(await space.restrict(a_bar(account)), Unavailable)
    assert await space.find_account("rowan") is None
    assert github.was_member(other.native_id, github.now())


@pytest.mark.harm("answer-of-another-shape-believed")
@pytest.mark.parametrize("operation", ["block.list", "account.by_id", "membership.show"])
async def test_one_answer_of_another_shape_makes_the_whole_look_unknown(
    space: GithubSpace, github: GithubEmulator, operation: str
) -> None:
    account = outsider(github)
    await space.restrict(a_bar(account))
    github.set_fault(Fault(kind=FaultKind.ODD_ANSWER, operation=operation))
    assert isinstance(await space.observe(account), Unknown)
    assert {each.operation for each in github.history.exchanges if each.fault} == {operation}


@pytest.mark.harm("anothers-block-lifted-after-ours-ended")
async def test_where_many_are_blocked_a_block_of_anothers_is_not_called_ours(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = outsider(github)
    github.manual_actions.block_by_hand("morgan", "rowan")
    assert await space.restrict(replace(a_bar(account), bulk=True)) == Already()
    assert await space.restrict(replace(a_bar(outsider(github, "sorrel")), bulk=True)) == Done()


async def test_what_github_cannot_do_is_said(space: GithubSpace, github: GithubEmulator) -> None:
    account = outsider(github)
    assert isinstance(await space.restrict(a_bar(account, AccessLevel.MUTED)), Rejected)
    assert isinstance(await space.release(account, AccessLevel.MUTED, ""), Rejected)
    assert isinstance(await space.send_message(account, Message("a", "b", "c")), Rejected)
    assert space.capabilities.levels == {AccessLevel.BARRED}
    assert await space.linked_accounts(account) == ()


async def test_an_account_that_github_does_not_let_us_block_is_rejected(
    space: GithubSpace, github: GithubEmulator
) -> None:
    bot = github.state.find_account(github.bot_login)
    assert bot is not None
    assert isinstance(await space.restrict(a_bar(Account(GITHUB, str(bot.id)))), Rejected)


async def test_an_id_that_is_no_number_reaches_no_address(space: GithubSpace, github: GithubEmulator) -> None:
    stray = Account(GITHUB, "../orgs/community")
    assert isinstance(await space.restrict(a_bar(stray)), Rejected)
    assert isinstance(await space.read_losses(stray), Unknown)
    assert not {"organization.show", "block.put"} & set(operations(github))


# -- names that change hands


async def test_a_renamed_account_is_blocked_and_whoever_took_the_old_name_is_not(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = outsider(github)
    github.rename(int(account.native_id), "willow")
    other = outsider(github)
    assert other != account
    assert await space.restrict(a_bar(account)) == Done()
    assert blocked(github, account)
    assert not blocked(github, other)
    assert await space.observe(account) == HELD
    assert await space.observe(other) == OPEN


async def test_a_release_after_a_rename_frees_the_account_and_nobody_else(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = outsider(github)
    await space.restrict(a_bar(account))
    github.rename(int(account.native_id), "willow")
    other = outsider(github)
    github.manual_actions.block_by_hand("morgan", "rowan")
    assert await space.release(account, AccessLevel.BARRED, "") == Done()
    assert not blocked(github, account)
    assert blocked(github, other)


async def test_a_name_taken_while_a_member_is_removed_does_not_hit_the_other(
    space: GithubSpace, github: GithubEmulator
) -> None:
    """The id is resolved again between removal and block."""
    account = member(github)
    await space.restrict(a_bar(account))
    made = operations(github)
    assert made[made.index("membership.delete") + 1] == "account.by_id"


# -- a 404 that means no permission


async def test_a_404_for_want_of_permission_is_unknown_and_names_the_permission(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = outsider(github)
    await space.restrict(a_bar(account))
    del github.state.permissions["organization_user_blocking"]
    observed = await space.observe(account)
    assert isinstance(observed, Unknown)
    assert observed.needs == "Blocking users: read"
    assert isinstance(await space.list_restrictions(), Unknown)


async def test_a_404_for_everything_releases_places_and_forgets_nothing(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = outsider(github)
    await space.restrict(a_bar(account))
    github.set_fault(Fault(kind=FaultKind.NO_PERMISSION))
    assert isinstance(await space.observe(account), Unknown)
    assert isinstance(await space.read_losses(account), Unknown)
    assert isinstance(await space.restrict(a_bar(account)), Forbidden)
    assert isinstance(await space.release(account, AccessLevel.BARRED, ""), Forbidden)
    github.faults.clear()
    assert await space.observe(account) == HELD


async def test_without_the_right_to_block_an_act_is_forbidden_and_not_already_done(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = outsider(github)
    github.state.permissions["organization_user_blocking"] = "read"
    refused = await space.restrict(a_bar(account))
    assert refused == Forbidden("Blocking users: write")


@pytest.mark.harm("half-of-the-records-taken-for-all")
@pytest.mark.parametrize("passes", [0, 1])
async def test_where_half_of_githubs_records_cannot_be_read_they_name_nobody(
    space: GithubSpace, github: GithubEmulator, clock: FrozenClock, passes: int
) -> None:
    """Blocks are one half, what was lifted by an owner's hand is the other."""
    account = outsider(github)
    github.state.paid = True
    await space.restrict(a_bar(account))
    clock.advance(timedelta(minutes=5))
    github.manual_actions.unblock_by_hand("morgan", "rowan")
    assert (await space.attribute(account, AccessLevel.BARRED)).acted_by is ActedBy.OTHER
    github.set_fault(Fault(kind=FaultKind.NO_PERMISSION, operation="audit.list", times=1, passes=passes))
    assert (await space.attribute(account, AccessLevel.BARRED)).acted_by is ActedBy.UNKNOWN


@pytest.mark.harm("refused-lift-counted-as-done")
@pytest.mark.parametrize("granted", ["read", None])
async def test_without_the_right_to_block_an_unblock_is_forbidden_and_not_already_done(
    space: GithubSpace, github: GithubEmulator, granted: str | None
) -> None:
    """GitHub answers as where no block stands, and lists the blocks to whoever may look."""
    account = outsider(github)
    await space.restrict(a_bar(account))
    github.state.permissions.pop("organization_user_blocking")
    github.state.permissions |= {"organization_user_blocking": granted} if granted else {}
    released = await space.release(account, AccessLevel.BARRED, "")
    assert isinstance(released, Forbidden)
    assert released.needs.startswith("Blocking users")
    assert blocked(github, account)


async def test_a_member_whom_we_may_not_remove_is_forbidden(space: GithubSpace, github: GithubEmulator) -> None:
    account = member(github)
    github.state.permissions["members"] = "read"
    assert await space.restrict(a_bar(account)) == Forbidden("Members: write")
    assert github.was_member(account.native_id, github.now())


async def test_a_member_in_the_way_whom_we_cannot_see_is_a_missing_permission(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = member(github)
    github.set_fault(Fault(kind=FaultKind.NO_PERMISSION, operation="membership.show"))
    refused = await space.restrict(a_bar(account))
    assert isinstance(refused, Forbidden)
    assert refused.needs.startswith("Members: write")


async def test_an_account_that_is_proven_to_be_no_more_is_missing(space: GithubSpace) -> None:
    nobody = Account(GITHUB, "987654321")
    assert await space.observe(nobody) == Missing()
    assert await space.restrict(a_bar(nobody)) == Gone()
    assert await space.release(nobody, AccessLevel.BARRED, "") == Gone()


async def test_a_block_beyond_the_first_page_is_seen(space: GithubSpace, github: GithubEmulator) -> None:
    accounts = [outsider(github, f"person{number}") for number in range(101)]
    for number in range(101):
        github.manual_actions.block_by_hand("morgan", f"person{number}")
    assert await space.observe(accounts[0]) == HELD
    assert await space.observe(accounts[-1]) == HELD
    assert await space.observe(outsider(github)) == OPEN
    listing = await space.list_restrictions()
    assert isinstance(listing, Listing)
    assert set(listing.restrictions) == {account.native_id for account in accounts}


# -- faults


@pytest.mark.parametrize("status", [429, 403])
async def test_secondary_limits_are_understood_with_and_without_a_time(
    space: GithubSpace, github: GithubEmulator, status: int
) -> None:
    account = outsider(github)
    github.set_fault(Fault(kind=FaultKind.TOO_MANY, seconds=30, status=status, times=1))
    observed = await space.observe(account)
    assert isinstance(observed, Unknown)
    assert observed.after == timedelta(seconds=30)
    assert observed.needs is None
    github.set_fault(Fault(kind=FaultKind.TOO_MANY_SILENT, status=status, times=1))
    refused = await space.restrict(a_bar(account))
    assert isinstance(refused, Unavailable)
    assert refused.after == timedelta(seconds=60)


async def test_a_short_limit_is_waited_out(space: GithubSpace, github: GithubEmulator) -> None:
    github.set_fault(Fault(kind=FaultKind.TOO_MANY, seconds=0.05, status=403, times=2))
    assert await space.observe(outsider(github)) == OPEN


async def test_a_block_whose_answer_was_lost_ends_as_one_block(space: GithubSpace, github: GithubEmulator) -> None:
    account = outsider(github)
    github.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="block.put", times=1))
    assert isinstance(await space.restrict(a_bar(account)), Done | Already)
    assert len(list(github.history.changes_of("block"))) == 1
    assert await space.observe(account) == HELD


async def test_a_removal_whose_answer_was_lost_is_not_asked_for_again(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = member(github)
    github.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="membership.delete", times=1))
    assert isinstance(await space.restrict(a_bar(account)), Unavailable)
    assert await space.restrict(a_bar(account)) == Done()
    assert operations(github).count("membership.delete") == 1


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.SERVER_ERROR])
async def test_github_down_is_unknown_and_never_a_no(
    space: GithubSpace, github: GithubEmulator, kind: FaultKind
) -> None:
    account = outsider(github)
    await space.restrict(a_bar(account))
    github.set_fault(Fault(kind=kind))
    assert isinstance(await space.observe(account), Unknown)
    assert isinstance(await space.list_restrictions(), Unknown)
    assert isinstance(await space.release(account, AccessLevel.BARRED, ""), Unavailable)
    assert await space.server_time() is None
    assert isinstance(await space.find_account("rowan"), Unknown)
    github.faults.clear()
    assert await space.observe(account) == HELD


async def test_a_token_that_is_not_taken_any_more_is_replaced_at_once(
    space: GithubSpace, github: GithubEmulator
) -> None:
    account = outsider(github)
    await space.observe(account)
    github.credentials.expire_tokens()
    assert await space.observe(account) == OPEN


async def test_a_wrong_private_key_is_a_missing_permission(space_with: SpaceWith, github: GithubEmulator) -> None:
    space = space_with(installation_id=1)
    observed = await space.observe(outsider(github))
    assert isinstance(observed, Unknown)
    assert observed.needs
    assert not any(result.ok for result in await space.check())


@pytest.mark.wire_time
async def test_a_slow_answer_is_ended_by_the_ceiling_while_its_thread_is_known_busy(
    space_with: SpaceWith, github: GithubEmulator
) -> None:
    space, account = space_with(call_ceiling=timedelta(seconds=0.5)), outsider(github)
    await space.observe(account)
    github.set_fault(Fault(kind=FaultKind.LATENCY, operation="block.put", seconds=0.8))
    assert isinstance(await space.restrict(a_bar(account)), Unavailable)
    assert space.has_call_in_flight(account)
    await space.wait_until_idle()
    assert not space.has_call_in_flight(account)
    assert blocked(github, account)


async def test_many_questions_at_once_each_get_their_own_answer_and_one_token_serves_all(
    space: GithubSpace, github: GithubEmulator
) -> None:
    logins = [f"person{number}" for number in range(60)]
    ids = {login: str(github.register(login).id) for login in logins}
    found = await asyncio.gather(*(space.find_account(login) for login in logins))
    assert [f[0] for f in map(known_or_none, found) if f] == [ids[login] for login in logins]
    assert operations(github).count("token.create") == 1


# -- whose doing


async def test_without_an_audit_log_nobody_is_named(space: GithubSpace, github: GithubEmulator) -> None:
    account = outsider(github)
    await space.restrict(a_bar(account))
    assert (await space.attribute(account, AccessLevel.BARRED)).acted_by is ActedBy.UNKNOWN


async def test_an_audit_log_names_the_latest_hand(
    space: GithubSpace, github: GithubEmulator, clock: FrozenClock
) -> None:
    github.state.paid = True
    account = outsider(github)
    assert (await space.attribute(account, AccessLevel.BARRED)).acted_by is ActedBy.UNKNOWN
    await space.restrict(a_bar(account))
    assert (await space.attribute(account, AccessLevel.BARRED)).acted_by is ActedBy.GUARDIAN
    clock.advance(timedelta(minutes=5))
    github.manual_actions.unblock_by_hand("morgan", "rowan")
    attribution = await space.attribute(account, AccessLevel.BARRED)
    assert (attribution.acted_by, attribution.at) == (ActedBy.OTHER, clock.now())


# -- what a bar takes, and giving it back


async def test_membership_and_teams_are_recorded_and_given_back_by_invitation(
    space: GithubSpace, github: GithubEmulator
) -> None:
    """P-6.7."""
    account = member(github)
    team = github.add_team("helpers", "rowan")
    github.add_team("others", "morgan")
    losses = await space.read_losses(account)
    assert isinstance(losses, Entitlements)
    assert [(b.kind, b.label, b.privileged) for b in losses.entitlements] == [
        ("membership", "member", True),
        ("team", "helpers", False),
    ]
    await space.restrict(a_bar(account))
    assert all(isinstance(o, Rejected) for o in (await space.reinstate(account, losses.entitlements)).values())
    await space.release(account, AccessLevel.BARRED, "")
    assert all(isinstance(o, Done) for o in (await space.reinstate(account, losses.entitlements)).values())
    assert set((await space.reinstate(account, losses.entitlements)).values()) == {Already()}
    github.person("rowan").accept_invitation()
    assert github.was_member(account.native_id, github.now())
    assert int(account.native_id) in team.members


async def test_somebody_who_is_a_member_again_is_put_into_the_teams(space: GithubSpace, github: GithubEmulator) -> None:
    account = member(github)
    team = github.add_team("helpers", "rowan")
    losses = await space.read_losses(account)
    assert isinstance(losses, Entitlements)
    team.members.clear()
    assert set((await space.reinstate(account, losses.entitlements)).values()) == {Already(), Done()}
    assert int(account.native_id) in team.members


async def test_somebody_outside_has_nothing_to_lose(space: GithubSpace, github: GithubEmulator) -> None:
    assert await space.read_losses(outsider(github)) == Entitlements()
    assert await space.reinstate(outsider(github, "willow"), ()) == {}


# -- finding, checks, time


async def test_people_are_found_by_id_mention_or_exact_login_alone(space: GithubSpace, github: GithubEmulator) -> None:
    account = outsider(github)
    found = (account.native_id, "rowan")
    assert await space.find_account(account.native_id) == found
    assert await space.find_account("@rowan") == found
    assert await space.find_account(" Rowan ") == found
    for nobody in ("rowa", "rowan smith", "", "@", "../orgs", "99999999"):
        assert await space.find_account(nobody) is None


@pytest.mark.harm("another-person-hit-by-a-name")
async def test_a_login_of_digits_is_whoever_is_called_so_and_not_the_account_of_that_number(
    space: GithubSpace, github: GithubEmulator
) -> None:
    bystander = outsider(github)
    meant = github.add_member(bystander.native_id)
    assert await space.find_account(bystander.native_id) == (str(meant.id), bystander.native_id)
    assert await space.find_account(text_of_id(bystander.native_id)) == (bystander.native_id, "rowan")


@pytest.mark.harm("the-service-restricts-itself")
async def test_an_apps_account_is_known_for_what_it_is(space: GithubSpace, github: GithubEmulator) -> None:
    bot = github.state.find_account(github.bot_login)
    assert bot is not None
    assert await space.is_automated(Account(space.name, str(bot.id))) is True
    assert await space.is_automated(outsider(github)) is False


async def ill(space: GithubSpace) -> list[CheckResult]:
    """What the check finds missing."""
    return [result for result in await space.check() if not result.ok]


async def test_each_missing_permission_and_event_is_named_with_what_breaks(
    space: GithubSpace, github: GithubEmulator
) -> None:
    github.add_webhook("https://conduct.example/hooks/github")
    permissions, events = dict(github.state.permissions), list(github.state.events)
    assert await ill(space) == []
    for requirement in PERMISSIONS:
        github.state.permissions = {name: level for name, level in permissions.items() if name != requirement.api_name}
        assert [(each.needs, each.impact) for each in await ill(space)] == [(requirement.label, requirement.impact)]
        github.state.permissions = permissions | (
            {requirement.api_name: "read"} if requirement.api_level == "write" else {}
        )
        assert [each.remedy for each in await ill(space)] == (
            [requirement.remedy] if requirement.api_level == "write" else []
        )
    github.state.permissions = permissions
    for requirement in EVENTS:
        github.state.events = [event for event in events if event != requirement.api_name]
        assert [(each.needs, each.impact) for each in await ill(space)] == [(requirement.label, requirement.impact)]


async def test_a_webhook_that_leads_elsewhere_or_checks_no_certificate_is_told(
    space: GithubSpace, github: GithubEmulator
) -> None:
    for url in ("", "https://conduct.example/hooks/forum", "https://conduct.example"):
        github.webhook_sender.webhooks[:] = [Webhook(url)] if url else []
        (found,) = await ill(space)
        assert "/hooks/github" in found.remedy
    github.webhook_sender.webhooks[:] = [Webhook("https://conduct.example/hooks/github")]
    github.state.hook_ssl = False
    (found,) = await ill(space)
    assert "certificates" in found.summary


async def test_an_installation_that_is_suspended_or_somebody_elses_is_told(
    space_with: SpaceWith, github: GithubEmulator
) -> None:
    assert "another account" in (await ill(space_with(organization="elsewhere")))[0].summary
    assert "App's id" in (await ill(space_with(installation_id=1)))[0].remedy


async def test_a_missing_webhook_secret_is_told(space_with: SpaceWith) -> None:
    assert [f.ok for f in await space_with(webhook_secret=None).check()][-1] is False


async def test_githubs_time_is_read_from_the_wire_and_heard_with_every_answer(
    space: GithubSpace, github: GithubEmulator, clock: FrozenClock
) -> None:
    assert await space.server_time() == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    clock.advance(timedelta(hours=1))
    await space.observe(outsider(github))
    assert clock.dates == {"github": datetime(2026, 3, 2, 10, 0, tzinfo=UTC)}


async def test_the_private_key_never_shows_in_the_configurations_text(
    space: GithubSpace, github: GithubEmulator
) -> None:
    assert "PRIVATE KEY" not in repr(space._config)


@pytest.mark.harm("short-page-taken-for-the-last")
async def test_a_page_that_is_short_of_rows_is_not_the_last_where_a_link_leads_on(
    space: GithubSpace, github: GithubEmulator
) -> None:
    github.state.rows_short = 3
    for number in range(250):
        github.manual_actions.block_by_hand("morgan", github.register(f"spam{number}").login)
    listed = await space.list_restrictions()
    assert not isinstance(listed, Unknown)
    assert len(listed.restrictions) == 250
