"""The command line: one file for each group of commands; heavy imports wait inside the commands."""

from il2cdisc.cli.commands import app, main

__all__ = ["app", "main"]
