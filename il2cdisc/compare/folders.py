"""The datasets of two files or two folders, matched by name, and compared one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from il2cdisc.base.problems import Problem, Problems, Stopped
from il2cdisc.compare.datasets import compare_tables
from il2cdisc.compare.problems import FILE_AND_FOLDER, NOTHING, TWO_FILES
from il2cdisc.compare.read import SUFFIXES, read_table
from il2cdisc.compare.report import ComparisonReport, DatasetReport, reported
from il2cdisc.compare.tables import GivenTable
from il2cdisc.compare.values import Tolerance
from il2cdisc.package import ADAM, SDTM
from il2cdisc.transport.arrow import release_memory

Known = Callable[[str, Path, Path], tuple[tuple[str, ...], str]]
"""Key variables of a dataset of two files, and where they are from; none where nothing knows them."""


@dataclass(frozen=True, slots=True)
class FolderOfDatasets:
    """The files of the datasets of a folder by name, in upper case, and how many other files it holds."""

    files: Mapping[str, Path]
    others: int


def no_keys(name: str, left: Path, right: Path) -> tuple[tuple[str, ...], str]:
    """Nothing knows a key: records are matched by their number."""
    return (), ""


def dataset_folders(folder: Path) -> list[Path]:
    """Where the datasets of a folder are: of a build in `sdtm` and `adam`, else in the folder itself."""
    parts = [folder / name for name in (SDTM, ADAM) if (folder / name).is_dir()]
    return parts or [folder]


def datasets_of(folder: Path, shown: str) -> FolderOfDatasets:
    """The datasets of a folder. Raises `Stopped` where it has none, or one twice."""
    problems = Problems()
    files: dict[str, Path] = {}
    others = 0
    for place in dataset_folders(folder):
        for path in sorted(item for item in place.iterdir() if item.is_file()):
            if path.suffix.lower() not in SUFFIXES:
                others += 1
                continue
            name = path.stem.upper()
            if name in files:
                what = f"{name} is in {files[name].name} and in {path.name}"
                problems.add(TWO_FILES.at(shown, what))
            files.setdefault(name, path)
    if not files:
        problems.add(NOTHING.at(shown, f"the folder holds no {', '.join(SUFFIXES)} file"))
    problems.stop_if_any()
    return FolderOfDatasets(files, others)


def compare_paths(
    a: Path,
    b: Path,
    *,
    keys: Sequence[str] = (),
    known: Known = no_keys,
    tolerance: Tolerance = Tolerance(),  # noqa: B008 - frozen
    notice: str = "",
    say: Callable[[str], None] | None = None,
) -> ComparisonReport:
    """Compare two files, or the datasets of two folders; `keys` are those of every dataset, else `known` is
    asked for each. `say` takes a line for each dataset.

    What keeps a dataset of a folder from being compared is a problem of the report. Raises `Stopped` where
    nothing can be compared.
    """
    for path in (a, b):
        if not path.exists():
            raise Stopped([NOTHING.at(str(path), "there is no such file or folder")])
    if a.is_dir() != b.is_dir():
        raise Stopped([FILE_AND_FOLDER.at(str(a), f"only one of {a} and {b} is a folder")])
    if not a.is_dir():
        found = _compared(a, b, a.stem.upper(), keys, known, tolerance)
        return ComparisonReport(str(a), str(b), str(tolerance), (found,), notice=notice)
    left, right = (datasets_of(path, str(path)) for path in (a, b))
    problems: list[Problem] = []
    reports: list[DatasetReport] = []
    for name in sorted(left.files.keys() & right.files.keys()):
        if say is not None:
            say(f"comparing {name}")
        try:
            reports.append(_compared(left.files[name], right.files[name], name, keys, known, tolerance))
        except Stopped as stopped:
            problems.extend(stopped.problems)
        release_memory()
    return ComparisonReport(
        str(a), str(b), str(tolerance), tuple(reports),
        tuple(sorted(left.files.keys() - right.files.keys())),
        tuple(sorted(right.files.keys() - left.files.keys())),
        problems=tuple(dict.fromkeys(problems)), notes=tuple(_left_out(((a, left), (b, right)))),
        notice=notice,
    )  # fmt: skip


def _compared(
    left: Path, right: Path, name: str, keys: Sequence[str], known: Known, tolerance: Tolerance
) -> DatasetReport:
    """One dataset of two files. Raises `Stopped`, with the problems of both files."""
    problems = Problems()
    tables: list[GivenTable] = []
    for path in (left, right):
        try:
            tables.append(read_table(path, str(path)))
        except Stopped as stopped:
            problems.extend(stopped.problems)
    problems.stop_if_any()
    named, origin = (tuple(keys), "--keys") if keys else known(tables[0].name, left, right)
    found = compare_tables(tables[0], tables[1], keys=named, tolerance=tolerance)
    return reported(found, keys_from=origin)


def _left_out(sides: Iterable[tuple[Path, FolderOfDatasets]]) -> Iterable[str]:
    """A line for each folder with files that are not datasets."""
    for path, found in sides:
        if found.others:
            files = "file that is not a dataset" if found.others == 1 else "files that are not datasets"
            yield f"not compared in {path}: {found.others} {files}"
        if dataset_folders(path) != [path]:
            yield f"compared in {path}: the datasets of the folders {SDTM} and {ADAM} alone"
