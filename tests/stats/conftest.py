"""Reference values from R, stored or live; tests that need them say why they skip."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_PLACES = [parent / "shared" / "oracles" / "stats" for parent in Path(__file__).resolve().parents[2:]]
ORACLES = next((place for place in _PLACES if place.is_dir()), None)


@pytest.fixture(scope="session")
def r_values() -> dict[str, Any]:
    """Values computed by R 4.2 and stored beside the project."""
    if ORACLES is None:
        pytest.skip("the reference values from R are not here")
    return json.loads((ORACLES / "stats_reference.json").read_text())


@pytest.fixture(scope="session")
def r_data() -> Path:
    """The folder with the data of the stored reference values."""
    if ORACLES is None:
        pytest.skip("the data of the reference values are not here")
    return ORACLES


@pytest.fixture(scope="session")
def live_r() -> Callable[[str], list[float]]:
    """Runs R code that ends in a numeric vector, and returns its numbers; skips without R or a package."""
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed")

    def run(code: str, *packages: str) -> list[float]:
        needs = "".join(
            f'if (!requireNamespace("{name}", quietly=TRUE)) quit(status=3);' for name in packages
        )
        loads = "".join(f"suppressMessages(library({name}));" for name in packages)
        script = f'{needs}{loads}v <- {{{code}}}\ncat("\\n@", sprintf("%.17g", v))'
        done = subprocess.run(
            [program, "--vanilla", "-e", script], capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode == 3:
            pytest.skip(f"R is without {', '.join(packages)}")
        assert done.returncode == 0, done.stderr
        return [float(text.replace("NA", "nan")) for text in done.stdout.split("@")[-1].split()]

    return run
