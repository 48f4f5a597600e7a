"""The description of the API as a file in `docs/`, for whoever writes a program before there is a service to ask."""

import json
from pathlib import Path
from typing import Final

from guardian.web.api.app import describe_api

PAGE: Final = Path(__file__).parents[2] / "docs" / "openapi.json"


def text() -> str:
    """What the file says."""
    return json.dumps(describe_api(), indent=1, ensure_ascii=False) + "\n"
