"""Sabotaged spaces: each takes one mechanism away, as the systems did whose harms the stories are told against.

A sabotage is put round every space by `assembly`; the product has no switch for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from connectors.discord.translate import Success
from guardian.ids import Reference, SpaceName
from guardian.sandbox.community import DISCORD, FORUM, GITHUB
from guardian.sandbox.stories.manual_space import CHAT
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Done, Forbidden, Outcome, Unavailable
from guardian.spaces.port import (
    Account,
    Entitlements,
    Listing,
    Observation,
    Observed,
    Presence,
    RestrictionOrder,
    Space,
    Unknown,
    known_or_none,
)
from guardian.spaces.port import ObservedRestriction as HeldThere
from rules.precedence import AccessLevel

Sabotage = Callable[[Space], Space]

_FORM_SENT = 5


class WrappedSpace:
    """A space with something round it: what is not said otherwise is the inner space's own."""

    def __init__(self, inner: Space) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class ConfirmationIgnored(WrappedSpace):
    """Says that it holds, and never asked the platform."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.claimed: dict[Account, HeldThere] = {}

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        self.claimed[order.account] = HeldThere(order.level, order.until, order.reference)
        return Done()

    async def observe(self, account: Account) -> Observation:
        observed_restriction = self.claimed.get(account)
        return (
            Observed((observed_restriction,), Presence.OUTSIDE)
            if observed_restriction
            else await self.inner.observe(account)
        )


class AskingTakenForDone(ConfirmationIgnored):
    """Asks people to do it, and does not wait until they have said that it is done."""

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        await self.inner.restrict(order)
        return await super().restrict(order)


class ReleaseDropped(WrappedSpace):
    """Says that it has let go, and never asked the platform."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.dropped: set[Account] = set()

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        self.dropped.add(account)
        return Done()

    async def observe(self, account: Account) -> Observation:
        return Observed() if account in self.dropped else await self.inner.observe(account)


class FailureTakenForDone(WrappedSpace):
    """Reads "no answer" as "done", in acts and in looks."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.believed: dict[Account, HeldThere] = {}

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        outcome = await self.inner.restrict(order)
        self.believed[order.account] = HeldThere(order.level, order.until, order.reference)
        return Done() if isinstance(outcome, Unavailable) else outcome

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        found = await self.inner.read_losses(account)
        return Entitlements() if isinstance(found, Unknown) else found

    async def observe(self, account: Account) -> Observation:
        seen = await self.inner.observe(account)
        if not isinstance(seen, Unknown):
            return seen
        observed_restriction = self.believed.get(account)
        return Observed((observed_restriction,), Presence.OUTSIDE) if observed_restriction else Observed()


class EverythingTakenForOurs(WrappedSpace):
    """Does not ask who placed what it sees."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.ordered: dict[Account, Reference] = {}

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        self.ordered[order.account] = order.reference
        return await self.inner.restrict(order)

    async def observe(self, account: Account) -> Observation:
        seen = await self.inner.observe(account)
        if not isinstance(seen, Observed) or not seen.restrictions:
            return seen
        reference = self.ordered.get(account)
        return (
            Observed()
            if reference is None
            else replace(seen, restrictions=(replace(seen.restrictions[0], reference=reference),))
        )


class StaleTimer(WrappedSpace):
    """A timer of its own for each restriction, set when it was placed and never asked about again."""

    def __init__(self, inner: Space, now: Callable[[], datetime], term: timedelta) -> None:
        super().__init__(inner)
        self.now, self.term = now, term
        self.timers: dict[Account, datetime] = {}

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        self.timers[order.account] = self.now() + self.term
        return await self.inner.restrict(order)

    async def list_restrictions(self) -> Listing | Unknown:
        for account in [each for each, ends in self.timers.items() if self.now() >= ends]:
            await self.inner.release(account, AccessLevel.BARRED, "the timer ran out")
        return await self.inner.list_restrictions()


