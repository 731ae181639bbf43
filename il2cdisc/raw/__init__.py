"""Raw exports → frames of text with row ids, receipts, and every record linked to its subject."""

from il2cdisc.raw.dictionary import Dictionary, DictionaryColumn, load_dictionary
from il2cdisc.raw.forms import Form, FormPart, RawExport, Receipt
from il2cdisc.raw.link import link
from il2cdisc.raw.notice import notice
from il2cdisc.raw.read import empty_forms, read_export
from il2cdisc.raw.records import RawRecord, Records
from il2cdisc.raw.schedule import missing_forms
from il2cdisc.raw.sources import check_sources, header_of

__all__ = [
    "Dictionary",
    "DictionaryColumn",
    "Form",
    "FormPart",
    "RawExport",
    "RawRecord",
    "Receipt",
    "Records",
    "check_sources",
    "empty_forms",
    "header_of",
    "link",
    "load_dictionary",
    "missing_forms",
    "notice",
    "read_export",
]
