"""Product: transport files, each read back by both readers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from datetime import datetime
from pathlib import Path

from il2cdisc.base.problems import Problem, Problems, Stopped
from il2cdisc.base.products import Product
from il2cdisc.base.stored import AnyDataset, StoredDataset

ReadBack = list[Future[list[Problem]]]
"""What pyreadstat finds in each file that differs from what our own reader finds, later."""


def write_files(
    folder: Path,
    datasets: Sequence[AnyDataset],
    created: datetime,
    findings: Problems,
    executor: Executor,
    read_back: ReadBack,
) -> None:
    """The datasets that have records as transport files, compared with what our own reader reads.

    `created` is the time in the files; `findings` takes what is worth a note, `read_back` what `verify` waits
    for. Raises `Stopped` with every refusal and every difference.
    """
    from il2cdisc.transport.readback import compare_readers, compare_with_dataset
    from il2cdisc.transport.xpt import write_xpt

    stops = Problems()
    for dataset in datasets:
        if not dataset.rows:
            continue
        path = folder / f"{dataset.name.lower()}.xpt"
        try:
            with path.open("wb") as stream:
                findings.extend(write_xpt(dataset, stream, created=created))
        except Stopped as stopped:
            stops.extend(stopped.problems)
            continue
        read_back.append(executor.submit(compare_readers, path))
        if isinstance(dataset, StoredDataset):
            read_back.append(executor.submit(compare_with_dataset, path, dataset.unlinked()))
        else:
            stops.extend(compare_with_dataset(path, dataset))
    stops.stop_if_any()


def copy_files(folder: Path, sources: Sequence[Path], executor: Executor, read_back: ReadBack) -> None:
    """Transport files as they were received, under names in lower case."""
    from il2cdisc.transport.readback import compare_readers

    for source in sources:
        path = folder / source.name.lower()
        shutil.copyfile(source, path)
        read_back.append(executor.submit(compare_readers, path))


def verify(folder: Path, read_back: ReadBack) -> None:
    """Raise `Stopped` with every difference between pyreadstat and our own reader, in all files."""
    Problems([problem for found in read_back for problem in found.result()]).stop_if_any()


PRODUCT = Product("files", write_files, title="writing transport files")
COPIED = Product("copied", copy_files, title="copying transport files")
