"""Reviews on the console: who sees which act, what an answer does before it is given, and when each is due."""

from guardian.ids import MemberId
from guardian.services.conflicts.recusal import recuse
from guardian.services.members import AccountInput
from guardian.services.unilateral.act import ActView, act
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.stop import stop_member
from rules.conflicts import ConflictReason
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.builders.community import AMARA, BRUNO, CHIARA, DISCORD, DMITRI, SOMEBODY, Community
from tests.builders.pages import Pages, forms_of, text_of

REVIEWS = "/console/reviews"


async def an_act(community: Community, by: MemberId = BRUNO, account: str = SOMEBODY.native_id) -> ActView:
    """Somebody has been suspended by one member."""
    community.spaces[DISCORD].add(account, f"grumbler{account[-2:]}")
    given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults, again and again.")
    return await act(community.app, by, AccountInput(DISCORD, f"id:{account}"), given)


async def test_an_answer_shows_what_it_does_before_it_is_given_and_keeps_what_was_typed(
    pages: Pages, community: Community
) -> None:
    """P-7.3"""
    done = await an_act(community)
    path = f"{REVIEWS}/{done.code_name}"
    await pages.sign_in(community, AMARA)
    assert "due" in text_of(await pages.get(REVIEWS))
    assert "Insults, again and again." in text_of(await pages.get(path))
    empty = await pages.fill(path, path, answer="ratify", reason="It was needed.")
    assert (empty.status_code, 'id="days-error"' in empty.text, "It was needed." in empty.text) == (422, True, True)
    shown = await pages.fill(path, path, answer="change", days="7", restriction="muted", reason="Milder.")
    assert "may read, may not write" in text_of(shown)
    button = next(form for form in forms_of(shown) if form.action == path + "/answer")
    said = text_of(await pages.post(button.action, button.fields))
    assert "Your answer counts." in said
    assert "1 answered , you among them" in said or "1 answered, you among them" in said


async def test_an_actor_is_never_told_when_their_review_is_due(pages: Pages, community: Community) -> None:
    """P-4.4"""
    done = await an_act(community)
    await pages.sign_in(community, BRUNO)
    page = text_of(await pages.get(f"{REVIEWS}/{done.code_name}"))
    assert ("Your own account" in page, "Answers are due" in page) == (True, False)


async def test_an_act_looks_like_none_to_whoever_steps_back_from_it(pages: Pages, community: Community) -> None:
    """P-4.1, P-4.2"""
    done = await an_act(community)
    await recuse(community.app, CHIARA, done.code_name, ConflictReason.SAME_EMPLOYER)
    await pages.sign_in(community, CHIARA)
    listed, read = await pages.get(REVIEWS), await pages.get(f"{REVIEWS}/{done.code_name}")
    missing = await pages.get(f"{REVIEWS}/nothing-here")
    assert (done.code_name in listed.text, read.status_code, read.text == missing.text) == (False, 404, True)


async def test_a_second_member_sees_whom_it_would_hit_before_they_agree(pages: Pages, community: Community) -> None:
    """P-7.5: somebody with a role is acted on."""
    account = "600000000000000006"
    done = await an_act(community, account=account)
    path = f"{REVIEWS}/{done.code_name}"
    await pages.sign_in(community, AMARA)
    assert account in text_of(await pages.get(path))
    said = text_of(await pages.fill(path, path + "/agree"))
    assert "It is being placed now." in said


async def test_a_stop_is_looked_at_by_the_others_alone(pages: Pages, community: Community) -> None:
    """P-7.5"""
    made = await stop_member(community.app, BRUNO, DMITRI)
    action = f"/console/stops/{made.id}"
    for member in (BRUNO, DMITRI):
        await pages.sign_in(community, member)
        assert action not in [form.action for form in forms_of(await pages.get(REVIEWS))]
        assert (
            await pages.post(action, {"token": forms_of(await pages.get(REVIEWS))[0].fields["token"]})
        ).status_code == 404
    await pages.sign_in(community, AMARA)
    assert "Your answer counts." in text_of(await pages.fill(REVIEWS, action, stands="no"))
