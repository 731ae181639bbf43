"""Time and memory of whole builds of simulated trials, beside a peer that only reads and writes (peer.py).

    python benchmarks/build/bench_build.py [--subjects 36 360 3600] [--json FILE] [--folder DIR]

Every number is of a whole process, start to exit; the ratio is that of processor time. SYNTHETIC DATA.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "from il2cdisc.cli import main; main()"]
PEER = Path(__file__).with_name("peer.py")
STEP = 0.1


@dataclass(frozen=True)
class Measured:
    """One process and its children: seconds of wall and of processors, highest memory in MB."""

    wall: float
    cpu: float
    memory: float


def measure(command: list[str], root: Path = ROOT) -> Measured:
    """Run a command to its end in a checkout, whose package it imports.

    Its memory is that of the whole tree, looked at every 0.1 s.
    """
    start = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, stdout=told, stderr=told, cwd=root)
        highest = 0.0
        while True:
            highest = max(highest, held(process.pid))
            done, status, used = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            time.sleep(STEP)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            told.seek(0)
            sys.exit(f"{' '.join(command)} gave {process.returncode}:\n{told.read().decode()}")
    return Measured(wall, used.ru_utime + used.ru_stime, highest)


def held(pid: int) -> float:
    """Memory of a process and of all its descendants, in MB: each page that several share counts once."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = sum(int(line.split()[1]) for line in told if line.startswith("Pss:")) * 1024 / 1e6
    return own + sum(held(int(child)) for child in children)


def trial_of(subjects: int, folder: Path, root: Path = ROOT) -> Path:
    """A trial with a checkout's workbooks and mappings and an export of so many randomised subjects."""
    trial = folder / f"trial-{subjects}"
    if not (trial / "raw").exists():
        for name in ("specs", "mappings", "simulation"):
            shutil.copytree(
                root / name, trial / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
            )
        shutil.copy(root / "study.toml", trial)
        arguments = ["simulate", "--trial", str(trial), "--subjects", str(subjects)]
        subprocess.run(
            [*COMMAND, *arguments, "--out", str(trial / "raw")], check=True, capture_output=True, cwd=root
        )
    return trial


def size_of(trial: Path) -> dict[str, float]:
    """Raw records of a build, from its receipts, and megabytes of its outputs."""
    receipts = json.loads((trial / "outputs/raw/receipts.json").read_text())
    files = [path for path in (trial / "outputs").rglob("*") if path.is_file()]
    return {
        "raw_rows": sum(item["rows"] for item in receipts),
        "outputs_mb": sum(path.stat().st_size for path in files) / 1e6,
    }


def help_facts() -> dict[str, object]:
    """Seconds of `il2cdisc --help` (median of five) and which heavy modules it imports."""
    names = ["pandas", "numpy", "pyarrow", "matplotlib", "scipy", "pyreadstat", "pydantic", "openpyxl"]
    code = (
        "import sys; sys.argv = ['il2cdisc', '--help']\n"
        "from il2cdisc.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', *(n for n in {names} if n in sys.modules))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    heavy = told.splitlines()[-1].split()[1:]
    runs = [measure([*COMMAND, "--help"]).wall for _ in range(5)]
    empty = [measure([sys.executable, "-c", "pass"]).wall for _ in range(5)]
    return {"seconds": median(runs), "empty_python": median(empty), "heavy": heavy}


def main() -> None:
    """Measure, print a table, write the numbers as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subjects", type=int, nargs="+", default=[36, 360, 3600])
    parser.add_argument("--json", type=Path, help="file for the numbers")
    parser.add_argument("--folder", type=Path, help="folder for trials and builds (default: a temporary one)")
    parser.add_argument("--peer-up-to", type=int, default=360, help="the peer is slow: not above so many")
    parser.add_argument("--beside", type=Path, help="another checkout: its builds, in turn with these")
    parser.add_argument("--repeat", type=int, default=3, help="runs of the smallest trial; larger ones once")
    given = parser.parse_args()
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"load at the start {load:.1f} on {cores} cores; SYNTHETIC DATA")
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        lines = []
        head = f"{'subjects':>8} {'raw rows':>10} {'build s':>8} {'cpu s':>7} {'peak MB':>8} {'out MB':>7}"
        print(head + f" {'peer s':>7} {'cpu s':>7} {'peer MB':>8} {'ratio':>6}")
        for subjects in given.subjects:
            trial = trial_of(subjects, folder)
            runs = given.repeat if subjects == min(given.subjects) else 1
            builds, peers, others = [], [], []
            for _ in range(runs):  # in turn, so that both meet the same load
                builds.append(measure([*COMMAND, "build", "--trial", str(trial)]))
                if given.beside:
                    other_trial = trial_of(subjects, folder / "beside", given.beside.resolve())
                    command = [*COMMAND, "build", "--trial", str(other_trial)]
                    others.append(measure(command, given.beside.resolve()))
                if subjects <= given.peer_up_to:
                    peers.append(measure([sys.executable, str(PEER), str(trial), str(folder / "peer")]))
            build = min(builds, key=lambda item: item.wall)
            line = {"subjects": subjects, **size_of(trial), "build": asdict(build)}
            beside = ""
            if peers:
                peer = min(peers, key=lambda item: item.wall)
                line |= {"peer": asdict(peer), "ratio": build.cpu / peer.cpu}
                beside = f" {peer.wall:7.1f} {peer.cpu:7.1f} {peer.memory:8,.0f} {line['ratio']:6.2f}"
            if others:
                other = min(others, key=lambda item: item.wall)
                line |= {"beside": asdict(other)}
                wall, cpu = build.wall / other.wall, build.cpu / other.cpu
                times = f"{wall:.2f} of its time, {cpu:.2f} of its processor time"
                beside += f"\n{'beside':>19} {other.wall:8.1f} {other.cpu:7.1f} {other.memory:8,.0f}  {times}"
            lines.append(line)
            told = f"{build.wall:8.1f} {build.cpu:7.1f} {build.memory:8,.0f}"
            print(
                f"{subjects:8,} {line['raw_rows']:10,} {told} {line['outputs_mb']:7,.0f}{beside}", flush=True
            )
        for one, other in itertools.pairwise(lines):
            rows = other["raw_rows"] / one["raw_rows"]
            took = other["build"]["cpu"] / one["build"]["cpu"]
            print(f"{one['subjects']} to {other['subjects']} subjects: rows × {rows:.1f}, time × {took:.1f}")
        told = help_facts()
        print(
            f"il2cdisc --help: {told['seconds']:.2f} s, of which python {told['empty_python']:.2f} s;",
            end=" ",
        )
        print(f"heavy modules imported: {', '.join(told['heavy']) or 'none'}")
        if given.json:
            facts = {"load": load, "cores": cores, "builds": lines, "help": told}
            given.json.write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
