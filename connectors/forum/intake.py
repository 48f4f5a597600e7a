"""The forum's inbox: private messages to our account or its group become reports and additions, flags become local matters.

A conversation leaves the inbox once it is answered, and comes back when somebody writes in it. What was read is known
to the desk, so that a reading that was cut off anywhere loses nothing and doubles nothing.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, TypeVar

from connectors.forum import commands, translate
from connectors.forum.flags import Flags, name_of
from connectors.forum.letters import Flag, Letter, Talk
from connectors.forum.taking import Taking, fitting
from connectors.forum.things import ForumThings
from connectors.forum.wire import Wire
from connectors.http import Failed, Urgency
from guardian.cases.conversations import Conversation
from guardian.desk import conversations
from guardian.desk.challenging import answered
from guardian.desk.desk import Desk
from guardian.desk.matters import take_flag
from guardian.desk.who import member_behind
from guardian.errors import GuardianError, NotFound
from guardian.ids import MemberId, ReportId
from guardian.logs import logger, place_of
from guardian.notices.catalogue import say
from guardian.spaces.port import Unknown
from guardian.spaces.registry import Mode

T = TypeVar("T")
log = logger("forum")

_MOST_PAGES: Final = 20
_MOST_ANSWERS: Final = 40
"""Past so many answers of ours in one conversation nothing more is said there: two machines may be talking."""
_MOST_ROUNDS: Final = 5
_CEILINGS: Final = 8
_REVIEW: Final = "review"


class _NotRead(Exception):
    """The forum did not give, or do, what was asked: it is asked again at the next reading."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A conversation in the inbox, and the number of the last thing in it."""

    topic: int
    highest: int


@dataclass(slots=True)
class _Answer:
    """What is to be said in one conversation: each thing once, in the order in which it came up.

    `by_order`: it answers a member's command, which is said also where we only look.
    """

    parts: dict[str, None] = field(default_factory=dict)
    by_order: bool = False

    def add(self, text: str) -> None:
        """The text is part of the answer, unless there is none."""
        if text:
            self.parts[text] = None

    @property
    def text(self) -> str:
        """The answer as it is written."""
        return "\n\n".join(self.parts)


