"""The command line, one module a command: parse, call a study, hand its result to reporting, print."""

from isocost.cli.app import main

__all__ = ["main"]
