"""Define-XML 2.1: workbook and datasets to a model, the model to a file and back, and its checks."""

from il2cdisc.define.against import compare_define, compare_predecessors
from il2cdisc.define.check import check_define
from il2cdisc.define.lint import lint_define
from il2cdisc.define.make import DefineFacts, make_define
from il2cdisc.define.model import Define
from il2cdisc.define.overlap import check_overlap
from il2cdisc.define.read import read_define
from il2cdisc.define.write import define_bytes

__all__ = [
    "Define",
    "DefineFacts",
    "check_define",
    "check_overlap",
    "compare_define",
    "compare_predecessors",
    "define_bytes",
    "lint_define",
    "make_define",
    "read_define",
]
