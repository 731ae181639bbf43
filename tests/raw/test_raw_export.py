"""The whole export: forms, parts, receipts, dictionary; all problems at once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Stopped
from il2cdisc.raw import empty_forms, link, load_dictionary, read_export
from il2cdisc.raw.read import parts_of


def stopped(trial: Any) -> str:
    with pytest.raises(Stopped) as verdict:
        trial.read()
    return str(verdict.value)


def test_forms_row_ids_and_addresses(trial: Any) -> None:
    data = b'PAT,TXT\n001,"two\nlines"\n002,x\n'
    export = trial.form("ae", "edc/ae.csv", data, "PAT TXT").read()
    ae = export.forms["ae"]
    assert list(ae.frame().columns) == ["@ae", "ae.PAT", "ae.TXT"]
    assert ae.frame()["@ae"].tolist() == [0, 1]
    assert str(ae.frame()["@ae"].dtype) == "Int64"
    assert str(ae.address(1, "ae.TXT")) == "raw/edc/ae.csv:4 TXT"
    assert str(export.address("ae", 0)) == "raw/edc/ae.csv:2"
    with pytest.raises(IndexError):
        ae.address(2)


def test_parts_in_natural_order(trial: Any) -> None:
    trial.form("ae", "ae.csv", b"PAT,TXT\n001,a\n", "PAT TXT")
    for number in range(2, 12):
        trial.files[f"ae_{number}.csv"] = f"TXT,PAT\np{number},002\n".encode()
    ae = trial.read().forms["ae"]
    assert ae.frame()["ae.TXT"].tolist() == ["a", *(f"p{number}" for number in range(2, 12))]
    assert ae.frame()["ae.PAT"].tolist() == ["001"] + ["002"] * 10
    assert str(ae.address(10)) == "raw/ae_11.csv:2"
    index = ae.row_index()
    assert index["file"].tolist()[:2] == ["raw/ae.csv", "raw/ae_2.csv"]
    assert index["line"].tolist() == [2] * 11


def test_some_records_of_a_form_keep_their_addresses(trial: Any) -> None:
    trial.form("ae", "ae.csv", b"PAT,TXT\n001,a\n002,b\n003,\n", "PAT TXT")
    trial.files["ae_2.csv"] = b"PAT,TXT\n001,c\n002,b\n"
    some = trial.read().forms["ae"].take(np.array([1, 2, 4]))
    assert some.frame().fillna("").values.tolist() == [[0, "002", "b"], [1, "003", ""], [2, "002", "b"]]
    assert some.column("TXT").distinct == ["b"]
    places = ["raw/ae.csv:3", "raw/ae.csv:4", "raw/ae_2.csv:3"]
    assert [str(some.address(row)) for row in range(3)] == places
    assert [str(place) for place in some.addresses(np.arange(3))] == places


def test_file_and_line_of_records_are_made_when_asked_for(trial: Any) -> None:
    export = trial.form("ae", "ae.csv", b"PAT,TXT\n001,a\n", "PAT TXT").read()
    indexes = export.row_indexes()
    assert list(indexes) == list(export.forms)
    assert indexes["ae"].values.tolist() == [[0, "raw/ae.csv", "", 2, -1]]
    assert indexes["ae"] is not indexes["ae"]


def test_a_declared_form_is_no_part(trial: Any) -> None:
    trial.form("ae", "ae.csv", b"PAT,A\n001,a\n", "PAT A").form("aeb", "ae_2.csv", b"PAT,B\n001,b\n", "PAT B")
    export = trial.read()
    assert export.forms["ae"].rows == 1
    assert export.forms["aeb"].rows == 1


def test_receipts(trial: Any) -> None:
    export = trial.read()
    by_form = {receipt.form: receipt for receipt in export.receipts}
    assert by_form["dm"].sha256 == hashlib.sha256(trial.files["dm.csv"]).hexdigest()
    assert by_form["dm"].bytes == len(trial.files["dm.csv"])
    assert (by_form["dm"].rows, by_form["dm"].columns, by_form["dm"].encoding) == (3, ("PAT", "RND"), "utf-8")
    assert json.loads(json.dumps(by_form["dm"].as_dict()))["file"] == "raw/dm.csv"
    assert [receipt.file for receipt in export.receipts] == sorted(r.file for r in export.receipts)


def test_only_one_treatment_list_is_opened(trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    study, opened, plain = trial.study(), list[str](), Path.open

    def open_noted(path: Path, *arguments: Any, **options: Any) -> Any:
        opened.append(path.name)
        return plain(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", open_noted)
    export = read_export(study, load_dictionary(study.dictionary))
    assert export.forms["arms"].frame()["arms.GROUP"].tolist() == ["X", "Y"]
    assert "arms_dummy.csv" in opened
    assert "arms.csv" not in opened
    assert not any("arms.csv" in str(problem) for problem in export.problems)


def test_empty_forms_look_like_linked_ones(trial: Any) -> None:
    trial.form("words", "words.csv", b"WORD\nx\n", "WORD", more="")
    export, study = trial.read(), trial.study()
    linked = link(export, study)
    for name, frame in empty_forms(study, load_dictionary(study.dictionary)).items():
        assert list(frame.columns) == list(linked.forms[name].frame().columns)
        assert frame.dtypes.tolist() == linked.forms[name].frame().dtypes.tolist()
        assert len(frame) == 0


def test_all_problems_of_all_files_at_once(trial: Any, snapshot: SnapshotAssertion) -> None:
    trial.form("ae", "edc/ae.csv", b"PAT,AESTDTA,TXT,NEW\n001,x,y,z\n", "PAT AESTDAT TXT AEOUT")
    trial.form("cm", "edc/cm.csv", b"PAT,TXT\n001,a\n002\n", "PAT TXT")
    trial.form("lb", "lab/lb.csv", b"PAT,TXT\n001,\xe8\n", "PAT TXT")
    trial.form("vs", "edc/vs.csv", b"", "PAT TXT")
    trial.form("pe", "edc/pe.csv", b"PAT,TXT\n001,a\n", "PAT TXT")
    trial.form("eg", "edc/eg.csv", b"PAT,TXT\n001,a\n", "PAT TXT")
    trial.form("sc", "edc/sc.csv", b"PAT\n001\n", "")
    trial.files["edc/pe_3.csv"] = b"PAT,TXT\n002,a\n"
    trial.files["edc/egg.csv"] = trial.files.pop("edc/eg.csv")
    trial.columns += ["scc,PAT"]
    assert stopped(trial) == snapshot


def test_findings_go_on(trial: Any, snapshot: SnapshotAssertion) -> None:
    trial.form("ae", "ae.csv", b"PAT,TXT\n", "PAT TXT").form("cm", "cm.csv", b"PAT,TXT\n001,x", "PAT TXT")
    trial.files["other/extra.csv"] = b"A\n1\n"
    trial.files["README.md"] = b"SYNTHETIC DATA\n"
    assert "\n".join(str(problem) for problem in trial.read().problems) == snapshot


def test_a_file_that_leaves_the_folder(trial: Any, tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("PAT,TXT\n001,x\n")
    trial.folder = folder
    trial.form("ae", "ae.csv", b"PAT,TXT\n001,x\n", "PAT TXT").study()
    (folder / "raw" / "ae_2.csv").symlink_to(tmp_path / "secret.csv")
    assert "RAW002 raw/ae_2.csv: The file is a link that leaves the study folder." in stopped(trial)


def test_parts_of(tmp_path: Path) -> None:
    for name in ("ae.csv", "ae_10.csv", "ae_2.csv", "ae_old.csv", "ae_02.csv", "aex_2.csv", "ae_2.txt"):
        (tmp_path / name).write_text("")
    assert [path.name for path in parts_of(tmp_path / "ae.csv")] == ["ae.csv", "ae_2.csv", "ae_10.csv"]


GOOD = "form,column,label,type,codes,unit,range,basis\nae,SEV,Severity,code,1=Mild;2=Severe,,,plan\n"


def test_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "dictionary.csv"
    path.write_text(GOOD + 'ae,TXT,"A label, long",text,,,,plan\n')
    found = load_dictionary(path)
    assert [column.name for column in found["ae"]] == ["ae.SEV", "ae.TXT"]
    assert dict(found["ae"][0].codes) == {"1": "Mild", "2": "Severe"}
    assert (found["ae"][1].label, found["ae"][1].line) == ("A label, long", 3)


BAD_DICTIONARY = {
    "missing columns": "form,column,lable,type,codes,unit,basis\nae,A,x,text,,,plan\n",
    "bad lines": GOOD
    + "ae,SEV,x,text,,,,plan\nae,X,x,txt,,,,plan\nae,Y,x,code,1;2,,,plan\n,Z,x,text,,,,plan\n",
    "codes without any": GOOD + "ae,X,x,code,,,,plan\n",
    "ragged": GOOD + "ae,X,x,text\n",
}


@pytest.mark.parametrize("case", list(BAD_DICTIONARY))
def test_bad_dictionaries_are_told(case: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    path = tmp_path / "dictionary.csv"
    path.write_text(BAD_DICTIONARY[case])
    with pytest.raises(Stopped) as verdict:
        load_dictionary(path, "raw/dictionary.csv")
    assert str(verdict.value) == snapshot


def test_no_dictionary(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(Stopped) as verdict:
        load_dictionary(tmp_path / "dictionary.csv", "raw/dictionary.csv")
    assert str(verdict.value) == snapshot
