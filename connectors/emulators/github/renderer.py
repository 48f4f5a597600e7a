"""How GitHub words what it has: the JSON of accounts, teams, repositories, conversations and events. Read `JsonRenderer`."""

from typing import Any

from connectors.emulators.github.responses import format_instant
from connectors.emulators.github.state import (
    EPOCH,
    Comment,
    GithubAccount,
    GithubState,
    Invitation,
    Issue,
    Kind,
    Repository,
    Role,
    Team,
)

WEB = "https://github.example"


_ACCOUNT_LINKS = {
    "events_url": "/events{/privacy}",
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "organizations_url": "/orgs",
    "received_events_url": "/received_events",
    "repos_url": "/repos",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
}


_PROFILE: dict[str, Any] = {
    "bio": None,
    "blog": None,
    "company": None,
    "email": None,
    "followers": 0,
    "following": 0,
    "hireable": None,
    "location": None,
    "public_gists": 0,
    "public_repos": 0,
}


_REPOSITORY_LINKS = (
    "archive assignees blobs branches collaborators comments commits compare contents contributors deployments "
    "downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels "
    "languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags "
    "teams trees"
).split()


_REPOSITORY_PLAIN: dict[str, Any] = {
    "description": None,
    "fork": False,
    "default_branch": "main",
    "forks": 0,
    "forks_count": 0,
    "has_downloads": True,
    "has_projects": False,
    "has_wiki": False,
    "has_pages": False,
    "has_discussions": False,
    "homepage": None,
    "language": None,
    "archived": False,
    "disabled": False,
    "mirror_url": None,
    "license": None,
    "size": 0,
    "stargazers_count": 0,
    "watchers": 0,
    "watchers_count": 0,
    "network_count": 0,
    "subscribers_count": 0,
}


_PULL_LINKS = {"html_url": "", "diff_url": ".diff", "patch_url": ".patch"}


_NAMES = {Kind.ISSUE: "issue", Kind.PULL: "pull_request", Kind.DISCUSSION: "discussion"}


_COMMIT = "6dcb09b5b57875f334f61aebed695e2e4193db5e"


_REVIEWED: dict[str, Any] = {
    "pull_request_review_id": 42,
    "diff_hunk": "@@ -1 +1 @@",
    "path": "readme.md",
    "commit_id": _COMMIT,
    "original_commit_id": _COMMIT,
}


