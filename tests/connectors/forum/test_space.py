"""The forum as a Space, over the emulated forum: what others lost their suspensions by must not harm here."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.webhooks import Webhook
from connectors.forum.permissions import ANONYMOUS_MODE, EVENTS, HIDDEN_REASONS, KEY, MESSAGES
from connectors.forum.space import ForumSpace
from connectors.forum.translate import NEEDS_RANK
from guardian.ids import Reference, SpaceName
from guardian.spaces.account_text import text_of_id
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Rejected, Unavailable
from guardian.spaces.port import (
    Account,
    ActedBy,
    CheckResult,
    Entitlement,
    EntitlementKind,
    Entitlements,
    Listing,
    Missing,
    Observed,
    ObservedRestriction,
    RestrictionOrder,
    Unknown,
)
from rules.precedence import AccessLevel
from tests.connectors.forum.conftest import SpaceWith
from tests.fakes.clock import FrozenClock

FORUM = SpaceName("forum")
REFERENCE = Reference("GRD-23456789ABCD")
REASON = f"This account is paused. Reference {REFERENCE}."
TEXT = Message("About your account", "Hello.\nPlease see https://guardian.example/p/abc and ask @morgan.", "n-1")


def account_of(forum: ForumEmulator, username: str = "rowan", **facts: object) -> Account:
    user = forum.state.find_user(username) or forum.add_user(username, **facts)
    return Account(FORUM, str(user.id))


def an_order(
    account: Account, level: AccessLevel = AccessLevel.BARRED, until: datetime | None = None, reason: str = REASON
) -> RestrictionOrder:
    return RestrictionOrder(account=account, level=level, reference=REFERENCE, reason=reason, until=until)


def our_id(forum: ForumEmulator) -> str:
    user = forum.state.find_user(forum.api_username)
    assert user is not None
    return str(user.id)


# -- acting


@pytest.mark.parametrize("level", [AccessLevel.BARRED, AccessLevel.MUTED])
async def test_what_is_placed_is_seen_with_our_reference_without_end_and_goes_again(
    space: ForumSpace, forum: ForumEmulator, level: AccessLevel
) -> None:
    account = account_of(forum)
    assert await space.restrict(an_order(account, level)) == Done()
    assert await space.observe(account) == Observed((ObservedRestriction(level, None, REFERENCE, our_id(forum)),))
    assert await space.release(account, level, "The term is over.") == Done()
    assert await space.observe(account) == Observed()


async def test_a_suspension_is_open_ended_and_sends_no_mail(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    end = forum.now() + timedelta(days=7)
    await space.restrict(an_order(account, until=end))
    assert forum.was_suspended(account.native_id, end + timedelta(days=3650))
    assert forum.person("rowan").mails() == []


async def test_where_the_site_ends_suspensions_itself_the_end_is_the_forums_own(
    space_with: SpaceWith, forum: ForumEmulator, clock: FrozenClock
) -> None:
    space, account = space_with(native_end=True), account_of(forum)
    end = clock.now() + timedelta(days=7)
    await space.restrict(an_order(account, until=end))
    assert await space.observe(account) == Observed(
        (ObservedRestriction(AccessLevel.BARRED, end, REFERENCE, our_id(forum)),)
    )
    clock.advance(timedelta(days=7))
    assert await space.observe(account) == Observed()
    assert not forum.was_suspended(account.native_id, clock.now())


async def test_a_suspension_that_stands_already_is_not_replaced(space: ForumSpace, forum: ForumEmulator) -> None:
    """The forum answers 409, and its sentence stands where the library does not look."""
    account, end = account_of(forum), forum.now() + timedelta(days=3)
    forum.manual_actions.suspend_by_hand("morgan", "rowan", end, "spam")
    assert await space.restrict(an_order(account)) == Already()
    morgan = account_of(forum, "morgan").native_id
    assert await space.observe(account) == Observed((ObservedRestriction(AccessLevel.BARRED, end, None, morgan),))


@pytest.mark.harm("deed-believed-for-a-200")
@pytest.mark.parametrize("level", [AccessLevel.BARRED, AccessLevel.MUTED])
async def test_what_the_forum_answered_and_did_not_do_is_no_deed(
    level: AccessLevel, space: ForumSpace, forum: ForumEmulator
) -> None:
    """P-6.1: the forum only logs what goes wrong in it, and answers 200."""
    account = account_of(forum)
    forum.state.swallowed = 1
    assert isinstance(await space.restrict(an_order(account, level)), Unavailable)
    assert await space.restrict(an_order(account, level)) == Done()


async def test_the_forum_writes_to_whoever_is_silenced_though_we_gave_no_text(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    account = account_of(forum)
    await space.restrict(an_order(account, AccessLevel.MUTED))
    assert len(forum.person("rowan").mails()) == len(forum.person("rowan").inbox()) == 1
    assert space.capabilities.writes_to_person == {AccessLevel.MUTED}


@pytest.mark.harm("deed-believed-for-a-200")
async def test_a_silence_that_ran_out_and_was_not_tidied_away_does_not_swallow_ours(
    space: ForumSpace, forum: ForumEmulator, clock: FrozenClock
) -> None:
    account = account_of(forum)
    forum.manual_actions.silence_by_hand("morgan", "rowan", clock.now() + timedelta(minutes=1), "noise")
    clock.advance(timedelta(minutes=2))
    assert await space.restrict(an_order(account, AccessLevel.MUTED)) == Done()
    assert forum.was_silenced(account.native_id, clock.now() + timedelta(days=1))


async def test_lifting_what_is_not_there_does_no_harm(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    for level in (AccessLevel.BARRED, AccessLevel.MUTED):
        assert isinstance(await space.release(account, level, "The term is over."), Done | Already)
    assert list(forum.history.changes_of("suspension")) == []


async def test_staff_are_refused_by_the_survey_and_by_the_forum(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum, "morgan")
    losses = await space.read_losses(account)
    assert isinstance(losses, Entitlements)
    assert losses.refusal is not None
    assert await space.restrict(an_order(account)) == Forbidden(NEEDS_RANK)
    assert await space.release(account, AccessLevel.BARRED, "") == Forbidden(NEEDS_RANK)


async def test_ordinary_accounts_lose_nothing_but_the_way_in(space: ForumSpace, forum: ForumEmulator) -> None:
    assert await space.read_losses(account_of(forum)) == Entitlements()


async def test_a_reason_longer_than_the_forum_takes_is_rejected_before_it_is_sent(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    assert isinstance(await space.restrict(an_order(account_of(forum), reason="x" * 301)), Rejected)
    assert forum.history.calls("user.suspend") == []


async def test_an_id_that_is_no_number_reaches_no_address(space: ForumSpace, forum: ForumEmulator) -> None:
    stray = Account(FORUM, "7/suspend.json?x=")
    assert isinstance(await space.restrict(an_order(stray)), Rejected)
    assert isinstance(await space.release(stray, AccessLevel.BARRED, ""), Rejected)
    assert isinstance(await space.observe(stray), Unknown)
    assert forum.history.exchanges == []


async def test_an_order_for_nothing_silences_nobody(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    assert isinstance(await space.restrict(an_order(account, AccessLevel.OPEN)), Rejected)
    assert isinstance(await space.release(account, AccessLevel.OPEN, ""), Rejected)
    assert forum.history.exchanges == []


# -- faults


async def test_an_answer_lost_after_the_suspension_was_made_ends_as_ours(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    account = account_of(forum)
    forum.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="user.suspend", times=1))
    assert await space.restrict(an_order(account)) in (Already(), Done())
    seen = await space.observe(account)
    assert isinstance(seen, Observed)
    assert seen.restrictions[0].reference == REFERENCE
    assert len(list(forum.history.changes_of("suspension"))) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_forum_that_is_down_is_tried_quickly_again_and_is_then_unknown(
    space: ForumSpace, forum: ForumEmulator, status: int
) -> None:
    account = account_of(forum)
    forum.set_fault(Fault(kind=FaultKind.SERVER_ERROR, status=status))
    assert isinstance(await space.observe(account), Unknown)
    assert len(forum.history.exchanges) == 3
    forum.faults.clear()
    forum.set_fault(Fault(kind=FaultKind.SERVER_ERROR, status=status, times=2))
    assert await space.observe(account) == Observed()


async def test_a_limit_with_a_long_wait_is_passed_on_and_not_slept_out(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    forum.set_fault(Fault(kind=FaultKind.TOO_MANY, seconds=30))
    observed = await space.observe(account)
    assert isinstance(observed, Unknown)
    assert observed.after == timedelta(seconds=30)
    assert len(forum.history.exchanges) == 1


@pytest.mark.parametrize("status", [429, 500])
async def test_limits_without_a_time_are_understood_in_both_forms(
    space: ForumSpace, forum: ForumEmulator, status: int
) -> None:
    """Plain text from the layer in front; and JSON without `extras`, on which the library breaks."""
    forum.set_fault(Fault(kind=FaultKind.TOO_MANY_SILENT, status=status, times=2))
    assert await space.observe(account_of(forum)) == Observed()


async def test_a_key_without_staff_rights_is_unknown_and_names_what_is_needed(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    forum.set_fault(Fault(kind=FaultKind.NO_PERMISSION))
    observed = await space.observe(account_of(forum))
    assert isinstance(observed, Unknown)
    assert observed.needs


@pytest.mark.parametrize("hidden", [True, False])
async def test_a_404_that_means_no_permission_is_not_a_missing_account(
    space_with: SpaceWith, forum: ForumEmulator, hidden: bool
) -> None:
    """The forum hides its staff pages from others: `not_found_response` then says nothing about the account."""
    forum.hides_admin_routes = hidden
    forum.add_user("helper")
    account = account_of(forum)
    forum.manual_actions.suspend_by_hand("morgan", "rowan", forum.now() + timedelta(days=3), "spam")
    space = space_with(api_key=forum.add_key("helper"), api_username="helper")
    observed = await space.observe(account)
    assert isinstance(observed, Unknown)
    assert observed.needs
    assert isinstance(await space.release(account, AccessLevel.BARRED, ""), Forbidden)
    assert isinstance(await space.list_restrictions(), Unknown)


async def test_an_account_that_is_proven_to_be_no_more_is_missing(space: ForumSpace) -> None:
    nobody = Account(FORUM, "987654")
    assert await space.observe(nobody) == Missing()
    assert await space.restrict(an_order(nobody)) == Gone()
    assert await space.release(nobody, AccessLevel.BARRED, "") == Gone()
    assert await space.send_message(nobody, TEXT) == Gone()


async def test_a_merged_account_is_missing_and_nothing_is_done_to_the_one_that_is_left(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    """The old number is gone; whoever is left was never named by anybody, and is restricted only once they are."""
    await space.restrict(an_order(account_of(forum)))
    gone = account_of(forum)
    survivor = account_of(forum, forum.add_user("rowan-two").username)
    forum.manual_actions.merge("morgan", "rowan", "rowan-two")
    assert isinstance(await space.observe(gone), Missing)
    assert await space.restrict(an_order(gone)) == Gone()
    assert isinstance(await space.send_message(gone, TEXT), Gone)
    assert await space.observe(survivor) == Observed()


async def test_an_anonymised_account_is_still_held_as_ours_and_let_go(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    await space.restrict(an_order(account))
    forum.manual_actions.anonymize("morgan", "rowan")
    seen = await space.observe(account)
    assert isinstance(seen, Observed)
    assert [observed_restriction.reference for observed_restriction in seen.restrictions] == [
        an_order(account).reference
    ]
    assert (await space.attribute(account, AccessLevel.BARRED)).acted_by is ActedBy.GUARDIAN
    assert await space.linked_accounts(account) == ()
    assert await space.release(account, AccessLevel.BARRED, REASON) == Done()
    assert not forum.was_suspended(account.native_id, forum.now())


async def test_a_wrong_address_is_never_a_no(forum: ForumEmulator, space_with: SpaceWith) -> None:
    space = space_with(base_url="http://127.0.0.1:9")
    account = account_of(forum)
    assert isinstance(await space.observe(account), Unknown)
    assert isinstance(await space.restrict(an_order(account)), Unavailable)
    assert await space.server_time() is None
    assert isinstance(await space.find_account("rowan"), Unknown)


@pytest.mark.wire_time
async def test_a_slow_drip_is_ended_by_the_ceiling_while_its_thread_is_known_busy(
    space_with: SpaceWith, forum: ForumEmulator
) -> None:
    space, account = space_with(call_ceiling=timedelta(seconds=0.3)), account_of(forum)
    forum.set_fault(Fault(kind=FaultKind.DRIP, operation="user.suspend", seconds=1.0))
    assert isinstance(await space.restrict(an_order(account)), Unavailable)
    assert space.has_call_in_flight(account)
    assert not space.has_call_in_flight(account_of(forum, "morgan"))
    await space.wait_until_idle()
    assert not space.has_call_in_flight(account)
    assert forum.was_suspended(account.native_id, forum.now())


async def test_a_stale_list_is_no_part_of_an_observation(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    forum.set_fault(Fault(kind=FaultKind.STALE_READ, operation="user.list"))
    await space.restrict(an_order(account))
    seen = await space.observe(account)
    assert isinstance(seen, Observed)
    assert seen.find_restriction(AccessLevel.BARRED) is not None


@pytest.mark.harm("answer-about-somebody-else")
async def test_what_the_forum_says_of_another_account_is_not_taken_for_this_ones(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    account, other = account_of(forum), account_of(forum, "sorrel")
    forum.manual_actions.suspend_by_hand("morgan", "sorrel", forum.now() + timedelta(days=3), "spam")
    forum.state.users[int(account.native_id)] = forum.state.users[int(other.native_id)]
    assert isinstance(await space.observe(account), Unknown)
    assert isinstance(await space.send_message(account, TEXT), Unavailable)


@pytest.mark.harm("answer-about-somebody-else")
async def test_another_account_that_the_forum_gives_for_a_name_is_not_the_one_that_was_meant(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    account, other = account_of(forum), account_of(forum, "rowan-two")
    forum.state.users[int(account.native_id)] = forum.state.users[int(other.native_id)]
    assert await space.find_account("rowan") is None


# -- whose doing


async def test_the_staff_log_says_whose_doing_it_was(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    assert (await space.attribute(account, AccessLevel.BARRED)).acted_by is ActedBy.UNKNOWN
    await space.restrict(an_order(account))
    assert (await space.attribute(account, AccessLevel.BARRED)).acted_by is ActedBy.GUARDIAN
    forum.manual_actions.unsuspend_by_hand("morgan", "rowan")
    attribution = await space.attribute(account, AccessLevel.BARRED)
    assert (attribution.acted_by, attribution.by) == (ActedBy.OTHER, account_of(forum, "morgan").native_id)
    assert (await space.attribute(account, AccessLevel.MUTED)).acted_by is ActedBy.UNKNOWN


async def test_a_log_that_gives_no_answer_says_nothing(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    await space.restrict(an_order(account))
    forum.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="staff_log.list"))
    assert (await space.attribute(account, AccessLevel.BARRED)).acted_by is ActedBy.UNKNOWN


# -- sweeps


async def test_a_sweep_reads_all_pages_and_both_lists(space: ForumSpace, forum: ForumEmulator) -> None:
    end = forum.now() + timedelta(days=3)
    for number in range(130):
        forum.add_user(f"person{number}")
        forum.manual_actions.suspend_by_hand("morgan", f"person{number}", end, "spam")
    quiet = account_of(forum, "person0")
    forum.manual_actions.silence_by_hand("morgan", "person0", end, "noise")
    listing = await space.list_restrictions()
    assert isinstance(listing, Listing)
    assert len(listing.restrictions) == 130
    assert listing.restrictions[quiet.native_id] == (
        ObservedRestriction(AccessLevel.BARRED, end),
        ObservedRestriction(AccessLevel.MUTED, end),
    )
    assert len(forum.history.calls("user.list")) == 5


@pytest.mark.harm("short-page-taken-for-the-last")
async def test_a_list_that_gives_its_first_page_again_and_again_is_unknown(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    account_of(forum)
    forum.manual_actions.suspend_by_hand("morgan", "rowan", forum.now() + timedelta(days=3), "spam")
    forum.state.repeats_page = True
    assert isinstance(await space.list_restrictions(), Unknown)


async def test_a_sweep_with_one_failed_page_is_unknown(space: ForumSpace, forum: ForumEmulator) -> None:
    account_of(forum)
    forum.manual_actions.suspend_by_hand("morgan", "rowan", forum.now() + timedelta(days=3), "spam")
    forum.set_fault(Fault(kind=FaultKind.LATENCY, operation="user.list", times=1))
    forum.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="user.list", times=3))
    assert isinstance(await space.list_restrictions(), Unknown)


# -- telling


async def test_a_text_reaches_the_inbox_once_however_often_it_is_sent(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    told = await space.send_message(account, TEXT)
    assert isinstance(told, Done)
    assert told.proof.startswith("post ")
    assert isinstance(await space.send_message(account, TEXT), Done)
    assert len(forum.person("rowan").inbox()) == 1


async def test_a_sending_whose_answer_was_lost_is_recognised(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    forum.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="post.create", times=1))
    assert isinstance(await space.send_message(account, TEXT), Unavailable)
    assert isinstance(await space.send_message(account, TEXT), Done)
    assert len(forum.person("rowan").inbox()) == 1


async def test_a_text_neither_mentions_nor_makes_the_forum_fetch_anything(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    account = account_of(forum)
    await space.send_message(account, TEXT)
    [post] = forum.person("rowan").inbox()[0]["posts"]
    assert "`https://guardian.example/p/abc`" in post["raw"]
    assert "`@morgan.`" in post["raw"]
    assert list(forum.history.changes_of("fetch")) == []


async def test_nobody_suspended_counts_as_told(space: ForumSpace, forum: ForumEmulator) -> None:
    """P-6.2: the forum's post is proof only if the account could still log in."""
    account = account_of(forum)
    await space.restrict(an_order(account))
    assert isinstance(await space.send_message(account, TEXT), Rejected)
    assert forum.history.calls("post.create") == []


