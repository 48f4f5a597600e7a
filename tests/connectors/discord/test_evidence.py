"""A message that is reported is evidence as it stood when it was chosen: whole, sealed, and never silently empty."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.emulators.discord.client_screen import Screen
from connectors.emulators.discord.state import Attachment
from guardian.cases.reports import Evidence
from guardian.services.reports.captures import forget_old_captures
from tests.builders.community import INES, SOMEBODY
from tests.connectors.discord.service import CHECKBOXES, WHAT, DiscordService, discord_service

MENU = "Report conduct"
ESCALATE = "Escalate to the working group"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DiscordService]:
    async with discord_service(tmp_path) as made:
        yield made


def a_message(service: DiscordService, content: str = "You are all fools.", **extras: Any) -> str:
    """A message of somebody's in the channel that everybody reads, with further fields as Discord words them."""
    state = service.emulator.state
    message = state.add_message(state.general_id, SOMEBODY.native_id, content)
    for name in ("embeds", "components"):
        setattr(state.messages[message], name, extras.pop(name, []))
    state.messages[message].extras = extras
    return message


def a_file(service: DiscordService, name: str, content: bytes) -> Attachment:
    """A file that Discord holds."""
    state = service.emulator.state
    number = state.new_id(service.community.clock.now())
    made = Attachment(id=number, channel_id=state.general_id, filename=name, content_type="image/png", content=content)
    state.attachments[number] = made
    return made


async def send(service: DiscordService, form: Screen, **values: Any) -> list[Evidence]:
    """The evidence of the report that is sent by the form."""
    sent = await service.reporter.submit(form, {WHAT: "Look at this.", **values})
    await sent.wait_until_settled()
    return await service.evidence((await service.reports())[-1])


async def choose(service: DiscordService, message: str) -> Screen:
    """The form about the message, once the message is sealed: what is written later is stored later."""
    form = await service.reporter.message_menu(MENU, message)
    await service.report(**{WHAT: "Something else, and stored after the message was."})
    return form


async def reported(service: DiscordService, message: str, **values: Any) -> list[Evidence]:
    """The evidence of a report about the message."""
    return await send(service, await service.reporter.message_menu(MENU, message), **values)


async def stored_captures(service: DiscordService) -> tuple[str, ...]:
    """Everything that is sealed and waits for its report."""
    async with service.community.units_of_work.read() as view:
        return await view.captures.captures_before(view.now + timedelta(days=365))


# -- sealed from the moment of the menu


@pytest.mark.harm("reported-message-lost")
async def test_a_reported_message_survives_a_restart_and_its_deletion_while_the_reporter_writes(
    service: DiscordService,
) -> None:
    """P-2.7: read again, Discord shows no text."""
    message = a_message(service)
    form = await choose(service, message)
    service.emulator.state.messages.pop(message)
    await service.restart()
    (said,) = await send(service, form)
    assert (said.text, said.author, said.author_handle) == ("You are all fools.", SOMEBODY, "account01")


@pytest.mark.harm("reported-message-lost")
async def test_an_escalated_message_survives_a_restart_while_the_moderator_writes(service: DiscordService) -> None:
    message = a_message(service)
    form = await service.member(INES).message_menu(ESCALATE, message)
    await service.report(**{WHAT: "Stored after the message was."})
    await service.restart()
    await (await service.member(INES).submit(form, {"words": "Look."})).wait_until_settled()
    assert [each.text for each in await service.evidence((await service.reports())[-1])] == ["You are all fools."]


@pytest.mark.harm("evidence-silently-empty")
async def test_a_message_whose_capture_is_gone_says_why_it_has_no_text(service: DiscordService) -> None:
    form = await choose(service, a_message(service))
    service.community.clock.advance(timedelta(days=1, seconds=1))
    await service.restart()
    (said,) = await send(service, form)
    assert (said.text, said.author) == ("", SOMEBODY)
    assert "without its text and files" in said.why_not


@pytest.mark.harm("evidence-silently-empty")
async def test_a_message_that_nobody_can_read_any_more_keeps_its_link_and_says_so(service: DiscordService) -> None:
    message = a_message(service)
    form = await choose(service, message)
    service.emulator.state.messages.pop(message)
    service.community.clock.advance(timedelta(days=1, seconds=1))
    await service.restart()
    (said,) = await send(service, form)
    assert (said.link.rsplit("/", 1)[1], said.text) == (message, "")
    assert "could not be read" in said.why_not


