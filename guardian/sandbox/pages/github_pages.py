"""The GitHub organisation as one of its people sees it: issues and comments, members, blocked people, invitations.

Everything is done by `GithubPerson` or an owner's hand. Read `GithubPages` first.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.emulators.github.people import GithubPerson
from connectors.emulators.github.state import GithubAccount, Issue, Repository
from connectors.emulators.shared.control import Declined
from guardian.sandbox.community import Human
from guardian.sandbox.pages.site import ROOT, SandboxSite
from guardian.web.forms import Form

_SECTION = "github"


class GithubPages:
    """The pages of the emulated organisation."""

    def __init__(self, site: SandboxSite) -> None:
        self._site = site
        self._github = site.sandbox.world.github

    def routes(self) -> list[Route]:
        """Return the pages, and where their forms are sent."""
        page, act = self._site.page, self._site.act
        return [
            page("/github", self.list_issues),
            page("/github/people", self.show_people),
            page("/github/{repository}/{number:int}", self.show_issue),
            act("/github/write", self.write),
            act("/github/people", self.act_on_person),
        ]

    # -- looking

    async def list_issues(self, _: Request, human: Human) -> Response:
        """Show the repositories with their conversations."""
        self._note_look(human)
        return await self._render("issues.html", human, repositories=self._github.state.repositories.values())

    async def show_issue(self, request: Request, human: Human) -> Response:
        """Show a conversation with its comments."""
        repository, issue = self._find_issue(request)
        comments = sorted(issue.comments.values(), key=lambda each: each.id)
        return await self._render("issue.html", human, repository=repository, issue=issue, comments=comments)

    async def show_people(self, _: Request, human: Human) -> Response:
        """Show who is a member, who is blocked, who is invited, and what GitHub has mailed to this person."""
        return await self._render("people.html", human, mails=self._person(human).mails())

    # -- acting

    async def write(self, human: Human, form: Form) -> str:
        """Open an issue, or comment on one."""
        person, repository = self._person(human), form.one("repository")
        if form.one("number"):
            number = int(form.one("number"))
            person.comment(repository, number, form.one("text"))
        else:
            number = person.open_issue(repository, form.one("title"), form.one("text"))
        return f"{self._base(human)}/{repository}/{number}#newest"

    async def act_on_person(self, human: Human, form: Form) -> str:
        """Accept an invitation or leave; as an owner, do what the organisation's own pages offer."""
        hands, by, login = self._github.manual_actions, self._account(human).login, form.one("login")
        match form.one("act"):
            case "accept":
                self._person(human).accept_invitation()
            case "leave":
                self._person(human).leave()
            case "block":
                hands.block_by_hand(by, login)
            case "unblock":
                hands.unblock_by_hand(by, login)
            case "remove":
                hands.remove_by_hand(by, login)
            case "invite":
                hands.invite_by_hand(by, login)
            case other:
                raise Declined(f"GitHub has no {other!r}")
        return f"{self._base(human)}/people"

    # -- inside

    def _find_issue(self, request: Request) -> tuple[Repository, Issue]:
        repository = self._github.state.repositories.get(request.path_params["repository"])
        issue = repository.issues.get(request.path_params["number"]) if repository else None
        if repository is None or issue is None:
            raise Declined("there is no such conversation")
        return repository, issue

    def _account(self, human: Human) -> GithubAccount:
        return self._github.state.accounts[int(human.github)]

    def _person(self, human: Human) -> GithubPerson:
        return GithubPerson(self._github.rules, self._account(human))

    def _note_look(self, human: Human) -> None:
        if self._github.state.is_blocked(self._account(human), self._site.sandbox.time.now()):
            self._site.sandbox.shut_out_looks.add(human.key)

    def _base(self, human: Human) -> str:
        return f"{ROOT}/as/{human.key}/{_SECTION}"

    async def _render(self, template: str, human: Human, **facts: Any) -> Response:
        state, own = self._github.state, self._account(human)
        known = {
            "base": self._base(human),
            "state": state,
            "own": own,
            "is_owner": str(state.members.get(own.id, "")) == "admin",
            "is_blocked": state.is_blocked(own, self._site.sandbox.time.now()),
            "invitation": state.invitation_of(own, self._site.sandbox.time.now()),
            **facts,
        }
        return await self._site.render(f"github/{template}", human, _SECTION, **known)
