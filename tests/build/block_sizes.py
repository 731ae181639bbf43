"""The trial built in blocks of several sizes: are the outputs, and what is printed, the same?

    python tests/build/block_sizes.py [SIZE ...]

Without sizes 1, 7 and 20. It takes a minute or two, so it is not part of the suite.
"""

from __future__ import annotations

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALL = 100_000


def main(sizes: list[int]) -> int:
    """Exit code 1 if an output differs."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder, "whole")
        text = _build(whole, ALL, Path(folder))
        differ = 0
        for size in sizes:
            out = Path(folder, f"blocks-{size}")
            same_text = _build(out, size, Path(folder)) == text
            found = _differences(whole, out) + ([] if same_text else ["what is printed"])
            print(f"blocks of {size}: {'the same' if not found else ', '.join(found)}", flush=True)
            differ += bool(found)
    return int(differ > 0)


def _build(out: Path, size: int, scratch: Path) -> str:
    command = [sys.executable, "-m", "il2cdisc", "build", "--out", str(out)]
    command += ["--block-subjects", str(size), "--scratch", str(scratch)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.replace(str(out), "OUT")


def _differences(one: Path, other: Path) -> list[str]:
    names = sorted({p.relative_to(f).as_posix() for f in (one, other) for p in f.rglob("*") if p.is_file()})
    _, differ, absent = filecmp.cmpfiles(one, other, names, shallow=False)
    return sorted([*differ, *absent])


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]] or [1, 7, 20]))
