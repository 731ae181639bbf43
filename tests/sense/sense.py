"""Plants the contradictions in copies of the shipped trial, and says which a build reports at their line.

    python tests/sense/sense.py --scratch FOLDER [--set first|second|third] [--again] [NAME ...]

Contradictions of different subjects or forms share a build. One is reported if a finding of a code, or of a
check of the sheet Checks, that `fits.toml` has for it, and which the clean trial does not have, names its raw
line. Other new findings at the line are shown, so that a person judges whether their wording fits. `--again`
reads builds that are there.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "torture")]

import blind  # noqa: E402
import second_blind  # noqa: E402
import third_blind  # noqa: E402
from blind import Contradiction  # noqa: E402
from trial import SHIPPED, copy_trial  # noqa: E402

Told = tuple[str, str, str]  # code, place and text of a finding
FITS = Path(__file__).with_name("fits.toml")
SETS = {
    "first": blind.CONTRADICTIONS,
    "second": second_blind.CONTRADICTIONS,
    "third": third_blind.CONTRADICTIONS,
}
AT_ONCE, IN_A_BUILD = 2, 8


def builds(planted: list[Contradiction]) -> list[list[Contradiction]]:
    """Contradictions that share a build: none names a form of a subject that another names.

    A build has at most two of one subject, and none beside a changed sex, age or coding of that subject.
    """
    out: list[list[Contradiction]] = []
    for each in planted:
        for group in out:
            if len(group) < IN_A_BUILD and all(_apart(each, other) for other in group):
                group.append(each)
                break
        else:
            out.append([each])
    return out


def _apart(one: Contradiction, other: Contradiction) -> bool:
    if one.about != other.about:
        return not {"coding"} & {one.about, other.about} or "ae" not in {one.record.form, other.record.form}
    forms = [{record.form for record in (each.record, *each.beside)} for each in (one, other)]
    return not forms[0] & forms[1] and not {"dm", "ic", "ds"} & (forms[0] | forms[1])


def build(trial: Path, out: Path) -> None:
    command = ["nice", "-n", "10", sys.executable, "-m", "il2cdisc", "build", "--until", "checks"]
    done = subprocess.run(
        [*command, "--trial", str(trial), "--out", str(out)], capture_output=True, text=True, check=False
    )
    out.mkdir(exist_ok=True)
    (out / "said.txt").write_text(f"{done.returncode}\n{done.stdout}{done.stderr}", encoding="utf-8")


def told(out: Path) -> set[Told]:
    """Each finding at each raw line that it names; of a build that stopped, what its text names."""
    report = out / "checks" / "findings.json"
    if not report.exists():
        blocks = re.split(r"^(?=[A-Z]{3}\d{3} )", (out / "said.txt").read_text(encoding="utf-8"), flags=re.M)
        stopped = {("stopped", "", blocks[-1][-300:])}
        return stopped.union(
            (block[:6], place, block.splitlines()[0])
            for block in blocks[1:]
            for place in re.findall(r"raw/[\w./]+[:!][\w!:]+", block)
        )
    out_: set[Told] = set()
    for finding in json.loads(report.read_text(encoding="utf-8"))["findings"]:
        records = finding.get("records", ())
        places = {source["place"] for record in records for source in record.get("source", ())}
        places |= {record.get("where", "") for record in records} | {finding.get("where", "")}
        out_ |= {(finding["code"], place, finding["what"]) for place in places}
    return out_


def names(place: str, line: str) -> bool:
    """Whether a place lies in a line: `raw/a.csv:12 X` does in `raw/a.csv:12`."""
    return re.fullmatch(rf"{re.escape(line)}(\D.*)?", place) is not None


Outcome = dict[str, tuple[list[str], set[Told]]]  # name → its lines, and what its build told


def built(scratch: Path, groups: list[list[Contradiction]], *, again: bool) -> Outcome:
    """Plant and build each group. Of a build that stops those are done whose line it names, the others are
    planted anew; if it names none, each by itself."""
    out: Outcome = {}
    number = 0
    while groups:
        lines: list[dict[str, list[str]]] = []
        work: list[tuple[Path, Path]] = []
        for place, group in enumerate(groups, number):
            trial, made = scratch / f"trial{place}", scratch / f"out{place}"
            shutil.rmtree(trial, ignore_errors=True)
            copy_trial(SHIPPED, trial)
            lines.append({each.name: list(each.apply(trial)) for each in group})
            if not again or not made.exists():
                shutil.rmtree(made, ignore_errors=True)
                work.append((trial, made))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda each: build(*each), work))
        left: list[list[Contradiction]] = []
        for place, (group, where) in enumerate(zip(groups, lines, strict=True), number):
            said = told(scratch / f"out{place}")
            stopped = any(code == "stopped" for code, *_ in said)
            named = [e for e in group if any(names(p, line) for _, p, _ in said for line in where[e.name])]
            done = group if not stopped or len(group) == 1 else named
            out |= {each.name: (where[each.name], said) for each in done}
            rest = [each for each in group if each not in done]
            left += [rest] if named and rest else [[each] for each in rest]
        number += len(groups)
        groups = left
    return out


def score(clean: set[Told], outcome: Outcome) -> dict[str, Any]:
    fits = tomllib.loads(FITS.read_text()) if FITS.exists() else {}
    out: dict[str, Any] = {}
    for name, (lines, said) in outcome.items():
        here = sorted({(c, p, w) for c, p, w in said - clean if any(names(p, line) for line in lines)})
        out[name] = {
            "reported": any(_fits(finding, fits.get(name, [])) for finding in here),
            "lines": lines,
            "new": here,
        }
    return out


def _fits(finding: Told, fitting: list[str]) -> bool:
    """Whether its code, or the id of its check in the sheet Checks, is one of those."""
    code, _, what = finding
    return code in fitting or any(what.endswith(f"(check {each})") for each in fitting)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--set", choices=SETS, default="first")
    parser.add_argument("--again", action="store_true")
    chosen = parser.parse_args()
    scratch: Path = chosen.scratch.absolute()
    groups = builds([each for each in SETS[chosen.set] if not chosen.names or each.name in chosen.names])
    if not (scratch / "clean").exists():
        build(copy_trial(SHIPPED, scratch / "trial"), scratch / "clean")
    found = score(told(scratch / "clean"), built(scratch, groups, again=chosen.again))
    (scratch / "score.json").write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    for name, result in found.items():
        print(f"{'reported' if result['reported'] else 'MISSED  '} {name} {result['lines'][0]}")
        for code, place, what in result["new"]:
            print(f"           {code} {place}: {what[:110]}")
    print(f"{sum(result['reported'] for result in found.values())} of {len(found)} reported at their line")


if __name__ == "__main__":
    main()
