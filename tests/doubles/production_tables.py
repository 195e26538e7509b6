"""Problems of envelopment out of plain tables."""

from typing import Any

import numpy as np

from isocost.frontier import Axis, EnvelopmentProblem


def production(x: Any, y: Any, bads: Any = None, *, names: Any = None, ratio: str = "") -> EnvelopmentProblem:
    """Units "0", "1" ... with inputs x0.., outputs y0.., bad outputs b0.."""

    def axes(word: str, table: Any, better: Any) -> tuple[Axis, ...]:
        named = [f"{word}{i}" for i in range(table.shape[1])]
        return tuple(Axis(name=name, unit="", better=better, bounded=name == ratio) for name in named)

    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    b = None if bads is None else np.array(bads, dtype=float)
    return EnvelopmentProblem(
        names=tuple(names or map(str, range(len(x)))),
        input_axes=axes("x", x, "lower"),
        output_axes=axes("y", y, "higher"),
        bad_axes=() if b is None else axes("b", b, "lower"),
        inputs=x,
        outputs=y,
        bads=b,
    )
