"""What the GitHub App must be given, and what does not work without it. Nothing beside it is asked for."""

from typing import Final

from connectors.github.client import BLOCKS_WRITE, DISCUSSIONS, ISSUES, MEMBERS_WRITE, PULLS
from guardian.spaces.requirements import Requirement, RequirementKind

ADMINISTRATION: Final = "Administration: read"


def _permission(label: str, api_name: str, api_level: str, purpose: str, impact: str, group: str) -> Requirement:
    remedy = f"Give the App {label} ({group} permissions), and accept the change in the organisation's settings."
    return Requirement(
        kind=RequirementKind.PERMISSION,
        label=label,
        api_name=api_name,
        purpose=purpose,
        impact=impact,
        remedy=remedy,
        api_level=api_level,
    )


def _event(label: str, api_name: str, purpose: str, impact: str) -> Requirement:
    remedy = f"Switch on the event {label} in the App's settings (Permissions & events)."
    return Requirement(
        kind=RequirementKind.EVENT, label=label, api_name=api_name, purpose=purpose, impact=impact, remedy=remedy
    )


OF_THE_ORGANISATION: Final = (
    _permission(
        BLOCKS_WRITE,
        "organization_user_blocking",
        "write",
        "blocking, lifting, and seeing what holds",
        "Nobody can be blocked or unblocked, and no look at GitHub can be trusted.",
        "organisation",
    ),
    _permission(
        MEMBERS_WRITE,
        "members",
        "write",
        "removing a member before the block, and inviting them again afterwards",
        "Members cannot be removed, so they cannot be blocked, nor be invited again.",
        "organisation",
    ),
    _permission(
        ADMINISTRATION,
        "organization_administration",
        "read",
        "telling whose doing a block was, where the plan has an audit log",
        "A block lifted by hand is noticed by the next sweep only: the org_block events do not come.",
        "organisation",
    ),
)
OF_REPOSITORIES: Final = (
    _permission(
        ISSUES,
        "issues",
        "write",
        "taking in and removing comments that mention the App; locking issues, folding comments away",
        "A comment below an issue that mentions the App is not taken in nor removed; issues cannot be locked.",
        "repository",
    ),
    _permission(
        PULLS,
        "pull_requests",
        "write",
        "the same for pull requests and the comments on their lines",
        "A comment on a pull request that mentions the App is not taken in nor removed; pull requests cannot be locked.",
        "repository",
    ),
    _permission(
        DISCUSSIONS,
        "discussions",
        "write",
        "the same for discussions",
        "A comment in a discussion that mentions the App is not taken in nor removed; discussions cannot be locked.",
        "repository",
    ),
)
PERMISSIONS: Final = (*OF_THE_ORGANISATION, *OF_REPOSITORIES)
"""Permissions of the installation; `key` and `level` are as its API has them."""

_LATER: Final = "is noticed by the next round only"
_TAKEN_IN_LATER: Final = "is taken in by the next round only, and stands there until then"
_NEW_MEMBER: Final = "somebody who joins the organisation while a restriction runs, a member who leaves"
EVENTS: Final = (
    _event("Org block", "org_block", "a block or unblock by hand", f"A block lifted by hand {_LATER}."),
    _event("Organization", "organization", _NEW_MEMBER, f"Somebody who joins the organisation {_LATER}."),
    _event(
        "Issues", "issues", "mentions in the text of an issue", f"A mention in the text of an issue {_TAKEN_IN_LATER}."
    ),
    _event(
        "Issue comment",
        "issue_comment",
        "mentions below issues and pull requests",
        f"A comment below an issue that mentions the App {_TAKEN_IN_LATER}.",
    ),
    _event(
        "Pull request",
        "pull_request",
        "mentions in the text of a pull request",
        f"A mention in the text of a pull request {_TAKEN_IN_LATER}.",
    ),
    _event(
        "Pull request review comment",
        "pull_request_review_comment",
        "mentions on the lines of a pull request",
        f"A comment on the lines of a pull request that mentions the App {_TAKEN_IN_LATER}.",
    ),
    _event(
        "Discussion",
        "discussion",
        "mentions in the text of a discussion",
        f"A mention in the text of a discussion {_TAKEN_IN_LATER}.",
    ),
    _event(
        "Discussion comment",
        "discussion_comment",
        "mentions in discussions",
        f"A comment in a discussion that mentions the App {_TAKEN_IN_LATER}.",
    ),
)
"""Events that the App's webhook must be subscribed to."""

REQUIREMENTS: Final = (*PERMISSIONS, *EVENTS)
"""Everything that people must give."""
