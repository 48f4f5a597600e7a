"""Members and health on the console: offices are everybody's to see, a chair alone seats, and nothing hidden shows."""

from guardian.people.models import Group
from guardian.services.conflicts.recusal import recuse
from guardian.services.members import AccountInput, member_by_name
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from guardian.spaces.port import Account
from guardian.web.health import Health
from rules.conflicts import ConflictReason
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.builders.community import AMARA, BRUNO, DISCORD, INES, SOMEBODY, Community
from tests.builders.pages import Pages, forms_of, text_of

MEMBERS, HEALTH = "/console/members", "/console/health"
TYPED = {"name": "Pavel Novak", "group": "moderators", "space": "discord", "account": "pavel", "aliases": "pasha, pav"}


async def test_a_chair_seats_whom_the_page_has_shown(pages: Pages, community: Community) -> None:
    """P-1.1"""
    community.spaces[DISCORD].add("700000000000000088", "pavel")
    await pages.sign_in(community, AMARA)
    for name, text in (("name", ""), ("account", "nobody-at-all"), ("group", "")):
        answer = await pages.fill(MEMBERS, MEMBERS, **{**TYPED, name: text})
        assert (answer.status_code, f'id="{name}-error"' in answer.text, "pasha" in answer.text) == (422, True, True)
    shown = await pages.fill(MEMBERS, MEMBERS, **TYPED)
    assert "the account with the id 700000000000000088" in text_of(shown)
    button = next(form for form in forms_of(shown) if form.action == MEMBERS + "/seat")
    assert "Pavel Novak is seated." in text_of(await pages.post(button.action, button.fields))
    seated = await member_by_name(community.app, "pasha")
    assert seated is not None
    assert seated.accounts == (Account(DISCORD, "700000000000000088"),)
    assert seated.holds_office(Group.MODERATORS, community.clock.now(), space=DISCORD)


async def test_everybody_sees_the_offices_and_only_a_chair_the_form(pages: Pages, community: Community) -> None:
    for member in (BRUNO, INES):
        await pages.sign_in(community, member)
        shown = await pages.get(MEMBERS)
        assert "Amara Okafor chair" in text_of(shown)
        token = forms_of(shown)[0].fields["token"]
        assert (await pages.post(MEMBERS, {**TYPED, "token": token})).status_code == 404


async def test_health_names_what_is_down_and_blocks_of_no_hidden_case(pages: Pages, community: Community) -> None:
    """P-4.2"""
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults.")
    done = await act(community.app, AMARA, AccountInput(DISCORD, "grumbler"), given)
    await recuse(community.app, BRUNO, done.code_name, ConflictReason.SAME_EMPLOYER)
    await pages.sign_in(community, BRUNO)
    assert "Nothing is known of how the parts run." in text_of(await pages.get(HEALTH))
    pages.health["now"] = Health(blocked_items=1, spaces_down=("forum",), clock_trusted=False)
    words = text_of(await pages.get(HEALTH))
    for shown in ("Not reached: forum.", "nothing is let go of", "Nothing that you may know of is blocked"):
        assert shown in words
    await pages.sign_in(community, INES)
    assert "Not held" not in text_of(await pages.get(HEALTH))
