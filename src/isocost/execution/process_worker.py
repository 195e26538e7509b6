"""``python -m isocost.execution.process_worker``: a worker that is told over standard input what to do."""

from __future__ import annotations

import os

from isocost.execution.entry import entry_of
from isocost.execution.line import PipeLine

__all__ = ["main"]


def main() -> None:
    """Carry out the entry that the first message names; what others print goes to standard error."""
    line = PipeLine("the coordinator", os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    try:
        first = line.hear(None)
    except EOFError:
        return
    entry_of(str((first or {}).get("entry")))(line)


if __name__ == "__main__":
    main()
