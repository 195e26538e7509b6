"""What may be asked of production units, and which words go together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.exchange.unit_table import UnitTable
    from isocost.frontier import Direction, Dominance
    from isocost.frontier.composed_error import Inefficiency
    from isocost.frontier.envelopment import Disposability, Towards
    from isocost.frontier.functional_form import FunctionalForm
    from isocost.frontier.hull import Technology
    from isocost.frontier.stochastic import FrontierKind

__all__ = ["FEWEST_RESAMPLES", "Method", "UnitQuestion", "check_question"]

Method = Literal["pareto", "fdh", "dea", "order-m", "sfa"]
FEWEST_RESAMPLES = 100
_RETURNS = ("vrs", "crs", "drs", "irs")
_WORDS: dict[str, tuple[str, ...]] = {
    "form": ("cobb-douglas", "translog"),
    "distribution": ("half-normal", "truncated-normal", "exponential"),
    "kind": ("production", "cost"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitQuestion:
    """How to score units; what is ``None`` was not said.

    Parameters
    ----------
    method : {"pareto", "fdh", "dea", "order-m", "sfa"}
    dominance : {"strict", "weak"} or None
        Of ``pareto``.
    returns : {"vrs", "crs", "drs", "irs"} or None
        Of ``dea``; variable returns unless said.
    orientation : {"input", "output", "directional"} or None
        Unless said: input; directional with bad outputs.
    direction : Direction or None
        Of directional distances; each unit's own values unless said.
    disposability : {"weak", "strong"} or None
        Of bad outputs; weak unless said, strong for ``fdh`` and super-efficiency.
    prices : mapping of str to float
        Of all inputs, or of all outputs: for cost, or revenue, efficiency.
    super_efficiency : bool
    resamples : int or None
        Of the bootstrap.
    order : int or float or None
        Of ``order-m``: m, or a share alpha below 1 for order-alpha; 25 unless said.
    form, distribution, kind : str or None
        Of ``sfa``: Cobb-Douglas, half-normal and production unless said.
    seed : int
    """

    method: Method = "pareto"
    dominance: Dominance | None = None
    returns: Technology | None = None
    orientation: Towards | None = None
    direction: Direction | None = None
    disposability: Disposability | None = None
    prices: Mapping[str, float] = field(default_factory=dict)
    super_efficiency: bool = False
    resamples: int | None = None
    order: int | float | None = None
    form: FunctionalForm | None = None
    distribution: Inefficiency | None = None
    kind: FrontierKind | None = None
    seed: int = 0

    @property
    def technology(self) -> Technology:
        """What a combination of units may be."""
        return (self.returns or "vrs") if self.method == "dea" else "fdh"

    def towards(self, table: UnitTable) -> Towards:
        """Return the orientation, as said or as the columns suggest."""
        if self.orientation is not None:
            return self.orientation
        if table.bads and self.method in ("dea", "fdh"):
            return "directional"
        return "input" if table.inputs or table.bads else "output"

    def disposal(self, table: UnitTable) -> Disposability | None:
        """Return how bad outputs can be cut; ``None`` where there are none."""
        if not table.bads:
            return self.disposability
        strong = self.technology == "fdh" or self.super_efficiency
        return self.disposability or ("strong" if strong else "weak")


def check_question(question: UnitQuestion, table: UnitTable) -> None:
    """Refuse words that are not known, do not go together, or do not fit the columns.

    Parameters
    ----------
    question : UnitQuestion
    table : UnitTable

    Raises
    ------
    InputError
        With the option to leave out or to give.
    """
    _check_words(question)
    _check_together(question)
    scored = question.method in ("fdh", "dea", "order-m", "sfa")
    if scored and not (table.inputs and table.outputs):
        raise InputError(
            f"--method {question.method} compares what is taken with what is made: give --inputs and "
            "--outputs; pareto needs only one of them"
        )
    if table.bads and question.method in ("order-m", "sfa"):
        raise InputError(
            f"--method {question.method} knows no bad outputs: give {table.bads[0].name} among the --inputs, "
            "or use dea"
        )
    towards = question.towards(table)
    if table.bads and question.method in ("dea", "fdh") and towards != "directional":
        raise InputError(
            f"bad outputs are cut along a direction: leave --orientation {towards} out, or give "
            f"{table.bads[0].name} among the --inputs"
        )
    if table.dates is not None and (question.method not in ("dea", "fdh") or towards == "directional"):
        raise InputError("--date compares by a Malmquist index: use --method dea, towards input or output")
    if question.method == "sfa":
        _check_stochastic(question, table)


def _check_words(question: UnitQuestion) -> None:
    if question.method not in get_args(Method):
        raise InputError(f"--method must be one of {', '.join(get_args(Method))}; got {question.method!r}")
    if question.returns is not None and question.returns not in _RETURNS:
        raise InputError(f"--rts must be one of {', '.join(_RETURNS)}; got {question.returns!r}")
    if question.orientation not in (None, "input", "output", "directional"):
        raise InputError(f"--orientation must be input, output or directional; got {question.orientation!r}")
    for name, known in _WORDS.items():
        said = getattr(question, name)
        if said is not None and said not in known:
            raise InputError(f"--{name} must be one of {', '.join(known)}; got {said!r}")
    if question.disposability not in (None, "weak", "strong"):
        raise InputError(f"--disposability must be weak or strong; got {question.disposability!r}")
    if question.resamples is not None and question.resamples < FEWEST_RESAMPLES:
        raise InputError(
            f"--bootstrap needs at least {FEWEST_RESAMPLES} resamples for an interval, got "
            f"{question.resamples}; 2000 are usual"
        )


def _check_together(question: UnitQuestion) -> None:
    methods: dict[str, tuple[bool, tuple[str, ...]]] = {
        "--dominance": (question.dominance is not None, ("pareto",)),
        "--rts": (question.returns is not None, ("dea",)),
        "--direction": (question.direction is not None, ("dea", "fdh")),
        "--disposability": (question.disposability is not None, ("dea", "fdh")),
        "--prices": (bool(question.prices), ("dea", "fdh")),
        "--super": (question.super_efficiency, ("dea", "fdh")),
        "--bootstrap": (question.resamples is not None, ("dea",)),
        "--order": (question.order is not None, ("order-m",)),
        "--form": (question.form is not None, ("sfa",)),
        "--distribution": (question.distribution is not None, ("sfa",)),
        "--kind": (question.kind is not None, ("sfa",)),
    }
    for option, (given, known) in methods.items():
        if given and question.method not in known:
            raise InputError(
                f"{option} goes with --method {' or '.join(known)}, not with {question.method}; leave one out"
            )
    if question.orientation == "directional" and question.method not in ("dea", "fdh"):
        raise InputError("--orientation directional goes with --method dea or fdh; use input or output")
    if question.direction is not None and question.orientation not in (None, "directional"):
        raise InputError(f"--direction goes with --orientation directional, not with {question.orientation}")


def _check_stochastic(question: UnitQuestion, table: UnitTable) -> None:
    if question.orientation is not None:
        raise InputError("--orientation is not of sfa: --kind production looks at output, cost at cost")
    single = table.inputs if question.kind == "cost" else table.outputs
    if len(single) != 1:
        one, others = ("--inputs", "outputs") if question.kind == "cost" else ("--outputs", "inputs")
        raise InputError(
            f"--method sfa --kind {question.kind or 'production'} explains one column by the {others}: give "
            f"one of {one}, got {len(single)}; dea takes several"
        )
