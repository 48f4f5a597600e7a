"""What counts as mentioning the App: a person's own words, neither quoted nor shown as code."""

import pytest

from connectors.github.comments import CommentKind, CommentRef, parse_ref
from connectors.github.mentions import Mention, find_mention

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
        "请@guardian-app看一下",
        "Смотри:@guardian-app",
        "**@guardian-app**",
        "- one\n- @guardian-app",
        "| a | b |\n|---|---|\n| @guardian-app | x |",
        "<b>@guardian-app</b>, please",
        "Look, @guardian-app...",
        "```\ncode\n```\n@guardian-app",
    ],
)
def test_somebody_calls_us(text: str) -> None:
    assert find_mention(text, APP) is Mention.SURE


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
        "````\n```\n@guardian-app\n```\n````",
        "```\n@guardian-app",
        "    @guardian-app",
        "``a ` @guardian-app``",
        "<!-- Mention @guardian-app to report. -->",
        "<!--\nMention @guardian-app\nto report.\n-->\n\nThe build fails.",
        "<pre>\n@guardian-app\n</pre>",
        "<code>@guardian-app</code>",
        "> one\n@guardian-app goes on lazily",
        "[@guardian-app](https://github.com/apps/guardian-app)",
        "![@guardian-app](picture.png)",
        "@guardian-app/maintainers",
        "@guardian-app_x",
        "@guardian-app.example.org",
        "",
    ],
)
@pytest.mark.harm("innocent-comment-removed")
def test_nobody_calls_us(text: str) -> None:
    assert find_mention(text, APP) is Mention.NONE


@pytest.mark.harm("innocent-comment-removed")
@pytest.mark.parametrize(
    "text",
    [
        r"\@guardian-app",
        "&#64;guardian-app",
        "a/@guardian-app",
        "--@guardian-app",
        "<code>x\n\n@guardian-app",
        "- " * 200 + "@guardian-app",
    ],
)
def test_where_it_is_doubtful_whether_somebody_calls_us_nothing_is_sure(text: str) -> None:
    assert find_mention(text, APP) is Mention.DOUBTFUL


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
