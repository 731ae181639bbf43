"""Products: define.xml, in the folder of the datasets that it describes; the datasets in further formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from il2cdisc import __version__
from il2cdisc.base.products import Product
from il2cdisc.base.stored import AnyDataset
from il2cdisc.define.model import Define
from il2cdisc.define.pages import CrfPages, with_crf
from il2cdisc.package import ACRF, DEFINE, DISPLAYS, RENDERED, STYLESHEET
from il2cdisc.spec.models import PlannedAnalysis, Spec
from il2cdisc.spec.supplements import NAMING, with_supplements
from il2cdisc.spec.tlf import Display
from il2cdisc.study import Study
from il2cdisc.study.checks import SYNTHETIC


def write(
    folder: Path,
    workbook: Spec,
    datasets: Sequence[AnyDataset],
    study: Study,
    displays: Sequence[Display],
    planned: Sequence[PlannedAnalysis],
    acrf: CrfPages,
) -> Define:
    """define.xml of a workbook and its finished datasets, its stylesheet, and the page that this makes of it.

    The checks of the files read define.xml back.

    That of ADaM holds the analysis results of `displays`, whose files lie in the folder of displays; that of
    SDTM cites the pages of the annotated CRF in the same folder, if there is one.
    """
    from il2cdisc.define import DefineFacts, define_bytes, make_define
    from il2cdisc.define.analyses import Catalogue
    from il2cdisc.define.render import html_of_define, stylesheet_bytes

    facts = DefineFacts(
        created=study.build.time,
        terminology=study.standards.ct,
        originator=study.study.sponsor,
        system_version=__version__,
        catalogue=Catalogue(
            displays if workbook.standard == "ADaM" else (),
            planned,
            {item.id: f"../{DISPLAYS}/{item.id.lower()}.pdf" for item in displays},
            f"il2cdisc {__version__}",
        ),
        documents=frozenset({ACRF} if acrf.known else ()),
        pages=acrf,
    )
    made = [item for item in datasets if item.name.startswith("SUPP")]
    supplements = {item.name: item.table(NAMING).frame() for item in made}
    spec = with_supplements(workbook, supplements)
    if acrf.known and workbook.standard == "SDTM":
        spec = with_crf(spec, SYNTHETIC if study.study.synthetic else "")
    made_define = make_define(spec, datasets, facts)
    data = define_bytes(made_define)
    (folder / DEFINE).write_bytes(data)
    (folder / STYLESHEET).write_bytes(stylesheet_bytes())
    (folder / RENDERED).write_bytes(html_of_define(data))
    return made_define


def write_formats(folder: Path, datasets: Sequence[AnyDataset], described: Define, study: Study) -> None:
    """The datasets that have records in the formats of `[build] formats`, each in a folder beside `folder`.

    `outputs/json/sdtm/dm.json`: the folder of the package, SDTM or ADaM, lies within that of the format.
    """
    from il2cdisc.define.file_facts import facts_of
    from il2cdisc.transport.codecs import written_formats

    known = written_formats()
    for codec in (known[name] for name in study.build.formats):
        place = folder.parent / codec.name / folder.name
        place.mkdir(parents=True, exist_ok=True)
        for dataset in datasets:
            if not dataset.rows or codec.write is None:
                continue
            facts = facts_of(described, dataset.name, created=study.build.time, folder=folder.name)
            with (place / f"{dataset.name.lower()}{codec.suffix}").open("wb") as stream:
                codec.write(dataset, facts, stream)


PRODUCT = Product("define", write, title="writing define.xml")
FORMATS = Product("formats", write_formats)
