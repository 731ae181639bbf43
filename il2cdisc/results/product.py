"""Product: the results dataset, all numbers of all displays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.problems import Problems
from il2cdisc.base.products import Product
from il2cdisc.base.shared_tasks import SharedTasks
from il2cdisc.base.stored import AnyDataset
from il2cdisc.package import listing_file
from il2cdisc.results.frame import Results
from il2cdisc.spec.models import PlannedAnalysis
from il2cdisc.spec.tlf import Display

if TYPE_CHECKING:
    from il2cdisc.results.run import Numbered, PartialResults


@dataclass(frozen=True, slots=True)
class AskedResults:
    """Results that are being computed, in portions of displays, and the datasets that they are of."""

    tables: dict[str, CodedTable]
    portions: SharedTasks[PartialResults]


def begin(
    folder: Path,
    displays: Sequence[Display],
    sdtm: Sequence[AnyDataset],
    adam: Sequence[AnyDataset],
    executor: Executor,
) -> AskedResults:
    """Ask for the results: they are computed while other products are written."""
    from il2cdisc.results.run import needed, portions, run_portion

    tables = needed(displays, {item.name: item for item in (*sdtm, *adam)})
    tasks = [partial(run_portion, portion, _of(portion, tables)) for portion in portions(displays)]
    return AskedResults(tables, SharedTasks(executor, tasks))


def _of(portion: Numbered, tables: Mapping[str, CodedTable]) -> dict[str, CodedTable]:
    """The tables that a portion of the displays reads."""
    names = {display.population_dataset for _, display in portion}
    names |= {analysis.dataset for _, display in portion for analysis in display.analyses}
    return {name: table for name, table in tables.items() if name in names}


def write(
    folder: Path,
    asked_results: AskedResults,
    findings: Problems,
    displays: Sequence[Display],
    planned: Sequence[PlannedAnalysis],
) -> Results:
    """`results.parquet`, `results.csv`, the same as R's cards has it (`cards.csv`), and `analyses.csv`.

    Of each listing what it shows, as `listings/NAME.parquet`. What could not be estimated goes to `findings`.
    """
    from il2cdisc.results.cards import cards_frame
    from il2cdisc.results.described import analyses_frame
    from il2cdisc.results.run import combined
    from il2cdisc.results.write import csv_bytes
    from il2cdisc.transport.parquet import write_parquet

    results = combined(displays, asked_results.tables, asked_results.portions.results())
    findings.extend(results.problems)
    with (folder / "results.parquet").open("wb") as stream:
        write_parquet(results.frame, stream)
    (folder / "results.csv").write_bytes(csv_bytes(results.frame))
    (folder / "cards.csv").write_bytes(csv_bytes(cards_frame(results.frame)))
    (folder / "analyses.csv").write_bytes(csv_bytes(analyses_frame(displays, planned)))
    for name, table in results.listed.items():
        path = folder / listing_file(name)
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as stream:
            write_parquet(table.frame(), stream)
    return results


BEGUN = Product("asked_results", begin)
PRODUCT = Product("results", write, "results", "writing results and displays")
