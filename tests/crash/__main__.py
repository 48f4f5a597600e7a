"""`python -m tests.crash --trials 200 --seed 7 [--json]`: kills the service so often, and says what harm came of it."""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from pathlib import Path

from guardian.clock import monotonic_seconds
from tests.crash.service_process import Died
from tests.crash.trial_runner import IN_MOTION, TrialResults, run_trials

HARMS = ("lost", "early", "late", "doubled", "stuck")


def main(arguments: list[str]) -> int:
    """0 where no harm was done and the kills were where they are wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--trials", type=int, default=200, help="how often the service is killed")
    parser.add_argument(
        "--seed", type=int, default=7, help="chooses what is asked, what goes wrong and where it is killed"
    )
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    parser.add_argument("--keep", type=Path, help="a new folder for the installation, kept afterwards")
    wanted = parser.parse_args(arguments)
    # A service that was killed leaves answers half read: no news to anybody.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    begun = monotonic_seconds()
    with tempfile.TemporaryDirectory(prefix="guardian-crash-", ignore_cleanup_errors=True) as temporary:
        folder = wanted.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        figures = asyncio.run(run_trials(folder, wanted.trials, wanted.seed, _say))
    _show(figures, monotonic_seconds() - begun)
    if wanted.json:
        print(json.dumps(as_json(figures)), flush=True)
    return 0 if figures.held else 1


def as_json(figures: TrialResults) -> dict[str, object]:
    """The figures as one object."""
    kills = {str(place): figures.kills[place] for place in Died} | {"total": figures.kills.total()}
    harms = {name: getattr(figures.harms, name) for name in HARMS}
    counts = {"trials": figures.trials, "sanctions": figures.sanctions}
    return {**counts, **harms, "repeated_notices": figures.repeated_notices, "kills": kills}


def _show(figures: TrialResults, seconds: float) -> None:
    for note in figures.notes:
        _say(f"  {note}")
    _say(
        f"{figures.trials} trials, {figures.sanctions} sanctions, {seconds:.0f} s; "
        f"at least {figures.least_in_motion} in motion at each kill (wanted: {IN_MOTION})"
    )
    _say(", ".join(f"{name} {getattr(figures.harms, name)}" for name in HARMS))
    _say(f"notices that came twice: {figures.repeated_notices}")
    _say("killed " + ", ".join(f"{place} {figures.kills[place]} ({figures.share(place):.0%})" for place in Died))


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
