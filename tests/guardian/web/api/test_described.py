"""What the API answers stands in its description: tried over HTTP by a library that knows nothing else of it."""

import asyncio
from pathlib import Path
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from guardian.cases.exclusions import ExclusionKind
from guardian.web.api.app import PATH, create_api
from tests.builders.hidden_cases import YARA, hidden_world
from tests.builders.pages import open_pages
from tests.builders.served import served
from tests.guardian.web.api.test_every_address import HIDDEN_IDS, a_token

EXAMPLES: Final = 6
"""For each address; they are the same each time."""
HELD_TO: Final = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]


def try_address(
    operation: APIOperation[Any, Any, Any, Any], base_url: str, headers: dict[str, str], known: dict[str, str]
) -> None:
    """Send what the description allows, and what it does not, and hold each answer against it."""

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(), is_there=st.booleans())
    def send(case: schemathesis.Case[Any], is_there: bool) -> None:
        if is_there:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        case.call_and_validate(base_url=base_url, headers=headers, checks=HELD_TO)

    send()


async def test_no_answer_of_the_api_is_outside_its_description(tmp_path: Path) -> None:
    load_all_checks()
    async with hidden_world(tmp_path, ExclusionKind.EXCLUDED) as world, open_pages(world.community) as pages:
        headers = await a_token(world.community, YARA)
        ids = {**world.ids, "code": world.codes}
        known = {name: ids[kind][0] for name, kind in HIDDEN_IDS.items()}
        schema = schemathesis.openapi.from_dict(create_api(world.community.app).openapi())
        async with served(pages.app) as address:
            for result in schema.get_all_operations():
                assert isinstance(result, Ok)
                await asyncio.to_thread(try_address, result.ok(), address + PATH, headers, known)
