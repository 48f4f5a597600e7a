"""Which address of GitHub is whose, and which permission each needs. Read `add_account_routes` first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from connectors.emulators.github.issues import IssueHandlers
from connectors.emulators.github.limits import LimitHandlers
from connectors.emulators.github.organization import GithubCall, OrganizationHandlers
from connectors.emulators.shared.server import Response


@dataclass(frozen=True, slots=True)
class RequiredPermission:
    """The permission that a call needs, or any of several; `hidden`: GitHub denies by 404 that there is anything to see."""

    permission: str
    level: str
    hidden: bool = False
    otherwise: str | None = None


class AddRoute(Protocol):
    """What lets an address be answered by a handler, for those who have the permission."""

    def __call__(
        self,
        method: str,
        path: str,
        operation: str,
        handler: Callable[[GithubCall], Response],
        needs: RequiredPermission | None = None,
    ) -> None: ...


def add_account_routes(add: AddRoute, its: OrganizationHandlers) -> None:
    """Add the addresses of accounts, blocks, members, invitations and the audit log."""
    sees, changes = RequiredPermission("members", "read"), RequiredPermission("members", "write")
    looks = RequiredPermission("organization_user_blocking", "read", hidden=True)
    blocks = RequiredPermission("organization_user_blocking", "write", hidden=True)
    add("GET", "/orgs/{org}", "organization.show", its.show)
    add("GET", "/user/{account_id}", "account.by_id", its.by_id)
    add("GET", "/users/{login}", "account.by_login", its.by_login)
    add("GET", "/orgs/{org}/blocks", "block.list", its.blocks, looks)
    add("GET", "/orgs/{org}/blocks/{login}", "block.check", its.check_block, looks)
    add("PUT", "/orgs/{org}/blocks/{login}", "block.put", its.block, blocks)
    add("DELETE", "/orgs/{org}/blocks/{login}", "block.delete", its.unblock, blocks)
    add("GET", "/orgs/{org}/members", "member.list", its.members, sees)
    add("GET", "/orgs/{org}/members/{login}", "member.check", its.check_member, sees)
    add("DELETE", "/orgs/{org}/members/{login}", "member.remove", its.remove_member, changes)
    add("GET", "/orgs/{org}/memberships/{login}", "membership.show", its.membership, sees)
    add("PUT", "/orgs/{org}/memberships/{login}", "membership.set", its.set_membership, changes)
    add("DELETE", "/orgs/{org}/memberships/{login}", "membership.delete", its.end_membership, changes)
    add("GET", "/orgs/{org}/invitations", "invitation.list", its.invitations, sees)
    add("POST", "/orgs/{org}/invitations", "invitation.create", its.invite, changes)
    one = "/orgs/{org}/invitations/{invitation_id}"
    add("DELETE", one, "invitation.delete", its.cancel_invitation, changes)
    add("GET", f"{one}/teams", "invitation.teams", its.invitation_teams, sees)
    outside = "/orgs/{org}/outside_collaborators"
    add("GET", outside, "collaborator.list", its.collaborators, sees)
    add("DELETE", f"{outside}/{{login}}", "collaborator.remove", its.end_collaboration, changes)
    log = RequiredPermission("organization_administration", "read", hidden=True)
    add("GET", "/orgs/{org}/audit-log", "audit.list", its.audit_log, log)


def add_limit_routes(add: AddRoute, its: LimitHandlers) -> None:
    """Add the addresses of limits, of the organisation and of single repositories."""
    for base, name, permission in (
        ("/orgs/{org}", "limit", "organization_administration"),
        ("/repos/{owner}/{repo}", "repository_limit", "administration"),
    ):
        reads, changes = (RequiredPermission(permission, level) for level in ("read", "write"))
        limit = f"{base}/interaction-limits"
        add("GET", limit, f"{name}.show", its.interaction_limit, reads)
        add("PUT", limit, f"{name}.put", its.limit_interactions, changes)
        add("DELETE", limit, f"{name}.delete", its.lift_interaction_limit, changes)
        add("GET", f"{limit}/pulls/creation-cap", f"{name}.cap", its.pull_cap, reads)
        add("PATCH", f"{limit}/pulls/creation-cap", f"{name}.set_cap", its.cap_pulls, changes)


def add_team_routes(add: AddRoute, its: OrganizationHandlers) -> None:
    """Add the addresses of teams, by their slugs and by their ids."""
    sees, changes = RequiredPermission("members", "read"), RequiredPermission("members", "write")
    add("GET", "/orgs/{org}/teams", "team.list", its.teams, sees)
    for team in ("/orgs/{org}/teams/{slug}", "/organizations/{organization_id}/team/{team_id}"):
        add("GET", team, "team.show", its.team, sees)
        add("GET", f"{team}/members", "team.members", its.team_members, sees)
        add("GET", f"{team}/memberships/{{login}}", "team.membership", its.team_membership, sees)
        add("PUT", f"{team}/memberships/{{login}}", "team.join", its.join_team, changes)
        add("DELETE", f"{team}/memberships/{{login}}", "team.leave", its.leave_team, changes)


def add_issue_routes(add: AddRoute, its: IssueHandlers) -> None:
    """Add the addresses of repositories, conversations and comments."""
    sees = RequiredPermission("issues", "read", hidden=True, otherwise="pull_requests")
    opens, changes = (
        RequiredPermission("issues", "write"),
        RequiredPermission("issues", "write", otherwise="pull_requests"),
    )
    add("GET", "/installation/repositories", "repository.list", its.repositories)
    base = "/repos/{owner}/{repo}"
    add("GET", base, "repository.show", its.repository)
    add("GET", f"{base}/issues", "issue.list", its.listed, sees)
    add("POST", f"{base}/issues", "issue.open", its.open, opens)
    issue, comment = f"{base}/issues/{{number}}", f"{base}/issues/comments/{{comment_id}}"
    add("GET", issue, "issue.show", its.show, sees)
    add("PATCH", issue, "issue.edit", its.edit, changes)
    add("PUT", f"{issue}/lock", "issue.lock", its.lock, changes)
    add("DELETE", f"{issue}/lock", "issue.unlock", its.unlock, changes)
    add("GET", f"{issue}/comments", "comment.list", its.comments, sees)
    add("POST", f"{issue}/comments", "comment.create", its.comment, changes)
    add("GET", f"{base}/issues/comments", "comment.list_all", its.all_comments, sees)
    add("GET", comment, "comment.show", its.show_comment, sees)
    add("PATCH", comment, "comment.edit", its.edit_comment, changes)
    add("DELETE", comment, "comment.delete", its.delete_comment, changes)
    reads, removes = (
        RequiredPermission("pull_requests", "read", hidden=True),
        RequiredPermission("pull_requests", "write"),
    )
    review = f"{base}/pulls/comments/{{comment_id}}"
    add("GET", f"{base}/pulls/comments", "review.list_all", its.all_reviews, reads)
    add("GET", review, "review.show", its.show_review, reads)
    add("DELETE", review, "review.delete", its.delete_review, removes)