@pytest.mark.harm("store-of-unreported-messages")
async def test_what_was_captured_goes_with_its_report(service: DiscordService) -> None:
    form = await choose(service, a_message(service))
    assert len(await stored_captures(service)) == 1
    sent = await service.reporter.submit(form, {WHAT: "Look at this."})
    await sent.wait_until_settled()
    await service.report(**{WHAT: "And this."})
    assert await stored_captures(service) == ()


@pytest.mark.harm("store-of-unreported-messages")
async def test_what_was_captured_and_never_reported_goes_within_a_day(service: DiscordService) -> None:
    await choose(service, a_message(service))
    service.community.clock.advance(timedelta(days=1, seconds=1))
    await forget_old_captures(service.app)
    assert await stored_captures(service) == ()


@pytest.mark.harm("store-of-unreported-messages")
async def test_somebody_who_points_to_a_hundred_messages_has_twenty_kept(service: DiscordService) -> None:
    for number in range(23):
        await service.reporter.message_menu(MENU, a_message(service, f"Message {number}"))
    await service.report()
    assert len(await stored_captures(service)) <= 20


@pytest.mark.harm("reported-message-lost")
async def test_what_somebody_captured_is_nobody_elses_to_open(service: DiscordService) -> None:
    message = a_message(service)
    await choose(service, message)
    other = service.person(SOMEBODY.native_id)
    form = await other.message_menu(MENU, message)
    await service.report(**{WHAT: "Stored after both."})
    service.emulator.state.messages.pop(message)
    await service.restart()
    await (await other.submit(form, {WHAT: "Mine."})).wait_until_settled()
    assert [each.text for each in await service.evidence((await service.reports())[-1])] == ["You are all fools."]
    assert len(await stored_captures(service)) == 1


async def test_of_a_captured_message_that_may_show_minors_only_its_place_is_taken(service: DiscordService) -> None:
    """P-2.7, after a restart as before it."""
    form = await choose(service, a_message(service))
    await service.restart()
    (said,) = await send(service, form, **{CHECKBOXES: ["minors"]})
    assert (said.text, said.author, said.content) == ("", SOMEBODY, None)
    await service.reporter.command("report")
    assert await stored_captures(service) == ()


# -- whole


@pytest.mark.harm("evidence-silently-empty")
async def test_a_forwarded_message_is_kept_with_its_text_and_files(service: DiscordService) -> None:
    shown = service.emulator.community.to_json
    held = service.emulator.state.messages[a_message(service, "Kill yourself.")]
    held.attachments.append(a_file(service, "screen.png", b"pixels"))
    copy: dict[str, Any] = {
        name: shown(held)[name] for name in ("type", "content", "embeds", "attachments", "timestamp", "flags")
    }
    copy |= {"edited_timestamp": None, "mentions": [], "mention_roles": [], "components": []}
    reference = {"type": 1, "message_id": held.id, "channel_id": held.channel_id, "guild_id": service.emulator.guild_id}
    forward = a_message(service, "", message_reference=reference, message_snapshots=[{"message": copy}])
    said, file = await reported(service, forward)
    assert "Kill yourself." in said.text
    assert f"/{held.channel_id}/{held.id}" in said.text
    assert (file.file_name, file.content) == ("screen.png", b"pixels")
    assert said.why_not == ""


@pytest.mark.harm("evidence-silently-empty")
async def test_a_poll_is_kept_with_its_question_and_answers(service: DiscordService) -> None:
    answers: list[Any] = [
        {"answer_id": n, "poll_media": {"text": text}} for n, text in enumerate(("Rowan", "Linden"), start=1)
    ]
    poll: dict[str, Any] = {"question": {"text": "Who shall go first?"}, "answers": answers, "expiry": None}
    poll |= {"allow_multiselect": False, "layout_type": 1}
    (said,) = await reported(service, a_message(service, "", poll=poll))
    assert [word in said.text for word in ("Who shall go first?", "Rowan", "Linden")] == [True] * 3


@pytest.mark.harm("evidence-silently-empty")
async def test_a_sticker_is_kept_with_its_name_and_its_picture(service: DiscordService) -> None:
    sticker = service.emulator.state.new_id(service.community.clock.now())
    service.emulator.state.stickers[sticker] = b"a picture"
    items = [{"id": sticker, "name": "a slur", "format_type": 1}]
    said, file = await reported(service, a_message(service, "", sticker_items=items))
    assert "a slur" in said.text
    assert file.content == b"a picture"


