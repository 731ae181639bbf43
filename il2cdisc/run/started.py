"""A build that starts from finished datasets: SDTM as it was received, and ADaM of it, block after block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from il2cdisc.base.memory import give_back
from il2cdisc.base.problems import Problems, Stopped
from il2cdisc.base.stored import AnyDataset
from il2cdisc.package import records_of
from il2cdisc.run.blocks import BlocksDone, split_received
from il2cdisc.run.derivation import Derivation
from il2cdisc.run.plan import Plan
from il2cdisc.run.start import is_received, read_datasets, start_files


def from_datasets(
    plan: Plan,
    say: Callable[[str], None],
    findings: Problems,
    *,
    scratch: Path | None = None,
    done: BlocksDone | None = None,
) -> tuple[dict[str, AnyDataset], dict[str, AnyDataset]]:
    """SDTM and ADaM of the folder that [start] names: what is there is read, what is not is derived.

    ADaM lies in the folder `scratch` where there are several blocks. Raises `Stopped`.
    """
    say(f"reading the datasets in {plan.study.start.folder if plan.study.start else ''}")
    files = start_files(plan.study)
    if plan.study.starts_at("adam"):
        return {}, dict(read_datasets(plan.study, files, plan.adam))
    sdtm = read_datasets(plan.study, _asked(plan, files), plan.sdtm)
    if not plan.adam_order:
        return dict(sdtm), {}
    say("deriving ADaM")
    blocks = list(split_received(sdtm, plan.block_subjects))
    derivation = Derivation(plan, len(blocks), scratch, {})
    if done is not None:
        done(0, len(blocks))
    for number in range(len(blocks)):
        derivation.add(blocks[number])
        blocks[number] = {}
        give_back()
        if done is not None:
            done(number + 1, len(blocks))
    return dict(sdtm), derivation.datasets(sdtm, findings)


def _asked(plan: Plan, files: Sequence[Path]) -> list[Path]:
    """The files of the datasets that the build needs: of a part not all."""
    if not plan.named:
        return list(files)
    needed = {name.upper() for function in plan.adam_order for name in plan.adam_needs[function]}
    return [path for path in files if _name(path) in {*needed, *plan.written, ""}]


def _name(path: Path) -> str:
    """The dataset of a file; empty where only reading tells it, and for one that can't be read, which is
    reported when it is."""
    if is_received(path):
        return path.stem.upper() if path.suffix.lower() == ".parquet" else ""
    try:
        return records_of(path)[0]
    except Stopped:
        return ""
