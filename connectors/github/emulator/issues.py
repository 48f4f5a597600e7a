"""GitHub's answers about repositories: issues, comments, locks, and the one GraphQL mutation that hides a comment."""

import re
from typing import Any

from connectors.emulation.server import Answer
from connectors.github.emulator import answers
from connectors.github.emulator.answers import Wording
from connectors.github.emulator.organization import GithubCall, fields, paged
from connectors.github.emulator.rules import GithubRules, Refusal
from connectors.github.emulator.state import Comment, GithubAccount, Issue, Repository

LOCK_REASONS = {"off-topic", "too heated", "resolved", "spam"}
CLASSIFIERS = {"ABUSE", "DUPLICATE", "OFF_TOPIC", "OUTDATED", "RESOLVED", "SPAM"}
_MUTATION = re.compile(r"\b(minimizeComment|unminimizeComment)\b")


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
        """GET /repos/{owner}/{repo}/issues: newest first"""
        repository, state = _repository(call), call.query.get("state", "open")
        chosen = [i for i in reversed(repository.issues.values()) if state in ("all", i.state)]
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
        issue = _issue(call)
        before, issue.locked, issue.lock_reason = issue.locked, locked, reason
        self._rules.history.changed("lock", str(issue.id), before, locked, call.actor, call.exchange)
        return answers.done()

    # -- comments

    def comments(self, call: GithubCall) -> Answer:
        """GET /repos/{owner}/{repo}/issues/{number}/comments: oldest first"""
        repository, issue = _repository(call), _issue(call)
        found = list(issue.comments.values())
        return paged(self._word.origin, call, found, lambda c: self._word.comment(repository, issue, c))

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
        repository, issue, comment = _comment(call)
        self._rules.edit_comment(comment, str(fields(call).get("body") or ""), call.actor, on=call.exchange)
        return answers.ok(self._word.comment(repository, issue, comment))

    def delete_comment(self, call: GithubCall) -> Answer:
        """DELETE /repos/{owner}/{repo}/issues/comments/{id}"""
        _, _, comment = _comment(call)
        self._rules.delete_comment(comment.id, call.actor, on=call.exchange)
        return answers.done()

    # -- GraphQL

    def graphql(self, call: GithubCall) -> Answer:
        """POST /graphql: `minimizeComment` and its reverse; errors come with status 200, in the body"""
        wish = fields(call)
        found = _MUTATION.search(str(wish.get("query", "")))
        given = next((v for v in (wish.get("variables") or {}).values() if isinstance(v, dict)), {})
        if found is None:
            return answers.ok({"errors": [{"message": "This operation is not known here."}]})
        name, node = found[1], str(given.get("subjectId", ""))
        known = call.state.comment(int(node.removeprefix("IC_"))) if node.removeprefix("IC_").isdigit() else None
        if known is None:
            text = f"Could not resolve to a node with the global id of '{node}'."
            return answers.ok(
                {"data": {name: None}, "errors": [{"type": "NOT_FOUND", "path": [name], "message": text}]}
            )
        classifier = str(given.get("classifier", "")) if name == "minimizeComment" else None
        if classifier is not None and classifier not in CLASSIFIERS:
            return answers.ok({"errors": [{"message": f"{classifier} is no classifier."}]})
        self._rules.minimize(known[2], classifier, call.actor, on=call.exchange)
        field = "minimizedComment" if classifier is not None else "unminimizedComment"
        return answers.ok({"data": {name: {field: {"isMinimized": classifier is not None}}}})


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
    if issue is None:
        raise Refusal(answers.not_found())
    return issue


def _comment(call: GithubCall) -> tuple[Repository, Issue, Comment]:
    found: Any = call.state.comment(int(call.params["comment_id"]))
    if found is None or found[0] is not _repository(call):
        raise Refusal(answers.not_found())
    repository, issue, comment = found
    return repository, issue, comment
