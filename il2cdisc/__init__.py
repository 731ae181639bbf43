"""il2cdisc: raw trial exports to a CDISC submission package, with a way back to every raw line."""

__version__ = "0.1.0"
