"""Estimators on arrays and frames. No CDISC in here."""
