"""Whether a text mentions somebody, however they are spelt there (P-2.5)."""

import pytest

from rules.name_matching import KnownNames, find_mentioned
from tests.rules.community import DJANGO

PEOPLE = [
    KnownNames("ada", ("Ada Lovelace", "Countess"), ("ada_l", "111222333")),
    KnownNames("will", ("William Grünberg",), ("wgb",)),
    KnownNames("theo", ("Theodora Øster",), ("th3o",)),
    KnownNames("tanaka", ("田中花子", "田中"), ("hanako",)),
    KnownNames("lev", ("Лев Толстой",), ()),
    KnownNames("jorn", ("J\u00f8rn",)),
    KnownNames("nameless", ("", "  "), ("", "-")),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ada Lovelace wrote to me", {"ada"}),
        ("ADA LOVELACE wrote to me", {"ada"}),
        ("lovelace did it", {"ada"}),
        ("ada did it", {"ada"}),
        ("AdaLovelace did it", {"ada"}),
        ("Ada-Lovelace's friend", {"ada"}),
        ("Lovelase did it", {"ada"}),
        ("Lovealce did it", {"ada"}),
        ("Lovelce did it", {"ada"}),
        ("the countess said so", {"ada"}),
        ("it was @ada_l", {"ada"}),
        ("it was @ada.l", {"ada"}),
        ("https://github.com/ada-l?tab=repositories", {"ada"}),
        ("<@111222333> wrote", {"ada"}),
        ("<@1112223334> wrote", set()),
        ("A\u200bda Lovel\u00adace", {"ada"}),
        ("L\u200bo\u200bv\u200be\u200bl\u200ba\u200bc\u200be", {"ada"}),
        ("jorn did it", {"jorn"}),
        ("Äda", {"ada"}),
        ("\uff21\uff24\uff21", {"ada"}),
        ("adapted code from somewhere", set()),
        ("it will happen again, will it not", set()),
        ("then Will wrote again", {"will"}),
        ("Will wrote again", {"will"}),
        ("Mr Gruenberg", {"will"}),
        ("mr grunberg", {"will"}),
        ("wgb", {"will"}),
        ("the person told them that there", set()),
        ("Theo said", {"theo"}),
        ("theodor", {"theo"}),
        ("Oster", {"theo"}),
        ("昨日田中さんが書いた", {"tanaka"}),
        ("昨日花さんが書いた", set()),
        ("это был Толстой", {"lev"}),
        ("это был Толстои", {"lev"}),
        ("Ada and Will", {"ada", "will"}),
        ("somebody else entirely", set()),
        ("", set()),
    ],
)
def test_somebody_is_found_however_they_are_spelt(text: str, found: set[str]) -> None:
    """P-2.5."""
    assert find_mentioned(text, PEOPLE, DJANGO.conflicts) == found
