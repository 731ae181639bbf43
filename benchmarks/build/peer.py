"""The least that any pipeline with these outputs does: read the raw files, write the datasets, read back.

With the tools that most take: pandas for CSV and Excel (calamine), pyreadstat for SPSS, for writing XPT and
for reading it back. The datasets are those of the last build, so they need no making (our own fast reader
gives them). It links, maps, derives, checks, traces and shows nothing.

    python benchmarks/build/peer.py TRIAL OUT
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pandas as pd
import pyreadstat

from il2cdisc.transport.xpt import read_xpt


def frames(trial: Path) -> dict[str, pd.DataFrame]:
    """Every form of the trial as text, by name; further parts below the first."""
    study = tomllib.loads((trial / "study.toml").read_text())
    out: dict[str, pd.DataFrame] = {}
    for name, source in study["forms"].items():
        first = trial / "raw" / source.get("file", study["treatment"]["real"])
        parts = [first, *sorted(first.parent.glob(f"{first.stem}_[0-9]*{first.suffix}"))]
        out[name] = pd.concat([read(path, source) for path in parts if path.exists()], ignore_index=True)
    return out


def read(path: Path, source: dict[str, object]) -> pd.DataFrame:
    if path.suffix == ".sav":
        return pyreadstat.read_sav(path)[0]
    if path.suffix == ".xlsx":
        skipped = int(str(source.get("header_line", 1))) - 1
        return pd.read_excel(path, sheet_name=source["sheet"], header=skipped, dtype="str", engine="calamine")
    return pd.read_csv(
        path, sep=source.get("delimiter", ","), encoding=source.get("encoding", "utf-8"), dtype="str"
    )


def main() -> None:
    """Read the raw files; write the datasets and read them back."""
    trial, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    frames(trial)
    for path in sorted((trial / "outputs").glob("*/*.xpt")):
        file = read_xpt(path)
        labels = [variable.label for variable in file.variables]
        options = {"table_name": file.name, "file_label": file.label, "column_labels": labels}
        pyreadstat.write_xport(file.frame, out / path.name, file_format_version=5, **options)
        pyreadstat.read_xport(out / path.name)


if __name__ == "__main__":
    main()
