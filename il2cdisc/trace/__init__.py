"""Lineage: from a displayed number to records, from a record back to the raw file, line and field."""