class ForumInbox:
    """What arrives on one forum, read for one desk."""

    def __init__(self, desk: Desk, wire: Wire, things: ForumThings) -> None:
        self._desk, self._wire, self._things = desk, wire, things
        self._flags, self._taking = Flags(wire, things), Taking(desk, wire, things)
        self._counter = commands.Counter(desk, things.space, wire.config.base_url)
        self._reading = asyncio.Lock()
        self._known: dict[str, Conversation] | None = None
        self._own_id: int | None = None

    @property
    def name(self) -> str:
        """The space's name."""
        return self._wire.config.name

    @property
    def every(self) -> timedelta:
        """As often as the configuration says."""
        return self._wire.config.inbox_every

    async def read(self, things: tuple[str, ...] = ()) -> bool:
        """What is new there is with the desk; False where something could not be read. `things`: `review 12` for a flag."""
        async with self._reading:
            if self._known is None:
                found = await conversations.known_in(self._desk, self._things.space)
                self._known = {each.name: each for each in found}
            if things:
                done = [await self._guarded(self._knocked(thing), "knock") for thing in things]
            else:
                done = [await self._guarded(self._letters(), "inbox"), await self._guarded(self._queue(), "queue")]
            return all(done)

    async def _guarded(self, steps: Coroutine[Any, Any, bool], what: str) -> bool:
        """One part of the reading never stops the others."""
        try:
            return await steps
        except (_NotRead, Failed) as error:
            log.warning("inbox.not_read", space=self.name, part=what, at=place_of(error))
        except GuardianError as error:
            log.error("inbox.has_failed", space=self.name, part=what, kind=type(error).__name__, at=place_of(error))
        return False

    # -- flags

    async def _knocked(self, thing: str) -> bool:
        kind, _, number = thing.partition(" ")
        if kind != _REVIEW or not number.isdigit():
            return True
        found = await self._asked(self._flags.of_item(int(number)))
        if not found:
            log.info("knock.led_nowhere", space=self.name)
        return await self._taken(found)

    async def _queue(self) -> bool:
        known = set(self._known or ())
        return await self._taken(await self._asked(self._flags.pending(known)))

    async def _taken(self, flags: list[Flag]) -> bool:
        """Each flag that is not known yet is a local matter; one that cannot be taken stops no other."""
        new = [flag for flag in flags if self._found(name_of(flag)) is None]
        done = [await self._guarded(self._flag(flag), "flag") for flag in new]
        return all(done)

    async def _flag(self, flag: Flag) -> bool:
        found = await self._flags.whole(flag)
        pieces = fitting([*((found.evidence,) if found.evidence else ()), *found.files], self._desk.largest_file)
        await take_flag(self._desk, replace(found, evidence=pieces[0] if pieces else None, files=pieces[1:]))
        await self._begun(name_of(flag), 0)
        return True

    # -- letters

    async def _letters(self) -> bool:
        """Every conversation in the inbox has been read, answered, and put away."""
        done = True
        for waiting in await self._waiting():
            known = self._found(_name(waiting.topic))
            if not self._enforced and known is not None and known.read_to >= waiting.highest:
                continue
            done = await self._guarded(self._conversation(waiting.topic), "conversation") and done
        return done

    async def _waiting(self) -> list[_Waiting]:
        """What is in the inbox of our account and in the one of its group, the oldest first."""
        found: dict[int, _Waiting] = {}
        group = self._wire.config.group
        for listing in (None, group) if group else (None,):
            for page in range(_MOST_PAGES):
                topics = await self._listed(listing, page)
                known = len(found)
                found |= {each.topic: each for each in topics if each.topic not in found}
                if len(found) == known:
                    break
        return list(found.values())[::-1]

    async def _listed(self, group: str | None, page: int) -> list[_Waiting]:
        forum = self._wire.forum

        def call() -> Any:
            return forum.inbox(page) if group is None else forum.group_inbox(group, page)

        answer = await self._asked(self._wire.line.ask(call, Urgency.SWEEP))
        topics = answer.get("topic_list", {}).get("topics") if isinstance(answer, dict) else None
        if not isinstance(topics, list):
            raise _NotRead
        return [_Waiting(int(each["id"]), int(each.get("highest_post_number") or 0)) for each in topics]

    async def _conversation(self, topic: int) -> bool:
        """The conversation is read and answered, until nothing new stands in it once it has left the inbox.

        What was written while we answered would otherwise leave the inbox with the rest, and be read by nobody.
        """
        own = await self._own()
        talk = await self._asked(self._things.talk(topic), _CEILINGS)
        for _ in range(_MOST_ROUNDS):
            by_people = bool(talk.letters) and talk.letters[0].user_id > 0
            answer = await self._unanswered(talk, own) if by_people else _Answer()
            for letter in self._new(talk, own) if by_people else ():
                await self._letter(talk, letter, own, answer)
            if not await self._answered(talk, own, answer):
                return True
            talk = await self._asked(self._things.talk(topic), _CEILINGS)
            if not by_people or not self._new(talk, own):
                return True
        return False

    def _new(self, talk: Talk, own: int) -> list[Letter]:
        """What has not been read yet; where nothing of the conversation is known any more, what follows our last answer."""
        known = self._found(_name(talk.id))
        read_to = known.read_to if known is not None else _last(talk, own)
        return [each for each in talk.letters if each.number > read_to and each.user_id != own and each.user_id > 0]

    async def _unanswered(self, talk: Talk, own: int) -> _Answer:
        """What is still owed for what was read before, because the answer to it was lost or never sent."""
        answer = _Answer()
        known = self._found(_name(talk.id))
        if known is None:
            return answer
        last = _last(talk, own)
        for letter in (each for each in talk.letters if last < each.number <= known.read_to and each.user_id != own):
            if await self._orders(letter) is not None:
                answer.by_order = True
                answer.add(commands.unsure(self._desk))
            elif known.report is not None and letter.user_id == talk.letters[0].user_id:
                manner = await conversations.manner_of(self._desk, known.report)
                answer.add(self._taking.acknowledged(manner, first=last == 0))
        return answer

    async def _letter(self, talk: Talk, letter: Letter, own: int, answer: _Answer) -> None:
        """One letter goes where it belongs: carried out, taken in, added, or answered only."""
        by = await self._orders(letter)
        known = self._found(_name(talk.id))
        if by is not None:
            # It counts as read before it is carried out: cut off in between, it is not done twice but asked about.
            await self._read_to(talk, letter)
            answer.by_order = True
            answer.add(await commands.carried_out(self._counter, letter, by, self._desk.clock.now()))
            return
        if await answered(self._desk, self._taking.account(letter), letter.text):
            answer.add(say("", "direct.code"))
        elif letter.user_id != talk.letters[0].user_id:
            answer.add(self._taking.say("", "no_answers" if talk.letters[0].user_id == own else "others"))
        elif known is None:
            report, said = await self._taking.receive(talk.title, letter)
            await self._begun(_name(talk.id), letter.number, report)
            answer.add(said)
        elif known.report is None:
            answer.by_order = True
            answer.add(commands.NO_REPORT)
        else:
            answer.add(await self._added(known.report, letter))
        await self._read_to(talk, letter)

    async def _added(self, report: ReportId, letter: Letter) -> str:
        try:
            return await self._taking.add(report, letter)
        except NotFound as gone:
            # Its case has been expunged meanwhile: what follows in the conversation is a report of its own.
            self._known = {k: v for k, v in (self._known or {}).items() if v.report != report}
            raise _NotRead from gone

    async def _orders(self, letter: Letter) -> MemberId | None:
        """The member who orders something by this letter; None where it is no command, or nobody's who may order."""
        if not commands.looks_like_one(letter.text):
            return None
        member = await member_behind(self._desk, self._taking.account(letter))
        return member.id if member else None

    # -- answering, and what is known

    async def _answered(self, talk: Talk, own: int, answer: _Answer) -> bool:
        """The answer stands in the conversation, which has left the inbox; False where we only look, and write nothing."""
        if not self._enforced and not answer.by_order:
            return False
        own_letters = sum(1 for letter in talk.letters if letter.user_id == own)
        if answer.parts and own_letters < _MOST_ANSWERS:
            raw = translate.plain(answer.text)
            await self._asked(self._wire.line.ask(lambda: self._wire.forum.answer(talk.id, raw), Urgency.LOOK, tries=1))
        await self._asked(self._wire.line.ask(lambda: self._wire.forum.archive(talk.id), Urgency.SWEEP))
        return True

    async def _read_to(self, talk: Talk, letter: Letter) -> None:
        known = self._found(_name(talk.id))
        if known is None:
            await self._begun(_name(talk.id), letter.number)
        elif letter.number > known.read_to:
            self._remember(await conversations.read_on(self._desk, known, letter.number))

    async def _begun(self, name: str, read_to: int, report: ReportId | None = None) -> None:
        self._remember(await conversations.begin(self._desk, self._things.space, name, read_to, report))

    def _found(self, name: str) -> Conversation | None:
        return (self._known or {}).get(name)

    def _remember(self, conversation: Conversation) -> None:
        if self._known is not None:
            self._known[conversation.name] = conversation

    @property
    def _enforced(self) -> bool:
        return self._desk.spaces.mode(self._things.space) is Mode.ENFORCE

    async def _own(self) -> int:
        """The id of our own account there."""
        if self._own_id is None:
            username = self._wire.config.api_username
            answer = await self._asked(self._wire.line.ask(lambda: self._wire.forum.profile(username)))
            self._own_id = int(answer["id"])
        return self._own_id

    async def _asked(self, steps: Coroutine[Any, Any, T], ceilings: int = 1) -> T:
        """What the forum answered; _NotRead where it did not, in time or at all."""
        answer = await self._wire.line.look(steps, ceilings)
        if isinstance(answer, Unknown):
            raise _NotRead(answer.why)
        return answer


def _name(topic: int) -> str:
    return f"topic {topic}"


def _last(talk: Talk, own: int) -> int:
    """The number of our last answer in the conversation; 0 where we have said nothing."""
    return max((letter.number for letter in talk.letters if letter.user_id == own), default=0)
