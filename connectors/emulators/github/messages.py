"""What people write on GitHub: issues, pull requests, discussions and their comments; whom GitHub mails, what it notes.

Every watcher is mailed a text when it is written, and nothing takes that back. Of a deleted comment GitHub itself tells
everybody, for good, whose it was.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from connectors.emulators.github import responses
from connectors.emulators.github.renderer import JsonRenderer
from connectors.emulators.github.state import Comment, Event, GithubAccount, GithubState, Issue, Kind, Repository
from connectors.emulators.shared.history import Exchange, History
from connectors.emulators.shared.server import Response
from connectors.emulators.shared.webhooks import WebhookSender

BODY_LIMIT = 65536
_NAMED = re.compile(r"(?<![\w@/.-])@([A-Za-z0-9][A-Za-z0-9-]*)")
_OPENED = {Kind.ISSUE: "issues", Kind.PULL: "pull_request", Kind.DISCUSSION: "discussion"}


class GithubError(Exception):
    """GitHub does not do it; `answer` says so in its words."""

    def __init__(self, answer: Response) -> None:
        super().__init__(str(answer.body))
        self.answer = answer


class MessageRules:
    """GitHub's own behaviour about what is written; every change is put on record. `by` is the login of whoever acts."""

    def __init__(
        self,
        state: GithubState,
        now: Callable[[], datetime],
        history: History,
        webhook_sender: WebhookSender,
        renderer: JsonRenderer,
    ) -> None:
        self.state, self.now, self.history, self.webhook_sender = state, now, history, webhook_sender
        self._renderer = renderer

    # -- conversations

    def open_issue(
        self,
        repository: Repository,
        by: GithubAccount,
        title: str,
        body: str | None,
        kind: Kind = Kind.ISSUE,
        *,
        on: Exchange | None = None,
    ) -> Issue:
        """Open the conversation in the repository, and mail its text to the watchers."""
        self._require_may_write(by, repository)
        self._require_not_limited(by, repository)
        if kind is Kind.PULL:
            self._require_below_cap(by, repository)
        if kind is Kind.ISSUE and not repository.has_issues:
            raise GithubError(responses.error_response(410, "Issues has been disabled in this repository."))
        if not title.strip():
            raise GithubError(responses.invalid_response("Issue", "title can't be blank"))
        number = max(repository.issues, default=0) + 1
        issue = Issue(
            id=self.state.next_id(),
            number=number,
            account_id=by.id,
            title=title,
            body=body,
            created_at=self.now(),
            updated_at=self.now(),
            kind=kind,
        )
        repository.issues[number] = issue
        self.history.record_change("message", str(issue.id), None, {"title": title, "body": body}, by.login, on)
        self._mail_watchers(repository, issue, by, f"{title}\n\n{body or ''}", on)
        self._send_opened_event("created" if kind is Kind.DISCUSSION else "opened", repository, issue, by.login)
        return issue

    def edit_issue(self, repository: Repository, issue: Issue, body: str, by: str) -> None:
        """Let the conversation begin with this text."""
        before, issue.body, issue.updated_at = issue.body, body, self.now()
        self.history.record_change("message", str(issue.id), {"body": before}, {"body": body}, by)
        self._send_opened_event("edited", repository, issue, by)

    def lock(self, issue: Issue, reason: str | None, by: str, *, locked: bool, on: Exchange | None = None) -> None:
        """Nobody without write access can comment any more, or everybody can again; everybody sees that it was done."""
        before, issue.locked, issue.lock_reason = issue.locked, locked, reason
        actor = self.state.find_account(by)
        issue.locked_by = actor.id if locked and actor else None
        self.history.record_change("lock", str(issue.id), before, locked, by, on)
        if before != locked:
            told = f"{by} locked as {reason}" if reason else f"{by} {'locked' if locked else 'unlocked'}"
            self._add_event(issue, "locked" if locked else "unlocked", told, by, on)

    # -- comments

    def comment(
        self,
        repository: Repository,
        issue: Issue,
        by: GithubAccount,
        body: str,
        *,
        review: bool = False,
        reply_to: int | None = None,
        on: Exchange | None = None,
    ) -> Comment:
        """Add the comment to the conversation, and mail its text to the watchers."""
        self._require_may_write(by, repository)
        self._require_not_limited(by, repository)
        if issue.locked and by.id not in self.state.members and by.type != "Bot":
            raise GithubError(responses.error_response(403, "Unable to create comment because issue is locked."))
        if not body.strip() or len(body) > BODY_LIMIT:
            raise GithubError(
                responses.invalid_response("IssueComment", "body can't be blank or longer than 65536 characters")
            )
        made = Comment(
            id=self.state.next_id(),
            account_id=by.id,
            body=body,
            created_at=self.now(),
            updated_at=self.now(),
            review=review,
            reply_to=reply_to,
        )
        issue.comments[made.id] = made
        issue.updated_at = self.now()
        self.history.record_change("message", str(made.id), None, {"body": body, "issue": issue.number}, by.login, on)
        self._mail_watchers(repository, issue, by, body, on)
        self._send_comment_event("created", repository, issue, made, by.login)
        return made

    def delete_comment(
        self, repository: Repository, issue: Issue, comment: Comment, by: str, *, on: Exchange | None = None
    ) -> None:
        """The comment is gone; what its watchers were mailed is not, and everybody reads that one of its author's is gone."""
        if self.state.kept_comments:
            self.state.kept_comments -= 1
            return
        del issue.comments[comment.id]
        self.history.record_change("message", str(comment.id), {"body": comment.body}, None, by, on)
        author = self.state.accounts[comment.account_id].login
        self._add_event(issue, "comment_deleted", f"a comment from {author} was deleted", by, on)
        self._send_comment_event("deleted", repository, issue, comment, by)

    def edit_comment(
        self, repository: Repository, issue: Issue, comment: Comment, body: str, by: str, *, on: Exchange | None = None
    ) -> None:
        """Let the comment say this; nobody is mailed."""
        before, comment.body, comment.updated_at = comment.body, body, self.now()
        self.history.record_change("message", str(comment.id), {"body": before}, {"body": body}, by, on)
        self._send_comment_event("edited", repository, issue, comment, by)

    def minimize(self, comment: Comment, classifier: str | None, by: str, *, on: Exchange | None = None) -> None:
        """Fold the comment away for that reason, which everybody reads (None: show it again)."""
        before, comment.minimized = comment.minimized, classifier
        self.history.record_change("minimized", str(comment.id), before, classifier, by, on)

    # -- who hears of it

    def _require_may_write(self, by: GithubAccount, repository: Repository) -> None:
        if self.state.is_blocked(by, self.now()):
            raise GithubError(responses.error_response(403, "You are blocked by the organization."))
        if repository.private and not self._has_a_part(by, repository):
            raise GithubError(responses.not_found_response())

    def _require_not_limited(self, by: GithubAccount, repository: Repository) -> None:
        limits = [self.state.limit_at(self.now(), of) for of in (None, repository)]
        if any(limits) and not repository.private and not self._has_a_part(by, repository):
            raise GithubError(responses.error_response(403, "Interactions on this repository are limited."))

    def _require_below_cap(self, by: GithubAccount, repository: Repository) -> None:
        own = [i for i in repository.issues.values() if i.kind is Kind.PULL and i.account_id == by.id]
        opened = sum(i.state == "open" for i in own)
        caps = [cap.most for cap in (self.state.pull_cap, repository.pull_cap) if cap.enabled]
        if any(opened >= most for most in caps) and not self._has_a_part(by, repository):
            raise GithubError(responses.invalid_response("PullRequest", "You have too many open pull requests here."))

    def _has_a_part(self, by: GithubAccount, repository: Repository) -> bool:
        return by.id in self.state.members or by.id in repository.collaborators or by.type == "Bot"

    def _add_event(self, issue: Issue, kind: str, told: str, by: str, on: Exchange | None) -> None:
        issue.events.append(Event(self.now(), kind, told))
        self.history.record_change("timeline", str(issue.id), None, {"event": kind, "told": told}, by, on)

    def _mail_watchers(
        self, repository: Repository, issue: Issue, by: GithubAccount, text: str, on: Exchange | None
    ) -> None:
        """Mailed are those who watch the repository, those who take part, and those who are named."""
        part = {issue.account_id, *(c.account_id for c in issue.comments.values())}
        watching = {a.id for a in self.state.accounts.values() if repository.name in a.watches}
        named = {a.id for login in _NAMED.findall(text) if (a := self.state.find_account(login)) is not None}
        for number in sorted((part | watching | named) - {by.id}):
            account = self.state.accounts[number]
            if account.type == "User":
                self._mail(account, text, by.login, on)

    def _mail(self, account: GithubAccount, text: str, by: str, on: Exchange | None) -> None:
        self.history.record_change("mail", str(account.id), None, {"to": account.email, "text": text}, by, on)

    def _send_opened_event(self, action: str, repository: Repository, issue: Issue, by: str) -> None:
        payload = self._renderer.opened_event(action, repository, issue, self._sender(by))
        self.webhook_sender.send_event(_OPENED[issue.kind], payload)

    def _send_comment_event(self, action: str, repository: Repository, issue: Issue, comment: Comment, by: str) -> None:
        payload = self._renderer.comment_event(action, repository, issue, comment, self._sender(by))
        discussed = "discussion_comment" if issue.kind is Kind.DISCUSSION else "issue_comment"
        self.webhook_sender.send_event("pull_request_review_comment" if comment.review else discussed, payload)

    def _sender(self, by: str) -> dict[str, Any]:
        account = self.state.find_account(by)
        return self._renderer.account(account or GithubAccount(id=0, login=by, email=""))
