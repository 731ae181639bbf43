"""Variables that the workbook takes over from another dataset: their Predecessor is all that is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from il2cdisc.adam.arguments import need_columns
from il2cdisc.adam.merging import derive_vars_merged
from il2cdisc.adam.problems import NO_DATASET, NO_PREDECESSOR
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Problem, Stopped, did_you_mean
from il2cdisc.base.rowids import MARK, id_column, id_columns
from il2cdisc.spec.models import Spec, VariableSpec

_SUBJECT = ("USUBJID",)


def derive_vars_predecessor(
    dataset: pd.DataFrame,
    *,
    spec: Spec,
    name: str,
    sources: Mapping[str, pd.DataFrame],
    by: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """`dataset` with the variables of `name` whose origin is Predecessor and that it does not have yet.

    The cell Predecessor says `ADSL.TRT01P`. Where ADSL is one of `sources`, the value is that of its row of
    the same key: USUBJID, or what `by` names for it (`{"ADSL": ["STUDYID", "USUBJID"]}`); its row ids come
    along. Where it is the dataset of the records themselves (they have its ids, `@AE`), the value is that of
    their own column of that name. A variable that is there already stays as it is. New variables are in the
    order of the workbook.

    Raises `Stopped` with all of ADM049, each at its cell: a predecessor whose dataset is neither, or whose
    variable is not there; ADM012 for a dataset that the workbook does not have; ADM002 for a source with
    several rows per key.

    >>> rows = [("TRTP", "ADSL.TRT01P"), ("AEDECOD", "AE.AEDECOD"), ("AETERMX", "AE.AETERM")]
    >>> copied = {"dataset": "ADAE", "origin": Origin.PREDECESSOR}
    >>> variables = [VariableSpec(name=new, predecessor=old, **copied) for new, old in rows]
    >>> from il2cdisc.spec.models import DatasetSpec
    >>> wanted = {"ADAE": DatasetSpec(name="ADAE", variables=tuple(variables))}
    >>> spec = Spec(shown="adam.xlsx", standard="ADaM", define={}, datasets=wanted)
    >>> ae = pd.DataFrame({"@AE": [0], "USUBJID": ["S1"], "AETERM": ["itch"], "AEDECOD": ["Pruritus"]})
    >>> adsl = pd.DataFrame({"USUBJID": ["S1"], "TRT01P": ["ACTIVE"]})
    >>> derive_vars_predecessor(ae, spec=spec, name="ADAE", sources={"ADSL": adsl})
       @AE USUBJID AETERM   AEDECOD    TRTP AETERMX
    0    0      S1   itch  Pruritus  ACTIVE    itch
    """
    function = "derive_vars_predecessor"
    if name not in spec.datasets:
        hint = did_you_mean(name, spec.datasets)
        raise Stopped([NO_DATASET.at(name, "the workbook has no such dataset", hint=hint)])
    wanted = [
        variable
        for variable in spec.datasets[name].variables
        if variable.origin is Origin.PREDECESSOR and variable.name not in dataset.columns
    ]
    problems = [problem for variable in wanted for problem in _faults(dataset, variable, sources)]
    if problems:
        raise Stopped(problems)
    out = dataset
    for source, frame in sources.items():
        new = {v.name: _column(v) for v in wanted if _dataset(v) == source}
        key = (by or {}).get(source, _SUBJECT)
        need_columns(function, dataset, key)
        out = derive_vars_merged(out, frame, by=key, new_vars=new, ids=True) if new else out
    own = {v.name: dataset[_column(v)] for v in wanted if _dataset(v) not in sources}
    made = out.assign(**own)
    placed = [variable.name for variable in wanted]
    return made[[*(column for column in made.columns if column not in placed), *placed]]


def _dataset(variable: VariableSpec) -> str:
    return variable.predecessor.partition(".")[0]


def _column(variable: VariableSpec) -> str:
    return variable.predecessor.partition(".")[2]


def _faults(
    dataset: pd.DataFrame, variable: VariableSpec, sources: Mapping[str, pd.DataFrame]
) -> list[Problem]:
    """Why a predecessor can't be resolved."""
    source, column = _dataset(variable), _column(variable)
    what = f"{variable.dataset}.{variable.name} has the predecessor {variable.predecessor or '(blank)'}"
    place = variable.at("Predecessor")
    if source not in sources and id_column(source) not in dataset.columns:
        there = [*sources, *(str(item).removeprefix(MARK) for item in id_columns(dataset))]
        what += f"; {source or 'its dataset'} is neither a source nor the dataset of the records"
        return [NO_PREDECESSOR.at(place, what, values=there, hint=did_you_mean(source, there))]
    columns = [str(item) for item in sources.get(source, dataset).columns]
    if column not in columns:
        what += f"; {source} has no such variable here"
        return [NO_PREDECESSOR.at(place, what, hint=did_you_mean(column, columns))]
    return []