async def test_a_text_that_the_forum_finds_too_short_is_rejected_and_not_padded(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    assert isinstance(await space.send_message(account_of(forum), Message("Subject", "Hi", "n-2")), Rejected)


async def test_a_text_goes_to_the_account_and_not_to_whoever_took_its_old_name(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    account = account_of(forum)
    forum.manual_actions.rename("rowan", "willow")
    forum.add_user("rowan")
    await space.send_message(account, TEXT)
    assert len(forum.person("willow").inbox()) == 1
    assert forum.person("rowan").inbox() == []


# -- finding and linking


async def test_people_are_found_by_id_mention_or_exact_name_alone(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    found = (account.native_id, "rowan")
    assert await space.find_account(account.native_id) == found
    assert await space.find_account("@rowan") == found
    assert await space.find_account(" Rowan ") == found
    for nobody in ("rowa", "rowan smith", "", "@", "../admin", "99999"):
        assert await space.find_account(nobody) is None


async def test_a_name_of_digits_is_found_where_no_id_is_meant(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum, "777777")
    assert await space.find_account("777777") == (account.native_id, "777777")


@pytest.mark.harm("another-person-hit-by-a-name")
async def test_a_name_of_digits_is_whoever_is_called_so_and_not_the_account_of_that_number(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    bystander = account_of(forum)
    meant = account_of(forum, bystander.native_id)
    assert await space.find_account(bystander.native_id) == (meant.native_id, bystander.native_id)
    assert await space.find_account(f"@{bystander.native_id}") == (meant.native_id, bystander.native_id)
    assert await space.find_account(text_of_id(bystander.native_id)) == (bystander.native_id, "rowan")


@pytest.mark.harm("another-person-hit-by-a-name")
async def test_a_number_is_nobody_while_it_is_not_known_whether_somebody_is_called_so(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    account = account_of(forum)
    forum.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="user.profile", status=502))
    assert isinstance(await space.find_account(account.native_id), Unknown)


@pytest.mark.parametrize("text", ["jos\u00e9", "JOS\u00c9", "jose\u0301", "@jose\u0301"])
async def test_a_name_is_found_in_every_form_of_unicode(space: ForumSpace, forum: ForumEmulator, text: str) -> None:
    account = account_of(forum, "jos\u00e9")
    assert await space.find_account(text) == (account.native_id, "jos\u00e9")


@pytest.mark.harm("the-service-restricts-itself")
async def test_the_services_own_account_is_known_for_what_it_is(space: ForumSpace, forum: ForumEmulator) -> None:
    own = await space.find_account(forum.api_username)
    assert isinstance(own, tuple)
    assert await space.is_automated(Account(space.name, own[0])) is True
    assert await space.is_automated(account_of(forum)) is False
    assert await space.is_automated(Account(space.name, "-1")) is True


async def test_the_forum_vouches_for_the_accounts_that_people_sign_in_with(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    account = account_of(forum, external_ids={"github": "55", "discord": "66", "other": "77"})
    vouched = {Account(SpaceName("github"), "55"), Account(SpaceName("discord"), "66")}
    linked = await space.linked_accounts(account)
    assert not isinstance(linked, Unknown)
    assert set(linked) == vouched
    assert await space.linked_accounts(account_of(forum, "morgan")) == ()


# -- checks and time


OURS = "https://conduct.example/hooks/forum"
NAMES = frozenset(requirement.api_name for requirement in EVENTS)


async def ill(space: ForumSpace) -> list[CheckResult]:
    """What the check finds missing."""
    return [result for result in await space.check() if not result.ok]


@pytest.fixture
def looked_at(space_with: SpaceWith, forum: ForumEmulator) -> ForumSpace:
    """The forum as it should be, with an administrator's key, which can read its webhooks."""
    forum.add_user("keeper", admin=True)
    forum.state.settings["hide_suspension_reasons"] = True
    forum.webhook_sender.webhooks[:] = [Webhook(OURS, "s" * 12, NAMES)]
    return space_with(api_key=forum.add_key("keeper"), api_username="keeper")


async def test_a_public_suspension_reason_is_warned_of_with_a_moderators_key_too(
    space: ForumSpace, looked_at: ForumSpace, forum: ForumEmulator
) -> None:
    assert await ill(space) == await ill(looked_at) == []
    forum.state.settings["hide_suspension_reasons"] = False
    for each in (space, looked_at):
        assert [(found.needs, found.impact) for found in await ill(each)] == [
            (HIDDEN_REASONS.label, HIDDEN_REASONS.impact)
        ]


@pytest.mark.harm("held-account-goes-on-without-a-name")
@pytest.mark.parametrize("switch", ["allow_anonymous_mode", "allow_anonymous_posting"])
async def test_an_anonymous_mode_is_warned_of_since_a_silenced_person_goes_on_in_it(
    switch: str, space: ForumSpace, looked_at: ForumSpace, forum: ForumEmulator
) -> None:
    forum.state.settings[switch] = True
    await space.restrict(an_order(account_of(forum), AccessLevel.MUTED))
    assert forum.person("rowan").go_anonymous().publish("A public matter of mine", "You are all fools, every one.")
    assert [found.needs for found in await ill(space)] == [ANONYMOUS_MODE.label]


async def test_a_forum_that_does_not_say_whether_it_has_an_anonymous_mode_is_no_good_news(
    space: ForumSpace, looked_at: ForumSpace, forum: ForumEmulator
) -> None:
    del forum.state.settings["allow_anonymous_mode"]
    assert [found.needs for found in await ill(space)] == [ANONYMOUS_MODE.label]


@pytest.mark.harm("short-page-taken-for-the-last")
async def test_a_page_that_is_short_of_a_row_is_not_the_last_of_the_list(
    space: ForumSpace, forum: ForumEmulator
) -> None:
    forum.state.short_pages = True
    for number in range(250):
        forum.add_user(f"person{number}")
        forum.manual_actions.suspend_by_hand("morgan", f"person{number}", datetime(2030, 1, 1, tzinfo=UTC), "spam")
    listed = await space.list_restrictions()
    assert not isinstance(listed, Unknown)
    assert len(listed.restrictions) == 250


async def test_what_a_public_reason_shows_is_the_fixed_sentence_alone(space: ForumSpace, forum: ForumEmulator) -> None:
    await space.restrict(an_order(account_of(forum)))
    forum.add_user("passer-by")
    assert forum.person("passer-by").profile_of("rowan")["suspend_reason"] == REASON


async def test_a_check_with_a_moderators_key_says_what_it_cannot_read(space: ForumSpace) -> None:
    assert [result.ok for result in await space.check() if "administrator's key" in result.summary] == [True]


async def test_a_check_names_a_key_without_rights(space_with: SpaceWith, forum: ForumEmulator) -> None:
    forum.add_user("helper")
    space = space_with(api_key=forum.add_key("helper"), api_username="helper", webhook_secret=None)
    found = await ill(space)
    assert (found[0].needs, found[0].impact) == (KEY.label, KEY.impact)
    assert "webhook secret" in found[-1].remedy


async def test_a_check_names_a_key_of_an_account_that_is_suspended_or_of_another(
    space: ForumSpace, space_with: SpaceWith, forum: ForumEmulator
) -> None:
    forum.state.users[forum.person("guardian").account.id].active = False
    for each in (space, space_with(api_username="morgan"), space_with(api_key="wrong")):
        found = await ill(each)
        assert found[0].needs == KEY.label
        assert "neither suspended nor deactivated" in found[0].remedy


async def test_a_check_names_messages_that_we_may_not_read(looked_at: ForumSpace, forum: ForumEmulator) -> None:
    forum.set_fault(Fault(kind=FaultKind.NO_PERMISSION, operation="messages.inbox"))
    assert [found.impact for found in await ill(looked_at)] == [MESSAGES.impact]


async def test_a_forum_that_takes_no_changes_is_told_and_what_is_wanted_waits(
    looked_at: ForumSpace, forum: ForumEmulator
) -> None:
    forum.state.read_only = True
    assert ["read-only" in found.summary for found in await ill(looked_at)] == [True]
    assert isinstance(await looked_at.restrict(an_order(account_of(forum))), Unavailable)


async def test_each_missing_event_is_named_with_what_breaks(looked_at: ForumSpace, forum: ForumEmulator) -> None:
    assert await ill(looked_at) == []
    for requirement in EVENTS:
        forum.webhook_sender.webhooks[:] = [Webhook(OURS, "s" * 12, NAMES - {requirement.api_name})]
        assert [(found.needs, found.impact) for found in await ill(looked_at)] == [
            (requirement.label, requirement.impact)
        ]


@pytest.mark.parametrize("url", ["", "https://conduct.example/hooks/github", "https://conduct.example"])
async def test_a_webhook_that_is_missing_or_leads_elsewhere_is_told(
    looked_at: ForumSpace, forum: ForumEmulator, url: str
) -> None:
    forum.webhook_sender.webhooks[:] = [Webhook(url, "s" * 12, NAMES)] if url else []
    assert ["/hooks/forum" in found.remedy for found in await ill(looked_at)] == [True]


async def test_a_check_warns_of_a_webhook_that_would_bring_us_everybodys_private_messages(
    looked_at: ForumSpace, forum: ForumEmulator
) -> None:
    for events in (NAMES | {"post_created"}, NAMES | {"notification_created"}, None):
        forum.webhook_sender.webhooks[:] = [Webhook(OURS, "s" * 12, events)]
        assert ["private messages" in found.summary for found in await ill(looked_at)] == [True]


async def test_a_check_says_who_else_reads_the_group_and_whether_we_do(
    space_with: SpaceWith, forum: ForumEmulator
) -> None:
    ours, other = forum.person("guardian").account.id, forum.person("morgan").account.id
    found = []
    for members in ({other}, {ours, other}, {ours}):
        forum.state.groups["conduct"] = members
        found.append(next(f for f in await space_with(group="conduct").check() if "group" in f.summary).ok)
    assert found == [False, False, True]


async def test_a_check_of_a_silent_forum_says_so(space: ForumSpace, forum: ForumEmulator) -> None:
    forum.set_fault(Fault(kind=FaultKind.RESET))
    assert not any(f.ok for f in (await space.check())[:2])


async def test_the_forums_time_is_read_from_the_wire_and_heard_with_every_answer(
    space: ForumSpace, forum: ForumEmulator, clock: FrozenClock
) -> None:
    assert await space.server_time() == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    clock.advance(timedelta(hours=1))
    await space.observe(account_of(forum))
    assert clock.dates == {"forum": datetime(2026, 3, 2, 10, 0, tzinfo=UTC)}


async def test_the_key_never_shows_in_the_configurations_text(space: ForumSpace, forum: ForumEmulator) -> None:
    assert forum.api_key not in repr(space._config)


async def test_a_limited_budget_answers_instead_of_waiting_too_long(
    space_with: SpaceWith, forum: ForumEmulator
) -> None:
    space, account = space_with(rate_per_minute=2), account_of(forum)
    for _ in range(2):
        await space.observe(account)
    observed = await space.observe(account)
    assert isinstance(observed, Unknown)
    assert observed.after is not None


async def test_nothing_was_taken_so_nothing_is_given_back(space: ForumSpace, forum: ForumEmulator) -> None:
    account = account_of(forum)
    assert await space.reinstate(account, ()) == {}
    [refused] = (await space.reinstate(account, (Entitlement(EntitlementKind.TEAM, "4", "helpers"),))).values()
    assert isinstance(refused, Rejected)
