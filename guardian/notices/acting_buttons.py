"""What a member does with one press where the notice reaches them: only what a hurry needs, and what they may take back.

Whose step it is, is asked when it is pressed. Read `acting_buttons` first. Policy: P-3.6, P-7.3, P-8.2.
"""

from collections.abc import Mapping
from typing import Final

from guardian.notices.models import Notice, NoticeKind, RecipientKind
from guardian.spaces.messages import ButtonAction, MessageAction

_OF_KIND: Final[Mapping[NoticeKind, tuple[ButtonAction, ...]]] = {
    NoticeKind.DANGER: (ButtonAction.TAKE,),
    NoticeKind.ESCALATED: (ButtonAction.ACCEPT_ESCALATION,),
    NoticeKind.REVIEW_REMINDER: (ButtonAction.RATIFY, ButtonAction.REVERSE),
}


def acting_buttons(notice: Notice) -> tuple[MessageAction, ...]:
    """Return the buttons that do what the notice asks its member for; none where it names no case."""
    code_name = notice.facts.get("code_name")
    if notice.to.kind is not RecipientKind.MEMBER or not code_name:
        return ()
    return tuple(MessageAction(action, code_name) for action in _OF_KIND.get(notice.kind, ()))