class JsonRenderer:
    """The JSON of things, with addresses on this server; `origin` is known once the server has started."""

    def __init__(self, state: GithubState) -> None:
        self.origin, self.state = "", state

    def account(self, account: GithubAccount) -> dict[str, Any]:
        """Return an account in a list, or beside what it did."""
        url = f"{self.origin}/users/{account.login}"
        return {
            "login": account.login,
            "id": account.id,
            "node_id": f"U_{account.id}",
            "avatar_url": f"{WEB}/avatars/{account.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{WEB}/{account.login}",
            **{name: url + rest for name, rest in _ACCOUNT_LINKS.items()},
            "type": account.type,
            "site_admin": False,
        }

    def profile(self, account: GithubAccount) -> dict[str, Any]:
        """Return the public page of an account."""
        dates = {"created_at": format_instant(EPOCH), "updated_at": format_instant(EPOCH)}
        return {**self.account(account), **_PROFILE, "name": account.name, **dates}

    def organization(self) -> dict[str, Any]:
        """Return the organisation as it stands beside a membership."""
        url = f"{self.origin}/orgs/{self.state.organization}"
        return {
            "login": self.state.organization,
            "id": self.state.organization_id,
            "node_id": f"O_{self.state.organization_id}",
            "url": url,
            "repos_url": f"{url}/repos",
            "events_url": f"{url}/events",
            "hooks_url": f"{url}/hooks",
            "issues_url": f"{url}/issues",
            "members_url": f"{url}/members{{/member}}",
            "public_members_url": f"{url}/public_members{{/member}}",
            "avatar_url": f"{WEB}/avatars/{self.state.organization_id}",
            "description": None,
        }

    def organization_page(self) -> dict[str, Any]:
        """Return the organisation's own page."""
        return self.organization() | {
            "html_url": f"{WEB}/{self.state.organization}",
            "name": self.state.organization,
            "has_organization_projects": False,
            "has_repository_projects": False,
            "public_repos": sum(not r.private for r in self.state.repositories.values()),
            "public_gists": 0,
            "followers": 0,
            "following": 0,
            "type": "Organization",
            "created_at": format_instant(EPOCH),
            "updated_at": format_instant(EPOCH),
            "archived_at": None,
        }

    def membership(self, account: GithubAccount, role: Role, *, pending: bool) -> dict[str, Any]:
        """Return what the account is to the organisation."""
        organization = self.organization()
        return {
            "url": f"{organization['url']}/memberships/{account.login}",
            "state": "pending" if pending else "active",
            "role": role.value,
            "organization_url": organization["url"],
            "organization": organization,
            "user": self.account(account),
        }

    def invitation(self, invitation: Invitation) -> dict[str, Any]:
        """Return an open invitation."""
        account = self.state.accounts[invitation.account_id]
        inviter = self.state.find_account(invitation.inviter)
        url = f"{self.origin}/orgs/{self.state.organization}/invitations/{invitation.id}"
        return {
            "id": invitation.id,
            "login": account.login,
            "node_id": f"OI_{invitation.id}",
            "email": None,
            "role": "direct_member" if invitation.role is Role.MEMBER else "admin",
            "created_at": format_instant(invitation.created_at),
            "failed_at": None,
            "failed_reason": None,
            "inviter": self.account(inviter) if inviter else self.account(account),
            "team_count": len(invitation.team_ids),
            "invitation_teams_url": f"{url}/teams",
            "invitation_source": "member",
        }

    def team(self, team: Team) -> dict[str, Any]:
        """Return a team."""
        url = f"{self.origin}/organizations/{self.state.organization_id}/team/{team.id}"
        return {
            "id": team.id,
            "node_id": f"T_{team.id}",
            "url": url,
            "html_url": f"{WEB}/orgs/{self.state.organization}/teams/{team.slug}",
            "name": team.name,
            "slug": team.slug,
            "description": None,
            "privacy": "closed",
            "notification_setting": "notifications_enabled",
            "permission": "pull",
            "members_url": f"{url}/members{{/member}}",
            "repositories_url": f"{url}/repos",
            "parent": None,
            "type": "organization",
        }

    def team_membership(self, team: Team, account: GithubAccount, role: str, *, pending: bool) -> dict[str, Any]:
        """Return what the account is to the team."""
        url = f"{self.origin}/organizations/{self.state.organization_id}/team/{team.id}/memberships/{account.login}"
        return {"url": url, "role": role, "state": "pending" if pending else "active"}

    def repository(self, repository: Repository) -> dict[str, Any]:
        """Return a repository."""
        organization = self.state.organization
        path = f"{organization}/{repository.name}"
        url = f"{self.origin}/repos/{path}"
        owner = GithubAccount(id=self.state.organization_id, login=organization, email="", type="Organization")
        links = {f"{name}_url": f"{url}/{name}" for name in _REPOSITORY_LINKS}
        places = {"clone_url": f"{WEB}/{path}.git", "git_url": f"git://{path}.git", "ssh_url": f"git@{path}.git"}
        dates = dict.fromkeys(("pushed_at", "created_at", "updated_at"), format_instant(EPOCH))
        opened = sum(i.state == "open" for i in repository.issues.values())
        return {
            **_REPOSITORY_PLAIN,
            **links,
            **places,
            **dates,
            "id": repository.id,
            "node_id": f"R_{repository.id}",
            "name": repository.name,
            "full_name": path,
            "owner": self.account(owner),
            "private": repository.private,
            "html_url": f"{WEB}/{path}",
            "url": url,
            "svn_url": f"{WEB}/{path}",
            "has_issues": repository.has_issues,
            "has_discussions": any(i.kind is Kind.DISCUSSION for i in repository.issues.values()),
            "open_issues": opened,
            "open_issues_count": opened,
        }

    def issue(self, repository: Repository, issue: Issue) -> dict[str, Any]:
        """Return an issue, or what a pull request has in common with one."""
        base = self._address(repository)
        url = f"{base}/issues/{issue.number}"
        page = self._page(repository, issue)
        pull = {name: f"{page}{end}" for name, end in _PULL_LINKS.items()} | {"url": f"{base}/pulls/{issue.number}"}
        return {
            "id": issue.id,
            "node_id": issue.node_id,
            "number": issue.number,
            "url": url,
            "repository_url": base,
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": page,
            "title": issue.title,
            "body": issue.body,
            "user": self.account(self.state.accounts[issue.account_id]),
            "labels": [{"id": n, "name": name} for n, name in enumerate(issue.labels, 1)],
            "state": issue.state,
            "locked": issue.locked,
            "active_lock_reason": issue.lock_reason,
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "comments": len(issue.comments),
            "created_at": format_instant(issue.created_at),
            "updated_at": format_instant(issue.updated_at),
            "closed_at": format_instant(issue.closed_at) if issue.closed_at else None,
            "author_association": "NONE",
            **({"pull_request": pull} if issue.kind is Kind.PULL else {}),
        }

    def comment(self, repository: Repository, issue: Issue, comment: Comment) -> dict[str, Any]:
        """Return a comment in a conversation, or about a line of a pull request."""
        base = self._address(repository)
        said = {
            "id": comment.id,
            "node_id": issue.node_of(comment),
            "html_url": self.link(repository, issue, comment),
            "body": comment.body,
            "user": self.account(self.state.accounts[comment.account_id]),
            "created_at": format_instant(comment.created_at),
            "updated_at": format_instant(comment.updated_at),
            "author_association": "NONE",
        }
        if not comment.review:
            return said | {"url": f"{base}/issues/comments/{comment.id}", "issue_url": f"{base}/issues/{issue.number}"}
        url, pull = f"{base}/pulls/comments/{comment.id}", f"{base}/pulls/{issue.number}"
        places = {"self": url, "html": said["html_url"], "pull_request": pull}
        reply = {} if comment.reply_to is None else {"in_reply_to_id": comment.reply_to}
        links = {"_links": {name: {"href": address} for name, address in places.items()}}
        return said | _REVIEWED | reply | links | {"url": url, "pull_request_url": pull}

    def link(self, repository: Repository, issue: Issue, comment: Comment | None = None) -> str:
        """Return where people see the conversation, or the comment in it."""
        page = self._page(repository, issue)
        if comment is None:
            return page
        if comment.review:
            return f"{page}#discussion_r{comment.id}"
        return f"{page}#{'discussioncomment' if issue.kind is Kind.DISCUSSION else 'issuecomment'}-{comment.id}"

    def _address(self, repository: Repository) -> str:
        return f"{self.origin}/repos/{self.state.organization}/{repository.name}"

    def _page(self, repository: Repository, issue: Issue) -> str:
        return f"{WEB}/{self.state.organization}/{repository.name}/{issue.kind}/{issue.number}"

    def app(self, app_id: int, slug: str) -> dict[str, Any]:
        """Return the app itself."""
        owner = GithubAccount(
            id=self.state.organization_id, login=self.state.organization, email="", type="Organization"
        )
        return {
            "id": app_id,
            "slug": slug,
            "client_id": f"Iv1.{app_id}",
            "node_id": f"A_{app_id}",
            "owner": self.account(owner),
            "name": slug,
            "description": None,
            "external_url": f"{WEB}/apps/{slug}",
            "html_url": f"{WEB}/apps/{slug}",
            "created_at": format_instant(EPOCH),
            "updated_at": format_instant(EPOCH),
            "permissions": dict(self.state.permissions),
            "events": list(self.state.events),
            "installations_count": 1,
        }

    def installation(self, installation_id: int, app_id: int, slug: str) -> dict[str, Any]:
        """Return the app's installation in the organisation, with what it may do."""
        owner = GithubAccount(
            id=self.state.organization_id, login=self.state.organization, email="", type="Organization"
        )
        return {
            "id": installation_id,
            "account": self.account(owner),
            "repository_selection": "all",
            "access_tokens_url": f"{self.origin}/app/installations/{installation_id}/access_tokens",
            "repositories_url": f"{self.origin}/installation/repositories",
            "html_url": f"{WEB}/organizations/{self.state.organization}/settings/installations/{installation_id}",
            "app_id": app_id,
            "app_slug": slug,
            "target_id": self.state.organization_id,
            "target_type": "Organization",
            "permissions": dict(self.state.permissions),
            "events": list(self.state.events),
            "created_at": format_instant(EPOCH),
            "updated_at": format_instant(EPOCH),
            "single_file_name": None,
            "suspended_by": None,
            "suspended_at": None,
        }

    def block_event(self, action: str, account: GithubAccount, sender: dict[str, Any]) -> dict[str, Any]:
        """Return the payload of `org_block`."""
        return self._event(action, sender) | {"blocked_user": self.account(account)}

    def member_event(self, action: str, membership: dict[str, Any], sender: dict[str, Any]) -> dict[str, Any]:
        """Return the payload of `organization`."""
        return self._event(action, sender) | {"membership": membership}

    def team_event(self, action: str, team: Team, account: GithubAccount, sender: dict[str, Any]) -> dict[str, Any]:
        """Return the payload of `membership`."""
        told = {"scope": "team", "member": self.account(account), "team": self.team(team)}
        return self._event(action, sender) | told

    def opened_event(self, action: str, repository: Repository, issue: Issue, sender: dict[str, Any]) -> dict[str, Any]:
        """Return the payload of `issues`, `pull_request` or `discussion`."""
        told = self._event(action, sender) | {"repository": self.repository(repository)}
        extra = {"number": issue.number} if issue.kind is Kind.PULL else {}
        return told | extra | {_NAMES[issue.kind]: self.issue(repository, issue)}

    def comment_event(
        self, action: str, repository: Repository, issue: Issue, comment: Comment, sender: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the payload of `issue_comment`, `pull_request_review_comment` or `discussion_comment`."""
        name = "issue" if issue.kind is Kind.PULL and not comment.review else _NAMES[issue.kind]
        told = {name: self.issue(repository, issue), "comment": self.comment(repository, issue, comment)}
        return self._event(action, sender) | told | {"repository": self.repository(repository)}

    def _event(self, action: str, sender: dict[str, Any]) -> dict[str, Any]:
        return {"action": action, "organization": self.organization(), "sender": sender}
