"""GitHub's answers about the organisation: blocks, members, invitations, teams, collaborators, accounts, audit log."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from connectors.emulators.github import responses
from connectors.emulators.github.messages import GithubError
from connectors.emulators.github.renderer import JsonRenderer
from connectors.emulators.github.rules import GithubRules
from connectors.emulators.github.state import GithubAccount, GithubState, Invitation, Role, Team
from connectors.emulators.shared.server import Request, Response

PAGE, PAGE_LIMIT = 30, 100
LIMITS = ("existing_users", "contributors_only", "collaborators_only")
LIMIT_SPANS = {
    "one_day": timedelta(days=1),
    "three_days": timedelta(days=3),
    "one_week": timedelta(days=7),
    "one_month": timedelta(days=30),
    "six_months": timedelta(days=182),
}
MILLISECONDS = 1000

GithubCall = Request[GithubState]


class OrganizationHandlers:
    """Handlers about the organisation and about accounts."""

    def __init__(self, rules: GithubRules, renderer: JsonRenderer) -> None:
        self._rules, self._renderer = rules, renderer

    def show(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}"""
        return responses.ok_response(self._renderer.organization_page())

    # -- accounts

    def by_id(self, call: GithubCall) -> Response:
        """Answer GET /user/{account_id}: whoever has that id, under today's login"""
        account = call.state.accounts.get(int(call.params["account_id"]))
        return (
            responses.not_found_response()
            if account is None
            else responses.ok_response(self._renderer.profile(account))
        )

    def by_login(self, call: GithubCall) -> Response:
        """Answer GET /users/{login}: whoever has that login today"""
        return responses.ok_response(self._renderer.profile(require_account(call)))

    # -- blocks

    def blocks(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/blocks"""
        now, state = self._rules.now(), call.state
        ids = [i for i, block in state.blocks.items() if block.is_active(now)]
        return self._paged(call, ids, lambda i: self._renderer.account(state.accounts[i]))

    def check_block(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/blocks/{login}: 204 blocked, 404 not"""
        blocked = call.state.is_blocked(require_account(call), self._rules.now())
        return responses.no_content_response() if blocked else responses.not_found_response()

    def block(self, call: GithubCall) -> Response:
        """Answer PUT /orgs/{org}/blocks/{login}"""
        self._rules.block(require_account(call), call.actor, on=call.exchange)
        return responses.no_content_response()

    def unblock(self, call: GithubCall) -> Response:
        """Answer DELETE /orgs/{org}/blocks/{login}"""
        self._rules.unblock(require_account(call), call.actor, on=call.exchange)
        return responses.no_content_response()

    # -- members

    def members(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/members"""
        wanted = call.query.get("role", "all")
        ids = [i for i, role in call.state.members.items() if wanted in ("all", role.value)]
        return self._paged(call, ids, lambda i: self._renderer.account(call.state.accounts[i]))

    def check_member(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/members/{login}: 204 a member, 404 not"""
        return (
            responses.no_content_response()
            if require_account(call).id in call.state.members
            else responses.not_found_response()
        )

    def remove_member(self, call: GithubCall) -> Response:
        """Answer DELETE /orgs/{org}/members/{login}"""
        self._rules.remove(require_account(call), call.actor, on=call.exchange)
        return responses.no_content_response()

    def membership(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/memberships/{login}: active, pending, or 404"""
        account = require_account(call)
        if (role := call.state.members.get(account.id)) is not None:
            return responses.ok_response(self._renderer.membership(account, role, pending=False))
        if (invitation := call.state.invitation_of(account, self._rules.now())) is not None:
            return responses.ok_response(self._renderer.membership(account, invitation.role, pending=True))
        return responses.not_found_response()

    def set_membership(self, call: GithubCall) -> Response:
        """Answer PUT /orgs/{org}/memberships/{login}: an invitation, or a member's role"""
        account, role = require_account(call), _parse_role(parse_fields(call).get("role", "member"))
        if account.id in call.state.members:
            self._rules.set_role(account, role, call.actor, on=call.exchange)
            return responses.ok_response(self._renderer.membership(account, role, pending=False))
        if (known := call.state.invitation_of(account, self._rules.now())) is None:
            self._rules.invite(account, role, [], call.actor, on=call.exchange)
        else:
            known.role = role
        return responses.ok_response(self._renderer.membership(account, role, pending=True))

    def end_membership(self, call: GithubCall) -> Response:
        """Answer DELETE /orgs/{org}/memberships/{login}: a member goes, an invitation is withdrawn"""
        account = require_account(call)
        invitation = call.state.invitation_of(account, self._rules.now())
        if invitation is not None:
            self._rules.cancel(invitation, call.actor, on=call.exchange)
        else:
            self._rules.remove(account, call.actor, on=call.exchange)
        return responses.no_content_response()

    # -- invitations and collaborators

    def invitations(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/invitations"""
        standing = [i for i in call.state.invitations.values() if i.is_open(self._rules.now())]
        return self._paged(call, standing, self._renderer.invitation)

    def invite(self, call: GithubCall) -> Response:
        """Answer POST /orgs/{org}/invitations, by `invitee_id`"""
        body = parse_fields(call)
        account = call.state.accounts.get(int(body.get("invitee_id") or 0))
        if account is None:
            return responses.invalid_response("OrganizationInvitation", "Invitee is not a known account.")
        role = Role.OWNER if body.get("role") == "admin" else Role.MEMBER
        teams = [int(i) for i in body.get("team_ids") or []]
        made = self._rules.invite(account, role, teams, call.actor, on=call.exchange)
        return responses.ok_response(self._renderer.invitation(made), 201)

    def cancel_invitation(self, call: GithubCall) -> Response:
        """Answer DELETE /orgs/{org}/invitations/{id}"""
        self._rules.cancel(_require_invitation(call), call.actor, on=call.exchange)
        return responses.no_content_response()

    def invitation_teams(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/invitations/{id}/teams"""
        found = (call.state.team_by_id(i) for i in _require_invitation(call).team_ids)
        return self._paged(call, [t for t in found if t is not None], self._renderer.team)

    def collaborators(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/outside_collaborators"""
        state = call.state
        ids = {i for r in state.repositories.values() for i in r.collaborators if i not in state.members}
        return self._paged(call, sorted(ids), lambda i: self._renderer.account(state.accounts[i]))

    def end_collaboration(self, call: GithubCall) -> Response:
        """Answer DELETE /orgs/{org}/outside_collaborators/{login}"""
        self._rules.end_collaboration(require_account(call), call.actor, on=call.exchange)
        return responses.no_content_response()

    # -- teams

    def teams(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/teams"""
        return self._paged(call, list(call.state.teams.values()), self._renderer.team)

    def team(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/teams/{slug}"""
        return responses.ok_response(self._renderer.team(_require_team(call)))

    def team_members(self, call: GithubCall) -> Response:
        """Answer GET the members of a team"""
        team = _require_team(call)
        return self._paged(call, list(team.members), lambda i: self._renderer.account(call.state.accounts[i]))

    def team_membership(self, call: GithubCall) -> Response:
        """Answer GET what an account is to a team"""
        team, account = _require_team(call), require_account(call)
        if account.id in team.members:
            return responses.ok_response(
                self._renderer.team_membership(team, account, team.members[account.id], pending=False)
            )
        invitation = call.state.invitation_of(account, self._rules.now())
        if invitation is not None and team.id in invitation.team_ids:
            return responses.ok_response(self._renderer.team_membership(team, account, "member", pending=True))
        return responses.not_found_response()

    def join_team(self, call: GithubCall) -> Response:
        """Answer PUT an account into a team; whoever is no member yet is invited"""
        team, account = _require_team(call), require_account(call)
        role = str(parse_fields(call).get("role", "member"))
        joined = self._rules.join_team(team, account, role, call.actor, on=call.exchange)
        return responses.ok_response(self._renderer.team_membership(team, account, role, pending=not joined))

    def leave_team(self, call: GithubCall) -> Response:
        """Answer DELETE an account from a team"""
        self._rules.leave_team(_require_team(call), require_account(call), call.actor, on=call.exchange)
        return responses.no_content_response()

    # -- audit log

    def audit_log(self, call: GithubCall) -> Response:
        """Answer GET /orgs/{org}/audit-log: only where the organisation pays for it; newest first"""
        if not call.state.paid:
            return responses.not_found_response()
        phrase = call.query.get("phrase", "")
        chosen = [e for e in reversed(call.state.audit) if all(w in f"action:{e.action}" for w in phrase.split())]
        organization = call.state.organization
        return self._paged(
            call,
            chosen,
            lambda e: {
                "@timestamp": int(e.at.timestamp() * MILLISECONDS),
                "created_at": int(e.at.timestamp() * MILLISECONDS),
                "action": e.action,
                "actor": e.actor,
                "actor_id": actor.id if (actor := call.state.find_account(e.actor)) else None,
                "user": e.subject,
                "org": organization,
            },
        )

    def _paged(self, call: GithubCall, items: Sequence[Any], word: Any) -> Response:
        return paged(self._renderer.origin, call, items, word)


def paged(origin: str, call: GithubCall, items: Sequence[Any], word: Any, wrap: str | None = None) -> Response:
    """Return one page of a list, with the links to the others in the `Link` header."""
    size = min(max(_parse_number(call.query.get("per_page"), PAGE), 1), PAGE_LIMIT)
    size = max(1, size - call.state.rows_short)
    page = max(_parse_number(call.query.get("page"), 1), 1)
    last = max(1, -(-len(items) // size))
    shown = [word(item) for item in items[(page - 1) * size : page * size]]
    links = {"first": 1, "prev": page - 1} if page > 1 else {}
    links |= {"next": page + 1, "last": last} if page < last else {}
    address = origin + call.exchange.path
    parts = [f'<{address}?{urlencode({**call.query, "page": n})}>; rel="{rel}"' for rel, n in links.items()]
    body = shown if wrap is None else {"total_count": len(items), wrap: shown}
    return Response(200, body, {"Link": ", ".join(parts)} if parts else {}, responses.JSON)


def require_account(call: GithubCall) -> GithubAccount:
    """Return the account that the address names by today's login."""
    account = call.state.find_account(call.params["login"])
    if account is None:
        raise GithubError(responses.not_found_response())
    return account


def parse_fields(call: GithubCall) -> dict[str, Any]:
    """Return the body's fields."""
    return call.body if isinstance(call.body, dict) else {}


def _parse_role(word: Any) -> Role:
    try:
        return Role(word)
    except ValueError:
        raise GithubError(
            responses.invalid_response("OrganizationMembership", "role is not one of member, admin")
        ) from None


def _parse_number(value: str | None, otherwise: int) -> int:
    return int(value) if value is not None and value.isdigit() else otherwise


def _require_invitation(call: GithubCall) -> Invitation:
    found = call.state.invitations.get(int(call.params["invitation_id"]))
    if found is None:
        raise GithubError(responses.not_found_response())
    return found


def _require_team(call: GithubCall) -> Team:
    if "team_id" in call.params:
        team = call.state.team_by_id(int(call.params["team_id"]))
    else:
        team = call.state.teams.get(call.params["slug"])
    if team is None:
        raise GithubError(responses.not_found_response())
    return team
