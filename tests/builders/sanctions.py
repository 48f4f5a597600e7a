"""Valid values of the sanctions room: a test states only its own fact."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from guardian.ids import AccountId, CaseId, IntentId, PersonId, Reference, SanctionId, SpaceName, new_id
from guardian.sanctions.models import (
    Authority,
    CoverageState,
    Enforcement,
    Intent,
    IntentKind,
    Prior,
    ReleaseState,
    Sanction,
    WorkItem,
)
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction
from tests.fakes.clock import START

DAY: Final = timedelta(days=1)
SPACE: Final = SpaceName("forum")
PERSON: Final = PersonId("0192-person")
ACCOUNT: Final = AccountId("0192-account")
REFERENCE: Final = Reference("GRD-22223333444")


def day(number: float) -> datetime:
    """So many days after the beginning."""
    return START + DAY * number


def a_sanction(**facts: Any) -> Sanction:
    """A suspension of thirty days in every space, decided by the group, the person told."""
    sanction = Sanction(
        id=SanctionId(new_id()),
        person=PERSON,
        case=CaseId("0192-case"),
        restriction=Restriction.SUSPENDED,
        starts=START,
        ends=day(30),
        spaces=None,
        on_term_end=OnTermEnd.LIFT,
        authority=Authority(AuthorityKind.DECISION, "0192-decision"),
        reference=Reference(f"GRD-{new_id()[-12:]}"),
        notification=NotificationState.NOTIFIED,
        waits_until=START,
        enacted_at=START,
    )
    return replace(sanction, **facts)


def a_work_item(**facts: Any) -> WorkItem:
    """A key that is due at once and was never looked at."""
    return replace(WorkItem(account=ACCOUNT, person=PERSON, space=SPACE, due_at=START), **facts)


def a_held_work_item(**facts: Any) -> WorkItem:
    """A key at rest: what is wanted is held."""
    return a_work_item(
        **{"state": CoverageState.HELD, "detail": "held", "due_at": day(30), "observed_at": START, **facts}
    )


def an_enforcement(**facts: Any) -> Enforcement:
    """Our bar, proved to be there."""
    known = Enforcement(
        account=ACCOUNT, level=AccessLevel.BARRED, active=True, reference=REFERENCE, prior=Prior(), confirmed_at=START
    )
    return replace(known, **facts)


def a_released_enforcement(**facts: Any) -> Enforcement:
    """What is known of a bar of ours that its space has released."""
    return an_enforcement(**{"active": False, "release": ReleaseState.DONE, **facts})


def an_intent(**facts: Any) -> Intent:
    """An open intent to bar."""
    intent = Intent(
        id=IntentId(new_id()),
        account=ACCOUNT,
        kind=IntentKind.RESTRICT,
        level=AccessLevel.BARRED,
        reference=REFERENCE,
        prior=Prior(),
        opened_at=START,
    )
    return replace(intent, **facts)
