"""How a form of a case's page is declared: an address below the case's, and the use case that it asks for.

Read `CaseForm` first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from guardian.errors import Refused
from guardian.ids import MemberId, SessionId
from guardian.services.context import AppContext
from guardian.web.forms import Form


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form of a case's page as a member has sent it. `ids` are the parts of its address."""

    app: AppContext
    by: MemberId
    session: SessionId
    case: str
    form: Form
    ids: Mapping[str, str]

    def text(self, name: str) -> str:
        """Return what was typed in the field."""
        return self.form.one(name)

    def is_ticked(self, name: str) -> bool:
        """Return whether the box was ticked."""
        return self.form.one(name) == "yes"

    def delivery(self, name: str) -> str | None:
        """Return by what the same form is known again when it is sent twice."""
        given = self.form.one(name)
        return f"{self.session} {given}" if given else None

    def day(self, name: str) -> datetime | None:
        """Return the beginning of the chosen day; None where none was chosen."""
        text = self.form.one(name)
        try:
            return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
        except ValueError:
            sentence = "Please write the day as year-month-day, for example 2027-03-31."
            raise Refused("date", sentence, "P-5.8") from None


@dataclass(frozen=True, slots=True)
class CaseForm:
    """One form: its address below the case's, what carries it out, and what is told once it is done.

    A refusal stands beside the field that `beside_by_code` has for its code, else `beside`. In these, as in the address,
    `{…}` stands for a part of the address. What `act` returns is told where `said` is empty. `leaves`: whoever sent it
    sees the case no more.
    """

    path: str
    act: Callable[[SentForm], Awaitable[object]]
    said: str = ""
    beside: str = ""
    beside_by_code: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    leaves: bool = False

    def field_at(self, ids: Mapping[str, str]) -> str:
        """Return the field beside which a refusal stands."""
        return self.beside.format(**ids)

    def fields_at(self, ids: Mapping[str, str]) -> Mapping[str, str]:
        """Return the fields beside which refusals of certain codes stand."""
        return {code: name.format(**ids) for code, name in self.beside_by_code.items()}