class ReplacedByLifting(WrappedSpace):
    """Lifts whatever stands before it looks, and places it anew: once an instant, since each time is an event to look at."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.ordered: dict[Account, RestrictionOrder] = {}
        self.replaced: dict[Account, datetime] = {}

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        self.ordered[order.account] = order
        return await self.inner.restrict(order)

    async def observe(self, account: Account) -> Observation:
        order, now = self.ordered.get(account), cast(Any, self.inner)._clock.now()
        if order is not None and self.replaced.get(account) != now and (await self._is_held(account)):
            self.replaced[account] = now
            await self.inner.release(account, order.level, "to be replaced")
            await self.inner.restrict(order)
        return await self.inner.observe(account)

    async def _is_held(self, account: Account) -> bool:
        seen = await self.inner.observe(account)
        return isinstance(seen, Observed) and bool(seen.restrictions)


class StartedAnew(WrappedSpace):
    """Knows nothing of what it did before the restart: sees nothing at first, and begins by lifting."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.looked: set[Account] = set()

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        await self.inner.release(order.account, order.level, "to begin anew")
        return await self.inner.restrict(order)

    async def observe(self, account: Account) -> Observation:
        first = account not in self.looked
        self.looked.add(account)
        return Observed() if first else await self.inner.observe(account)


class Copied(WrappedSpace):
    """Sends a copy of each first notice to everybody whom it ever wrote to: a shared channel in other words."""

    words = "new report"

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.written_to: dict[Account, None] = {}
        self.copied: set[str] = set()

    async def send_message(self, account: Account, message: Message) -> Outcome:
        self.written_to[account] = None
        outcome = await self.inner.send_message(account, message)
        if self.words in message.subject and message.subject not in self.copied:
            self.copied.add(message.subject)
            for number, other in enumerate(tuple(self.written_to)):
                await self.inner.send_message(other, replace(message, nonce=f"{message.nonce[:-2]}{number:02d}"))
        return outcome


class CopiedDown(Copied):
    """The same for what moderators pass on: the group's name of the case comes back to them."""

    words = "passed on by moderators"


class NotificationDropped(WrappedSpace):
    """Says that it has told people, and never wrote to anybody."""

    async def send_message(self, account: Account, message: Message) -> Outcome:
        return Done("said to be sent")


class BelievedForever(WrappedSpace):
    """Believes for ever that somebody is shut out whom it has once seen so: nobody looks again, whatever happens there."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.seen: dict[Account, Observed] = {}

    async def observe(self, account: Account) -> Observation:
        if account not in self.seen:
            seen = await self.inner.observe(account)
            if not isinstance(seen, Observed) or seen.find_restriction(AccessLevel.BARRED) is None:
                return seen
            self.seen[account] = seen
        return self.seen[account]


class OwnRecordsListed(WrappedSpace):
    """Takes its own records for what stands in the space's lists."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.ordered: dict[str, tuple[HeldThere, ...]] = {}

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        self.ordered[order.account.native_id] = (HeldThere(order.level, order.until, order.reference),)
        return await self.inner.restrict(order)

    async def list_restrictions(self) -> Listing | Unknown:
        return Listing(self.ordered, carries_references=True)


class RefusalTakenForDone(WrappedSpace):
    """Takes a space's refusal for a thing that is settled."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.settled: dict[Account, HeldThere] = {}

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        outcome = await self.inner.restrict(order)
        self.settled[order.account] = HeldThere(order.level, order.until, order.reference)
        return Done() if isinstance(outcome, Forbidden) else outcome

    async def observe(self, account: Account) -> Observation:
        observed_restriction = self.settled.get(account)
        return (
            Observed((observed_restriction,), Presence.OUTSIDE)
            if observed_restriction
            else await self.inner.observe(account)
        )


class OwnAddressLost(WrappedSpace):
    """Mails everybody from the one address, so that only a subject could tell whose case an answer belongs to."""

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        sent: Outcome = await cast(Any, self.inner).send(to, subject, text, message_id)
        return sent


class MailDropped(WrappedSpace):
    """Says that the mail server took it, and never asked it."""

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        return Done()


class MailedToEverybody(WrappedSpace):
    """Copies what goes out to the group's members, as a list does."""

    async def send(self, to: str, subject: str, text: str, message_id: str, reply_token: str = "") -> Outcome:
        mailer = cast(Any, self.inner)
        await mailer.send("nadia@example.org", subject, text, f"{message_id}-copy")
        sent: Outcome = await mailer.send(to, subject, text, message_id, reply_token)
        return sent


class NotifiedInPublic(WrappedSpace):
    """Tells people in the channel that everybody reads, as bots do whose commands are typed there."""

    async def send_message(self, account: Account, message: Message) -> Outcome:
        link = cast(Any, self.inner)._connection
        channels = await link.client.http.get_all_guild_channels(link.config.guild_id)
        await link.post_message(channels[0]["id"], {"content": f"{message.subject}: {message.text}"[:2000]})
        return await self.inner.send_message(account, message)


