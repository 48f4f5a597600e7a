"""The emulator before an unmodified discord.py: log in, gateway, commands, forms, buttons, bans, messages."""

import io
from datetime import timedelta

import discord
import pytest

from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import DiscordState
from connectors.emulators.shared.control import Declined
from tests.connectors.emulators.discord.client_bot import BEGAN, Bot, Buttons, ManualClock, pointed_at, running


async def test_the_client_logs_in_syncs_its_commands_and_knows_every_member(
    emulator: DiscordEmulator, ada: str
) -> None:
    async with running(emulator) as bot:
        names = {c["name"] for c in emulator.state.commands[emulator.guild_id]}
        assert {"report", "case", "Report to the working group"} <= names
        assert bot.home.get_member(int(ada)) is not None
        assert bot.user is not None
        assert str(bot.user.id) == emulator.state.bot_id
        assert str(bot.application_id) == emulator.application_id != emulator.state.bot_id


async def test_a_form_is_opened_filled_in_and_answered_privately_with_a_button(
    emulator: DiscordEmulator, ada: str
) -> None:
    async with running(emulator):
        person = emulator.person(ada)
        screen = await person.command("report")
        assert screen.modal is not None
        assert [f.label for f in screen.modal.fields][:2] == ["What happened?", "Does it concern one of these people?"]
        values = {"What happened?": "a loud quarrel", "concerns": ["Ben"], "Files": [("a.txt", b"seen")], "Who?": [ada]}
        answer = await person.submit(screen, values)
        assert answer.message is not None
        assert answer.message.content == f"a loud quarrel|b|{ada}|a.txt=seen"
        assert answer.message.ephemeral
        assert [b.label for b in answer.message.buttons] == ["Add details", "Done"]


@pytest.mark.parametrize("text", ["", "abc", "x" * 61])
async def test_the_app_declines_a_form_that_breaks_its_own_bounds(
    emulator: DiscordEmulator, ada: str, text: str
) -> None:
    async with running(emulator):
        screen = await emulator.person(ada).command("report")
        with pytest.raises(Declined):
            await emulator.person(ada).submit(screen, {"what": text})
        assert screen.modal is not None


async def test_a_button_works_after_the_service_has_been_restarted(emulator: DiscordEmulator, ada: str) -> None:
    person = emulator.person(ada)
    async with running(emulator):
        answer = await person.submit(await person.command("report"), {"what": "something"})
    async with running(emulator, sync=False):
        form = await person.press(answer, "Add details")
        assert form.modal is not None
        chosen = await person.choose(answer, "pick", ["Yes"])
        assert chosen.text == "y"
        done = await person.press(answer, "done")
        assert done.message is not None
        assert (done.message.content, done.message.buttons) == ("thank you", ())


async def test_a_deferred_answer_is_settled_by_its_follow_ups(emulator: DiscordEmulator, ada: str) -> None:
    async with running(emulator):
        screen = await (await emulator.person(ada).command("slow")).wait_until_settled()
        await screen.wait_until(lambda s: len(s.messages) == 2)
        assert [m.content for m in screen.messages] == ["first", "second"]
        assert "discord.py" in screen.messages[1].files[0].text
        assert all(m.ephemeral for m in screen.messages)


async def test_an_unanswered_act_fails_and_cannot_be_answered_afterwards(emulator: DiscordEmulator, ada: str) -> None:
    async with running(emulator):
        screen = await emulator.person(ada).command("silent")
        assert screen.failed
    with_nobody = await emulator.person(ada).command("report")
    assert with_nobody.failed


async def test_a_form_cannot_follow_a_deferral(emulator: DiscordEmulator, ada: str) -> None:
    async with running(emulator):
        screen = await (await emulator.person(ada).command("late_form")).wait_until_settled()
        assert screen.text == "400 40060"


async def test_options_are_typed_as_the_command_says(emulator: DiscordEmulator, ada: str, ben: str) -> None:
    async with running(emulator):
        person = emulator.person(ada)
        screen = await person.command("typed", code="fern", kind="Warning", days=3, who=ben, proof=("p.txt", b"proof"))
        assert screen.text == f"fern w 3 {ben} proof"
        assert (await person.command("case show", code="fern")).text == "case fern"
        assert await person.autocomplete("typed", "code", "fe") == [{"name": "fe-1", "value": "fe-1"}]
        for too_much in ("many", "w" * 99):
            with pytest.raises(Declined, match="loading options failed"):
                await person.autocomplete("typed", "code", too_much)
        for wrong in ({"days": 31}, {"kind": "Ban"}, {"nothing": 1}):
            with pytest.raises(Declined):
                await person.command("typed", **({"code": "fern", "kind": "Warning"} | wrong))


