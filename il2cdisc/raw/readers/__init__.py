"""One module for each raw format: a file to a table of text."""
