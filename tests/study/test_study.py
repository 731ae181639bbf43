"""study.toml: what is read, and what each mistake is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Stopped
from il2cdisc.study import load_study

GOOD = """
[study]
id = "SYN-T1"
title = "SYNTHETIC DATA - a trial"
protocol = "T1"
sponsor = "Example Sponsor"
subjects = "dm"
subject_key = "SUBJID"
synthetic = true

[build]
time = "2023-05-02T09:00:00"
database_lock = 2023-05-01

[treatment]
mode = "dummy"
form = "rand"
real = "restricted/rand.csv"
dummy = "restricted/rand_dummy.csv"
dummy_sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[forms.dm]
file = "edc/dm.csv"
subject = "SUBJID"

[forms.rand]
subject = "SUBJID"

[forms.tubes]
file = "lab/tubes.csv"
subject = "SUBJID"

[forms.cyto]
file = "lab/cyto.csv"
encoding = "latin-1"
delimiter = ";"
decimal = ","
subject = { through = "tubes", by = "CODE" }

[forms.words]
file = "coding/words.csv"

[deferred]
cyto = "comes later"
"""


def study_at(folder: Path, text: str) -> Path:
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


def told(folder: Path, text: str) -> str:
    with pytest.raises(Stopped) as stopped:
        load_study(study_at(folder, text))
    return str(stopped.value)


def test_a_study_is_read(tmp_path: Path) -> None:
    study = load_study(study_at(tmp_path, GOOD))
    assert study.id == "SYN-T1"
    assert str(study.build.time) == "2023-05-02 09:00:00"
    assert study.standards.ct == "2026-03-27"
    assert study.analysis.treatment_emergent_until == 30
    assert (study.displays.paper, study.displays.status) == ("A4", "DRAFT")
    assert study.shown(study.file_of("dm")) == "raw/edc/dm.csv"
    assert study.chain("cyto") == ("cyto", "tubes")
    assert study.chain("words") == ()
    assert study.forms["cyto"].options == {"encoding": "latin-1", "delimiter": ";"}
    assert study.study.usubjid_fields == ("STUDYID", "SUBJID")
    with pytest.raises(ValueError, match="frozen"):
        study.build = study.build  # pyright: ignore[reportAttributeAccessIssue]


def test_an_open_trial_has_no_list(tmp_path: Path) -> None:
    begin, end = GOOD.index("[treatment]"), GOOD.index("[forms.dm]")
    text = (GOOD[:begin] + GOOD[end:]).replace('[forms.rand]\nsubject = "SUBJID"\n', "")
    study = load_study(study_at(tmp_path, text))
    assert (study.treatment, study.treatment_mode, study.treatment_lists) == (None, "open", ())
    assert load_study(study_at(tmp_path, GOOD)).treatment_mode == "dummy"


def test_only_the_list_that_the_mode_names(tmp_path: Path) -> None:
    record = '[treatment.unblinding]\nby = "A"\non = 2023-05-01\nreason = "lock"\n'
    real = GOOD.replace('"dummy"', '"real"') + record
    assert load_study(study_at(tmp_path, GOOD)).file_of("rand").name == "rand_dummy.csv"
    assert load_study(study_at(tmp_path, real)).file_of("rand").name == "rand.csv"


BAD = {
    "no toml": "[study\n",
    "unknown keys": GOOD.replace("subject_key", "subject_kye").replace("through", "trough"),
    "unknown table": GOOD + "\n[analisys]\ndays = 3\n",
    "folder is no key": 'folder = "elsewhere"\n' + GOOD,
    "missing keys": GOOD.replace('protocol = "T1"\n', "").replace('file = "lab/tubes.csv"\n', ""),
    "wrong types": GOOD.replace("synthetic = true", 'synthetic = "yes"').replace(
        'mode = "dummy"', 'mode = "both"'
    ),
    "wrong values": GOOD.replace('decimal = ","', 'decimal = ";"').replace("T09:00:00", "T25:00"),
    "bad pattern": GOOD.replace("synthetic = true", 'synthetic = true\nusubjid = "{STUDYID}-{SITE"'),
    "subjects share an id": GOOD.replace("synthetic = true", 'synthetic = true\nusubjid = "{STUDYID}"'),
    "paths leave": GOOD.replace("edc/dm.csv", "../dm.csv")
    + '\n[paths]\nspecs = "/etc"\noutputs = "../outputs"\nmappings = "a\\\\b"\n',
    "outputs over raw": GOOD + '\n[paths]\noutputs = "raw/outputs"\n',
    "unknown forms": GOOD.replace('form = "rand"', 'form = "randd"')
    .replace('through = "tubes"', 'through = "tube"')
    .replace("cyto = ", "cytoo = "),
    "form name": GOOD.replace("[forms.words]", '[forms."Words list"]'),
    "real without record": GOOD.replace('"dummy"', '"real"'),
    "same lists": GOOD.replace("rand_dummy", "rand"),
    "circle": GOOD.replace(
        'tubes.csv"\nsubject = "SUBJID"', 'tubes.csv"\nsubject = {through = "cyto", by = "X"}'
    ),
    "chain without subject": GOOD.replace('tubes.csv"\nsubject = "SUBJID"', 'tubes.csv"'),
    "half a link": GOOD.replace(', by = "CODE"', ""),
    "no link": GOOD.replace('{ through = "tubes", by = "CODE" }', '["CODE"]'),
    "subjects form by another column": GOOD.replace(
        'dm.csv"\nsubject = "SUBJID"', 'dm.csv"\nsubject = "SUBJD"'
    ),
    "trial of other values": GOOD
    + """
[trial]
starts = 08:30:00
_limit = 3
[trial.visits]
items = []
register = "b"
W0 = [1, [inf, { keys = true }]]
""",
    "trial that is no table": "trial = 3\n" + GOOD,
    "treatment form with a file": GOOD.replace("[forms.rand]", '[forms.rand]\nfile = "x.csv"'),
    "paper and status": GOOD + '\n[displays]\npaper = "A3"\nstatus = "final"\n',
    "not marked": GOOD.replace("SYNTHETIC DATA - a trial", "A trial"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_mistakes_are_told(case: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert BAD[case] != GOOD
    assert told(tmp_path, BAD[case]) == snapshot


def test_no_file(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    folder = tmp_path / "trial"
    folder.mkdir()
    with pytest.raises(Stopped) as stopped:
        load_study(folder)
    assert str(stopped.value) == snapshot


def test_not_utf8(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    (tmp_path / "study.toml").write_bytes(b'[study]\nid = "S"\ntitle = "\xe8"\n')
    with pytest.raises(Stopped) as stopped:
        load_study(tmp_path)
    assert str(stopped.value) == snapshot


def test_a_link_out_of_the_folder_is_followed_and_refused(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "trial", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "specs").symlink_to(elsewhere)
    assert "STU005 study.toml:1 paths.specs" in told(folder, GOOD)


def test_reading_a_study_needs_no_pandas() -> None:
    code = "import sys, il2cdisc.study.load; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
