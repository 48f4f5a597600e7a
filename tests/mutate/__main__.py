"""`python -m tests.mutate`: plant each defect of the table, one at a time, and list those that no test notices.

`--drawn` plants those that are drawn from the policy files and the state tables instead (`drawn`), `--changed` takes those in files that differ from the main line, words choose by name or file (`lease`,
`guardian/reconciler`), `--list` only lists them. `--write` keeps which test noticed each, which is then asked first.
Read `main` first.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Final

from tests.changed import ROOT, find_changed
from tests.mutate.defect import Defect, table
from tests.mutate.drawn import drawn_defects
from tests.mutate.trial import Result, Verdict, open_trials

NOTICED: Final = ROOT / "tests" / "mutate" / "noticed.json"
_CIRCLES: Final = 5
_CEILING_SECONDS: Final = 240.0


def main(words: list[str]) -> int:
    """Return 0 when every chosen defect was noticed, or is explained."""
    asked = _parser().parse_args(words)
    every = drawn_defects() if asked.drawn else table()
    chosen = tuple(_choose(every, asked.words, changed=asked.changed, unnoticed=asked.unnoticed))
    if asked.list:
        for defect in chosen:
            print(f"{defect.name}  ({defect.file})\n    {defect.harm}")
        return 0
    first = known_tests()
    results: list[Result] = []
    with open_trials(asked.seconds) as trials:
        for defect in chosen:
            result = trials.of(defect, asked.circles, first.get(defect.name, ""))
            results.append(result)
            _print_result(result)
            if asked.write:
                _write(result)
    _print_summary(results)
    return 1 if any(_is_open(result) for result in results) else 0


def known_tests() -> dict[str, str]:
    """Return which test noticed each defect when that was last written."""
    read: dict[str, str] = json.loads(NOTICED.read_text(encoding="utf-8")) if NOTICED.exists() else {}
    return read


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutate", description="Plant defects, and see who notices.")
    parser.add_argument("words", nargs="*", help="parts of the names or files of the defects to plant; all without")
    parser.add_argument("--drawn", action="store_true", help="each value of the policies, each row of a state table")
    parser.add_argument("--changed", action="store_true", help="only in files that differ from the main line")
    parser.add_argument("--unnoticed", action="store_true", help="only those that no test is known to notice")
    parser.add_argument("--list", action="store_true", help="list them, and plant none")
    parser.add_argument("--write", action="store_true", help="keep which test noticed each")
    parser.add_argument(
        "--circles", type=int, default=_CIRCLES, help="how far from the module tests are asked (1 to 5)"
    )
    parser.add_argument("--seconds", type=float, default=_CEILING_SECONDS, help="how long one run of tests may take")
    return parser


def _choose(every: Iterable[Defect], words: list[str], *, changed: bool, unnoticed: bool) -> Iterable[Defect]:
    files = set(find_changed().paths) if changed else None
    known = known_tests() if unnoticed else {}
    for defect in every:
        is_meant = not words or any(word in defect.name or word in defect.file for word in words)
        if is_meant and (files is None or defect.file in files) and defect.name not in known:
            yield defect


def _print_result(result: Result) -> None:
    print(f"{result.verdict:<10} {result.seconds:6.1f} s  {result.defect.name}  {result.by}", flush=True)


def _is_open(result: Result) -> bool:
    return result.verdict is not Verdict.NOTICED and not result.defect.explained


def _print_summary(results: list[Result]) -> None:
    """The last lines: what nobody noticed and the harm that it would be, then the counts."""
    for result in results:
        if result.verdict is not Verdict.NOTICED:
            why = result.defect.explained or result.by
            print(f"\n{result.verdict}: {result.defect.name}  ({result.defect.file})\n  {result.defect.harm}")
            print(*([f"  {why}"] if why else []), sep="\n")
    counts = {verdict: sum(result.verdict is verdict for result in results) for verdict in Verdict}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    print(f"{len(results)} defects: {told or 'none planted'}; {sum(result.seconds for result in results):.0f} s")


def _write(result: Result) -> None:
    """Keep which test noticed the defect, beside what is known of those that still stand in the table."""
    names, known = {defect.name for defect in (*table(), *drawn_defects())}, known_tests()
    if result.verdict is Verdict.NOTICED:
        known[result.defect.name] = result.by
    elif result.verdict is Verdict.SURVIVED:
        known.pop(result.defect.name, None)
    kept = {name: test for name, test in sorted(known.items()) if name in names}
    NOTICED.write_text(f"{json.dumps(kept, indent=2, ensure_ascii=False)}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
