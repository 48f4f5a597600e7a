"""The one metadata on which every table stands, with names for all constraints so that migrations can find them."""

from typing import Final

from sqlalchemy import Column, MetaData, String

ID_LENGTH: Final = 64
"""Room for our own ids and short words of ours (kinds, states, topics)."""

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    }
)

PSEUDONYM_LENGTH: Final = 128
"""Room for what stands in the place of an id."""


def pseudonym_column(
    name: str, *, nullable: bool = False, primary_key: bool = False, index: bool = False, unique: bool | None = None
) -> Column[str]:
    """Return the column of an id that would say who is in which case: what stands there only the key ring can read."""
    return Column(
        name, String(PSEUDONYM_LENGTH), nullable=nullable, primary_key=primary_key, index=index, unique=unique
    )
