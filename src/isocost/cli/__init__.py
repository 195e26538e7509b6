"""The command line: one module a command; parse, call a study, hand its result to reporting, print or write."""

from isocost.cli.app import main

__all__ = ["main"]
