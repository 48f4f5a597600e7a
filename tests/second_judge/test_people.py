"""Reports and members' commands before the second judge, which is strict with forms, answers and what the bot may read."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from guardian.cases.reports import Evidence, Report
from tests.builders.community import AMARA, DISCORD, everybody
from tests.second_judge.people import ServedGuild, a_served_guild

_WHAT = "what"
_MENU = "Report conduct"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[ServedGuild]:
    async with a_served_guild(tmp_path) as made:
        yield made


async def _reports(served: ServedGuild) -> list[Report]:
    async with served.community.units_of_work.read() as view:
        return [each for case in await view.cases.cases() for each in await view.cases.reports_of(case.id)]


async def _evidence(served: ServedGuild, report: Report) -> list[Evidence]:
    async with served.community.units_of_work.read() as view:
        found = [await view.cases.evidence(each.id) for each in await view.cases.evidence_of(report.case)]
    return [each for each in found if each is not None]


def _amara(served: ServedGuild) -> str:
    account = next(each.account_in(DISCORD) for each in everybody() if each.id == AMARA)
    assert account is not None
    return account.native_id


def _said_in_public(served: ServedGuild) -> list[str]:
    """What the bot wrote in the channel for everybody to read."""
    bot = served.env.backend.bot_user.id
    written = served.env.backend.messages.get(served.channel.id, {}).values()
    return [each.content for each in written if each.author_id == bot and not each.is_ephemeral]


async def test_somebody_without_a_role_is_shown_two_commands(tmp_path: Path) -> None:
    """P-2.2: what is for members is hidden from everybody else, by Discord's own rule."""
    async with a_served_guild(tmp_path, shows_every_command=False) as served:
        assert served.reporter.available_commands(served.channel) == ("report", "report-status")


async def test_a_members_command_gives_nothing_to_somebody_without_a_role(served: ServedGuild) -> None:
    """P-4.2: even where an administrator has shown it to everybody."""
    answer = await served.reporter.slash(served.channel, "todo")
    assert answer.ephemeral
    assert answer.response is not None
    assert "not yours" in answer.response.content


async def test_a_report_is_taken_in_and_answered_for_the_reporters_eyes_alone(served: ServedGuild) -> None:
    """P-2.2"""
    form = await served.reporter.slash(served.channel, "report")
    answer = await served.reporter.submit_modal(form, {_WHAT: "They insult me."})
    (report,) = await _reports(served)
    assert report.what_happened == "They insult me."
    assert answer.ephemeral
    assert _said_in_public(served) == []


async def test_a_reported_message_is_sealed_with_its_words(served: ServedGuild) -> None:
    """P-2.7: the menu carries what the bot could never read again, since it lacks the content intent."""
    message = await served.people[_amara(served)].send(served.channel, "You should be ashamed.")
    form = await served.reporter.context_menu(served.channel, _MENU, message)
    await served.reporter.submit_modal(form, {_WHAT: "Look at this."})
    (report,) = await _reports(served)
    (said,) = await _evidence(served, report)
    assert said.text == "You should be ashamed."
    assert _said_in_public(served) == []


async def test_a_letter_to_the_bot_is_answered_and_sent_to_nobody(served: ServedGuild) -> None:
    """P-2.2"""
    await served.reporter.send_dm("hello")
    channel = served.env.backend.dm_channels[served.reporter.id]
    written = [each.content for each in served.env.backend.messages[channel].values()]
    assert "Nothing of what you wrote has been sent to them yet" in written[-1]
    assert await _reports(served) == []


async def test_a_member_hears_of_a_report_and_sees_what_waits_for_them_alone(served: ServedGuild) -> None:
    """P-2.5"""
    form = await served.reporter.slash(served.channel, "report")
    await served.reporter.submit_modal(form, {_WHAT: "They insult me."})
    waiting = await served.people[_amara(served)].slash(served.channel, "todo")
    assert waiting.ephemeral
    assert waiting.response is not None
    assert "report" in waiting.response.content.casefold()
    assert _said_in_public(served) == []
