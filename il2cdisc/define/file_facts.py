"""What define.xml says of a dataset, for formats that hold it themselves (Dataset-JSON)."""

from __future__ import annotations

from datetime import datetime

from il2cdisc.define.model import Define
from il2cdisc.package import DEFINE
from il2cdisc.transport.codec import ColumnFacts, FileFacts


def facts_of(define: Define, dataset: str, *, created: datetime, folder: str) -> FileFacts:
    """OIDs, data types and keys of one dataset, and where its define.xml is from the folder of the format.

    A dataset that the define.xml does not describe gets an OID alone.
    """
    group = define.group(dataset)
    items = define.by_oid()
    columns = {
        items[ref.item].name: ColumnFacts(ref.item, items[ref.item].data_type, ref.key)
        for ref in (group.items if group else ())
    }
    return FileFacts(
        created=created,
        item_group=group.oid if group else f"IG.{dataset}",
        columns=columns,
        file=f"{define.study_name}.{dataset}",
        study=define.study_oid,
        metadata_version=define.oid,
        metadata=f"../../{folder}/{DEFINE}",
        originator=define.originator,
        system=define.source_system,
        system_version=define.source_system_version,
    )