async def test_the_menu_of_a_message_brings_its_text_without_the_content_intent(
    emulator: DiscordEmulator, ada: str, ben: str
) -> None:
    async with running(emulator):
        said = emulator.say(ben, emulator.state.general_id, "a hurtful text")
        assert (
            await emulator.person(ada).message_menu("Report to the working group", said)
        ).text == "kept: a hurtful text"
        assert (await emulator.person(ada).user_menu("About this person", ben)).text == f"person {ben}"


async def test_a_button_in_a_direct_message_works_without_a_guild(emulator: DiscordEmulator, ada: str) -> None:
    async with running(emulator) as bot:
        from_bot = await bot.fetch_user(int(ada))
        await from_bot.send("please confirm", view=Buttons(), file=discord.File(io.BytesIO(b"text"), "letter.txt"))
        letter = emulator.person(ada).inbox()[0]
        assert (letter.content, letter.files[0].text) == ("please confirm", "text")
        await emulator.person(ada).press(emulator.person(ada).dms()[0], "Done")
        assert emulator.person(ada).dms()[0]["content"] == "thank you"
        await emulator.person(ada).send_dm("a question")
        await bot.wait_for_event("message a question")


async def test_bans_are_placed_read_listed_and_lifted(
    emulator: DiscordEmulator, hours: ManualClock, ada: str, ben: str
) -> None:
    async with running(emulator) as bot:
        guild = bot.home
        await guild.ban(discord.Object(int(ada)), reason="reference é 1/2", delete_message_seconds=0)
        assert (await guild.fetch_ban(discord.Object(int(ada)))).reason == "reference é 1/2"
        await guild.ban(discord.Object(int(ben)), delete_message_seconds=0)
        assert [str(b.user.id) async for b in guild.bans(limit=None)] == sorted([ada, ben], key=int)
        await bot.wait_for_event(f"ban {ada}")
        await bot.wait_for_event(f"audit ban by {emulator.state.bot_id} because reference é 1/2")
        assert emulator.was_banned(ada, hours.now())
        hours.advance(timedelta(hours=1))
        await guild.unban(discord.Object(int(ada)))
        with pytest.raises(discord.NotFound) as unknown:
            await guild.fetch_ban(discord.Object(int(ada)))
        assert unknown.value.code == 10026
        with pytest.raises(discord.NotFound):
            await guild.unban(discord.Object(int(ada)))
        assert emulator.was_banned(ada, BEGAN + timedelta(minutes=59))
        assert not emulator.was_banned(ada, hours.now())
        assert not emulator.was_banned(ada, BEGAN - timedelta(seconds=1))


async def test_lists_of_bans_come_in_pages(emulator: DiscordEmulator) -> None:
    people = [emulator.state.add_user(f"p{i}") for i in range(7)]
    for each in people:
        emulator.ban_by_hand(emulator.state.owner_id, each)
    async with running(emulator) as bot:
        page = [str(b.user.id) async for b in bot.home.bans(limit=3, after=discord.Object(int(people[1])))]
        assert page == people[2:5]
        back = [str(b.user.id) async for b in bot.home.bans(limit=2, before=discord.Object(int(people[4])))]
        assert sorted(back) == sorted(people[2:4])


async def test_pages_stay_in_order_while_bans_come_and_go(emulator: DiscordEmulator) -> None:
    people = [emulator.state.add_user(f"p{i}") for i in range(4)]
    owner, bans = emulator.state.owner_id, emulator.state.bans
    for each in reversed(people):
        emulator.ban_by_hand(owner, each)
    assert [b.user_id for b in bans.page(10)] == people
    emulator.unban_by_hand(owner, people[1])
    assert [b.user_id for b in bans.page(10)] == [people[0], *people[2:]]
    emulator.ban_by_hand(owner, people[1])
    assert [b.user_id for b in bans.page(2, after=int(people[0]))] == people[1:3]


async def test_the_clients_default_deletes_a_day_of_messages(
    emulator: DiscordEmulator, hours: ManualClock, ada: str, ben: str
) -> None:
    old = emulator.state.add_message(emulator.state.general_id, ada, "older", at=hours.now() - timedelta(hours=30))
    for person in (ada, ben):
        emulator.say(person, emulator.state.general_id, "evidence")
    async with running(emulator) as bot:
        await bot.home.ban(discord.Object(int(ada)))
        await bot.home.ban(discord.Object(int(ben)), delete_message_seconds=0)
    kept = emulator.state.messages_in(emulator.state.general_id)
    assert [(m.author_id, m.content) for m in kept] == [(ada, "older"), (ben, "evidence")]
    assert old in emulator.state.messages


