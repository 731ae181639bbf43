"""Damage a trial's inputs in many ways, build, and hold what is reported against what was damaged.

    python tests/torture/torture.py --mutants 500 --seed 1
    python tests/torture/torture.py --trial second --mutants 60 --json scores.json
    python tests/torture/torture.py --blind

Prints each mutant that was not reported as it must be, and the score; exit code 1 where a mutant passed in
silence, or met an error of il2cdisc itself.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))

import binaries
import files
import settings
import values
import workbooks
from blind import MUTANTS as BLIND
from blind import BlindMutant
from builds import Said, run_all
from harmless import CHANGES, outputs_of
from mutant import Mutant
from trial import SECOND, SHIPPED, Trial, copy_trial

MUTATORS = (
    *values.MUTATORS, *files.MUTATORS, *workbooks.MUTATORS, *settings.MUTATORS, *binaries.MUTATORS,
)  # fmt: skip
IN_ONE = 8
"""Mutants of single cells that share a build."""


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: `reported` by a kind that tells it, `placed` at its line or cell."""

    mutant: Mutant
    status: int
    reported: bool
    placed: bool
    own_error: bool
    said: str


def chosen(trial: Trial, count: int, seed: int) -> list[Mutant]:
    """`count` mutants, from each mutator as many as it has in turn."""
    makers: list[Iterator[Mutant]] = [
        mutator(trial, Random(f"{seed} {mutator.__name__}")) for mutator in MUTATORS
    ]
    out: list[Mutant] = []
    while makers and len(out) < count:
        for maker in list(makers):
            some = list(islice(maker, 2))
            out += some
            if len(some) < 2:
                makers.remove(maker)
    return out[:count]


def batches(mutants: Sequence[Mutant]) -> list[list[Mutant]]:
    """Mutants that can share a build do, in other lines; all others are alone."""
    out: list[list[Mutant]] = [[m] for m in mutants if m.alone]
    shared = [m for m in mutants if not m.alone]
    while shared:
        batch: list[Mutant] = []
        rest: list[Mutant] = []
        for mutant in shared:
            fits = len(batch) < IN_ONE and mutant.cell not in {m.cell for m in batch}
            (batch if fits else rest).append(mutant)
        out.append(batch)
        shared = rest
    return out


def judged(mutant: Mutant, told: Said, before: Said) -> Verdict:
    """What counts was not said of the trial as it is; one that shares a build is told at its place."""
    new = told.problems - before.problems
    mine = [(code, text) for code, text in new if code in mutant.codes or not mutant.codes]
    exact = re.compile(rf"(?:{'|'.join(map(re.escape, _ways_to_say(mutant.cell)))})(?![0-9])")
    placed = any(exact.search(text) for _, text in mine)
    worded = any(word.casefold() in text.casefold() for _, text in mine for word in mutant.words)
    reported = placed or (bool(mine) if mutant.codes and mutant.alone else worded)
    if mutant.outcome:
        reported &= (told.status == 2) == (mutant.outcome == "stop")
    return Verdict(mutant, told.status, reported, placed, told.own_error, _relevant(new, told))


def _ways_to_say(place: str) -> list[str]:
    """A cell of a raw workbook is named by its line and column: `lab.xlsx!LBHEM:8 WBC` is `LBHEM!F8`."""
    sheet, _, cell = place.rpartition("!")
    line = re.fullmatch(r"[A-Z]+([0-9]+)", cell)
    return [place, f"{sheet}:{line[1]}"] if "!" in sheet and line else [place]


def _relevant(new: frozenset[tuple[str, str]], told: Said) -> str:
    if told.own_error:
        return told.text[-600:]
    return "; ".join(sorted({f"{code} {place}"[:110] for code, place in new})[:4])


def torture(source: Path, mutants: Sequence[Mutant], *, workers: int) -> list[Verdict]:
    """Verdicts on the mutants of a trial, in their order."""
    place = Path(tempfile.mkdtemp(prefix="torture-"))
    clean: list[Said] = []
    run_all([copy_trial(source, place / "clean")], lambda _, told: clean.append(told), workers=1)
    if clean[0].status != 0:
        raise SystemExit(f"the trial as it is does not build:\n{clean[0].text[-3000:]}")
    verdicts: dict[str, Verdict] = {}

    def run(groups: Sequence[Sequence[Mutant]], *, last: bool) -> list[Mutant]:
        again: list[Mutant] = []
        of: dict[Path, Sequence[Mutant]] = {}

        def made() -> Iterator[Path]:
            for number, group in enumerate(groups):
                folder = copy_trial(source, place / f"{'second' if last else 'first'}-{number}")
                for mutant in group:
                    mutant.apply(folder)
                if all(mutant.place.startswith("raw/") for mutant in group):
                    (folder / "specs" / "tlf.xlsx").unlink()  # reported before any result is computed
                of[folder] = group
                yield folder

        def done(folder: Path, told: Said) -> None:
            for mutant in of[folder]:
                verdict = judged(mutant, told, clean[0])
                if len(of[folder]) > 1 and not (verdict.reported and verdict.placed):
                    again.append(mutant)  # another one may have stopped the build
                    continue
                verdicts[f"{mutant.mutator}|{mutant.name}"] = verdict
                _show(verdict)

        run_all(made(), done, workers=workers)
        return again

    again = run(batches(mutants), last=False)
    run([[mutant] for mutant in again], last=True)
    shutil.rmtree(place, ignore_errors=True)
    return [verdicts[f"{mutant.mutator}|{mutant.name}"] for mutant in mutants]


