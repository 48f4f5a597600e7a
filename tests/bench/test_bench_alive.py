"""The bench runs, in the smallest size: its figures mean nothing here, and what it judges by must still be found."""

from pathlib import Path

from tests.bench import event, hostile, intake, lift_lag, memory, pages, propagation, raid, records, restart
from tests.bench.figures import Aim, quantile
from tests.bench.measured_service import SPACES


async def test_propagation_is_measured_against_a_floor(tmp_path: Path) -> None:
    part = await propagation.measure(tmp_path, propagation.Size(runs=1, latency=0.0))
    assert len(part.facts["ratios"]) == 1
    assert all(sum(part.facts["floor_calls"][space].values()) >= 3 for space in SPACES)
    assert all(part.facts["calls"][space] for space in SPACES)


async def test_releases_are_measured_and_nothing_drifts(tmp_path: Path) -> None:
    size = lift_lag.Size(releases=4, spread=0.1, turns=2, latency=0.0, beside=(6,), head_start=0.3)
    part = await lift_lag.measure(tmp_path, size)
    [run] = part.facts["runs"]
    assert 0 < run["p50_s"] <= run["p99_s"] == run["longest_s"]
    assert all(run["calls_per_release"][space] >= 3 for space in SPACES)
    assert [aim.measured for aim in part.aims[-2:]] == [0.0, 0.0]


async def test_everybody_is_heard_who_reports_at_once(tmp_path: Path) -> None:
    part = await intake.measure(tmp_path, intake.Size(people=4, within=0.1))
    assert [aim.measured for aim in part.aims[1:]] == [0, 0]
    assert 0 < part.facts["answered"]["p50"] <= part.facts["receipt"]["p100"]


async def test_a_raid_is_measured_to_its_last_account(tmp_path: Path) -> None:
    part = await raid.measure(tmp_path, raid.Size(discord=6, forum=4, github=2, latency=0.0))
    assert part.facts["held"] == {"discord": 6, "forum": 4, "github": 2}
    assert part.facts["calls"]["discord"]["ban.bulk"] == 1
    assert "user.detailed" not in part.facts["calls"]["forum"]


async def test_a_raid_that_is_not_done_in_time_is_a_missed_aim(tmp_path: Path) -> None:
    part = await raid.measure(tmp_path, raid.Size(discord=2, forum=2, github=1, latency=0.0, timeout=0.0))
    [_, unconfirmed] = part.aims
    assert not unconfirmed.is_met
    assert unconfirmed.measured > 0


async def test_an_event_is_measured_beside_few_and_many_accounts(tmp_path: Path) -> None:
    part = await event.measure(tmp_path, event.Size(accounts=(20, 200), events=6, turns=2))
    assert [run["accounts"] for run in part.facts["runs"]] == [20, 200]
    assert all(aim.measured > 0 for aim in part.aims)


async def test_a_restart_is_measured_until_everybody_is_let_in(tmp_path: Path) -> None:
    part = await restart.measure(tmp_path, restart.Size(running=9, overdue=6, latency=0.0, scale=60.0))
    assert part.facts["waiting"] == 0
    assert part.aims[0].measured > 0


async def test_the_memory_of_the_service_alone_is_measured_after_full_sweeps(tmp_path: Path) -> None:
    part = await memory.measure(tmp_path, memory.Size(before=3, added=6))
    assert 20 < part.facts["before_mb"] < 500


async def test_a_strangers_input_is_measured_by_the_longest_pause_and_by_its_answer(tmp_path: Path) -> None:
    part = await hostile.measure(tmp_path, hostile.Size(inputs=("a plain report", "JSON nested 2,000-fold")))
    assert all(each["answered"] and each["pause_s"] > 0 for each in part.facts["inputs"].values())


async def test_an_input_that_stops_the_service_for_good_is_a_missed_aim(tmp_path: Path) -> None:
    part = await hostile.measure(tmp_path, hostile.Size(inputs=("a plain report",), timeout=0.0))
    assert [each["answered"] for each in part.facts["inputs"].values()] == [False]


def test_a_quantile_is_a_number_that_was_measured() -> None:
    numbers = [float(n) for n in range(1, 101)]
    assert [quantile(numbers, share) for share in (0.5, 0.99, 1.0)] == [50.0, 99.0, 100.0]


def test_an_aim_that_is_exceeded_is_called_missed() -> None:
    assert "MISSED" in Aim("ratio", 1.31, 1.3).line()
    assert "met" in Aim("ratio", 1.3, 1.3).line()


async def test_every_page_of_the_console_is_measured_beside_open_and_closed_cases(tmp_path: Path) -> None:
    part = await pages.measure(tmp_path, pages.Size(cases=21, times=1))
    assert {"/console", "/console/cases", "/console/sanctions", "/console/matters"} <= part.facts["pages"].keys()
    assert part.aims[1].is_met


async def test_the_records_are_measured_beside_few_and_many_cases(tmp_path: Path) -> None:
    part = await records.measure(tmp_path, records.Size(cases=4, times=1, share=2))
    assert [run["cases"] for run in part.facts["runs"]] == [2, 4]
    assert part.facts["runs"][1]["entries"] > 40
    assert all(aim.measured > 0 for aim in part.aims)
