"""CSV of the analysis datasets of a build, for `analyses.R`: python reference_data.py OUTPUTS FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import pyreadstat

NAMES = ("adsl", "adcp", "adhamd", "adae")


def main(outputs: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        frame, _ = pyreadstat.read_xport(str(outputs / "adam" / f"{name}.xpt"))
        frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.17g")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