def blind(source: Path) -> list[Mutant]:
    """The forty of `blind`: what they expect was written before they were first run."""
    out: list[Mutant] = []
    for item in BLIND:
        trial = copy_trial(source, Path(tempfile.mkdtemp(prefix="blind-")) / "trial")
        place = item.apply(trial)
        shutil.rmtree(trial.parent)

        def apply(folder: Path, item: BlindMutant = item) -> None:
            item.apply(folder)

        expected = {"outcome": item.outcome, "words": item.about}
        out.append(Mutant("blind", item.name, item.why, frozenset(), place, apply, alone=True, **expected))
    return out


def harmless(source: Path) -> dict[str, list[str]]:
    """For each harmless change the outputs that it changed; `None` in the list where it could not be made."""
    place = Path(tempfile.mkdtemp(prefix="harmless-"))
    out: dict[str, list[str]] = {}
    outputs: dict[str, dict[str, bytes]] = {}
    folders = {place / "as it is": None} | {place / name: change for name, change in CHANGES.items()}

    def made() -> Iterator[Path]:
        for folder, change in folders.items():
            copy_trial(source, folder)
            try:
                if change:
                    change(folder)
            except LookupError as missing:
                out[folder.name] = [f"not tried: {missing}"]
                continue
            yield folder

    def done(folder: Path, told: Said) -> None:
        outputs[folder.name] = outputs_of(folder / "outputs") if told.status == 0 else {}

    run_all(made(), done, whole=True)
    right = outputs.pop("as it is")
    for name, found in outputs.items():
        out[name] = sorted(n for n in right.keys() | found.keys() if right.get(n) != found.get(n))
    shutil.rmtree(place, ignore_errors=True)
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutants", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trial", choices=["both", "shipped", "second"], default="both")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="mutators whose name contains this")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--blind", action="store_true", help="the forty that were written without the engine")
    parser.add_argument("--harmless", action="store_true", help="the harmless changes instead")
    asked = parser.parse_args()
    sources = {"shipped": [SHIPPED], "second": [SECOND], "both": [SECOND, SHIPPED]}[asked.trial]
    if asked.harmless:
        found = {
            f"{source.name}: {name}": changed
            for source in sources
            for name, changed in harmless(source).items()
        }
        for name, changed in found.items():
            print(f"{name}: {', '.join(changed) or 'no output changed'}")
        return int(any(changed and not changed[0].startswith("not tried") for changed in found.values()))
    if asked.blind:
        return report(torture(SHIPPED, blind(SHIPPED), workers=asked.workers), asked.json)
    verdicts: list[Verdict] = []
    for source, share in zip(sources, [0.7, 0.3] if len(sources) > 1 else [1.0], strict=True):
        mutants = chosen(Trial(source), round(asked.mutants * share), asked.seed)
        mutants = [m for m in mutants if asked.only in m.mutator]
        verdicts += torture(source, mutants, workers=asked.workers)
    return report(verdicts, asked.json)


def _show(verdict: Verdict) -> None:
    """A line for a mutant that was not told as it must be, as soon as it is known."""
    state = (
        "OWN ERROR" if verdict.own_error
        else "NOT REPORTED" if not verdict.reported
        else "ELSEWHERE" if verdict.mutant.place and not verdict.placed
        else ""
    )  # fmt: skip
    if state:
        mutant = verdict.mutant
        print(f"{state} [{verdict.status}] {mutant.mutator}: {mutant.name} (at {mutant.place})", flush=True)
        print(f"    said: {verdict.said}", flush=True)


def report(verdicts: Sequence[Verdict], to: Path | None) -> int:
    with_place = [v for v in verdicts if v.mutant.place]
    score = {
        "mutants": len(verdicts),
        "reported": sum(v.reported and not v.own_error for v in verdicts),
        "with a place": len(with_place),
        "at their place": sum(v.placed for v in with_place),
        "own errors": sum(v.own_error for v in verdicts),
    }
    print(", ".join(f"{name}: {number}" for name, number in score.items()))
    if to:
        to.write_text(json.dumps(score) + "\n")
    return int(score["reported"] < score["mutants"])


if __name__ == "__main__":
    sys.exit(main())
