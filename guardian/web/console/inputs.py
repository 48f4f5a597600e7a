"""What a console's form says, as the use cases take it; a wrong input is refused in words. Read `days_of` first."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from starlette.requests import Request

from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.spaces.account_text import text_of_id
from guardian.spaces.port import Account
from guardian.web.forms import Form

_Choice = TypeVar("_Choice", bound=StrEnum)

MAX_DAYS: Final = 3650
_YEARS: Final = range(1970, 2200)
"""Which years somebody can mean; a day beyond them would fall out of the calendar once something is added to it."""
_LONGEST_NUMBER: Final = 6


def choice_of(kind: type[_Choice], form: Form, name: str) -> _Choice:
    """Return what was chosen of a list; Refused, with the field's name for a code, where nothing was."""
    try:
        return kind(form.one(name))
    except ValueError:
        raise Refused(name, "Please choose one of these.") from None


def words_of(form: Form, name: str, missing: str) -> str:
    """Return what was typed; Refused in the words of `missing` where nothing was."""
    if text := form.one(name):
        return text
    raise Refused(name, missing)


def days_of(form: Form, name: str, most: int = MAX_DAYS) -> timedelta | None:
    """Return a length in whole days; None where nothing was typed."""
    number = _number_of(form, name, most, "days")
    return None if number is None else timedelta(days=number)


def hours_of(form: Form, name: str, most: int) -> timedelta | None:
    """Return a length in whole hours; None where nothing was typed."""
    number = _number_of(form, name, most, "hours")
    return None if number is None else timedelta(hours=number)


def day_of(form: Form, name: str) -> datetime | None:
    """Return the beginning of a day, as a browser's date field or a person writes it; None where nothing was typed."""
    text = form.one(name)
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        sentence = "Please write the day as year-month-day, for example 2027-03-31."
        raise Refused(name, sentence) from None
    if day.year not in _YEARS:
        raise Refused(name, f"Please give a day between {_YEARS.start} and {_YEARS[-1]}.")
    return day


def spaces_of(form: Form, name: str) -> frozenset[SpaceName] | None:
    """Return the spaces that were ticked; None, which means all of them, where none was."""
    return frozenset(SpaceName(each) for each in form.all(name)) or None


def typed_account(account: Account) -> tuple[SpaceName, str]:
    """Return the words that mean this very account, whatever it is called by then."""
    return account.space, text_of_id(account.native_id)


def _number_of(form: Form, name: str, most: int, unit: str) -> int | None:
    text = form.one(name)
    if not text:
        return None
    sentence = f"Please give a whole number of {unit}, from 1 to {most}."
    if not text.isascii() or not text.isdecimal() or len(text) > _LONGEST_NUMBER or not 1 <= int(text) <= most:
        raise Refused(name, sentence)
    return int(text)


def first_of(request: Request) -> int:
    """Return the place in a list from which on it is asked for; 0 where that is no number of a reasonable length."""
    text = request.query_params.get("from", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("100000") else 0


def names_of(form: Form, name: str) -> tuple[str, ...]:
    """Return the names that were typed with commas between them."""
    return tuple(each.strip() for each in form.one(name).split(",") if each.strip())
