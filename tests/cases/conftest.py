"""The shipped trial with the damages of several files of tests, built once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cases.damaged_trial import Built, build_damaged
from tests.conftest import made_once


@pytest.fixture(scope="session")
def damaged_shipped(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Its outputs up to the checks, made once in a run of the tests; the trial is in the same folder."""

    def make(folder: Path) -> None:
        shutil.rmtree(folder / "trial", ignore_errors=True)
        built = build_damaged(folder / "trial", folder / "outputs")
        assert built.exit_code == 0, built.said
        (folder / "said.txt").write_text(built.said)
        (folder / "built.json").write_text(json.dumps([built.places, built.exit_code]))

    folder = made_once(tmp_path_factory, "damaged", make)
    places, code = json.loads((folder / "built.json").read_text())
    return Built(places, folder / "outputs", code, (folder / "said.txt").read_text())
