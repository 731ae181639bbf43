"""What displays of a blinded build say: what is withheld, and that treatments are of a dummy list."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.origins import Origin, PlannedVariable
from il2cdisc.results.run import run
from il2cdisc.run.withheld import DUMMY, with_notes
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.models import Parameter, Spec
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, ListedItem
from il2cdisc.tlf.layout import lay_out

ADAM = Spec(
    shown="adam.xlsx", standard="ADaM", define={}, datasets={},
    parameters=(
        Parameter(dataset="ADLB", code="EOS", label="Eosinophils", restricted=True),
        Parameter(dataset="ADLB", code="ALT", label="Alanine"),
    ),
)  # fmt: skip
KIT = PlannedVariable("EX", "EXREFID", Origin.COLLECTED, ("ex.KIT",), "")
DOSE = PlannedVariable("EX", "EXDOSE", Origin.COLLECTED, ("ex.DOSE",), "")


def display(dataset: str, *wheres: str, variables: tuple[str, ...] = ("AVAL",)) -> Display:
    analyses = tuple(
        DisplayAnalysis(
            display="T-1", id=f"A{number}", label="Label", method="Continuous", dataset=dataset,
            where=parse(where), variables=tuple(ListedItem(name=name, label=name) for name in variables),
        )
        for number, where in enumerate(wheres)
    )  # fmt: skip
    return Display(
        id="T-1", kind="Table", number="1", title="Title", population="All", population_dataset="ADSL",
        treatment="TRT01P", columns=(DisplayColumn(label="All"),), analyses=analyses, footnotes=("Own.",),
    )  # fmt: skip


def noted(given: Display) -> Display:
    (made,) = with_notes([given], [ADAM], [KIT, DOSE], ["rand", "ex.KIT"])
    return made


def test_restricted_parameters_are_named_and_not_computed() -> None:
    made = noted(display("ADLB", "PARAMCD EQ EOS", "PARAMCD EQ ALT", "PARAMCD IN (ALT, EOS)"))
    assert [item.withheld for item in made.analyses] == [True, False, False]
    assert made.footnotes == ("Own.", DUMMY, "Blinded: withheld as restricted are EOS.")


def test_displays_of_nothing_restricted_say_only_whose_treatments_they_have() -> None:
    assert noted(display("ADLB", "PARAMCD EQ ALT")).footnotes == ("Own.", DUMMY)
    assert "EOS" in noted(display("ADLB", "")).footnotes[-1]  # all parameters


def test_columns_that_are_made_of_restricted_ones() -> None:
    assert noted(display("EX", "", variables=("EXREFID", "EXDOSE"))).footnotes[-1].endswith("are EXREFID.")
    assert noted(display("EX", "", variables=("EXDOSE",))).footnotes == ("Own.", DUMMY)


def test_a_withheld_analysis_says_so_in_its_place() -> None:
    subjects = pd.DataFrame({"USUBJID": ["1", "2"], "TRT01P": ["A", "A"]}, dtype="str")
    values = pd.DataFrame(
        {"USUBJID": ["1", "2"], "TRT01P": "A", "PARAMCD": "ALT", "AVAL": [1.0, 2.0]}
    ).astype({"USUBJID": "str", "TRT01P": "str", "PARAMCD": "str"})
    frames = {"ADSL": subjects, "ADLB": values}
    made = noted(display("ADLB", "PARAMCD EQ EOS", "PARAMCD EQ ALT"))
    found = run([made], frames)
    assert found.problems == ()
    assert set(found.frame["analysis"]) == {"@columns", "A1"}
    rows = [row.cells for row in lay_out(made, found.frame).rows]
    assert rows[:2] == [("Label", ""), ("Withheld as restricted: the build is blinded.", "")]
    assert ("n", "2") in rows
