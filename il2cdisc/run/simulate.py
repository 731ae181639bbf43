"""The trial's simulator, loaded by path and called into a folder."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path

from il2cdisc.base.problems import Address, Kind, Severity, Stopped
from il2cdisc.study import load_study

NO_SIMULATOR = Kind(
    "SIM001",
    "Trial without a simulator",
    Severity.STOP,
    "Put simulation/simulate.py into the folder of study.toml.",
)
REFUSED = Kind("SIM002", "Invalid numbers for the simulator", Severity.STOP, "Give other numbers.")
NOT_EMPTY = Kind("SIM003", "Folder not empty", Severity.STOP, "Name a folder that does not exist yet.")


def run_simulation(folder: Path, out: Path, *, subjects: int, seed: int) -> None:
    """Call `simulate` of `simulation/simulate.py` in the trial's folder; raises `Stopped`."""
    path = folder / "simulation" / "simulate.py"
    if not path.is_file():
        raise Stopped([NO_SIMULATOR.at(Address(file=str(path)), "there is no such file")])
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Stopped([NOT_EMPTY.at(Address(file=str(out)), "a raw export is never written over files")])
    spec = importlib.util.spec_from_file_location("_trial_simulate", path)
    if spec is None or spec.loader is None:
        raise Stopped([NO_SIMULATOR.at(Address(file=str(path)), "it is no Python module")])
    module = importlib.util.module_from_spec(spec)
    sys.modules["_trial_simulate"] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
        out.mkdir(parents=True, exist_ok=True)
        module.simulate(out, subjects=subjects, seed=seed)
    except ValueError as error:
        raise Stopped([REFUSED.at(Address(file="simulation/simulate.py"), str(error))]) from None
    finally:
        sys.path.remove(str(path.parent))
        sys.modules.pop("_trial_simulate", None)


def dummy_record(folder: Path, out: Path) -> list[str]:
    """The line for `[treatment]` that records the dummy list of a new export; none without one."""
    try:
        treatment = load_study(folder).treatment
    except Stopped:
        return []
    if treatment is None or not (out / treatment.dummy).is_file():
        return []
    digest = hashlib.sha256((out / treatment.dummy).read_bytes()).hexdigest()
    return [f'dummy list {treatment.dummy}: dummy_sha256 = "{digest}"']
