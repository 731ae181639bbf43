"""Blocks of subjects: outputs, findings, ledger and terminal text do not depend on their size."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import il2cdisc.base.paged
from il2cdisc.base.datasets import Dataset, Variable, byte_length, no_edges
from il2cdisc.base.problems import Address, Kind, Problems, Severity, Stopped
from il2cdisc.base.stored import AnyDataset, StoredBlock, store
from il2cdisc.cli.printing import BlocksShown
from il2cdisc.deliver.lock import take_lock
from il2cdisc.raw import RawExport
from il2cdisc.run.blocks import Blocks, RecordIds, merged, split
from il2cdisc.run.scratch import scratch_folder
from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.mapping import Mapped

TRIAL = Path(__file__).parent
Command = Callable[..., Any]
KIND = Kind("TST001", "Invalid value", Severity.FINDING, "Correct the value.")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("size", [1, 5])
def test_the_second_trial_in_blocks_gives_the_same_bytes_and_text(
    second: Path, tmp_path: Path, command: Command, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in one block; and the scratch folder, which is elsewhere, is empty when the build has ended.

    All codes of forms and checked files are in pages there, as those of a large trial do.
    """
    monkeypatch.setattr(il2cdisc.base.paged, "LEAST", 1)
    out, scratch = tmp_path / "blocks", tmp_path / "scratch"
    scratch.mkdir()
    done = command("build", "--trial", TRIAL, "--out", out, "--block-subjects", size, "--scratch", scratch)
    assert done.returncode == 0, done.stderr
    assert contents(out) == contents(second)
    assert done.stdout.replace(str(out), "OUT") == (second.parent / "said.txt").read_text()
    assert not list(scratch.iterdir())
    assert [path.name for path in tmp_path.iterdir() if "scratch" in path.name] == ["scratch"]


def test_stops_of_several_blocks_are_reported_together(tmp_path: Path, command: Command) -> None:
    """Two subjects have a code that no closed codelist has: both are named, as in one block."""
    trial = tmp_path / "trial"
    shutil.copytree(TRIAL, trial, ignore=shutil.ignore_patterns("__pycache__", "test_*.py", "__snapshots__"))
    path = trial / "raw" / "site" / "enrolment.csv"
    lines = path.read_text().splitlines(keepends=True)
    header = lines[0].rstrip("\n").split(",")
    place = header.index("race_txt")
    for number in (1, len(lines) - 1):
        cells = lines[number].rstrip("\n").split(",")
        cells[place] = "?"
        lines[number] = ",".join(cells) + "\n"
    path.write_text("".join(lines))
    told = [
        command("build", "--trial", trial, "--out", tmp_path / "out", "--block-subjects", size).stderr
        for size in (300, 10)
    ]
    assert told[0] == told[1]
    assert told[0].count("enrolment.csv:") >= 2


def test_a_block_size_of_0_is_refused(command: Command) -> None:
    done = command("build", "--trial", TRIAL, "--block-subjects", 0)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "--block-subjects" in done.stderr


def export_of(subjects: list[str], rows: list[str]) -> RawExport:
    """An export of a form with subjects and one without."""
    from il2cdisc.raw.forms import Form
    from il2cdisc.raw.table import text_table

    visits = text_table({"USUBJID": rows, "sv.V": [f"v{i}" for i in range(len(rows))]})
    codes = text_table({"codes.C": ["a", "b"]})
    forms = {"sv": Form("sv", visits, ("V",), ()), "codes": Form("codes", codes, ("C",), ())}
    table = pd.DataFrame({"SUBJID": subjects, "USUBJID": subjects})
    return RawExport(forms, (), subjects=table)


