"""Product: the results dataset, all numbers of all displays."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from pathlib import Path

from il2cdisc.base.problems import Problems
from il2cdisc.base.products import Product
from il2cdisc.base.stored import AnyDataset
from il2cdisc.results.frame import Results
from il2cdisc.spec.tlf import Display


def begin(
    folder: Path, displays: Sequence[Display], adam: Sequence[AnyDataset], executor: Executor
) -> Future[Results]:
    """Ask for the results: they are computed while other products are written."""
    from il2cdisc.results.run import needed, run

    return executor.submit(run, displays, needed(displays, {item.name: item for item in adam}))


def write(folder: Path, asked_results: Future[Results], findings: Problems) -> Results:
    """`results.parquet` and `results.csv`; what could not be estimated goes to `findings`."""
    from il2cdisc.results.write import csv_bytes
    from il2cdisc.transport.parquet import write_parquet

    results = asked_results.result()
    findings.extend(results.problems)
    with (folder / "results.parquet").open("wb") as stream:
        write_parquet(results.frame, stream)
    (folder / "results.csv").write_bytes(csv_bytes(results.frame))
    return results


BEGUN = Product("asked_results", begin)
PRODUCT = Product("results", write, "results", "writing results and displays")
