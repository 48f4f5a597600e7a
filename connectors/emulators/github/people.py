"""GitHub's human side: people with their accounts, and the hands of the organisation's owners."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from connectors.emulators.github.messages import GithubError
from connectors.emulators.github.rules import GithubRules
from connectors.emulators.github.state import Comment, GithubAccount, Issue, Kind, Repository, Role
from connectors.emulators.shared.control import Declined, call_action


@contextmanager
def _declining() -> Iterator[None]:
    """What GitHub refuses reaches a person as `Declined`."""
    try:
        yield
    except GithubError as refusal:
        body = refusal.answer.body
        raise Declined("; ".join(e["message"] for e in body.get("errors", [])) or body["message"]) from refusal


class GithubPerson:
    """One person with an account, whatever its login is today."""

    def __init__(self, rules: GithubRules, account: GithubAccount) -> None:
        self._rules, self.account = rules, account

    def accept_invitation(self) -> None:
        """Become a member, in the teams of the invitation."""
        with _declining():
            self._rules.accept(self.account)

    def leave(self) -> None:
        """Leave the organisation."""
        with _declining():
            self._rules.leave(self.account)

    def open_issue(self, repository: str, title: str, body: str, kind: Kind | str = Kind.ISSUE) -> int:
        """Open the person's issue, pull request or discussion, and return its number."""
        with _declining():
            opened = self._rules.open_issue(self._require_repository(repository), self.account, title, body, Kind(kind))
        return opened.number

    def comment(
        self, repository: str, number: int, body: str, *, review: bool = False, reply_to: int | None = None
    ) -> int:
        """Add the person's comment (`review`: about a line of a pull request), and return its id."""
        place = self._require_repository(repository)
        with _declining():
            issue = self._require_issue(place, number)
            return self._rules.comment(place, issue, self.account, body, review=review, reply_to=reply_to).id

    def edit(self, repository: str, number: int, comment: int, body: str) -> None:
        """Let the person's own comment say this."""
        place = self._require_repository(repository)
        issue = self._require_issue(place, number)
        self._rules.edit_comment(place, issue, self._require_own_comment(issue, comment), body, self.account.login)

    def edit_issue(self, repository: str, number: int, body: str) -> None:
        """Let the person's own conversation begin with this text."""
        place = self._require_repository(repository)
        issue = self._require_issue(place, number)
        if issue.account_id != self.account.id:
            raise Declined("this is somebody else's")
        self._rules.edit_issue(place, issue, body, self.account.login)

    def reads(self, repository: str, number: int) -> str:
        """Return the conversation's page as everybody sees it.

        Its text, the comments, and what GitHub itself wrote there.
        """
        issue = self._require_issue(self._require_repository(repository), number)
        lines = [issue.title, issue.body or "", *("(locked)" for _ in range(issue.locked))]
        for comment in sorted(issue.comments.values(), key=lambda c: c.id):
            hidden = (
                f"(This comment was marked as {comment.minimized.lower().replace('_', '-')}) "
                if comment.minimized
                else ""
            )
            lines.append(f"{self._rules.state.accounts[comment.account_id].login}: {hidden}{comment.body}")
        return "\n".join([*lines, *(f"* {event.told}" for event in issue.events)])

    def watch(self, repository: str) -> None:
        """Watch the repository: whatever is written there is mailed to the person."""
        self.account.watches.add(self._require_repository(repository).name)

    def star(self, repository: str) -> None:
        """Star and watch the repository."""
        if self._rules.state.is_blocked(self.account, self._rules.now()):
            raise Declined("the organization blocks this account")
        self.account.stars.add(self._require_repository(repository).name)
        self.account.watches.add(repository)

    def teams(self) -> list[str]:
        """Return the teams that the person is in."""
        return sorted(self._rules.state.teams_of(self.account))

    def is_member(self) -> bool:
        """Return whether the person is in the organisation."""
        return self.account.id in self._rules.state.members

    def mails(self) -> list[str]:
        """Return what GitHub has written to the person."""
        return [c.after["text"] for c in self._rules.history.changes_of("mail", str(self.account.id))]

    def _require_repository(self, name: str) -> Repository:
        found = self._rules.state.repositories.get(name)
        if found is None:
            raise Declined(f"there is no repository {name}")
        return found

    def _require_own_comment(self, issue: Issue, comment: int) -> Comment:
        found = issue.comments.get(comment)
        if found is None or found.account_id != self.account.id:
            raise Declined("there is no such comment of this person's")
        return found

    def _require_issue(self, repository: Repository, number: int) -> Issue:
        found = repository.issues.get(number)
        if found is None:
            raise Declined(f"there is no issue {number}")
        return found


class ManualActions:
    """What the organisation's owners do themselves, by login, on the web."""

    def __init__(self, rules: GithubRules) -> None:
        self._rules = rules

    def block_by_hand(self, by: str, login: str, until: datetime | str | None = None) -> None:
        """Block somebody as an owner; on the web, unlike in the API, the block can be given an end."""
        end = datetime.fromisoformat(until) if isinstance(until, str) else until
        with _declining():
            self._rules.block(self._require_account(login), self._require_owner(by), until=end)

    def unblock_by_hand(self, by: str, login: str) -> None:
        """Lift a block as an owner."""
        with _declining():
            self._rules.unblock(self._require_account(login), self._require_owner(by))

    def remove_by_hand(self, by: str, login: str) -> None:
        """Remove a member as an owner."""
        with _declining():
            self._rules.remove(self._require_account(login), self._require_owner(by))

    def invite_by_hand(self, by: str, login: str) -> None:
        """Invite somebody as a member, as an owner."""
        with _declining():
            self._rules.invite(self._require_account(login), Role.MEMBER, [], self._require_owner(by))

    def rename(self, id: int, new: str) -> None:
        """Give an account another login; the old one is free."""
        self._rules.rename(self._rules.state.accounts[id], new)

    def register(self, login: str) -> int:
        """Somebody takes a free login; the new account's id."""
        return self._rules.state.register(login).id

    def _require_account(self, login: str) -> GithubAccount:
        account = self._rules.state.find_account(login)
        if account is None:
            raise Declined(f"nobody is called {login}")
        return account

    def _require_owner(self, login: str) -> str:
        if self._rules.state.members.get(self._require_account(login).id) is not Role.OWNER:
            raise Declined(f"{login} is no owner of the organization")
        return login


def actions_of(rules: GithubRules) -> dict[str, Callable[..., Any]]:
    """Return everything that people and hands can do, by name; a person's acts take `login` first."""

    def of_person(method: str) -> Callable[..., Any]:
        def act(login: str, **arguments: Any) -> Any:
            account = rules.state.find_account(login)
            if account is None:
                raise Declined(f"nobody is called {login}")
            return call_action(getattr(GithubPerson(rules, account), method), arguments)

        return act

    personal = (
        *("accept_invitation", "leave", "open_issue", "comment", "edit", "edit_issue", "reads", "star", "watch"),
        *("teams", "is_member", "mails"),
    )
    hands = ManualActions(rules)
    manual = ("block_by_hand", "unblock_by_hand", "remove_by_hand", "invite_by_hand", "rename", "register")
    return {name: of_person(name) for name in personal} | {name: getattr(hands, name) for name in manual}