async def test_a_standing_ban_keeps_its_reason_and_its_author(emulator: DiscordEmulator, ada: str) -> None:
    emulator.ban_by_hand(emulator.state.owner_id, ada, "by hand")
    async with running(emulator) as bot:
        await bot.home.ban(discord.Object(int(ada)), reason="ours", delete_message_seconds=0)
        assert (await bot.home.fetch_ban(discord.Object(int(ada)))).reason == "by hand"


async def test_many_are_banned_at_once_and_those_out_of_reach_are_named(
    emulator: DiscordEmulator, ada: str, ben: str
) -> None:
    emulator.ban_by_hand(emulator.state.owner_id, ben)
    async with running(emulator) as bot:
        people = [discord.Object(int(i)) for i in (ada, ben, emulator.state.owner_id)]
        result = await bot.home.bulk_ban(people, delete_message_seconds=0)
        assert [str(b.id) for b in result.banned] == [ada]
        assert {str(b.id) for b in result.failed} == {ben, emulator.state.owner_id}
        with pytest.raises(discord.HTTPException) as all_failed:
            await bot.home.bulk_ban([discord.Object(int(ben))], delete_message_seconds=0)
        assert all_failed.value.code == 500000


async def test_nobody_at_or_above_the_bots_role_can_be_reached(emulator: DiscordEmulator, ada: str) -> None:
    high = emulator.state.add_role("moderator", position=50)
    async with running(emulator) as bot:
        emulator.raise_role(ada, high)
        for target in (ada, emulator.state.owner_id):
            with pytest.raises(discord.Forbidden) as refused:
                await bot.home.ban(discord.Object(int(target)), delete_message_seconds=0)
            assert refused.value.code == 50013
        assert not emulator.state.bans


async def test_an_administrator_below_the_bot_can_be_banned_but_not_timed_out(
    emulator: DiscordEmulator, ada: str
) -> None:
    role = emulator.state.add_role("admin", permissions=int(Permission.ADMINISTRATOR), position=3)
    emulator.raise_role(ada, role)
    async with running(emulator) as bot:
        member = await bot.home.fetch_member(int(ada))
        until = discord.utils.utcnow() + timedelta(hours=1)
        with pytest.raises(discord.Forbidden):
            await member.edit(timed_out_until=until)
        await bot.home.ban(member, delete_message_seconds=0)
        assert ada in emulator.state.bans


async def test_a_permission_taken_away_refuses_at_once(emulator: DiscordEmulator, ada: str) -> None:
    async with running(emulator) as bot:
        emulator.state.bot_permissions &= ~Permission.BAN_MEMBERS
        with pytest.raises(discord.Forbidden) as refused:
            await bot.home.ban(discord.Object(int(ada)), delete_message_seconds=0)
        assert refused.value.code == 50013
        with pytest.raises(discord.Forbidden):
            await bot.home.fetch_ban(discord.Object(int(ada)))


async def test_a_timeout_ends_by_itself_in_case_time(emulator: DiscordEmulator, hours: ManualClock, ada: str) -> None:
    async with running(emulator) as bot:
        member = await bot.home.fetch_member(int(ada))
        await member.edit(timed_out_until=hours.now() + timedelta(hours=2), reason="pause")
        with pytest.raises(Declined):
            await emulator.person(ada).command("report")
        assert emulator.was_muted(ada, hours.now() + timedelta(minutes=119))
        assert not emulator.was_muted(ada, hours.now() + timedelta(hours=2))
        hours.advance(timedelta(hours=2))
        assert (await bot.home.fetch_member(int(ada))).timed_out_until is None
        assert (await emulator.person(ada).command("report")).modal is not None
        with pytest.raises(discord.HTTPException) as too_long:
            await member.edit(timed_out_until=hours.now() + timedelta(days=28, seconds=1))
        assert too_long.value.code == 50035


