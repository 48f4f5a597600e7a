"""Whether a text mentions somebody, however they are spelt there (P-2.5)."""

import tomllib
from pathlib import Path
from time import process_time
from typing import Any, Final

import pytest

from rules.name_matching import KnownNames, find_mentioned, names_exactly
from tests.rules.community import DJANGO

SPELLINGS: Final[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("spellings.toml").read_text(encoding="utf-8"))

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


@pytest.mark.harm("named-in-another-script")
def test_names_in_other_scripts_are_found_but_for_those_that_are_listed() -> None:
    """P-2.5."""
    missed = {
        spelt
        for script in SPELLINGS["scripts"].values()
        for name, spelt in zip(SPELLINGS["names"], script["spelt"], strict=True)
        if name not in _found(script["sentence"].format(name=spelt))
    }
    assert missed == set(SPELLINGS["missed"])


@pytest.mark.harm("kept-out-without-being-named")
def test_sentences_in_other_scripts_that_name_nobody_keep_nobody_out() -> None:
    """P-2.5."""
    sentences = [script["sentence"].format(name="") for script in SPELLINGS["scripts"].values()]
    assert {sentence: found for sentence in sentences if (found := _found(sentence))} == {}


@pytest.mark.parametrize(
    "text",
    [
        *("N4d14", "n4d1a_p", "N\u0430di\u0430", "\u039d\u0391D\u0399\u0391", "Nadi\u044f", "N.a.d.i.a", "n a d i a"),
        *("\u0274\u1d00\u1d05\u026a\u1d00", "\U0001d40d\U0001d41a\U0001d41d\U0001d422\U0001d41a", "\u24c3\u24d0\u24d3"),
    ],
)
@pytest.mark.harm("named-by-look-alike-letters")
def test_somebody_is_found_behind_letters_and_digits_that_look_like_theirs(text: str) -> None:
    """P-2.5."""
    assert "Nadia Petrova" in _found(f"It was {text} who wrote that.")


@pytest.mark.parametrize("text", ["Lev Tolstoy wrote", "\u039b\u03b5\u03b2 \u03a4\u03bf\u03bb\u03c3\u03c4\u03cc\u03b9"])
@pytest.mark.harm("named-in-another-script")
def test_somebody_known_in_another_script_is_found_in_this_one(text: str) -> None:
    """P-2.5."""
    assert "lev" in find_mentioned(text, PEOPLE, DJANGO.conflicts)


def test_dates_versions_and_amounts_are_nobodys_name() -> None:
    """P-2.5."""
    assert _found("On 2026-11-30 at 14:05, version 5.2.1, 100 people, 3rd row, 4th seat, error 0x1F") == frozenset()


@pytest.mark.harm("linked-by-a-resembling-name")
def test_what_resembles_a_handle_does_not_show_whose_account_it_is() -> None:
    """P-2.5: keeping somebody out may err, linking an account may not."""
    assert names_exactly("it was @ada_l", ["ada_l"])
    assert not names_exactly("it was @4da_l", ["ada_l"])


def _found(text: str) -> frozenset[str]:
    return find_mentioned(text, [KnownNames(name, (name,)) for name in SPELLINGS["names"]], DJANGO.conflicts)


@pytest.mark.harm("one-hostile-thing-stops-the-service")
@pytest.mark.parametrize("sign", ["\ufdfa", "\ufdfb", "\u3316"])
def test_a_text_of_signs_that_stand_for_phrases_does_not_grow_with_them(sign: str) -> None:
    """A name behind them, and between them, is found as ever."""
    text = f"{sign * 20_000} Theodor {sign * 20_000} Gruenberg"
    begun = process_time()
    assert find_mentioned(text, PEOPLE, DJANGO.conflicts) == {"theo", "will"}
    assert process_time() - begun < 2


def test_a_phrase_that_is_one_sign_is_still_read() -> None:
    assert find_mentioned("\ufdfb", [KnownNames("jalla", ("Jalla Jalalouhou",), ("\u062c\u0644",))], DJANGO.conflicts)


@pytest.mark.parametrize(
    ("name", "written", "is_found"),
    [("Brook", "Broak", True), ("Brook", "Broax", False), ("Brok", "Brak", False)],
)
def test_from_five_letters_on_one_wrong_letter_is_still_the_name(name: str, written: str, is_found: bool) -> None:
    """P-2.5"""
    people = (KnownNames("b", (f"Quentin {name}",), ()),)
    assert bool(find_mentioned(f"{written} shouted at me", people, DJANGO.conflicts)) is is_found
