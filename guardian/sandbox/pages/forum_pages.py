"""The forum as one of its people sees it: topics, private messages, flags, and who is suspended or silenced.

Everything is done by `ForumPerson` or a moderator's hand. Read `ForumPages` first.
"""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.emulators.forum.people import ForumPerson
from connectors.emulators.forum.state import PRIVATE, ForumUser, Reviewable, Topic
from connectors.emulators.shared.control import Declined
from guardian.sandbox.community import Human
from guardian.sandbox.pages.site import ROOT, SandboxSite
from guardian.web.forms import Form

_SECTION = "forum"
FLAGS = (
    (7, "Something else"),
    (3, "It is off topic"),
    (4, "It is inappropriate"),
    (8, "It is spam"),
    (10, "It is illegal"),
)
_MEASURE_LENGTH = timedelta(days=1)


class ForumPages:
    """The pages of the emulated forum."""

    def __init__(self, site: SandboxSite) -> None:
        self._site = site
        self._forum = site.sandbox.world.forum

    def routes(self) -> list[Route]:
        """Return the pages, and where their forms are sent."""
        page, act = self._site.page, self._site.act
        return [
            page("/forum", self.list_topics),
            page("/forum/messages", self.list_messages),
            page("/forum/topics/{topic:int}", self.show_topic),
            page("/forum/people", self.show_people),
            act("/forum/write", self.write),
            act("/forum/flag", self.flag),
            act("/forum/people", self.act_on_person),
        ]

    # -- looking

    async def list_topics(self, _: Request, human: Human) -> Response:
        """Show the public topics, which everybody may read, and who cannot log in why not."""
        self._note_look(human)
        return await self._render("topics.html", human, topics=self._topics(lambda topic: topic.archetype != PRIVATE))

    async def list_messages(self, _: Request, human: Human) -> Response:
        """Show the private conversations that this person is in."""
        self._require_login(human)
        own = self._account(human)
        mine = self._topics(lambda t: t.archetype == PRIVATE and own.id in self._forum.state.participants(t))
        return await self._render("messages.html", human, topics=mine, groups=("moderators",))

    async def show_topic(self, request: Request, human: Human) -> Response:
        """Show a topic or a conversation with what may be answered and flagged in it."""
        topic = self._forum.state.topics.get(request.path_params["topic"])
        viewer = self._account(human) if self._can_log_in(human) else None
        if topic is None or topic.deleted_at is not None or not self._forum.rules.can_see(viewer, topic):
            raise Declined("there is no such topic, or it is private")
        if viewer is not None:
            self._person(human).read(topic.id)
        posts = tuple(self._forum.state.posts_of(topic))
        return await self._render("topic.html", human, topic=topic, posts=posts, flags=FLAGS)

    async def show_people(self, _: Request, human: Human) -> Response:
        """Show who has an account, who is suspended or silenced, and to moderators what waits for review."""
        queue = self._queue() if self._account(human).staff else ()
        users = [each for each in self._forum.state.users.values() if each.id > 0]
        return await self._render("people.html", human, users=users, queue=queue, flags=dict(FLAGS))

    # -- acting

    async def write(self, human: Human, form: Form) -> str:
        """Answer in a topic, begin one, or begin a private conversation."""
        person, text = self._person(human), form.one("text")
        if form.one("topic"):
            topic = int(form.one("topic"))
            person.reply(topic, text)
        elif form.one("to"):
            topic = person.send_pm(form.one("to"), form.one("title"), text)
        else:
            topic = person.publish(form.one("title"), text)
        return f"{self._base(human)}/topics/{topic}#newest"

    async def flag(self, human: Human, form: Form) -> str:
        """Flag a post for the moderators."""
        self._person(human).flag(int(form.one("post")), form.one("text"), int(form.one("kind")))
        return f"{self._base(human)}/topics/{form.one('topic')}"

    async def act_on_person(self, human: Human, form: Form) -> str:
        """Do what the forum's own pages offer its moderators."""
        hands, by, name = self._forum.manual_actions, self._account(human).username, form.one("username")
        until, reason = self._site.sandbox.time.now() + _MEASURE_LENGTH, form.one("reason") or "by hand"
        match form.one("act"):
            case "suspend":
                hands.suspend_by_hand(by, name, until, reason)
            case "unsuspend":
                hands.unsuspend_by_hand(by, name)
            case "silence":
                hands.silence_by_hand(by, name, until, reason)
            case "unsilence":
                hands.unsilence_by_hand(by, name)
            case "review":
                hands.review_by_hand(by, int(form.one("item")), form.one("answer"))
            case other:
                raise Declined(f"the forum has no {other!r}")
        return f"{self._base(human)}/people"

    # -- inside

    def _topics(self, wanted: Any) -> list[Topic]:
        """The topics that are wanted, the one with the newest post first."""
        state = self._forum.state
        found = [each for each in state.topics.values() if each.deleted_at is None and wanted(each)]
        return sorted(found, key=lambda each: each.post_ids[-1], reverse=True)

    def _queue(self) -> tuple[Reviewable, ...]:
        return tuple(each for each in self._forum.state.reviewables.values() if each.status == 0)

    def _account(self, human: Human) -> ForumUser:
        found = self._forum.state.users.get(int(human.forum))
        if found is None:
            raise Declined("there is no such account any more")
        return found

    def _person(self, human: Human) -> ForumPerson:
        return ForumPerson(self._forum.rules, self._account(human))

    def _can_log_in(self, human: Human) -> bool:
        return self._person(human).can_log_in()

    def _require_login(self, human: Human) -> None:
        if not self._can_log_in(human):
            self._note_look(human)
            raise Declined("this account cannot log in")

    def _note_look(self, human: Human) -> None:
        if not self._can_log_in(human):
            self._site.sandbox.shut_out_looks.add(human.key)

    def _base(self, human: Human) -> str:
        return f"{ROOT}/as/{human.key}/{_SECTION}"

    async def _render(self, template: str, human: Human, **facts: Any) -> Response:
        known = {
            "base": self._base(human),
            "state": self._forum.state,
            "own": self._account(human),
            "can_log_in": self._can_log_in(human),
            **facts,
        }
        return await self._site.render(f"forum/{template}", human, _SECTION, **known)