async def test_roles_are_given_and_taken_below_the_bots_own(emulator: DiscordEmulator, ada: str) -> None:
    low, high = emulator.state.add_role("heard"), emulator.state.add_role("staff", position=60)
    async with running(emulator) as bot:
        member = await bot.home.fetch_member(int(ada))
        await member.add_roles(discord.Object(int(low)))
        assert emulator.state.members[ada].roles == [low]
        await member.remove_roles(discord.Object(int(low)))
        assert emulator.state.members[ada].roles == []
        with pytest.raises(discord.Forbidden):
            await member.add_roles(discord.Object(int(high)))


async def test_closed_messages_and_lost_guilds_show_at_the_second_call(
    emulator: DiscordEmulator, ada: str, ben: str
) -> None:
    emulator.state.close_dms(ada)
    emulator.leave(ben)
    async with running(emulator) as bot:
        for person, code in ((ada, 50007), (ben, 50278)):
            account = await bot.fetch_user(int(person))
            with pytest.raises(discord.Forbidden) as refused:
                await account.send("hello")
            assert refused.value.code == code
        assert [e.status for e in emulator.history.calls("dm.open")] == [200, 200]


async def test_unknown_ids_have_their_own_codes(emulator: DiscordEmulator, ada: str) -> None:
    emulator.leave(ada)
    async with running(emulator) as bot:
        for call, code in (
            (bot.home.fetch_member(int(ada)), 10007),
            (bot.home.fetch_member(7), 10013),
            (bot.home.ban(discord.Object(7), delete_message_seconds=0), 10013),
            (bot.fetch_channel(7), 10003),
            (bot.fetch_guild(7), 10004),
        ):
            with pytest.raises(discord.NotFound) as unknown:
                await call
            assert unknown.value.code == code


async def test_the_audit_log_tells_who_did_what_and_why(
    emulator: DiscordEmulator, hours: ManualClock, ada: str, ben: str
) -> None:
    emulator.ban_by_hand(emulator.state.owner_id, ada, "spam")
    hours.advance(timedelta(days=46))
    emulator.ban_by_hand(emulator.state.owner_id, ben, "again")
    async with running(emulator) as bot:
        found = [e async for e in bot.home.audit_logs(action=discord.AuditLogAction.ban)]
        assert [(e.user_id, e.reason) for e in found] == [(int(emulator.state.owner_id), "again")]


async def test_a_message_sent_twice_with_one_nonce_stands_once(emulator: DiscordEmulator) -> None:
    async with running(emulator) as bot:
        channel = await bot.fetch_channel(int(emulator.state.general_id))
        assert isinstance(channel, discord.TextChannel)
        first, second = await channel.send("once", nonce="n1"), await channel.send("once", nonce="n1")
        third = await channel.send("once", nonce="n2")
        assert first.id == second.id != third.id
        with pytest.raises(discord.HTTPException) as too_long:
            await channel.send("x" * 2001)
        assert too_long.value.code == 50035
        await first.delete()
        with pytest.raises(discord.NotFound):
            await first.delete()


async def test_a_banned_account_cannot_come_back_until_it_is_lifted(emulator: DiscordEmulator, ada: str) -> None:
    async with running(emulator) as bot:
        await bot.home.ban(discord.Object(int(ada)), delete_message_seconds=0)
        with pytest.raises(Declined):
            emulator.rejoin(ada)
        with pytest.raises(Declined):
            await emulator.person(ada).command("report")
        await bot.home.unban(discord.Object(int(ada)))
        await bot.wait_for_event(f"unban {ada}")
        emulator.rejoin(ada)
        await bot.wait_for_event(f"join {ada}")


async def test_a_cut_connection_resumes_and_misses_nothing(emulator: DiscordEmulator, ada: str) -> None:
    async with running(emulator) as bot:
        emulator.gateway.ask_reconnect()
        emulator.ban_by_hand(emulator.state.owner_id, ada)
        await bot.wait_for_event("resumed")
        await bot.wait_for_event(f"ban {ada}")


async def test_a_wrong_token_and_an_intent_not_granted_are_refused(emulator: DiscordEmulator) -> None:
    async with pointed_at(emulator):
        stranger = Bot(emulator.guild_id)
        with pytest.raises(discord.LoginFailure):
            await stranger.login("wrong")
        await stranger.close()
        emulator.state.privileged_intents = 0
        bot = Bot(emulator.guild_id, sync=False)
        await bot.login(emulator.token)
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.connect()
        await bot.close()


async def test_two_emulators_keep_apart(hours: ManualClock) -> None:
    one, two = (DiscordEmulator(DiscordState(begun=BEGAN), now=hours.now, seed=s) for s in (1, 2))
    assert one.token != two.token
    assert one.state is not two.state
