"""GitHub's answers about repositories: issues and pull requests, their comments and locks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectors.emulation.server import Answer
from connectors.github.emulator import answers
from connectors.github.emulator.answers import Wording
from connectors.github.emulator.organization import GithubCall, fields, paged
from connectors.github.emulator.rules import GithubRules
from connectors.github.emulator.state import Found, GithubAccount, Issue, Kind, Repository
from connectors.github.emulator.talk import Refusal

LOCK_REASONS = {"off-topic", "too heated", "resolved", "spam"}


class Issues:
    """Handlers about repositories and what is written in them."""

    def __init__(self, rules: GithubRules, word: Wording) -> None:
        self._rules, self._word = rules, word

    def repositories(self, call: GithubCall) -> Answer:
        """GET /installation/repositories"""
        found = list(call.state.repositories.values())
        return paged(self._word.origin, call, found, self._word.repository, wrap="repositories")

    def repository(self, call: GithubCall) -> Answer:
        """GET /repos/{owner}/{repo}"""
        return answers.ok(self._word.repository(_repository(call)))

    # -- issues

    def listed(self, call: GithubCall) -> Answer:
        """GET /repos/{owner}/{repo}/issues: pull requests too; newest first, or by the latest change"""
        repository, state = _repository(call), call.query.get("state", "open")
        known = [i for i in repository.issues.values() if i.kind is not Kind.DISCUSSION]
        chosen = _ordered(call, [i for i in known if state in ("all", i.state)])
        return paged(self._word.origin, call, chosen, lambda i: self._word.issue(repository, i))

    def open(self, call: GithubCall) -> Answer:
        """POST /repos/{owner}/{repo}/issues"""
        repository, wish = _repository(call), fields(call)
        issue = self._rules.open_issue(
            repository, _caller(call), str(wish.get("title") or ""), wish.get("body"), on=call.exchange
        )
        issue.labels = [str(label) for label in wish.get("labels") or []]
        return answers.ok(self._word.issue(repository, issue), 201)

    def show(self, call: GithubCall) -> Answer:
        """GET /repos/{owner}/{repo}/issues/{number}"""
        return answers.ok(self._word.issue(_repository(call), _issue(call)))

    def edit(self, call: GithubCall) -> Answer:
        """PATCH /repos/{owner}/{repo}/issues/{number}"""
        issue, wish = _issue(call), fields(call)
        before = {"title": issue.title, "body": issue.body, "state": issue.state}
        issue.title, issue.body = wish.get("title", issue.title), wish.get("body", issue.body)
        issue.state, issue.updated_at = wish.get("state", issue.state), self._rules.now()
        issue.closed_at = self._rules.now() if issue.state == "closed" else None
        after = {"title": issue.title, "body": issue.body, "state": issue.state}
        self._rules.history.changed("message", str(issue.id), before, after, call.actor, call.exchange)
        return answers.ok(self._word.issue(_repository(call), issue))

    def lock(self, call: GithubCall) -> Answer:
        """PUT /repos/{owner}/{repo}/issues/{number}/lock"""
        reason = fields(call).get("lock_reason")
        if reason is not None and reason not in LOCK_REASONS:
            return answers.invalid("Issue", "lock_reason is not one of the known ones")
        return self._locked(call, reason, locked=True)

    def unlock(self, call: GithubCall) -> Answer:
        """DELETE /repos/{owner}/{repo}/issues/{number}/lock"""
        return self._locked(call, None, locked=False)

    def _locked(self, call: GithubCall, reason: str | None, *, locked: bool) -> Answer:
        self._rules.lock(_issue(call), reason, call.actor, locked=locked, on=call.exchange)
        return answers.done()

    # -- comments

    def comments(self, call: GithubCall) -> Answer:
        """GET /repos/{owner}/{repo}/issues/{number}/comments: oldest first"""
        repository, issue = _repository(call), _issue(call)
        found = [c for c in issue.comments.values() if not c.review]
        return paged(self._word.origin, call, found, lambda c: self._word.comment(repository, issue, c))

    def all_comments(self, call: GithubCall) -> Answer:
        """GET /repos/{owner}/{repo}/issues/comments: of all issues and pull requests"""
        return self._all(call, review=False)

    def all_reviews(self, call: GithubCall) -> Answer:
        """GET /repos/{owner}/{repo}/pulls/comments: about lines of all pull requests"""
        return self._all(call, review=True)

    def _all(self, call: GithubCall, *, review: bool) -> Answer:
        repository = _repository(call)
        places = [i for i in repository.issues.values() if i.kind is not Kind.DISCUSSION]
        where = {c.id: issue for issue in places for c in issue.comments.values() if c.review is review}
        found = _ordered(call, [where[number].comments[number] for number in sorted(where)])
        return paged(self._word.origin, call, found, lambda c: self._word.comment(repository, where[c.id], c))

    def comment(self, call: GithubCall) -> Answer:
        """POST /repos/{owner}/{repo}/issues/{number}/comments"""
        repository, issue = _repository(call), _issue(call)
        body = str(fields(call).get("body") or "")
        made = self._rules.comment(repository, issue, _caller(call), body, on=call.exchange)
        return answers.ok(self._word.comment(repository, issue, made), 201)

    def show_comment(self, call: GithubCall) -> Answer:
        """GET /repos/{owner}/{repo}/issues/comments/{id}"""
        return answers.ok(self._word.comment(*_comment(call)))

    def edit_comment(self, call: GithubCall) -> Answer:
        """PATCH /repos/{owner}/{repo}/issues/comments/{id}"""
        found = _comment(call)
        self._rules.edit_comment(*found, str(fields(call).get("body") or ""), call.actor, on=call.exchange)
        return answers.ok(self._word.comment(*found))

    def delete_comment(self, call: GithubCall) -> Answer:
        """DELETE /repos/{owner}/{repo}/issues/comments/{id}"""
        self._rules.delete_comment(*_comment(call), call.actor, on=call.exchange)
        return answers.done()

    def show_review(self, call: GithubCall) -> Answer:
        """GET /repos/{owner}/{repo}/pulls/comments/{id}"""
        return answers.ok(self._word.comment(*_comment(call, review=True)))

    def delete_review(self, call: GithubCall) -> Answer:
        """DELETE /repos/{owner}/{repo}/pulls/comments/{id}"""
        self._rules.delete_comment(*_comment(call, review=True), call.actor, on=call.exchange)
        return answers.done()


def _ordered(call: GithubCall, items: Sequence[Any]) -> list[Any]:
    """The items changed at or after `since`, in the order that was asked for."""
    since = call.query.get("since")
    begin = datetime.fromisoformat(since.replace("Z", "+00:00")) if since else None
    chosen = [item for item in items if begin is None or item.updated_at.replace(microsecond=0) >= begin]
    name = "updated_at" if call.query.get("sort") == "updated" else "created_at"
    # Where no order is asked for, issues come newest first, and comments by their ids.
    usual = "desc" if (chosen and isinstance(chosen[0], Issue)) or "sort" in call.query else "asc"
    return sorted(
        chosen, key=lambda item: (getattr(item, name), item.id), reverse=call.query.get("direction", usual) == "desc"
    )


def _caller(call: GithubCall) -> GithubAccount:
    account = call.state.named(call.actor)
    if account is None:
        raise Refusal(answers.not_accessible())
    return account


def _repository(call: GithubCall) -> Repository:
    repository = call.state.repositories.get(call.params["repo"])
    if repository is None or call.params["owner"].lower() != call.state.organization.lower():
        raise Refusal(answers.not_found())
    return repository


def _issue(call: GithubCall) -> Issue:
    issue = _repository(call).issues.get(int(call.params["number"]))
    if issue is None or issue.kind is Kind.DISCUSSION:
        raise Refusal(answers.not_found())
    return issue


def _comment(call: GithubCall, *, review: bool = False) -> Found:
    found = call.state.comment(int(call.params["comment_id"]), review=review)
    if found is None or found[0] is not _repository(call):
        raise Refusal(answers.not_found())
    return found
