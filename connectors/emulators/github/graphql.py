"""GitHub's other API: conversations and comments by their node names, their locks, and hiding what was said.

A small part of the language is understood: one operation, its fields, arguments and inline fragments. A field that a type
does not have is refused, as the real one does.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.emulators.github import responses
from connectors.emulators.github.messages import GithubError
from connectors.emulators.github.organization import GithubCall, parse_fields
from connectors.emulators.github.renderer import JsonRenderer
from connectors.emulators.github.responses import format_instant
from connectors.emulators.github.rules import GithubRules
from connectors.emulators.github.state import Comment, Issue, Kind, Repository
from connectors.emulators.shared.server import Response

CLASSIFIERS = {"ABUSE", "DUPLICATE", "OFF_TOPIC", "OUTDATED", "RESOLVED", "SPAM"}
PERMISSIONS = {Kind.ISSUE: "issues", Kind.PULL: "pull_requests", Kind.DISCUSSION: "discussions"}
LARGEST_PAGE = 100

May = Callable[[GithubCall, str, str], bool]

_TOKEN = re.compile(r'\.\.\.|"(?:[^"\\]|\\.)*"|\$\w+|[A-Za-z_]\w*|-?\d+|[{}()\[\]:!,=]')
_TYPES = {Kind.ISSUE: "Issue", Kind.PULL: "PullRequest", Kind.DISCUSSION: "Discussion"}
_ALSO = {
    "Issue": {"Node", "Comment", "Lockable"},
    "PullRequest": {"Node", "Comment", "Lockable"},
    "Discussion": {"Node", "Comment", "Lockable"},
    "IssueComment": {"Node", "Comment", "Minimizable"},
    "PullRequestReviewComment": {"Node", "Comment", "Minimizable"},
    "DiscussionComment": {"Node", "Comment", "Minimizable"},
    "User": {"Node", "Actor"},
    "Bot": {"Node", "Actor"},
}


class GraphqlError(Exception):
    """The operation is answered by an error in the body, with status 200."""

    def __init__(self, message: str, kind: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(slots=True)
class Selection:
    """One field that was asked for, or (`on`) an inline fragment."""

    name: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    on: str | None = None
    inner: list["Selection"] | None = None


class GraphqlHandler:
    """Answers operations over the state; `may` says whether the call's token has a permission at a level."""

    def __init__(self, rules: GithubRules, renderer: JsonRenderer, may: May) -> None:
        self._rules, self._renderer, self._may = rules, renderer, may

    def answer(self, call: GithubCall) -> Response:
        """Answer POST /graphql: what was asked for and nothing else; errors come with status 200, in the body"""
        body = parse_fields(call)
        try:
            operation, selection = parse(str(body.get("query", "")), body.get("variables") or {})
        except (GraphqlError, IndexError) as fault:
            return responses.ok_response({"errors": [{"message": f"Parse error: {fault}"}]})
        data: dict[str, Any] = {}
        errors = []
        for one in selection:
            try:
                found = (self._mutate if operation == "mutation" else self._read)(call, one)
                data[one.name] = None if found is None else _select(found, one)
            except GraphqlError as fault:
                data[one.name] = None
                kind = {"type": fault.kind, "path": [one.name]} if fault.kind else {}
                errors.append({**kind, "message": str(fault)})
            except GithubError as refusal:
                data[one.name] = None
                errors.append({"type": "UNPROCESSABLE", "path": [one.name], "message": refusal.answer.body["message"]})
        return responses.ok_response({"data": data, **({"errors": errors} if errors else {})})

    # -- reading

    def _read(self, call: GithubCall, selection: Selection) -> Mapping[str, Any] | None:
        match selection.name:
            case "node":
                repository, issue, comment = self._require_node(call, str(selection.arguments.get("id")), "read")
                return self._comment_json(repository, issue, comment)
            case "repository":
                return self._repository(call, selection)
            case name:
                raise GraphqlError(f"Field '{name}' doesn't exist on type 'Query'")

    def _require_node(self, call: GithubCall, name: str, level: str) -> tuple[Repository, Issue, Comment | None]:
        found = call.state.node(name)
        if found is None:
            raise GraphqlError(f"Could not resolve to a node with the global id of '{name}'.", "NOT_FOUND")
        self._require_permission(call, PERMISSIONS[found[1].kind], level)
        return found

    def _require_permission(self, call: GithubCall, permission: str, level: str) -> None:
        if not self._may(call, permission, level):
            raise GraphqlError("Resource not accessible by integration", "FORBIDDEN")

    def _repository(self, call: GithubCall, selection: Selection) -> Mapping[str, Any]:
        repository = call.state.repositories.get(str(selection.arguments.get("name")))
        if repository is None or str(selection.arguments.get("owner")).lower() != call.state.organization.lower():
            raise GraphqlError("Could not resolve to a Repository with that name.", "NOT_FOUND")

        def discussions(given: Mapping[str, Any]) -> Mapping[str, Any]:
            self._require_permission(call, "discussions", "read")
            found = [i for i in repository.issues.values() if i.kind is Kind.DISCUSSION]
            order = given.get("orderBy") or {}
            key = "updated_at" if order.get("field") == "UPDATED_AT" else "created_at"
            found.sort(key=lambda i: (getattr(i, key), i.id), reverse=order.get("direction", "DESC") == "DESC")
            return _connection([self._comment_json(repository, i, None) for i in found], given)

        def discussion(given: Mapping[str, Any]) -> Mapping[str, Any]:
            self._require_permission(call, "discussions", "read")
            issue = repository.issues.get(int(given.get("number") or 0))
            if issue is None or issue.kind is not Kind.DISCUSSION:
                raise GraphqlError("Could not resolve to a Discussion with that number.", "NOT_FOUND")
            return self._comment_json(repository, issue, None)

        return {"__typename": "Repository", "discussions": discussions, "discussion": discussion}

    def _comment_json(self, repository: Repository, issue: Issue, comment: Comment | None) -> Mapping[str, Any]:
        source = issue if comment is None else comment
        account = self._rules.state.accounts[source.account_id]
        author = self._actor(account.id)
        known = {
            "body": source.body or "",
            "databaseId": source.id,
            "createdAt": format_instant(source.created_at),
            "updatedAt": format_instant(source.updated_at),
            "url": self._renderer.link(repository, issue, comment),
            "author": author,
        }
        if comment is None:
            return known | self._conversation(repository, issue)
        return known | self._comment(repository, issue, comment)

    def _conversation(self, repository: Repository, issue: Issue) -> dict[str, Any]:
        kind = _TYPES[issue.kind]
        known = {"__typename": kind, "id": issue.node_id, "title": issue.title, "number": issue.number}
        known |= {"locked": issue.locked, "activeLockReason": issue.lock_reason}
        if issue.kind is not Kind.DISCUSSION:
            return known | {"timelineItems": lambda given: self._events(issue, given)}

        def comments(given: Mapping[str, Any]) -> Mapping[str, Any]:
            own = [c for c in issue.comments.values() if c.reply_to is None]
            return _connection([self._comment_json(repository, issue, c) for c in own], given)

        return known | {"comments": comments}

    def _comment(self, repository: Repository, issue: Issue, comment: Comment) -> dict[str, Any]:
        known: dict[str, Any] = {
            "id": issue.node_of(comment),
            "isMinimized": comment.minimized is not None,
            "minimizedReason": comment.minimized.lower() if comment.minimized else None,
        }
        answered = issue.comments.get(comment.reply_to or 0)
        reply = {"replyTo": (lambda _: self._comment_json(repository, issue, answered)) if answered else None}
        if comment.review:
            pull = {"pullRequest": lambda _: self._comment_json(repository, issue, None)}
            return known | pull | reply | {"__typename": "PullRequestReviewComment"}
        if issue.kind is not Kind.DISCUSSION:
            return known | {"__typename": "IssueComment"}

        def replies(given: Mapping[str, Any]) -> Mapping[str, Any]:
            own = [c for c in issue.comments.values() if c.reply_to == comment.id]
            return _connection([self._comment_json(repository, issue, c) for c in own], given)

        place = {"discussion": lambda _: self._comment_json(repository, issue, None), "replies": replies}
        return known | place | reply | {"__typename": "DiscussionComment"}

    def _events(self, issue: Issue, given: Mapping[str, Any]) -> Mapping[str, Any]:
        if given.get("itemTypes") != ["LOCKED_EVENT"]:
            raise GraphqlError("only LOCKED_EVENT is known here")
        locks = [{"__typename": "LockedEvent", "actor": self._actor(issue.locked_by)}] if issue.locked_by else []
        return _connection(locks, given)

    def _actor(self, account_id: int) -> Mapping[str, Any]:
        account = self._rules.state.accounts[account_id]
        login = account.login.removesuffix("[bot]") if account.type == "Bot" else account.login
        return {"__typename": account.type, "login": login, "databaseId": account.id, "id": f"U_{account.id}"}

    # -- changing

    def _mutate(self, call: GithubCall, selection: Selection) -> Mapping[str, Any]:
        given = selection.arguments.get("input") or {}
        match selection.name:
            case "minimizeComment" | "unminimizeComment":
                return self._minimize(call, selection.name, given)
            case "deleteDiscussionComment":
                repository, issue, comment = self._require_node(call, str(given.get("id")), "write")
                if comment is None or issue.kind is not Kind.DISCUSSION:
                    raise GraphqlError("This is no comment of a discussion.", "NOT_FOUND")
                self._rules.delete_comment(repository, issue, comment, call.actor, on=call.exchange)
                return {"__typename": "DeleteDiscussionCommentPayload", "clientMutationId": None}
            case "lockLockable" | "unlockLockable":
                return self._lock(call, given, locked=selection.name == "lockLockable")
            case name:
                raise GraphqlError(f"Field '{name}' doesn't exist on type 'Mutation'")

    def _minimize(self, call: GithubCall, name: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        repository, issue, comment = self._require_node(call, str(given.get("subjectId")), "write")
        if comment is None:
            raise GraphqlError("This cannot be minimized.", "UNPROCESSABLE")
        classifier = str(given.get("classifier", "")) if name == "minimizeComment" else None
        if classifier is not None and classifier not in CLASSIFIERS:
            raise GraphqlError(f"{classifier} is no classifier.")
        self._rules.minimize(comment, classifier, call.actor, on=call.exchange)
        shown = self._comment_json(repository, issue, comment)
        field_name = "minimizedComment" if classifier is not None else "unminimizedComment"
        return {"__typename": f"{name}Payload", "clientMutationId": None, field_name: shown}

    def _lock(self, call: GithubCall, given: Mapping[str, Any], *, locked: bool) -> Mapping[str, Any]:
        repository, issue, comment = self._require_node(call, str(given.get("lockableId")), "write")
        if comment is not None:
            raise GraphqlError("This cannot be locked.", "UNPROCESSABLE")
        reason = given.get("lockReason")
        self._rules.lock(issue, reason and str(reason).lower(), call.actor, locked=locked, on=call.exchange)
        name = "lockedRecord" if locked else "unlockedRecord"
        return {"__typename": "Payload", "clientMutationId": None, name: self._comment_json(repository, issue, None)}


def _connection(nodes: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A page of the nodes: the first or the last so many, after a cursor."""
    first, last = given.get("first"), given.get("last")
    if not 0 < (first or last or 0) <= LARGEST_PAGE:
        raise GraphqlError("You must provide a `first` or `last` value between 1 and 100 to properly paginate.")
    begin = int(given.get("after") or 0)
    left = list(nodes[begin:])
    shown = left[:first] if first else left[-(last or 0) :]
    end = begin + len(shown)
    page = {"__typename": "PageInfo", "hasNextPage": bool(first and end < len(nodes)), "endCursor": str(end)}
    return {"__typename": "Connection", "nodes": shown, "pageInfo": page, "totalCount": len(nodes)}


def _select(found: Mapping[str, Any], selection: Selection) -> Mapping[str, Any]:
    if not selection.inner:
        raise GraphqlError(f"Field '{selection.name}' must have selections")
    kind = found["__typename"]
    shown: dict[str, Any] = {}
    for one in selection.inner:
        if one.on is not None:
            if one.on == kind or one.on in _ALSO.get(kind, ()):
                shown |= _select(found, Selection(one.on, inner=one.inner))
            continue
        if one.name not in found:
            raise GraphqlError(f"Field '{one.name}' doesn't exist on type '{kind}'")
        value = found[one.name]
        value = value(one.arguments) if callable(value) else value
        if isinstance(value, list):
            shown[one.name] = [_select(item, one) for item in value]
        else:
            shown[one.name] = _select(value, one) if isinstance(value, Mapping) else value
    return shown


# -- the language


def parse(query: str, variables: Mapping[str, Any]) -> tuple[str, list[Selection]]:
    """Return the kind of the operation, and the fields that it asks for, with the variables in their places."""
    tokens = _TOKEN.findall(query)
    reader = _Reader(tokens, variables)
    kind = "query" if tokens[:1] == ["{"] else reader.take()
    if kind not in ("query", "mutation"):
        raise GraphqlError(f"'{kind}' is no operation")
    while reader.next != "{":
        reader.past_brackets() if reader.next == "(" else reader.take()
    return kind, list(reader.selection())


class _Reader:
    def __init__(self, tokens: list[str], variables: Mapping[str, Any]) -> None:
        self._tokens, self._variables, self._at = tokens, variables, 0

    @property
    def next(self) -> str:
        return self._tokens[self._at]

    def take(self, expected: str | None = None) -> str:
        token = self._tokens[self._at]
        if expected is not None and token != expected:
            raise GraphqlError(f"expected {expected}, found {token}")
        self._at += 1
        return token

    def past_brackets(self) -> None:
        depth = 0
        while True:
            token = self.take()
            depth += (token == "(") - (token == ")")
            if not depth:
                return

    def selection(self) -> Iterator[Selection]:
        self.take("{")
        while self.next != "}":
            if self.next == "...":
                self.take()
                self.take("on")
                yield Selection(on=self.take(), inner=list(self.selection()))
                continue
            name = self.take()
            arguments = dict(self._arguments("(", ")")) if self.next == "(" else {}
            yield Selection(name, arguments, inner=list(self.selection()) if self.next == "{" else None)
        self.take("}")

    def _arguments(self, begin: str, end: str) -> Iterator[tuple[str, Any]]:
        self.take(begin)
        while self.next != end:
            if self.next == ",":
                self.take()
                continue
            name = self.take()
            self.take(":")
            yield name, self._value()
        self.take(end)

    def _value(self) -> Any:
        if self.next == "{":
            return dict(self._arguments("{", "}"))
        if self.next == "[":
            self.take()
            found = []
            while self.next != "]":
                if self.next == ",":
                    self.take()
                else:
                    found.append(self._value())
            self.take()
            return found
        token = self.take()
        if token.startswith("$"):
            return self._variables.get(token[1:])
        if token.startswith('"'):
            return token[1:-1]
        return {"true": True, "false": False, "null": None}.get(
            token, int(token) if token.lstrip("-").isdigit() else token
        )
