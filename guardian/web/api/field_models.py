"""The kinds of fields that the API's models share, with their lengths and limits. Read `Input` first."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_DAYS = 3650
MAX_HOURS = 24 * 365
MAX_WORDS = 10_000
MAX_NAME = 200

Words = Annotated[str, Field(max_length=MAX_WORDS)]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
Days = Annotated[int, Field(ge=1, le=MAX_DAYS)]
Hours = Annotated[int, Field(ge=1, le=MAX_HOURS)]


class Input(BaseModel):
    """What is sent: a field that is not known is refused, so that nobody's words are dropped unread."""

    model_config = ConfigDict(extra="forbid")


class Said(BaseModel):
    """A sentence that says what came of it."""

    sentence: str
