"""Codes of large columns are in a file without a name: the same values, and memory that is given back."""

from __future__ import annotations

import errno
import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import il2cdisc.base.paged
from il2cdisc.base.columns import CodedTable
from il2cdisc.base.paged import LEAST, paged

CODE = """
import tempfile
from pathlib import Path
import numpy as np
import pandas as pd
from il2cdisc.base.columns import CodedTable
from il2cdisc.base.memory import give_back, use_system_allocator
from il2cdisc.base.paged import paged
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
use_system_allocator()
table = CodedTable.of(pd.DataFrame({"LBSEQ": np.arange(20_000_000, dtype="float64") % 50_000}))
size = table["LBSEQ"].codes.nbytes
with tempfile.TemporaryDirectory() as folder:
    table = paged(table, Path(folder))
    before = int(table["LBSEQ"].codes.sum())
    read = held()
    give_back(above=0)
    print(size, read, held(), before == int(table["LBSEQ"].codes.sum()))
"""


def table_of(rows: int) -> CodedTable:
    values = ["HAMD01", None, "HAMD02"] * (rows // 3)
    return CodedTable.of(pd.DataFrame({"QSTESTCD": values, "QSSEQ": np.arange(len(values)) * 1.0}))


def test_the_same_values_in_a_file_that_no_folder_shows(tmp_path: Path) -> None:
    before = table_of(LEAST * 3)
    after = paged(before, tmp_path)
    assert after.names == before.names
    assert after.frame().equals(before.frame())
    assert after.take(np.array([5, 1])).frame().equals(before.take(np.array([5, 1])).frame())
    assert all(not after[name].codes.flags.owndata for name in after.names)
    assert list(tmp_path.iterdir()) == []


def test_small_columns_and_one_value_for_all_rows_stay_in_memory(tmp_path: Path) -> None:
    small = table_of(300)
    assert paged(small, tmp_path)["QSSEQ"] is small["QSSEQ"]
    assert paged(table_of(LEAST * 3), None)["QSSEQ"].codes.flags.owndata


def test_without_room_they_stay_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = table_of(LEAST * 3)
    monkeypatch.setattr(il2cdisc.base.paged.tempfile, "TemporaryFile", full)
    after = paged(before, tmp_path)
    assert after.frame().equals(before.frame())
    assert all(after[name].codes is before[name].codes for name in after.names)


def test_a_file_ends_with_the_last_of_its_columns(tmp_path: Path) -> None:
    count = len(il2cdisc.base.paged._open)
    table = paged(table_of(LEAST * 3), tmp_path)
    column = table["QSSEQ"]
    del table
    gc.collect()
    assert len(il2cdisc.base.paged._open) == count + 1
    del column
    gc.collect()
    assert len(il2cdisc.base.paged._open) == count


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say what is held")
def test_pages_that_were_read_are_given_back_and_read_again() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    size, read, left, same = done.stdout.split()
    assert int(left) < int(read) - 0.9 * int(size)
    assert same == "True"
