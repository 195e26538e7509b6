"""What to doubt of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.estimate import Caution
from isocost.studies.differences import model_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.studies.compared import ComparedModel
    from isocost.studies.contenders import Contender
    from isocost.studies.sides import Side

    Matches = Sequence[tuple[Contender, Contender]]

__all__ = ["comparison_doubts"]


def comparison_doubts(
    pairs: Matches, models: Sequence[ComparedModel], sides: tuple[Side, Side]
) -> tuple[Caution, ...]:
    """Return the cautions of a comparison, the gravest first.

    Parameters
    ----------
    pairs : sequence of (Contender, Contender)
        What was compared with what.
    models : sequence of ComparedModel
        Their comparisons, in the same order.
    sides : tuple of Side

    Returns
    -------
    tuple of Caution
        Each sentence once.
    """
    found = [
        *_unlike(pairs, models),
        *_left_out(pairs, sides),
        *_sessions(pairs, models),
        *_inherited(pairs, models),
    ]
    return tuple(dict.fromkeys(found))


def _inherited(pairs: Matches, models: Sequence[ComparedModel]) -> Iterator[Caution]:
    for pair, model in zip(pairs, models, strict=True):
        for contender in pair:
            for caution in contender.cautions:
                yield Caution(caution.code, f"{contender.name}: {caution.text}")
        yield from () if model.runtime is None else model.runtime.cautions


def _sessions(pairs: Matches, models: Sequence[ComparedModel]) -> Iterator[Caution]:
    timed = [
        contender
        for pair, model in zip(pairs, models, strict=True)
        if model.runtime is not None
        for contender in pair
    ]
    if timed and all(len(each.runtimes) == 1 and each.measured for each in timed):
        yield Caution(
            "one-session",
            "each side was profiled once, and how much another start or another hour differs is in no "
            "interval, so that a gate may fail for that alone; profile again and give several with commas: "
            "A1,A2 B1,B2",
        )


def _unlike(pairs: Matches, models: Sequence[ComparedModel]) -> Iterator[Caution]:
    other = [
        model.model for model in models if {each.label for each in model.differences} & set(model_labels())
    ]
    if other:
        named = ", ".join(other[:3]) + (", …" if len(other) > 3 else "")
        yield Caution(
            "different-models",
            f"the model itself differs between the sides ({named}): the ratio is one of deployments, not of "
            "stacks",
        )
    counts = [
        f"{one.model} {one.accelerators} and {two.accelerators}"
        for one, two in pairs
        if one.accelerators is not None
        and two.accelerators is not None
        and one.accelerators != two.accelerators
    ]
    if counts:
        named = ", ".join(counts[:3]) + (", …" if len(counts) > 3 else "")
        yield Caution(
            "different-accelerators",
            f"the number of accelerators differs ({named}): the ratio is one of deployments, not of "
            "accelerators; accelerator-seconds stand beside it",
        )
    workloads = [
        (one.workload, two.workload)
        for one, two in pairs
        if one.curve is not None and two.curve is not None and one.workload != two.workload
    ]
    if workloads:
        yield Caution(
            "several-workloads",
            f"sweeps under different requests are not alike and were not compared ({workloads[0][0]}; "
            f"{workloads[0][1]})",
        )


def _left_out(pairs: Matches, sides: tuple[Side, Side]) -> Iterator[Caution]:
    for number, side in enumerate(sides):
        matched = [pair[number] for pair in pairs]
        alone = [each.model for each in side.contenders if each not in matched]
        if alone:
            named = ", ".join(alone[:3]) + (", …" if len(alone) > 3 else "")
            yield Caution(
                "unmatched-models",
                f"{len(alone)} of {len(side.contenders)} models of {side.name} have no match and are left "
                f"out ({named})",
            )
