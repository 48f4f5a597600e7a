"""The operations of GitHub that we use: what each must answer for us to read it rightly."""

from connectors.emulators.shared.history import History
from tests.contracts.schemas.descriptions import (
    Description,
    Operation,
    Schema,
    boolean,
    integer,
    listing,
    maybe,
    moment,
    named,
    one_of,
    text,
    thing,
)

_AT = moment("2026-01-02T03:04:05Z")
_URL = text("https://api.example/thing")

ACCOUNT = thing(
    login=text("ada"),
    id=integer(77),
    node_id=text("U_77"),
    type=one_of("User", "Bot", "Organization"),
    site_admin=boolean(),
    gravatar_id=text(""),
    **named(_URL, "avatar_url", "url", "html_url", "events_url", "followers_url", "following_url", "gists_url"),
    **named(_URL, "organizations_url", "received_events_url", "repos_url", "starred_url", "subscriptions_url"),
)
PROFILE = thing(
    **ACCOUNT["properties"],
    **named(maybe(text()), "bio", "blog", "company", "email", "location", "name"),
    hireable=maybe(boolean()),
    **named(integer(0), "followers", "following", "public_gists", "public_repos"),
    **named(_AT, "created_at", "updated_at"),
)
_ORGANIZATION = {
    "login": text("community"),
    "id": integer(9),
    "node_id": text("O_9"),
    "description": maybe(text()),
    **named(_URL, "url", "repos_url", "events_url", "hooks_url", "issues_url", "members_url", "public_members_url"),
    "avatar_url": _URL,
}
ORGANIZATION = thing(
    **_ORGANIZATION,
    html_url=_URL,
    type=one_of("Organization"),
    **named(boolean(), "has_organization_projects", "has_repository_projects"),
    **named(integer(0), "public_repos", "public_gists", "followers", "following"),
    **named(_AT, "created_at", "updated_at"),
    archived_at=maybe(_AT),
)
MEMBERSHIP = thing(
    url=_URL,
    state=one_of("active", "pending"),
    role=one_of("member", "admin", "billing_manager"),
    organization_url=_URL,
    organization=thing(**_ORGANIZATION),
    user=ACCOUNT,
)
INVITATION = thing(
    id=integer(),
    login=maybe(text("ada")),
    email=maybe(text()),
    role=one_of("direct_member", "admin", "billing_manager", "hiring_manager", "reinstate"),
    created_at=_AT,
    inviter=ACCOUNT,
    team_count=integer(0),
)
TEAM = thing(
    **named(integer(), "id"),
    **named(_URL, "url", "html_url", "members_url", "repositories_url"),
    **named(text(), "node_id", "name", "slug", "permission"),
    description=maybe(text()),
    parent=maybe(thing(id=integer())),
)
TEAM_MEMBERSHIP = thing(url=_URL, role=one_of("member", "maintainer"), state=one_of("active", "pending"))
_PERMISSIONS: Schema = {"type": "object", "additionalProperties": text(), "examples": [{"members": "read"}]}
_EVENTS = {**listing(text()), "examples": [["org_block"]]}
APP = thing(
    id=integer(),
    node_id=text("A_1"),
    name=text("app"),
    slug=text("app"),
    owner=ACCOUNT,
    description=maybe(text()),
    **named(_URL, "external_url", "html_url"),
    **named(_AT, "created_at", "updated_at"),
    permissions=_PERMISSIONS,
    events=_EVENTS,
)
HOOK: Schema = {
    "type": "object",
    "properties": {name: text() for name in ("content_type", "insecure_ssl", "url", "secret")},
    "required": ["content_type", "insecure_ssl"],
    "additionalProperties": False,
    "examples": [{"content_type": "json", "insecure_ssl": "0", "url": "https://conduct.example/hooks/github"}],
}
INSTALLATION = thing(
    **named(integer(), "id", "app_id", "target_id"),
    **named(_URL, "access_tokens_url", "repositories_url", "html_url"),
    app_slug=text("app"),
    target_type=text("Organization"),
    repository_selection=one_of("all", "selected"),
    account=ACCOUNT,
    permissions=_PERMISSIONS,
    events=_EVENTS,
    **named(_AT, "created_at", "updated_at"),
    single_file_name=maybe(text()),
    suspended_by=maybe(ACCOUNT),
    suspended_at=maybe(_AT),
)
TOKEN = thing(token=text("ghs_1"), expires_at=_AT, permissions=_PERMISSIONS)
ISSUE = thing(
    **named(integer(), "id", "number"),
    comments=integer(0),
    **named(text(), "node_id", "title", "state"),
    body=maybe(text()),
    **named(_URL, "url", "html_url", "repository_url", "comments_url", "events_url", "labels_url"),
    labels={"type": "array", "examples": [[]]},
    locked=boolean(),
    user=ACCOUNT,
    assignee=maybe(ACCOUNT),
    milestone=maybe(thing(id=integer())),
    **named(_AT, "created_at", "updated_at"),
    closed_at=maybe(_AT),
)
COMMENT = thing(
    id=integer(),
    node_id=text("IC_1"),
    body=text(),
    **named(_URL, "url", "html_url", "issue_url"),
    user=ACCOUNT,
    **named(_AT, "created_at", "updated_at"),
)
_LINK = thing(href=_URL)
REVIEW = thing(
    {"in_reply_to_id": integer()},
    **named(integer(), "id", "pull_request_review_id"),
    **named(text(), "node_id", "body", "diff_hunk", "path", "commit_id", "original_commit_id"),
    **named(_URL, "url", "html_url", "pull_request_url"),
    user=ACCOUNT,
    **named(_AT, "created_at", "updated_at"),
    author_association=one_of("NONE", "MEMBER", "OWNER", "COLLABORATOR", "CONTRIBUTOR"),
    _links=thing(**named(_LINK, "self", "html", "pull_request")),
)
_REPOSITORY_URLS = (
    *("archive_url", "assignees_url", "blobs_url", "branches_url", "collaborators_url"),
    *("comments_url", "commits_url", "compare_url", "contents_url", "contributors_url"),
    *("deployments_url", "downloads_url", "events_url", "forks_url", "git_commits_url"),
    *("git_refs_url", "git_tags_url", "hooks_url", "issue_comment_url", "issue_events_url"),
    *("issues_url", "keys_url", "labels_url", "languages_url", "merges_url"),
    *("milestones_url", "notifications_url", "pulls_url", "releases_url", "stargazers_url"),
    *("statuses_url", "subscribers_url", "subscription_url", "tags_url", "teams_url"),
    *("trees_url", "clone_url", "git_url", "ssh_url", "svn_url"),
    *("html_url",),
)
REPOSITORY = thing(
    id=integer(),
    **named(text("site"), "node_id", "name", "full_name", "default_branch"),
    owner=ACCOUNT,
    url=_URL,
    **named(_URL, *_REPOSITORY_URLS),
    **named(
        boolean(), "private", "fork", "archived", "disabled", "has_projects", "has_wiki", "has_pages", "has_downloads"
    ),
    **named(boolean(), "has_discussions"),
    has_issues=boolean(True),
    **named(maybe(text()), "description", "homepage", "language", "mirror_url"),
    license=maybe(thing(key=text())),
    **named(integer(0), "forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count"),
    **named(integer(0), "watchers", "watchers_count", "network_count", "subscribers_count"),
    **named(_AT, "pushed_at", "created_at", "updated_at"),
)
_RATE = thing(**named(integer(), "limit", "remaining", "reset", "used"))
RATES = thing(rate=_RATE, resources=thing(core=_RATE, search=_RATE))
AUDIT = thing({"user": text()}, action=text("org.block_user"), actor=text("owner"), created_at=integer())
GRAPHQL = thing({"data": {"type": "object"}, "errors": listing(thing(message=text()))})
USER_TOKEN = thing(
    {
        "error": text("bad_verification_code"),
        "access_token": text("ghu_1"),
        "token_type": one_of("bearer"),
        "scope": text(""),
    }
)

