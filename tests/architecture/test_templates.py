"""What a template takes from another is there: else its page is a fault of ours, seen only by whoever asks for it."""

import pytest
from jinja2 import meta, nodes

from guardian.web.labels import FILTERS
from guardian.web.rendering import WEB_FOLDER, create_templates

FOLDER = WEB_FOLDER / "templates"


def missing() -> list[str]:
    """Each template that is asked for and not there, and each macro that its template does not have."""
    environment = create_templates(FILTERS)
    names = [path.relative_to(FOLDER).as_posix() for path in sorted(FOLDER.rglob("*.html"))]
    trees = {name: environment.parse((FOLDER / name).read_text(encoding="utf-8")) for name in names}
    macros = {name: {each.name for each in tree.find_all(nodes.Macro)} for name, tree in trees.items()}
    found = []
    for name, tree in trees.items():
        asked = {source for source in meta.find_referenced_templates(tree) if source is not None}
        found += [f"{name}: {source}" for source in sorted(asked - trees.keys())]
        for taken in tree.find_all(nodes.FromImport):
            source = taken.template.value if isinstance(taken.template, nodes.Const) else ""
            wanted = {each if isinstance(each, str) else each[0] for each in taken.names}
            found += [f"{name}: {each} of {source}" for each in sorted(wanted - macros.get(source, wanted))]
    return found


@pytest.mark.harm("case-that-nobody-can-open")
def test_every_template_finds_what_it_takes_from_others() -> None:
    assert missing() == []
