"""Product: the manifest, the last file of a build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from il2cdisc.base.products import Product
from il2cdisc.study import Study


def write(
    folder: Path,
    study: Study,
    standards: Mapping[str, str],
    libraries: Mapping[str, str],
    part: Sequence[str],
) -> None:
    """`manifest.json` of the finished folder."""
    from il2cdisc.deliver.manifest import write_manifest

    write_manifest(
        folder,
        study=study.id,
        time=study.build.time.isoformat(),
        treatment=study.treatment_mode,
        synthetic=study.study.synthetic,
        standards=standards,
        libraries=libraries,
        part=part,
    )


PRODUCT = Product("manifest", write)
