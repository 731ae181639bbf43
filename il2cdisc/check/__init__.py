"""Conformance of the files that a build wrote: rules, findings, reports, dispositions."""
