"""The annotated case report form: drawn from the data dictionary, or a sponsor's own, annotated."""
