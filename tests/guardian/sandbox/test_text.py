"""What people wrote is shown as they wrote it: never run, with links that lead where they say."""

import pytest

from guardian.sandbox.pages.text import as_markup

RECEIPT = "K5JEB-TQUHM-Z5HBS-SNS3P-876MN-W"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x>', "**<b>**", "`<i>`", '<@1"><b>'])
def test_what_somebody_writes_is_never_markup(text: str) -> None:
    shown = str(as_markup(text, lambda _: "<name>"))
    assert not any(mark in shown for mark in ("<script", "<img", "<b>", "<i>", "<name>"))


def test_a_link_ends_where_the_sentence_goes_on() -> None:
    assert 'href="http://127.0.0.1:1/report"' in as_markup("Open <http://127.0.0.1:1/report>, or not.")
    assert 'href="http://127.0.0.1:1/a"' in as_markup("See http://127.0.0.1:1/a.")


def test_a_receipt_leads_to_where_it_can_be_copied() -> None:
    assert f'href="/sandbox/receipts/{RECEIPT}">{RECEIPT}</a>' in as_markup(f"Receipt: `{RECEIPT}`")


def test_somebody_mentioned_is_called_by_name() -> None:
    assert "@rowan" in as_markup("<@12> hello", {"12": "rowan"}.__getitem__)