def test_blocks_hold_whole_subjects_in_the_order_of_usubjid() -> None:
    export = export_of(["S-2", "S-10", "S-1"], ["S-2", "S-1", "S-2", "S-10", "S-1"])
    blocks = list(split(export, 2))  # by code point: S-1, S-10 | S-2
    assert [block["sv"]["sv.V"].tolist() for block in blocks] == [["v1", "v3", "v4"], ["v0", "v2"]]
    assert [block["sv"]["@sv"].tolist() for block in blocks] == [[1, 3, 4], [0, 2]]
    assert [block["codes"]["codes.C"].tolist() for block in blocks] == [["a", "b"], ["a", "b"]]
    every = export.forms["sv"].frame()
    assert every.dtypes.astype(str).tolist() == ["Int64", "str", "str"]
    for block in blocks:
        rows = every.take(block["sv"]["@sv"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(block["sv"], rows)
    (whole,) = split(export, 3)
    assert whole["sv"].equals(export.forms["sv"].frame())


def dataset(
    name: str, keys: tuple[str, ...], edges: list[tuple[int, str, int]], **columns: list[Any]
) -> Dataset:
    frame = pd.DataFrame({key: pd.array(value, dtype="str") for key, value in columns.items()})
    lengths = {key: max(map(len, value)) for key, value in columns.items()}
    variables = tuple(Variable(key, key, "Char", length) for key, length in lengths.items())
    table = pd.DataFrame(edges, columns=["row", "source", "id"]).astype({"source": "str"})
    table["field"] = pd.array([None] * len(table), dtype="str")
    return Dataset(name, name, variables, keys, frame, table)


def combined(blocks: list[dict[str, Dataset]], order: list[str], folder: Path) -> dict[str, AnyDataset]:
    held = Blocks(len(blocks), folder, order)
    for block in blocks:
        held.add(block)
    return held.combined()


def frame_of(item: AnyDataset) -> pd.DataFrame:
    return pd.concat(list(item.frames()), ignore_index=True)


def edges_of(item: AnyDataset) -> list[list[Any]]:
    return pd.concat(list(item.edge_tables()))[["row", "source", "id"]].values.tolist()


def test_datasets_of_blocks_are_one_below_the_other_and_their_edges_lead_to_the_combined_rows(
    tmp_path: Path,
) -> None:
    ae = [
        dataset("AE", ("USUBJID",), [(0, "ae", 7), (1, "ae", 3)], USUBJID=["S-1", "S-1"], AETERM=["x", "yy"]),
        dataset("AE", ("USUBJID",), [(0, "ae", 1)], USUBJID=["S-2"], AETERM=["zzz"]),
    ]
    supp = dataset("SUPPAE", ("USUBJID",), [(0, "AE", 0)], USUBJID=["S-2"], QVAL=["q"])
    tv = dataset("TV", ("VISIT",), [], VISIT=["one"])
    made = combined(
        [{"AE": ae[0], "TV": tv}, {"AE": ae[1], "SUPPAE": supp, "TV": tv}], ["TV", "AE"], tmp_path
    )
    assert list(made) == ["TV", "AE", "SUPPAE"]
    assert frame_of(made["AE"])["AETERM"].tolist() == ["x", "yy", "zzz"]
    assert [v.length for v in made["AE"].variables] == [3, 3]
    assert edges_of(made["AE"]) == [[0, "ae", 7], [1, "ae", 3], [2, "ae", 1]]
    assert edges_of(made["SUPPAE"]) == [[0, "AE", 2]]
    assert frame_of(made["TV"])["VISIT"].tolist() == ["one"]


def test_a_dataset_whose_keys_begin_otherwise_is_in_the_order_of_its_keys(tmp_path: Path) -> None:
    keys = ("RDOMAIN", "USUBJID")
    first = dataset("RELREC", keys, [(0, "AE", 0), (1, "CM", 0)], RDOMAIN=["AE", "CM"], USUBJID=["1", "1"])
    other = dataset("RELREC", keys, [(0, "AE", 0), (1, "CM", 0)], RDOMAIN=["AE", "CM"], USUBJID=["2", "2"])
    ae = [dataset("AE", ("USUBJID",), [], USUBJID=[name]) for name in "12"]
    blocks = [{"AE": ae[0], "RELREC": first}, {"AE": ae[1], "RELREC": other}]
    made = combined(blocks, ["AE", "RELREC"], tmp_path)
    assert frame_of(made["RELREC"]).values.tolist() == [["AE", "1"], ["AE", "2"], ["CM", "1"], ["CM", "2"]]
    assert edges_of(made["RELREC"]) == [[0, "AE", 0], [1, "AE", 1], [2, "CM", 0], [3, "CM", 0]]


NUMBERS = st.floats(allow_infinity=False, width=64) | st.sampled_from([0.0, -0.0])
TEXTS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=4)


@given(st.lists(st.tuples(st.sampled_from(["S-1", "S-2"]), TEXTS, NUMBERS), max_size=9))
@settings(max_examples=40, deadline=None)
def test_what_lies_in_the_scratch_folder_comes_back_bit_by_bit(rows: list[tuple[str, str, float]]) -> None:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    frame = pd.DataFrame(
        {
            "USUBJID": pd.array(list(columns[0]), dtype="str"),
            "AETERM": pd.array(list(columns[1]), dtype="str"),
            "AEDY": np.array(columns[2], dtype="float64"),
        }
    )
    kinds = {"USUBJID": "Char", "AETERM": "Char", "AEDY": "Num"}
    variables = tuple(Variable(name, name, kind) for name, kind in kinds.items())
    whole = Dataset("AE", "AE", variables, ("USUBJID",), frame, no_edges())
    with TemporaryDirectory() as folder:
        held = store(whole, Path(folder), 0)
        again = held.frame()
        narrow = held.table(["AEDY"]).frame()
    pd.testing.assert_frame_equal(again, frame)
    assert (
        again["AEDY"].to_numpy().tobytes() == frame["AEDY"].to_numpy().tobytes() or frame["AEDY"].isna().any()
    )
    assert np.array_equal(np.signbit(again["AEDY"].fillna(0)), np.signbit(frame["AEDY"].fillna(0)))
    assert narrow.columns.tolist() == ["AEDY"]
    assert held.lengths["AETERM"] == byte_length(frame["AETERM"])


def ids(form: str, *rows: int) -> pd.DataFrame:
    return pd.DataFrame({f"@{form}": pd.array(rows, dtype="Int64")})


def test_a_record_of_a_form_without_a_subject_is_left_out_where_every_block_leaves_it_out() -> None:
    """Coding line 0 is used by block 1, line 1 by block 2, line 2 by none."""
    seen = RecordIds({"coding": 3, "ae": 20}, {"coding"})
    for used, unused, own in ((0, (1, 2), 5), (1, (0, 2), 6)):
        frame = pd.concat([ids("coding", used), ids("ae", own)], axis=1)
        item = MappedDataset("AE", frame, pd.DataFrame(index=frame.index))
        left_out = (("not used", ids("coding", *unused)), ("none", ids("ae", own + 10)))
        seen.add([Mapped("AE", (), {}, left_out)], {"AE": item})
    assert seen.made["AE"]["@coding"].tolist() == [0, 1]
    (mapping,) = seen.left_out
    left = dict(mapping.left_out)
    assert left["not used"]["@coding"].tolist() == [2]
    assert left["none"]["@ae"].tolist() == [15, 16]


def test_problems_of_blocks_are_one_problem_out_of_the_records_of_all_blocks() -> None:
    problems = Problems()
    for line, looked in ((9, 10), (0, 20), (4, 30)):
        block = Problems()
        block.look("KIND AE.AETERM", looked)
        if line:
            place = Address(file="raw/ae.csv", line=line)
            block.add(KIND.at(place, "'?' is wrong", values=["?"], records=[place], out_of=looked,
                              of="KIND AE.AETERM"))  # fmt: skip
        problems.take(block)
    (found,) = merged(problems).items
    assert [place.line for place in found.records] == [4, 9]
    assert found.where.line == 4
    assert (found.count, found.out_of, found.values) == (2, 60, ("?",))


def test_problems_that_differ_stay_apart_and_the_same_one_is_reported_once() -> None:
    place = Address(file="raw/ae.csv", line=1)
    one = KIND.at(place, "'a' is wrong")
    other = replace(one, what="'b' is wrong")
    assert merged(Problems([one, other, one])).items == [one, other]


def test_two_datasets_of_one_column_look_at_its_records_once() -> None:
    block = Problems()
    assert [block.look("KIND lab.AT", 95), block.look("KIND lab.AT", 90)] == [95, 90]
    whole = Problems()
    for _ in range(3):
        whole.take(block)
    assert whole.looked_at["KIND lab.AT"] == 3 * 95


def test_a_problem_without_records_is_one_with_the_values_of_all_blocks() -> None:
    place, what = Address(file="specs/adam.xlsx", sheet="Variables", cell="E8"), "the mapping makes numbers"
    found = [KIND.at(place, what, values=values) for values in (["4", "2"], ["2", "7"])]
    (one,) = merged(Problems([*found, replace(found[0], hint="AVAL")])).items[:-1]
    assert one == KIND.at(place, what, values=["4", "2", "7"])  # as one block of all subjects gives it


def test_what_a_killed_build_left_in_the_scratch_folder_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    for name in ("il2cdisc-dead", "il2cdisc-alive", "mine"):
        (folder / name).mkdir(parents=True)
        (folder / name / "lock").touch()
        os.utime(folder / name / "lock", (0, 0))
    alive = take_lock(folder / "il2cdisc-alive" / "lock", Address(file="scratch"))
    with scratch_folder(folder, tmp_path / "default") as own:
        there = {path.name for path in folder.iterdir()}
        assert there == {"il2cdisc-alive", "mine", own.name}
    alive.release()
    assert {path.name for path in folder.iterdir()} == {"il2cdisc-alive", "mine"}


def test_a_scratch_folder_that_is_not_there_stops_the_build(tmp_path: Path, command: Command) -> None:
    out = tmp_path / "out"
    done = command("build", "--trial", TRIAL, "--out", out, "--scratch", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "BLK002" in done.stderr
    assert "do: Name a folder that is there and can be written with --scratch." in done.stderr
    assert not out.exists()


def test_a_scratch_folder_that_fills_up_stops_the_build_and_the_last_outputs_stay(
    second: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the second block is written."""
    from il2cdisc.run import blocks
    from il2cdisc.run.build import Asked, build
    from il2cdisc.study import load_study

    out, scratch = shutil.copytree(second, tmp_path / "out"), tmp_path / "scratch"
    scratch.mkdir()
    study = load_study(TRIAL)
    before = contents(out)

    def full(item: Dataset, folder: Path, number: int) -> StoredBlock:
        if number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return store(item, folder, number)

    monkeypatch.setattr(blocks, "store", full)
    with pytest.raises(Stopped) as stopped:
        build(study, lambda _: None, Asked(out=out, scratch=scratch, block_subjects=3))
    (problem,) = stopped.value.problems
    assert problem.code == "BLK003"
    assert problem.what.startswith("the records of a block could not be written (No space left on device); ")
    assert problem.where.file == str(scratch)
    assert contents(out) == before
    assert not list(scratch.iterdir())


def test_blocks_done_are_counted_on_a_terminal_with_the_time_that_is_left() -> None:
    now = iter([0.0, 0.0, 90 / 3, 60.0])
    shown = BlocksShown(lambda: next(now))
    shown(0, 4)
    assert shown.text(1, 4) == "block 1 of 4 done, about 90 s left"
    assert shown.text(2, 40) == "block 2 of 40 done, about 19 min left"


def test_a_mapping_that_looks_at_other_subjects_is_reported(tmp_path: Path, command: Command) -> None:
    """The age becomes its rank among all subjects; mapped one by one each is the first."""
    trial = tmp_path / "trial"
    shutil.copytree(TRIAL, trial, ignore=shutil.ignore_patterns("__pycache__", "test_*.py", "__snapshots__"))
    path = trial / "mappings" / "adam" / "adsl.py"
    text = path.read_text()
    line = "    out = with_end(out, ds)\n"
    assert line in text
    path.write_text(text.replace(line, line + '    out["AGE"] = out["AGE"].rank()\n'))
    done = command("spec", "check", "--blocks", "--trial", trial)
    assert done.returncode == 2
    assert "BLK001 mappings/adam/adsl.py: ADSL differs when subjects are mapped one by one" in done.stderr
    assert "found: 'AGE'" in done.stderr
