"""What people have written in the open sandbox before anybody looks: ordinary talk, and some that somebody may report."""

from typing import Final

from guardian.sandbox.community import Human
from guardian.sandbox.world import World

INSULT: Final = "Whoever cannot find that in the manual should not be here. Fools, all of you."
_ON_DISCORD: Final = (
    ("linden", "Hello! I am new here. Where do I find how to set up the test database?"),
    ("hazel", "Welcome! It is in the handbook, chapter 3. Ask me if anything is unclear."),
    ("alder", INSULT),
    ("rowan", "That is uncalled for. Linden, just ask."),
)


def seed_conversations(world: World) -> None:
    """Let people write in each of the spaces."""
    for key, text in _ON_DISCORD:
        world.discord.say(world[key].discord, world.discord.state.general_id, text)
    _write_in_forum(world)
    _write_on_github(world)


def _write_in_forum(world: World) -> None:
    asked = world.forum.person("linden").publish(
        "How do I run the tests on my own machine?", "I have read the handbook, and the third step fails for me."
    )
    world.forum.person("birch").reply(asked, "If that is too hard for you, find another hobby. Seriously, just leave.")
    world.forum.person("hazel").reply(asked, "Which message do you see at the third step? I am glad to help.")
    world.forum.person("wren").publish(
        "Documentation sprint in April: who takes part?", "We meet on the first weekend, and newcomers are welcome."
    )


def _write_on_github(world: World) -> None:
    number = world.github.person("linden").open_issue("website", "The menu is broken", "It does not open on my phone.")
    _comment(world, world["alder"], number, "Learn to use a phone, then.")
    _comment(world, world["wren"], number, "Thank you for the report, I can see it too.")


def _comment(world: World, by: Human, number: int, text: str) -> None:
    world.github.person(by.key).comment("website", number, text)