@pytest.mark.harm("evidence-silently-empty")
async def test_a_preview_is_kept_with_all_its_words(service: DiscordService) -> None:
    embed: dict[str, Any] = {
        "type": "rich",
        "title": "Title",
        "description": "Description",
        "url": "https://example.org/page",
    }
    embed |= {
        "author": {"name": "Author"},
        "footer": {"text": "Footer"},
        "fields": [{"name": "Name", "value": "Value"}],
    }
    embed |= {"image": {"url": "https://example.org/picture.png", "width": 1, "height": 1}}
    (said,) = await reported(service, a_message(service, "", embeds=[embed]))
    words = ("Title", "Description", "Author", "Footer", "Name: Value", "https://example.org/picture.png")
    assert [word for word in words if word not in said.text] == []


@pytest.mark.harm("evidence-silently-empty")
async def test_the_parts_of_an_apps_message_are_kept_with_their_words_and_files(service: DiscordService) -> None:
    file = a_file(service, "inside.png", b"inside")
    state = service.emulator.state
    held = a_message(service)
    state.messages[held].attachments.append(file)
    url = service.emulator.community.to_json(state.messages[held])["attachments"][0]["url"]
    parts = [
        {"type": 17, "id": 1, "components": [{"type": 10, "id": 2, "content": "Deep inside."}]},
        {
            "type": 1,
            "id": 3,
            "components": [{"type": 2, "id": 4, "style": 5, "label": "Go", "url": "https://bad.example"}],
        },
        {"type": 12, "id": 5, "items": [{"media": {"url": url}, "description": "A description."}]},
    ]
    said, inside = await reported(service, a_message(service, "", components=parts))
    words = ("Deep inside.", "Go https://bad.example", "A description.")
    assert [word for word in words if word not in said.text] == []
    assert inside.content == b"inside"


@pytest.mark.harm("evidence-silently-empty")
async def test_what_is_not_understood_is_said_and_kept_as_discord_gave_it(service: DiscordService) -> None:
    unknown = {"hologram": {"words": "You will be sorry."}, "components": [{"type": 99, "id": 1, "words": "Soon."}]}
    said, file = await reported(service, a_message(service, "", **unknown))
    assert "not understood here (components, hologram)" in said.why_not
    assert file.content is not None
    assert b"You will be sorry." in file.content
    assert b"Soon." in file.content


@pytest.mark.harm("evidence-silently-empty")
async def test_a_part_in_a_shape_that_nobody_foresaw_costs_nothing_of_the_rest(service: DiscordService) -> None:
    said, file = await reported(service, a_message(service, sticker_items=["?"]))
    assert said.text.startswith("You are all fools.")
    assert file.content is not None
    assert b"sticker_items" in file.content


@pytest.mark.harm("evidence-silently-empty")
async def test_a_message_that_is_handed_over_empty_says_so(service: DiscordService) -> None:
    (said,) = await reported(service, a_message(service, ""))
    assert "nothing in it" in said.why_not


@pytest.mark.harm("apps-message-blamed-on-nobody")
async def test_what_an_app_posted_is_the_doing_of_whoever_used_it(service: DiscordService) -> None:
    state = service.emulator.state
    app = state.add_user("songbird")
    state.users[app].bot = True
    user = {
        "id": SOMEBODY.native_id,
        "username": "account01",
        "discriminator": "0",
        "avatar": None,
        "global_name": None,
    }
    metadata = {"id": state.new_id(state.begun), "type": 2, "user": user, "authorizing_integration_owners": {}}
    message = a_message(service, "Sing: fools, all of you.", interaction_metadata=metadata, webhook_id=app)
    state.messages[message] = replace(state.messages[message], author_id=app)
    (said,) = await reported(service, message)
    assert (said.author, said.author_handle) == (SOMEBODY, "account01")
    assert "songbird" in said.text


async def test_what_a_message_answers_is_somebody_elses_and_is_not_taken(service: DiscordService) -> None:
    """P-2.7: only what was reported is kept."""
    state = service.emulator.state
    other = state.messages[a_message(service, "A secret of mine.")]
    reference = {
        "type": 0,
        "message_id": other.id,
        "channel_id": other.channel_id,
        "guild_id": service.emulator.guild_id,
    }
    answered = service.emulator.community.to_json(other)
    said, *files = await reported(
        service, a_message(service, "No.", message_reference=reference, referenced_message=answered)
    )
    assert "A secret of mine." not in said.text
    assert files == []
