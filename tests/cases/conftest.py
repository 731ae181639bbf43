"""The shipped trial with the damages of several files of tests, built once."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cases.damaged_trial import Built, build_damaged
from tests.conftest import built_once


@pytest.fixture(scope="session")
def damaged_shipped(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Its outputs up to the checks, made once in a run of the tests; the trial lies beside them."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        out = Path(str(arguments[-1]))
        shutil.rmtree(out.parent / "trial", ignore_errors=True)
        built = build_damaged(out.parent / "trial", out)
        (out.parent / "places.json").write_text(json.dumps(built.places))
        return subprocess.CompletedProcess([], built.exit_code, built.said, "")

    out = built_once(tmp_path_factory, "damaged", run)
    places = json.loads((out.parent / "places.json").read_text())
    return Built(places, out, 0, (out.parent / "said.txt").read_text())
