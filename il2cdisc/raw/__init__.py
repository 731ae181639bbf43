"""Raw exports → frames of text with row ids, receipts, and every record linked to its subject."""

from il2cdisc.raw.dictionary import Dictionary, DictionaryColumn, load_dictionary
from il2cdisc.raw.forms import Form, Part, RawExport, Receipt
from il2cdisc.raw.link import link
from il2cdisc.raw.notice import notice
from il2cdisc.raw.read import empty_forms, read_export
from il2cdisc.raw.records import RawRecord, Records
from il2cdisc.raw.schedule import missing_forms

__all__ = [
    "Dictionary",
    "DictionaryColumn",
    "Form",
    "Part",
    "RawExport",
    "RawRecord",
    "Receipt",
    "Records",
    "empty_forms",
    "link",
    "load_dictionary",
    "missing_forms",
    "notice",
    "read_export",
]
