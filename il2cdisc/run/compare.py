"""Two datasets or folders compared, with the key variables that define.xml or the workbooks name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from il2cdisc.base.problems import Stopped
from il2cdisc.compare.folders import compare_paths
from il2cdisc.compare.problems import NO_KEYS, OUT_INSIDE
from il2cdisc.compare.report import ComparisonReport
from il2cdisc.compare.values import Tolerance
from il2cdisc.compare.write import write_comparison
from il2cdisc.define import read_define
from il2cdisc.deliver.manifest import read_manifest
from il2cdisc.package import DEFINE
from il2cdisc.run.plan import ADAM_WORKBOOK, SDTM_WORKBOOK
from il2cdisc.spec.load import load_spec
from il2cdisc.study import load_study

STUDY_FILE = "study.toml"
Named = tuple[tuple[str, ...], str]
"""Key variables, and where they are from."""


def compare(
    a: Path,
    b: Path,
    *,
    keys: Sequence[str] = (),
    tolerance: Tolerance,
    trial: Path | None = None,
    out: Path | None = None,
    say: Callable[[str], None] | None = None,
) -> ComparisonReport:
    """Compare two files or folders, and write the report into the folder `out`.

    Keys are those given, else those of the workbooks of `trial`, else those of a define.xml next to the
    datasets, else those of the workbooks of the trial that a built folder is in, of A before B. Raises
    `Stopped` where nothing can be compared, or `out` is inside A or B.
    """
    if out is not None:
        _refuse_inside(out, (a, b))
    of_trial = _workbook_keys(trial) if trial is not None else {}
    define_keys, around = cache(_define_keys), cache(_keys_around)  # each file is read once

    def known(name: str, left: Path, right: Path) -> Named:
        if name in of_trial:
            return of_trial[name]
        places = [(of_folder, path.parent) for of_folder in (define_keys, around) for path in (left, right)]
        found = (of_folder(folder).get(name) for of_folder, folder in places)
        return next((named for named in found if named is not None), ((), ""))

    notice = next((text for text in map(_notice, (a, b)) if text), "")
    report = compare_paths(a, b, keys=keys, known=known, tolerance=tolerance, notice=notice, say=say)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_comparison(report, out)
    return report


def key_list(text: str | None) -> tuple[str, ...]:
    """Key variables, written with commas between them; none where the option is not given.

    Raises `Stopped` for a list without a name.
    """
    if text is None:
        return ()
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not names:
        raise Stopped([NO_KEYS.at("--keys", "the list names no variable", values=[text])])
    return names


def _refuse_inside(out: Path, compared: Sequence[Path]) -> None:
    for path in compared:
        if path.is_dir() and out.resolve().is_relative_to(path.resolve()):
            raise Stopped([OUT_INSIDE.at(str(out), f"the folder is inside {path}, which is compared")])


def _workbook_keys(trial: Path) -> dict[str, Named]:
    """Dataset → the keys of the workbooks of a trial. Raises `Stopped` where they can't be read."""
    study = load_study(trial)
    found: dict[str, Named] = {}
    for path in (study.specs / SDTM_WORKBOOK, study.specs / ADAM_WORKBOOK):
        if path.exists():
            spec = load_spec(path, study.shown(path))
            found |= {name: (item.keys, spec.shown) for name, item in spec.datasets.items() if item.keys}
    return found


def _define_keys(folder: Path) -> dict[str, Named]:
    """Dataset → the keys of the define.xml of a folder. Raises `Stopped` for one that can't be read."""
    path = folder / DEFINE
    if not path.is_file():
        return {}
    define = read_define(path.read_bytes(), str(path))
    names = {item.oid: item.name for item in define.items}
    found: dict[str, Named] = {}
    for group in define.groups:
        keys = sorted((ref.key, names[ref.item]) for ref in group.items if ref.key is not None)
        if keys:
            found[group.name] = tuple(name for _, name in keys), str(path)
    return found


def _keys_around(folder: Path) -> dict[str, Named]:
    """Dataset → the keys of the workbooks of the trial whose build a folder of datasets is in; maybe none."""
    built = next((place for place in (folder, folder.parent) if read_manifest(place) is not None), None)
    trial = built.resolve().parent if built is not None else None
    return _workbook_keys(trial) if trial is not None and (trial / STUDY_FILE).is_file() else {}


def _notice(path: Path) -> str:
    """What the manifest of a built folder says of its data: SYNTHETIC DATA."""
    for folder in (path, path.parent, path.parent.parent):
        told = read_manifest(folder)
        if told is not None:
            return str(told.get("notice", ""))
    return ""
