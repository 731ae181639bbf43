"""Mixed models for repeated measures: restricted likelihood, covariance structures, Kenward-Roger."""

from il2cdisc.stats.mmrm.clda import Clda, clda
from il2cdisc.stats.mmrm.model import mmrm
from il2cdisc.stats.mmrm.result import Mmrm
from il2cdisc.stats.mmrm.verdict import Attempt

__all__ = ["Attempt", "Clda", "Mmrm", "clda", "mmrm"]
