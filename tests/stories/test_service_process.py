"""The line to the service's process: each answer is given to whoever asked for it, and an end is told."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from guardian.sandbox.service_process import ProcessLine

AT_ONCE, PATIENT = 0.0, 60.0


@dataclass
class Answering:
    """The other end, as the process has it."""

    lines: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def read_question(self) -> dict[str, Any]:
        question: dict[str, Any] = json.loads(await self.lines.readline())
        return question

    def answer(self, **answer: object) -> None:
        self.writer.write(json.dumps(answer).encode() + b"\n")


@dataclass
class Ends:
    """Both ends of a line."""

    line: ProcessLine
    process: Answering


async def open_ends(timeout: float) -> Ends:
    ours, theirs = socket.socketpair()
    return Ends(await ProcessLine.open(ours, timeout), Answering(*await asyncio.open_connection(sock=theirs)))


@pytest.fixture
async def patient() -> AsyncIterator[Ends]:
    ends = await open_ends(PATIENT)
    yield ends
    ends.process.writer.close()
    await ends.line.close()


async def test_an_answer_that_came_too_late_is_not_taken_for_the_answer_to_the_next_question() -> None:
    ends = await open_ends(AT_ONCE)
    with pytest.raises(TimeoutError):
        await ends.line.ask({"ask": "idle"})
    late = await ends.process.read_question()
    ends.line.timeout = PATIENT
    asking = asyncio.create_task(ends.line.ask({"ask": "idle"}))
    question = await ends.process.read_question()
    ends.process.answer(number=late["number"], idle=True)
    ends.process.answer(number=question["number"], idle=False)
    assert (await asking)["idle"] is False
    ends.process.writer.close()
    await ends.line.close()


async def test_whoever_waits_for_a_process_that_ends_is_told_so(patient: Ends) -> None:
    asking = asyncio.create_task(patient.line.ask({"ask": "idle"}))
    await patient.process.read_question()
    patient.process.writer.close()
    with pytest.raises(LookupError, match="ended by itself"):
        await asking
    with pytest.raises(LookupError, match="ended by itself"):
        await patient.line.ask({"ask": "idle"})


async def test_a_process_that_pauses_says_so_between_answers(patient: Ends) -> None:
    asking = asyncio.create_task(patient.line.ask({"ask": "idle"}))
    question = await patient.process.read_question()
    patient.process.answer(paused=["forum", "restrict"])
    patient.process.answer(number=question["number"], idle=True)
    assert (await asking)["idle"] is True
    assert patient.line.paused.is_set()
