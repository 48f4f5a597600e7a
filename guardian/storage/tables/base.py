"""The one metadata on which every table stands, with names for all constraints so that migrations can find them."""

from typing import Final

from sqlalchemy import MetaData

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