LIMIT = thing(
    limit=one_of("existing_users", "contributors_only", "collaborators_only"),
    origin=one_of("organization", "repository"),
    expires_at=_AT,
)
_ORG = "/orgs/{org}"
_REPO = "/repos/{owner}/{repo}"

CAP = thing(enabled=boolean(), max_open_pull_requests=integer(10))


def _limits(name: str, base: str) -> dict[str, Operation]:
    limit, none = f"{base}/interaction-limits", {"type": "object", "maxProperties": 0}
    cap = f"{limit}/pulls/creation-cap"
    return {
        f"{name}.show": Operation(("get", limit), {200: {"anyOf": [LIMIT, none]}}),
        f"{name}.put": Operation(("put", limit), {200: LIMIT}),
        f"{name}.delete": Operation(("delete", limit), {204: None}),
        f"{name}.cap": Operation(("get", cap), {200: CAP}),
        f"{name}.set_cap": Operation(("patch", cap), {200: CAP}),
    }


OPERATIONS = {
    "app.show": Operation(("get", "/app"), {200: APP}),
    "app.hook": Operation(("get", "/app/hook/config"), {200: HOOK}),
    "installation.show": Operation(("get", "/app/installations/{installation_id}"), {200: INSTALLATION}),
    "installation.of_organization": Operation(("get", f"{_ORG}/installation"), {200: INSTALLATION}),
    "token.create": Operation(("post", "/app/installations/{installation_id}/access_tokens"), {201: TOKEN}),
    "rate_limit.show": Operation(("get", "/rate_limit"), {200: RATES}),
    "organization.show": Operation(("get", _ORG), {200: ORGANIZATION}),
    "account.by_id": Operation(("get", "/user/{account_id}"), {200: PROFILE}),
    "account.by_login": Operation(("get", "/users/{username}"), {200: PROFILE}),
    "block.list": Operation(("get", f"{_ORG}/blocks"), {200: listing(ACCOUNT)}),
    "block.check": Operation(("get", f"{_ORG}/blocks/{{username}}"), {204: None}),
    "block.put": Operation(("put", f"{_ORG}/blocks/{{username}}"), {204: None}),
    "block.delete": Operation(("delete", f"{_ORG}/blocks/{{username}}"), {204: None}),
    **_limits("limit", _ORG),
    **_limits("repository_limit", _REPO),
    "member.list": Operation(("get", f"{_ORG}/members"), {200: listing(ACCOUNT)}),
    "member.check": Operation(("get", f"{_ORG}/members/{{username}}"), {204: None}),
    "member.remove": Operation(("delete", f"{_ORG}/members/{{username}}"), {204: None}),
    "membership.show": Operation(("get", f"{_ORG}/memberships/{{username}}"), {200: MEMBERSHIP}),
    "membership.set": Operation(("put", f"{_ORG}/memberships/{{username}}"), {200: MEMBERSHIP}),
    "membership.delete": Operation(("delete", f"{_ORG}/memberships/{{username}}"), {204: None}),
    "invitation.list": Operation(None, {200: listing(INVITATION)}),
    "invitation.create": Operation(None, {201: INVITATION}),
    "invitation.delete": Operation(None, {204: None}),
    "invitation.teams": Operation(None, {200: listing(TEAM)}),
    "collaborator.list": Operation(("get", f"{_ORG}/outside_collaborators"), {200: listing(ACCOUNT)}),
    "collaborator.remove": Operation(("delete", f"{_ORG}/outside_collaborators/{{username}}"), {204: None}),
    "team.list": Operation(None, {200: listing(TEAM)}),
    "team.show": Operation(None, {200: TEAM}),
    "team.members": Operation(None, {200: listing(ACCOUNT)}),
    "team.membership": Operation(None, {200: TEAM_MEMBERSHIP}),
    "team.join": Operation(None, {200: TEAM_MEMBERSHIP}),
    "team.leave": Operation(None, {204: None}),
    "audit.list": Operation(None, {200: listing(AUDIT)}),
    "repository.list": Operation(
        ("get", "/installation/repositories"), {200: thing(total_count=integer(), repositories=listing(REPOSITORY))}
    ),
    "repository.show": Operation(("get", _REPO), {200: REPOSITORY}),
    "issue.list": Operation(("get", f"{_REPO}/issues"), {200: listing(ISSUE)}),
    "issue.open": Operation(("post", f"{_REPO}/issues"), {201: ISSUE}),
    "issue.show": Operation(("get", f"{_REPO}/issues/{{issue_number}}"), {200: ISSUE}),
    "issue.edit": Operation(("patch", f"{_REPO}/issues/{{issue_number}}"), {200: ISSUE}),
    "issue.lock": Operation(("put", f"{_REPO}/issues/{{issue_number}}/lock"), {204: None}),
    "issue.unlock": Operation(("delete", f"{_REPO}/issues/{{issue_number}}/lock"), {204: None}),
    "comment.list": Operation(("get", f"{_REPO}/issues/{{issue_number}}/comments"), {200: listing(COMMENT)}),
    "comment.create": Operation(("post", f"{_REPO}/issues/{{issue_number}}/comments"), {201: COMMENT}),
    "comment.show": Operation(("get", f"{_REPO}/issues/comments/{{comment_id}}"), {200: COMMENT}),
    "comment.edit": Operation(("patch", f"{_REPO}/issues/comments/{{comment_id}}"), {200: COMMENT}),
    "comment.delete": Operation(("delete", f"{_REPO}/issues/comments/{{comment_id}}"), {204: None}),
    "comment.list_all": Operation(("get", f"{_REPO}/issues/comments"), {200: listing(COMMENT)}),
    "review.list_all": Operation(("get", f"{_REPO}/pulls/comments"), {200: listing(REVIEW)}),
    "review.show": Operation(("get", f"{_REPO}/pulls/comments/{{comment_id}}"), {200: REVIEW}),
    "review.delete": Operation(("delete", f"{_REPO}/pulls/comments/{{comment_id}}"), {204: None}),
    "graphql": Operation(None, {200: GRAPHQL}),
    "sign_in.page": Operation(None, {200: None}),
    "sign_in.agree": Operation(None, {200: None, 302: None}),
    "sign_in.exchange": Operation(None, {200: USER_TOKEN}),
    "user.show": Operation(("get", "/user"), {200: PROFILE}),
}

_BASIC = thing({"status": text("404")}, message=text(), documentation_url=text())
_INVALID = thing({"errors": listing(thing(message=text()))}, message=text(), documentation_url=text())
REFUSALS = {
    **dict.fromkeys((401, 403, 404, 405, 409, 410, 429), _BASIC),
    422: _INVALID,
    **dict.fromkeys((500, 502, 503, 504), _BASIC),
}

DESCRIPTION = Description(OPERATIONS, REFUSALS)


def validate_history(history: History) -> list[str]:
    """What GitHub's answers in this history have that our descriptions do not allow; empty where all is well."""
    return DESCRIPTION.faults(history)
