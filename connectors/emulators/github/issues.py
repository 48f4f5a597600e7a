"""GitHub's answers about repositories: issues and pull requests, their comments and locks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectors.emulators.github import responses
from connectors.emulators.github.messages import GithubError
from connectors.emulators.github.organization import GithubCall, paged, parse_fields
from connectors.emulators.github.renderer import JsonRenderer
from connectors.emulators.github.rules import GithubRules
from connectors.emulators.github.state import Found, GithubAccount, Issue, Kind, Repository
from connectors.emulators.shared.server import Response

LOCK_REASONS = {"off-topic", "too heated", "resolved", "spam"}


class IssueHandlers:
    """Handlers about repositories and what is written in them."""

    def __init__(self, rules: GithubRules, renderer: JsonRenderer) -> None:
        self._rules, self._renderer = rules, renderer

    def repositories(self, call: GithubCall) -> Response:
        """Answer GET /installation/repositories"""
        found = list(call.state.repositories.values())
        return paged(self._renderer.origin, call, found, self._renderer.repository, wrap="repositories")

    def repository(self, call: GithubCall) -> Response:
        """Answer GET /repos/{owner}/{repo}"""
        return responses.ok_response(self._renderer.repository(_require_repository(call)))

    # -- issues

    def listed(self, call: GithubCall) -> Response:
        """Answer GET /repos/{owner}/{repo}/issues: pull requests too; newest first, or by the latest change"""
        repository, state = _require_repository(call), call.query.get("state", "open")
        known = [i for i in repository.issues.values() if i.kind is not Kind.DISCUSSION]
        chosen = _ordered(call, [i for i in known if state in ("all", i.state)])
        return paged(self._renderer.origin, call, chosen, lambda i: self._renderer.issue(repository, i))

    def open(self, call: GithubCall) -> Response:
        """Answer POST /repos/{owner}/{repo}/issues"""
        repository, body = _require_repository(call), parse_fields(call)
        issue = self._rules.open_issue(
            repository, _require_caller(call), str(body.get("title") or ""), body.get("body"), on=call.exchange
        )
        issue.labels = [str(label) for label in body.get("labels") or []]
        return responses.ok_response(self._renderer.issue(repository, issue), 201)

    def show(self, call: GithubCall) -> Response:
        """Answer GET /repos/{owner}/{repo}/issues/{number}"""
        return responses.ok_response(self._renderer.issue(_require_repository(call), _require_issue(call)))

    def edit(self, call: GithubCall) -> Response:
        """Answer PATCH /repos/{owner}/{repo}/issues/{number}"""
        issue, body = _require_issue(call), parse_fields(call)
        before = {"title": issue.title, "body": issue.body, "state": issue.state}
        issue.title, issue.body = body.get("title", issue.title), body.get("body", issue.body)
        issue.state, issue.updated_at = body.get("state", issue.state), self._rules.now()
        issue.closed_at = self._rules.now() if issue.state == "closed" else None
        after = {"title": issue.title, "body": issue.body, "state": issue.state}
        self._rules.history.record_change("message", str(issue.id), before, after, call.actor, call.exchange)
        return responses.ok_response(self._renderer.issue(_require_repository(call), issue))

    def lock(self, call: GithubCall) -> Response:
        """Answer PUT /repos/{owner}/{repo}/issues/{number}/lock"""
        reason = parse_fields(call).get("lock_reason")
        if reason is not None and reason not in LOCK_REASONS:
            return responses.invalid_response("Issue", "lock_reason is not one of the known ones")
        return self._locked(call, reason, locked=True)

    def unlock(self, call: GithubCall) -> Response:
        """Answer DELETE /repos/{owner}/{repo}/issues/{number}/lock"""
        return self._locked(call, None, locked=False)

    def _locked(self, call: GithubCall, reason: str | None, *, locked: bool) -> Response:
        self._rules.lock(_require_issue(call), reason, call.actor, locked=locked, on=call.exchange)
        return responses.no_content_response()

    # -- comments

    def comments(self, call: GithubCall) -> Response:
        """Answer GET /repos/{owner}/{repo}/issues/{number}/comments: oldest first"""
        repository, issue = _require_repository(call), _require_issue(call)
        found = [c for c in issue.comments.values() if not c.review]
        return paged(self._renderer.origin, call, found, lambda c: self._renderer.comment(repository, issue, c))

    def all_comments(self, call: GithubCall) -> Response:
        """Answer GET /repos/{owner}/{repo}/issues/comments: of all issues and pull requests"""
        return self._all(call, review=False)

    def all_reviews(self, call: GithubCall) -> Response:
        """Answer GET /repos/{owner}/{repo}/pulls/comments: about lines of all pull requests"""
        return self._all(call, review=True)

    def _all(self, call: GithubCall, *, review: bool) -> Response:
        repository = _require_repository(call)
        places = [i for i in repository.issues.values() if i.kind is not Kind.DISCUSSION]
        where = {c.id: issue for issue in places for c in issue.comments.values() if c.review is review}
        found = _ordered(call, [where[number].comments[number] for number in sorted(where)])
        return paged(self._renderer.origin, call, found, lambda c: self._renderer.comment(repository, where[c.id], c))

    def comment(self, call: GithubCall) -> Response:
        """Answer POST /repos/{owner}/{repo}/issues/{number}/comments"""
        repository, issue = _require_repository(call), _require_issue(call)
        body = str(parse_fields(call).get("body") or "")
        made = self._rules.comment(repository, issue, _require_caller(call), body, on=call.exchange)
        return responses.ok_response(self._renderer.comment(repository, issue, made), 201)

    def show_comment(self, call: GithubCall) -> Response:
        """Answer GET /repos/{owner}/{repo}/issues/comments/{id}"""
        return responses.ok_response(self._renderer.comment(*_require_comment(call)))

    def edit_comment(self, call: GithubCall) -> Response:
        """Answer PATCH /repos/{owner}/{repo}/issues/comments/{id}"""
        found = _require_comment(call)
        self._rules.edit_comment(*found, str(parse_fields(call).get("body") or ""), call.actor, on=call.exchange)
        return responses.ok_response(self._renderer.comment(*found))

    def delete_comment(self, call: GithubCall) -> Response:
        """Answer DELETE /repos/{owner}/{repo}/issues/comments/{id}"""
        self._rules.delete_comment(*_require_comment(call), call.actor, on=call.exchange)
        return responses.no_content_response()

    def show_review(self, call: GithubCall) -> Response:
        """Answer GET /repos/{owner}/{repo}/pulls/comments/{id}"""
        return responses.ok_response(self._renderer.comment(*_require_comment(call, review=True)))

    def delete_review(self, call: GithubCall) -> Response:
        """Answer DELETE /repos/{owner}/{repo}/pulls/comments/{id}"""
        self._rules.delete_comment(*_require_comment(call, review=True), call.actor, on=call.exchange)
        return responses.no_content_response()


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


def _require_caller(call: GithubCall) -> GithubAccount:
    account = call.state.find_account(call.actor)
    if account is None:
        raise GithubError(responses.forbidden_response())
    return account


def _require_repository(call: GithubCall) -> Repository:
    repository = call.state.repositories.get(call.params["repo"])
    if repository is None or call.params["owner"].lower() != call.state.organization.lower():
        raise GithubError(responses.not_found_response())
    return repository


def _require_issue(call: GithubCall) -> Issue:
    issue = _require_repository(call).issues.get(int(call.params["number"]))
    if issue is None or issue.kind is Kind.DISCUSSION:
        raise GithubError(responses.not_found_response())
    return issue


def _require_comment(call: GithubCall, *, review: bool = False) -> Found:
    found = call.state.comment(int(call.params["comment_id"]), review=review)
    if found is None or found[0] is not _require_repository(call):
        raise GithubError(responses.not_found_response())
    return found