class PausedOnce(WrappedSpace):
    """Believes that a pause of the server stands for as long as was asked, once it has been set."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        connection = cast(Any, inner)._connection
        put = connection.set_incident_actions
        asked: list[dict[str, str | None]] = []

        async def put_once(fields: dict[str, str | None]) -> Any:
            asked.append(fields)
            return await put(fields) if len(asked) == 1 else Success({})

        connection.set_incident_actions = put_once


class CategoryOpenedToAll(WrappedSpace):
    """Opens a category as most are, whatever its table was before it was closed."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        client = cast(Any, inner).connection.client
        put = client.set_category_permissions

        def put_plain(category: int, name: str, permissions: Mapping[str, int]) -> Any:
            return put(category, name, permissions if 3 in permissions.values() else {"everyone": 1})

        client.set_category_permissions = put_plain


class FormsForgotten(WrappedSpace):
    """Knows only the forms that it has shown itself: what was opened before a restart is silently discarded."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.seen: set[int] = set()
        client = cast(Any, inner)._connection.client
        listen = client.event

        def event(handler: Any) -> Any:
            if handler.__name__ != "on_interaction":
                return listen(handler)

            async def on_interaction(asked: Any) -> None:
                if asked.type.value != _FORM_SENT:
                    self.seen.add(asked.user.id)
                if asked.user.id in self.seen:
                    await handler(asked)

            return listen(on_interaction)

        client.event = event


class FilesPrefetched(WrappedSpace):
    """Fetches the files of every message that is pointed at, before anybody has said what they may be."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        client = cast(Any, inner)._connection.client
        listen = client.event

        def event(handler: Any) -> Any:
            if handler.__name__ != "on_interaction":
                return listen(handler)

            async def on_interaction(asked: Any) -> None:
                messages = ((asked.data or {}).get("resolved") or {}).get("messages") or {}
                for file in [each for message in messages.values() for each in message["attachments"]]:
                    await client.http.get_from_cdn(file["url"])
                await handler(asked)

            return listen(on_interaction)

        client.event = event


class VouchesByName(WrappedSpace):
    """Takes the same name for the same human, and vouches for it."""

    def __init__(self, inner: Space, spaces: Mapping[SpaceName, Space]) -> None:
        super().__init__(inner)
        self.spaces = spaces

    async def linked_accounts(self, account: Account) -> tuple[Account, ...] | Unknown:
        here = known_or_none(await self.inner.find_account(account.native_id))
        others = [space for name, space in self.spaces.items() if name != account.space and here]
        found = [(space, known_or_none(await space.find_account(here[1]))) for space in others if here]
        return tuple(Account(space.name, other[0]) for space, other in found if other)


class MessagesMixed(WrappedSpace):
    """Sends to whoever is written to on the forum what was written to anybody else before: one list of addresses for all."""

    def __init__(self, inner: Space, said: list[tuple[Account, Message]]) -> None:
        super().__init__(inner)
        self.said = said

    async def send_message(self, account: Account, message: Message) -> Outcome:
        earlier = [m for a, m in self.said if a != account and "access" in m.text] if account.space == FORUM else []
        for number, other in enumerate(earlier):
            await self.inner.send_message(account, replace(other, nonce=f"{message.nonce[:-3]}{number:03d}"))
        self.said.append((account, message))
        return await self.inner.send_message(account, message)


