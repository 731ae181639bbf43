"""A transport file that a reader finds other than it was written stops the build: of SDTM and of ADaM."""

import io
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from syrupy.assertion import SnapshotAssertion

import il2cdisc.run.second
import il2cdisc.transport.xpt
from il2cdisc.base.problems import Stopped
from il2cdisc.run.build import Asked, build
from il2cdisc.run.stages import LastStage
from il2cdisc.study import load_study

SECOND = Path(__file__).parents[1] / "second_trial"


def silent(_: str) -> None:
    pass


def test_a_file_that_pyreadstat_reads_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
):
    """All in this process, so that the reader can be made to err."""
    read = pyreadstat.read_xport

    def err(file: Any, **options: Any) -> Any:
        columns, meta = read(file, **options)
        if "AEREL" in columns:
            columns["AEREL"][0] = "LIKELY?"
        return columns, meta

    monkeypatch.setattr(il2cdisc.run.second, "processors", lambda: 1)
    monkeypatch.setattr(pyreadstat, "read_xport", err)
    with pytest.raises(Stopped) as stopped:
        build(load_study(SECOND), silent, Asked(out=tmp_path / "outputs", until=LastStage.ADAM))
    assert str(stopped.value) == snapshot
    assert not (tmp_path / "outputs").exists()


def test_a_file_that_holds_another_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
):
    write = il2cdisc.transport.xpt.write_xpt

    def err(dataset: Any, stream: Any, **options: Any) -> Any:
        written = io.BytesIO()
        findings = write(dataset, written, **options)
        stream.write(written.getvalue().replace(b"head ache", b"herd ache", 1))
        return findings

    monkeypatch.setattr(il2cdisc.transport.xpt, "write_xpt", err)
    with pytest.raises(Stopped) as stopped:
        build(load_study(SECOND), silent, Asked(out=tmp_path / "outputs", until=LastStage.ADAM))
    assert str(stopped.value) == snapshot
    assert not (tmp_path / "outputs").exists()
