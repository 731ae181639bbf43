"""Lineage: from a record back to the raw file, line and field."""
