"""`guardian sandbox`: opens the sandbox; what happens there is the sandbox's own."""

from typing import Annotated

import typer

from guardian.sandbox.command import run
from guardian.sandbox.interactive import USUAL_SPEED


def command(
    emulators_only: Annotated[
        bool, typer.Option("--emulators-only", help="Only the three platforms; their addresses as one line of JSON.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="The stories, one a line.")] = False,
    story: Annotated[str | None, typer.Option("--story", metavar="NAME", help="Play one story, and judge it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The story's outcome as one line of JSON.")] = False,
    stays_open: Annotated[
        bool,
        typer.Option("--open", help="Open it at once, without the main job, also where nobody sits at a terminal."),
    ] = False,
    speed: Annotated[
        float, typer.Option("--speed", min=1, help="How much faster time runs in the open sandbox.")
    ] = USUAL_SPEED,
) -> None:
    """Play with emulated spaces and a made-up community: watch the main job happen, then try things yourself."""
    code = run(
        emulators_only=emulators_only, listed=listed, story=story, as_json=as_json, stays_open=stays_open, speed=speed
    )
    raise typer.Exit(code)