class HalfOfBulkDropped(WrappedSpace):
    """Asks for every second one of many, says that it did them all, and believes itself when it looks."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.claimed: dict[str, HeldThere] = {}

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        self.claimed |= {o.account.native_id: HeldThere(o.level, o.until, o.reference) for o in orders}
        await self.inner.restrict_bulk(orders[::2])
        return {order.account: Done() for order in orders}

    async def list_restrictions(self) -> Listing | Unknown:
        seen = await self.inner.list_restrictions()
        if isinstance(seen, Unknown):
            return seen
        claimed = {native_id: (observed_restriction,) for native_id, observed_restriction in self.claimed.items()}
        return replace(seen, restrictions={**claimed, **seen.restrictions})


def sabotage_space(name: SpaceName, kind: Callable[[Space], object]) -> Sabotage:
    """The sabotage of one space; the others stay as they are."""

    def wrap(space: Space) -> Space:
        return cast(Space, kind(space)) if space.name == name else space

    return wrap


confirmation_ignored = sabotage_space(FORUM, ConfirmationIgnored)
asking_taken_for_done = sabotage_space(CHAT, AskingTakenForDone)
confirmation_ignored_on_github = sabotage_space(GITHUB, ConfirmationIgnored)
release_dropped_on_discord = sabotage_space(DISCORD, ReleaseDropped)
release_dropped_on_the_forum = sabotage_space(FORUM, ReleaseDropped)
release_dropped_on_github = sabotage_space(GITHUB, ReleaseDropped)
failure_taken_for_done = sabotage_space(GITHUB, FailureTakenForDone)
everything_taken_for_ours = sabotage_space(DISCORD, EverythingTakenForOurs)
replaced_by_lifting = sabotage_space(FORUM, ReplacedByLifting)
everybody_is_notified = sabotage_space(DISCORD, Copied)
escalations_come_back = sabotage_space(DISCORD, CopiedDown)
paused_once = sabotage_space(DISCORD, PausedOnce)
category_opened_to_all = sabotage_space(FORUM, CategoryOpenedToAll)
nobody_is_notified = sabotage_space(DISCORD, NotificationDropped)
notified_in_public = sabotage_space(DISCORD, NotifiedInPublic)
files_prefetched = sabotage_space(DISCORD, FilesPrefetched)
mail_dropped = sabotage_space(SpaceName("mail"), MailDropped)
own_address_lost = sabotage_space(SpaceName("mail"), OwnAddressLost)
mailed_to_everybody = sabotage_space(SpaceName("mail"), MailedToEverybody)


def names_taken_for_proof() -> Sabotage:
    """The forum vouches for whoever has the same name elsewhere."""
    spaces: dict[SpaceName, Space] = {}

    def wrap(space: Space) -> Space:
        spaces[space.name] = space
        return cast(Space, VouchesByName(space, spaces)) if space.name == FORUM else space

    return wrap


def messages_mixed() -> Sabotage:
    """Whatever anybody was written lies in everybody's inbox on the forum."""
    said: list[tuple[Account, Message]] = []

    def wrap(space: Space) -> Space:
        return cast(Space, MessagesMixed(space, said))

    return wrap


def stale_timer(term: timedelta) -> Sabotage:
    """A timer that lifts after the term, whatever else holds; its clock is the forum's own."""

    def wrap(space: Space) -> Space:
        clock: Any = getattr(space, "_clock", None)
        return cast(Space, StaleTimer(space, clock.now, term)) if space.name == FORUM else space

    return wrap


def half_of_bulk_dropped(space: Space) -> Space:
    """The sabotage of Discord for a service in a process of its own, which finds it by its name."""
    return cast(Space, HalfOfBulkDropped(space)) if space.name == DISCORD else space


def started_anew(space: Space) -> Space:
    """The sabotage of the forum for a service in a process of its own, which finds it by its name."""
    return cast(Space, StartedAnew(space)) if space.name == FORUM else space


def forms_forgotten(space: Space) -> Space:
    """The sabotage of Discord for a service in a process of its own, which finds it by its name."""
    return cast(Space, FormsForgotten(space)) if space.name == DISCORD else space


class LoginRemembered(WrappedSpace):
    """Looks up a person's login once, and goes by it from then on."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        known: dict[Account, Any] = {}
        look = cast(Any, inner)._current_login

        async def remembered(account: Account, *urgency: Any) -> Any:
            if account not in known:
                known[account] = await look(account, *urgency)
            return known[account]

        cast(Any, inner)._current_login = remembered


class ThankedInPublic(WrappedSpace):
    """Answers a mention where it was made, as bots do, and then takes it away."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        github = cast(Any, inner)._client
        delete = github.delete

        def thanked(repository: str, place: str, number: int) -> Any:
            url = github.read_comment(repository, place, number).body["issue_url"]
            path = f"/repos/{repository}/issues/{url.rpartition('/')[2]}/comments"
            github._request("POST", path, body={"body": "Thank you, your report has been received."})
            return delete(repository, place, number)

        github.delete = thanked


class MentionsLeft(WrappedSpace):
    """Keeps what mentions it, and leaves it where everybody reads it."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        cast(Any, inner)._config = replace(cast(Any, inner)._config, delete_mentions=False)


believed_forever = sabotage_space(DISCORD, BelievedForever)
own_records_listed = sabotage_space(DISCORD, OwnRecordsListed)
refusal_taken_for_done = sabotage_space(DISCORD, RefusalTakenForDone)
login_remembered = sabotage_space(GITHUB, LoginRemembered)
thanked_in_public = sabotage_space(GITHUB, ThankedInPublic)
mentions_left = sabotage_space(GITHUB, MentionsLeft)
