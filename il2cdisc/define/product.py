"""Product: define.xml, in the folder of the datasets that it describes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from il2cdisc import __version__
from il2cdisc.base.products import Product
from il2cdisc.base.stored import AnyDataset
from il2cdisc.package import DEFINE
from il2cdisc.spec.models import Spec
from il2cdisc.spec.supplements import NAMING, with_supplements
from il2cdisc.study import Study


def write(folder: Path, workbook: Spec, datasets: Sequence[AnyDataset], study: Study) -> None:
    """define.xml of a workbook and its finished datasets; the checks of the files read it back."""
    from il2cdisc.define import DefineFacts, define_bytes, make_define

    facts = DefineFacts(
        created=study.build.time,
        terminology=study.standards.ct,
        originator=study.study.sponsor,
        system_version=__version__,
    )
    made = [item for item in datasets if item.name.startswith("SUPP")]
    supplements = {item.name: item.table(NAMING).frame() for item in made}
    spec = with_supplements(workbook, supplements)
    (folder / DEFINE).write_bytes(define_bytes(make_define(spec, datasets, facts)))


PRODUCT = Product("define", write, title="writing define.xml")
