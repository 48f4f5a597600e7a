"""The description of the API in `docs/` is what the service publishes, and the guide names every scope."""

from pathlib import Path

from guardian.web.api.access import SCOPES
from tests.docs import api_page

GUIDE = Path(__file__).parents[2] / "docs" / "programs.md"


def test_the_description_in_the_documentation_is_the_one_that_is_published() -> None:
    assert api_page.PAGE.read_text(encoding="utf-8") == api_page.text(), "run: python -m tests.docs"


def test_the_guide_for_programs_names_every_scope_in_its_words() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert [scope for scope, words in SCOPES.items() if f"| `{scope}` | {words} |" not in guide] == []
