"""What the forum must give us or have switched on, and what does not work without it. Nothing beside it is asked for."""

from typing import Final

from guardian.spaces.requirements import Requirement, RequirementKind

KEY: Final = Requirement(
    kind=RequirementKind.KEY,
    label="an API key bound to a moderator account, not limited to single actions",
    api_name="moderator",
    purpose="looking at accounts, suspending, silencing, lifting, and reading flags",
    impact="Nothing can be looked at, restricted or lifted on the forum.",
    remedy="Make the account a moderator, see that it is neither suspended nor deactivated, and give it a key of its own for all "
    "actions.",
)
MESSAGES: Final = Requirement(
    kind=RequirementKind.KEY,
    label="a key that belongs to the account named as api_username",
    api_name="api_username",
    purpose="taking in reports by private message",
    impact="Reports by private message are not taken in.",
    remedy="Give that very account a key of its own for all actions, and allow it personal messages.",
)
GROUP: Final = Requirement(
    kind=RequirementKind.SETTING,
    label="membership of our account in the group that is configured",
    api_name="group",
    purpose="taking in reports by message to a group",
    impact="Reports by message to that group are not taken in.",
    remedy="Make the group, put our account and nobody else into it, and let everybody write messages to it.",
)
HIDDEN_REASONS: Final = Requirement(
    kind=RequirementKind.SETTING,
    label="hide_suspension_reasons",
    api_name="hide_suspension_reasons",
    purpose="keeping our fixed sentence off public profiles",
    impact="Anybody may read our fixed sentence and its reference there (never a reason of the group's).",
    remedy="Switch on hide_suspension_reasons in the forum's settings.",
)
ANONYMOUS_MODE: Final = Requirement(
    kind=RequirementKind.SETTING,
    label="no anonymous mode (allow_anonymous_mode, on older forums allow_anonymous_posting)",
    api_name="allow_anonymous_mode",
    purpose="holding people who could otherwise go on under a second, nameless account",
    impact="Somebody who is silenced or suspended may go on writing under the nameless account that the mode gives them.",
    remedy="Switch off allow_anonymous_mode (allow_anonymous_posting) in the forum's settings.",
)

CATEGORIES: Final = Requirement(
    kind=RequirementKind.SETTING,
    label="moderators_manage_categories_and_groups",
    api_name="moderators_manage_categories_and_groups",
    purpose="closing a category for a while (a pause)",
    impact="No category can be paused by the service; an administrator does it by hand.",
    remedy="Switch on moderators_manage_categories_and_groups in the forum's settings, if pauses are wanted there.",
)


def _event(name: str, purpose: str, impact: str) -> Requirement:
    remedy = f"Switch on the event {name} in the forum's webhook (Admin, API, Webhooks)."
    return Requirement(
        kind=RequirementKind.EVENT, label=name, api_name=name, purpose=purpose, impact=impact, remedy=remedy
    )


_FLAGS_LATER: Final = "A flag is noticed by the next round only."
EVENTS: Final = (
    _event(
        "user_suspended",
        "noticing a suspension by hand",
        "A suspension made by hand is noticed by the next sweep only.",
    ),
    _event(
        "user_unsuspended",
        "noticing that a suspension was lifted by hand",
        "A suspension lifted by hand is noticed by the next sweep only.",
    ),
    _event("reviewable_created", "taking in flags", _FLAGS_LATER),
    _event("reviewable_updated", "taking in what is added to a flag", _FLAGS_LATER),
)
"""Events that the forum's webhook must have; every other one would bring us what is none of our business."""

REQUIREMENTS: Final = (KEY, MESSAGES, HIDDEN_REASONS, ANONYMOUS_MODE, *EVENTS, GROUP, CATEGORIES)
"""Everything that people must give."""
