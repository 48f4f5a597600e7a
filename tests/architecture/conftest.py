"""The sources that these tests read are parsed once for all processes that run them."""

import pytest

from tests.architecture.source import PRODUCT, modules, nodes
from tests.workers import OPTION


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where several processes are about to be forked, they find every source parsed."""
    if session.config.getoption(OPTION, 1) > 1 and any("tests/architecture/" in item.nodeid for item in session.items):
        for module in modules(*PRODUCT, "tests"):
            nodes(module)
