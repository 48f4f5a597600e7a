"""What counts as mentioning the App: a person's own words, neither quoted nor shown as code."""

import pytest

from connectors.github.comments import CommentKind, CommentRef, mentions_app, parse_ref

APP = "guardian-app"


@pytest.mark.parametrize(
    "text",
    [
        "@guardian-app help",
        "Please, @Guardian-App!",
        "(@guardian-app)",
        "@guardian-app[bot] look",
        "> You are a fool\n\n@guardian-app",
        "`code` and @guardian-app",
    ],
)
def test_somebody_calls_us(text: str) -> None:
    assert mentions_app(text, APP)


@pytest.mark.parametrize(
    "text",
    [
        "guardian-app",
        "@guardian-application",
        "@guardian",
        "mail@guardian-app.org",
        "https://github.com/@guardian-app",
        "> @guardian-app help",
        "`@guardian-app`",
        "```\n@guardian-app\n```",
        "~~~ text\n@guardian-app\n~~~",
        "",
    ],
)
def test_nobody_calls_us(text: str) -> None:
    assert not mentions_app(text, APP)


def test_a_name_is_read_as_it_was_written() -> None:
    for ref in (
        CommentRef(CommentKind.COMMENT, "7", "orchard/web.site"),
        CommentRef(CommentKind.ISSUE, "7", "orchard/website"),
        CommentRef(CommentKind.REPLY, "DC_kwDO-1="),
    ):
        assert parse_ref(ref.text) == ref


@pytest.mark.parametrize(
    "text", ["", "issues 7", "issues x o/r", "discussions D_1 o/r", "users 7 o/r", "issues 7 ../../x"]
)
def test_a_name_that_is_not_sound_leads_nowhere(text: str) -> None:
    assert parse_ref(text) is None
