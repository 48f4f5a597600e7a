"""GitHub's answers about the organisation: blocks, members, invitations, teams, collaborators, accounts, audit log."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from connectors.emulation.server import Answer, Call
from connectors.github.emulator import answers
from connectors.github.emulator.answers import Wording
from connectors.github.emulator.rules import GithubRules
from connectors.github.emulator.state import GithubAccount, GithubState, Invitation, Role, Team
from connectors.github.emulator.talk import Refusal

PAGE, PAGE_LIMIT = 30, 100
MILLISECONDS = 1000

GithubCall = Call[GithubState]


class Organization:
    """Handlers about the organisation and about accounts."""

    def __init__(self, rules: GithubRules, word: Wording) -> None:
        self._rules, self._word = rules, word

    def show(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}"""
        return answers.ok(self._word.organization_page())

    # -- accounts

    def by_id(self, call: GithubCall) -> Answer:
        """GET /user/{account_id}: whoever has that id, under today's login"""
        account = call.state.accounts.get(int(call.params["account_id"]))
        return answers.not_found() if account is None else answers.ok(self._word.profile(account))

    def by_login(self, call: GithubCall) -> Answer:
        """GET /users/{login}: whoever has that login today"""
        return answers.ok(self._word.profile(account_of(call)))

    # -- blocks

    def blocks(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/blocks"""
        now, state = self._rules.now(), call.state
        ids = [i for i, block in state.blocks.items() if block.stands(now)]
        return self._paged(call, ids, lambda i: self._word.account(state.accounts[i]))

    def check_block(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/blocks/{login}: 204 blocked, 404 not"""
        blocked = call.state.blocked(account_of(call), self._rules.now())
        return answers.done() if blocked else answers.not_found()

    def block(self, call: GithubCall) -> Answer:
        """PUT /orgs/{org}/blocks/{login}"""
        self._rules.block(account_of(call), call.actor, on=call.exchange)
        return answers.done()

    def unblock(self, call: GithubCall) -> Answer:
        """DELETE /orgs/{org}/blocks/{login}"""
        self._rules.unblock(account_of(call), call.actor, on=call.exchange)
        return answers.done()

    # -- members

    def members(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/members"""
        wanted = call.query.get("role", "all")
        ids = [i for i, role in call.state.members.items() if wanted in ("all", role.value)]
        return self._paged(call, ids, lambda i: self._word.account(call.state.accounts[i]))

    def check_member(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/members/{login}: 204 a member, 404 not"""
        return answers.done() if account_of(call).id in call.state.members else answers.not_found()

    def remove_member(self, call: GithubCall) -> Answer:
        """DELETE /orgs/{org}/members/{login}"""
        self._rules.remove(account_of(call), call.actor, on=call.exchange)
        return answers.done()

    def membership(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/memberships/{login}: active, pending, or 404"""
        account = account_of(call)
        if (role := call.state.members.get(account.id)) is not None:
            return answers.ok(self._word.membership(account, role, pending=False))
        if (invitation := call.state.invitation_of(account, self._rules.now())) is not None:
            return answers.ok(self._word.membership(account, invitation.role, pending=True))
        return answers.not_found()

    def set_membership(self, call: GithubCall) -> Answer:
        """PUT /orgs/{org}/memberships/{login}: an invitation, or a member's role"""
        account, role = account_of(call), _role(fields(call).get("role", "member"))
        if account.id in call.state.members:
            self._rules.set_role(account, role, call.actor, on=call.exchange)
            return answers.ok(self._word.membership(account, role, pending=False))
        if (known := call.state.invitation_of(account, self._rules.now())) is None:
            self._rules.invite(account, role, [], call.actor, on=call.exchange)
        else:
            known.role = role
        return answers.ok(self._word.membership(account, role, pending=True))

    def end_membership(self, call: GithubCall) -> Answer:
        """DELETE /orgs/{org}/memberships/{login}: a member goes, an invitation is withdrawn"""
        account = account_of(call)
        invitation = call.state.invitation_of(account, self._rules.now())
        if invitation is not None:
            self._rules.cancel(invitation, call.actor, on=call.exchange)
        else:
            self._rules.remove(account, call.actor, on=call.exchange)
        return answers.done()

    # -- invitations and collaborators

    def invitations(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/invitations"""
        standing = [i for i in call.state.invitations.values() if i.stands(self._rules.now())]
        return self._paged(call, standing, self._word.invitation)

    def invite(self, call: GithubCall) -> Answer:
        """POST /orgs/{org}/invitations, by `invitee_id`"""
        wish = fields(call)
        account = call.state.accounts.get(int(wish.get("invitee_id") or 0))
        if account is None:
            return answers.invalid("OrganizationInvitation", "Invitee is not a known account.")
        role = Role.OWNER if wish.get("role") == "admin" else Role.MEMBER
        teams = [int(i) for i in wish.get("team_ids") or []]
        made = self._rules.invite(account, role, teams, call.actor, on=call.exchange)
        return answers.ok(self._word.invitation(made), 201)

    def cancel_invitation(self, call: GithubCall) -> Answer:
        """DELETE /orgs/{org}/invitations/{id}"""
        self._rules.cancel(_invitation(call), call.actor, on=call.exchange)
        return answers.done()

    def invitation_teams(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/invitations/{id}/teams"""
        found = (call.state.team_by_id(i) for i in _invitation(call).team_ids)
        return self._paged(call, [t for t in found if t is not None], self._word.team)

    def collaborators(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/outside_collaborators"""
        state = call.state
        ids = {i for r in state.repositories.values() for i in r.collaborators if i not in state.members}
        return self._paged(call, sorted(ids), lambda i: self._word.account(state.accounts[i]))

    def end_collaboration(self, call: GithubCall) -> Answer:
        """DELETE /orgs/{org}/outside_collaborators/{login}"""
        self._rules.end_collaboration(account_of(call), call.actor, on=call.exchange)
        return answers.done()

    # -- teams

    def teams(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/teams"""
        return self._paged(call, list(call.state.teams.values()), self._word.team)

    def team(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/teams/{slug}"""
        return answers.ok(self._word.team(_team(call)))

    def team_members(self, call: GithubCall) -> Answer:
        """GET the members of a team"""
        team = _team(call)
        return self._paged(call, list(team.members), lambda i: self._word.account(call.state.accounts[i]))

    def team_membership(self, call: GithubCall) -> Answer:
        """GET what an account is to a team"""
        team, account = _team(call), account_of(call)
        if account.id in team.members:
            return answers.ok(self._word.team_membership(team, account, team.members[account.id], pending=False))
        invitation = call.state.invitation_of(account, self._rules.now())
        if invitation is not None and team.id in invitation.team_ids:
            return answers.ok(self._word.team_membership(team, account, "member", pending=True))
        return answers.not_found()

    def join_team(self, call: GithubCall) -> Answer:
        """PUT an account into a team; whoever is no member yet is invited"""
        team, account = _team(call), account_of(call)
        role = str(fields(call).get("role", "member"))
        joined = self._rules.join_team(team, account, role, call.actor, on=call.exchange)
        return answers.ok(self._word.team_membership(team, account, role, pending=not joined))

    def leave_team(self, call: GithubCall) -> Answer:
        """DELETE an account from a team"""
        self._rules.leave_team(_team(call), account_of(call), call.actor, on=call.exchange)
        return answers.done()

    # -- audit log

    def audit_log(self, call: GithubCall) -> Answer:
        """GET /orgs/{org}/audit-log: only where the organisation pays for it; newest first"""
        if not call.state.paid:
            return answers.not_found()
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
                "actor_id": actor.id if (actor := call.state.named(e.actor)) else None,
                "user": e.subject,
                "org": organization,
            },
        )

    def _paged(self, call: GithubCall, items: Sequence[Any], word: Any) -> Answer:
        return paged(self._word.origin, call, items, word)


def paged(origin: str, call: GithubCall, items: Sequence[Any], word: Any, wrap: str | None = None) -> Answer:
    """One page of a list, with the links to the others in the `Link` header."""
    size = min(max(_number(call.query.get("per_page"), PAGE), 1), PAGE_LIMIT)
    page = max(_number(call.query.get("page"), 1), 1)
    last = max(1, -(-len(items) // size))
    shown = [word(item) for item in items[(page - 1) * size : page * size]]
    links = {"first": 1, "prev": page - 1} if page > 1 else {}
    links |= {"next": page + 1, "last": last} if page < last else {}
    address = origin + call.exchange.path
    parts = [f'<{address}?{urlencode({**call.query, "page": n})}>; rel="{rel}"' for rel, n in links.items()]
    body = shown if wrap is None else {"total_count": len(items), wrap: shown}
    return Answer(200, body, {"Link": ", ".join(parts)} if parts else {}, answers.JSON)


def account_of(call: GithubCall) -> GithubAccount:
    """The account that the address names by today's login."""
    account = call.state.named(call.params["login"])
    if account is None:
        raise Refusal(answers.not_found())
    return account


def fields(call: GithubCall) -> dict[str, Any]:
    """The body's fields."""
    return call.body if isinstance(call.body, dict) else {}


def _role(word: Any) -> Role:
    try:
        return Role(word)
    except ValueError:
        raise Refusal(answers.invalid("OrganizationMembership", "role is not one of member, admin")) from None


def _number(value: str | None, otherwise: int) -> int:
    return int(value) if value is not None and value.isdigit() else otherwise


def _invitation(call: GithubCall) -> Invitation:
    found = call.state.invitations.get(int(call.params["invitation_id"]))
    if found is None:
        raise Refusal(answers.not_found())
    return found


def _team(call: GithubCall) -> Team:
    if "team_id" in call.params:
        team = call.state.team_by_id(int(call.params["team_id"]))
    else:
        team = call.state.teams.get(call.params["slug"])
    if team is None:
        raise Refusal(answers.not_found())
    return team
