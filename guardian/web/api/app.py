"""The JSON API as one application under the service's own: its addresses, its description, its refusals.

The description (OpenAPI 3.1) is published at `openapi.json`. Read `create_api` first.
"""

from typing import Any, Final

from fastapi import FastAPI

from guardian.services.context import AppContext
from guardian.web.api import act_routes, case_routes, group_routes, measure_routes
from guardian.web.api.body_limit import BodyLimit
from guardian.web.api.problems import Problem, install_problems

PATH: Final = "/api/v1"
VERSION: Final = "1"
_DESCRIPTION: Final = (
    "The same use cases as the console, for a member's own programs. A personal token opens what its scopes say, and of "
    "that only what its member may know and do at this instant. What somebody may not know is answered as if it did not "
    "exist. Acts that cannot be taken back have a preview."
)


class Api(FastAPI):
    """The application, which describes the one shape in which it refuses beside its answers."""

    def openapi(self) -> dict[str, Any]:
        """Return the description, made once."""
        if self.openapi_schema is None:
            found = super().openapi()
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            found["components"]["schemas"].update({**problem.pop("$defs", {}), "Problem": problem})
            self.openapi_schema = found
        return self.openapi_schema


def create_api(context: AppContext) -> FastAPI:
    """Build the API over the use cases."""
    api = _bare_api()
    api.state.context = context
    install_problems(api)
    api.add_middleware(BodyLimit)
    return api


def describe_api() -> dict[str, Any]:
    """Return the description as the service publishes it, without a service."""
    return {**_bare_api().openapi(), "servers": [{"url": PATH}]}


def _bare_api() -> Api:
    api = Api(title="Guardian", version=VERSION, description=_DESCRIPTION, docs_url=None, redoc_url=None)
    for module in (case_routes, group_routes, act_routes, measure_routes):
        api.include_router(module.router)
    return api
