"""What goes out for each call whose request is the library's own: another release of it may ask otherwise."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from pydiscourse.exceptions import DiscourseError

from connectors.emulators.forum.server import ForumEmulator
from connectors.forum.client import ForumClient, ForumConfig

LETTER = {
    "title": "About a report",
    "raw": "Hello.",
    "archetype": "private_message",
    "target_recipients": "rowan",
    "external_id": "n-1",
}


@pytest.mark.parametrize(
    ("call", "method", "path", "query", "body"),
    [
        (lambda f: f.user_by_id("5"), "GET", "/admin/users/5.json", {}, None),
        (
            lambda f: f.listed("suspended", 2),
            "GET",
            "/admin/users/list/suspended.json",
            {"page": "2", "order": "created", "asc": "true"},
            None,
        ),
        (lambda f: f.unsuspend("5"), "PUT", "/admin/users/5/unsuspend.json", {}, {}),
        (lambda f: f.post_by_id(7), "GET", "/posts/7.json", {}, None),
        (lambda f: f.post_by_number(3, 2), "GET", "/posts/by_number/3/2.json", {}, None),
        (lambda f: f.some_posts(3, [7]), "GET", "/t/3/posts.json", {"post_ids[]": "7", "include_raw": "true"}, None),
        (lambda f: f.inbox(1), "GET", "/topics/private-messages/guardian.json", {"page": "1"}, None),
        (lambda f: f.answer(3, "Thanks."), "POST", "/posts.json", {}, {"topic_id": "3", "raw": "Thanks."}),
        (lambda f: f.write_to("rowan", "About a report", "Hello.", "n-1"), "POST", "/posts.json", {}, LETTER),
        (
            lambda f: f.update_topic_status(3, "closed", False),
            "PUT",
            "/t/3/status.json",
            {},
            {"status": "closed", "enabled": "false"},
        ),
    ],
)
async def test_a_method_of_the_library_is_this_one_request(
    forum: ForumEmulator,
    config: ForumConfig,
    call: Callable[[ForumClient], Any],
    method: str,
    path: str,
    query: Mapping[str, str],
    body: Any,
) -> None:
    with suppress(DiscourseError):
        await asyncio.to_thread(call, ForumClient(config))
    (asked,) = forum.history.exchanges
    assert (asked.method, asked.path, asked.query, asked.body or None) == (method, path, query, body or None)
