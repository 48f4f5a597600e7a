"""Code names that no person and no case has, or had. Read `new_code_name` first. Policy: P-3.1."""

from collections.abc import Collection

from guardian.people.code_names import choose_code_names
from guardian.services.context import ReadView


async def new_code_name(view: ReadView) -> str:
    """Return a random code name that nothing is called by."""
    return (await new_code_names(view, 1))[0]


async def new_code_names(view: ReadView, count: int) -> list[str]:
    """Return so many different ones; it takes as long among ten people as among a million."""

    async def find_used(names: Collection[str]) -> frozenset[str]:
        return await view.people.used_code_names(names) | await view.cases.used_code_names(names)

    return await choose_code_names(count, find_used)
