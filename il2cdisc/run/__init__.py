"""A command from its first line to its last: what is read, in which order, and what is written."""
