"""The dead man's switch: whoever watches from outside hears nothing of a service that only looks alive."""

import asyncio
from collections.abc import Sequence

import pytest

from guardian.scheduling.heartbeat import send_heartbeats


class Enough(asyncio.CancelledError):
    """Ends the beating after some naps."""


async def _beats(stale: list[Sequence[str] | Exception], *, taken: bool = True) -> tuple[int, list[float]]:
    """How many signs of life went out in as many rounds as there are answers, and the naps between them."""
    beats, naps, answers = 0, list[float](), iter(stale)

    async def asked() -> Sequence[str]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def beat() -> bool:
        nonlocal beats
        beats += 1
        return taken

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == len(stale):
            raise Enough

    with pytest.raises(Enough):
        await send_heartbeats(asked, beat, 300.0, nap)
    return beats, naps


async def test_a_service_with_a_loop_that_hangs_falls_silent() -> None:
    assert await _beats([(), ("keys",), ()]) == (2, [300.0, 30.0, 300.0])


async def test_a_service_that_cannot_say_how_it_is_falls_silent_and_goes_on() -> None:
    assert (await _beats([RuntimeError("no database"), ()]))[0] == 1


async def test_a_sign_of_life_that_was_not_taken_is_given_again_soon() -> None:
    assert (await _beats([()], taken=False))[1] == [30.0]
