"""Valid values of the sanctions room: a test states only its own fact."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from guardian.ids import AccountId, CaseId, IntentId, PersonId, Reference, SanctionId, SpaceName, new_id
from guardian.sanctions.values import Application, Authority, CoverageState, Intent, IntentKind, Key, Prior, Sanction
from rules.ladder import Authority as AuthorityKind
from rules.policy import OnTermEnd
from rules.precedence import Hold, Restriction
from rules.telling import Telling
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
        telling=Telling.TOLD,
        holds_from=START,
        enacted_at=START,
    )
    return replace(sanction, **facts)


def a_key(**facts: Any) -> Key:
    """A key that is due at once and was never looked at."""
    return replace(Key(ACCOUNT, PERSON, SPACE, START), **facts)


def a_held_key(**facts: Any) -> Key:
    """A key at rest: what is wanted is held."""
    return a_key(**{"state": CoverageState.HELD, "why": "held", "next_look": day(30), "observed_at": START, **facts})


def an_application(**facts: Any) -> Application:
    """Our bar, proved to be there."""
    known = Application(ACCOUNT, Hold.BARRED, True, REFERENCE, Prior(), confirmed_at=START)
    return replace(known, **facts)


def an_intent(**facts: Any) -> Intent:
    """An open intent to bar."""
    intent = Intent(IntentId(new_id()), ACCOUNT, IntentKind.PLACE, Hold.BARRED, REFERENCE, Prior(), START)
    return replace(intent, **facts)
