"""`docs/architecture.md` has every section that is cited, and its picture is the code's own."""

from tests.docs.architecture import PAGE, cited, sections
from tests.docs.layers import Layers, contracts, imports, needed
from tests.docs.picture import PICTURE, drawing


def test_every_section_that_is_cited_anywhere_is_there() -> None:
    assert {number: sorted(paths) for number, paths in cited().items() if number not in sections()} == {}


def test_sections_are_numbered_in_their_order_and_none_twice() -> None:
    numbers = [tuple(map(int, number.split("."))) for number in sections()]
    assert numbers == sorted(set(numbers))


def test_the_picture_is_drawn_from_the_code_as_it_is() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawing(), "run: python -m tests.docs"
    assert f"]({PICTURE.name})" in PAGE.read_text(encoding="utf-8")


def test_every_package_of_the_contracts_has_its_box() -> None:
    drawn = PICTURE.read_text(encoding="utf-8")
    assert [package for layers in contracts() for package in layers.packages if f">{package}<" not in drawn] == []


def test_no_arrow_of_the_picture_points_up() -> None:
    for layers in contracts():
        place = {package: number for number, row in enumerate(layers.rows) for package in row}
        assert [arrow for arrow in imports(layers) if place[arrow[0]] > place[arrow[1]]] == []


def test_an_arrow_that_others_imply_is_left_out() -> None:
    arrows = frozenset({("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("a", "e")})
    assert needed(arrows) == arrows - {("a", "d")}


def test_a_module_is_in_the_innermost_package_that_holds_it() -> None:
    layers = Layers("sample", (("guardian",), ("guardian.web", "guardian.webhooks")))
    found = [layers.package_of(name) for name in ("guardian.web.app", "guardian.webhooks", "guardian.x", "rules.x")]
    assert found == ["guardian.web", "guardian.webhooks", "guardian", None]
