"""What a success costs: models and a human expert over problems."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import InputError
from isocost.core.estimate import Caution, Estimate
from isocost.core.provenance import Provenance
from isocost.exchange import read_problems
from isocost.frontier import cost_of_success, essentiality, frontier_cost, pass_at, split_frontier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from isocost.frontier import Attempts

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]

__all__ = ["FrontierOfSuccess", "ModelSuccess", "SuccessReport", "success_report"]

RESAMPLES = 1000
TRIES = (1, 2, 5, 10)
FEW_ATTEMPTS = 10
FEW_PROBLEMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSuccess:
    """What a success of one model costs.

    Parameters
    ----------
    name : str
    rate : Estimate
        Share of attempts that succeed, mean over problems.
    attempt_cost : Estimate
        Mean over problems, with verifying.
    cost : Estimate or None
        Mean over problems of cost / success rate, as published; ``None`` where a problem was never solved: it
        is infinite.
    corrected : Estimate
        The same by (n + 1) / (k + 1): nearly without bias where a success is not rare; a lower bound
        where some problem was never solved.
    ratio_of_means : Estimate or None
        Mean cost over mean success rate: another number, for a workload that gives up on what fails.
    unsolved : int
        Problems at which no attempt succeeded.
    best_at : int
        Problems at which it is the cheapest of all models.
    essentiality : Estimate or None
        Share that successes would cost more without it; ``None`` where some problem stays unsolved.
    pass_at : tuple of (int, float)
        Mean chance that at least one of so many attempts succeeds.
    """

    name: str
    rate: Estimate
    attempt_cost: Estimate
    cost: Estimate | None
    corrected: Estimate
    ratio_of_means: Estimate | None
    unsolved: int
    best_at: int
    essentiality: Estimate | None
    pass_at: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierOfSuccess:
    """The least cost of a success, problem by problem, over all models.

    Parameters
    ----------
    cost : Estimate or None
        As published: minimum over models, and the expert, of cost / rate. ``None``: infinite.
    split : Estimate or None
        With models chosen on one half of the attempts and judged on the other, near what such a choice costs;
        ``None`` with single attempts.
    human : Estimate or None
        What the expert alone takes.
    benefit : Estimate or None
        1 - cost / human: the share that models save.
    human_best_at : int or None
        Problems where the expert is cheaper than every model.
    unsolved : int
        Problems that no model solved.
    """

    cost: Estimate | None
    split: Estimate | None
    human: Estimate | None
    benefit: Estimate | None
    human_best_at: int | None
    unsolved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessReport:
    """What successes cost.

    Parameters
    ----------
    name : str
        The file.
    unit : str
        Of costs; ``""`` where the file does not tell.
    problems : int
    attempts : tuple of int
        Least and most attempts of a model at a problem.
    verifier_cost : float
    models : tuple of ModelSuccess
        The cheapest success first; those that never solved some problem last.
    groups : tuple of (str, tuple of str, Estimate or None)
        Families of models, and how essential each is; empty without families.
    frontier : FrontierOfSuccess
    cautions : tuple of Caution
    provenance : tuple of Provenance
    """

    name: str
    unit: str
    problems: int
    attempts: tuple[int, int]
    verifier_cost: float
    models: tuple[ModelSuccess, ...]
    groups: tuple[tuple[str, tuple[str, ...], Estimate | None], ...]
    frontier: FrontierOfSuccess
    cautions: tuple[Caution, ...]
    provenance: tuple[Provenance, ...]


@dataclass(frozen=True, slots=True)
class _Over:
    """Estimates over problems: a statistic of all of them, and of resamples."""

    worlds: np.ndarray[Any, np.dtype[np.int64]]
    count: int

    def estimate(self, statistic: Callable[[Any], float], unit: str, method: str) -> Estimate | None:
        """Return the statistic with its interval; ``None`` where it is infinite."""
        value = statistic(slice(None))
        if not np.isfinite(value):
            return None
        known = Estimate(value=value, unit=unit, kind="measured", method=method, n=self.count)
        drawn = np.array([statistic(world) for world in self.worlds])
        if self.count < 2 or not np.isfinite(drawn).all() or np.ptp(drawn) <= 1e-12 * abs(value):
            return known
        low, high = np.quantile(drawn, [0.025, 0.975])
        return replace(known, low=float(low), high=float(high), method=f"{method}; bootstrap over problems")


def success_report(
    path: Path,
    *,
    human_cost: float | None = None,
    verifier_cost: float = 0.0,
    seed: int = 0,
    renames: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> SuccessReport:
    """Tell what a success costs: of each model, of the best model at each problem, and of an expert.

    Parameters
    ----------
    path : Path
        Attempts at problems; see `isocost.exchange.read_problems`.
    human_cost : float, optional
        What an expert takes for any problem, above 0, in the unit of the file.
    verifier_cost : float
        Of judging one attempt, at least 0: who tries again until it succeeds must know when it did.
    seed : int
    renames, where : mapping of str to str, optional

    Returns
    -------
    SuccessReport

    Raises
    ------
    InputError
        If the file is no good, or the expert's cost is given twice or not above 0.
    """
    read = read_problems(path, verifier_cost=verifier_cost, renames=renames, where=where)
    if human_cost is not None and read.human is not None:
        raise InputError(f"{path} gives the expert's cost of each problem; leave --human-cost out")
    if human_cost is not None and not (np.isfinite(human_cost) and human_cost > 0):
        raise InputError(f"the expert's cost must be above 0, got {human_cost:g}")
    data = read.attempts
    human = None if read.human is None else np.array(read.human)
    if human_cost is not None:
        human = np.full(len(data.problems), human_cost)
    rng = np.random.default_rng(seed)
    count = len(data.problems)
    over = _Over(rng.integers(0, count, (RESAMPLES, count)), count)
    unit = read.cost_unit
    models = [_model(number, data, human, over, unit) for number in range(len(data.models))]
    return SuccessReport(
        name=path.name,
        unit=unit,
        problems=count,
        attempts=(int(data.attempts.min()), int(data.attempts.max())),
        verifier_cost=verifier_cost,
        models=tuple(sorted(models, key=_dearness)),
        groups=tuple(_groups(read.groups, data, human, over)),
        frontier=_frontier(data, human, over, unit, rng),
        cautions=tuple(_doubts(data, human, verifier_cost)),
        provenance=(Provenance(source=str(path), tool="a file given", facts=dict(where or {})),),
    )


def _model(number: int, data: Attempts, human: FloatArray | None, over: _Over, unit: str) -> ModelSuccess:
    rate = (data.successes / data.attempts)[:, number]
    paid = data.cost[:, number]
    published, corrected = (cost_of_success(data, name)[:, number] for name in _ESTIMATORS)
    costs = cost_of_success(data)
    told = over.estimate(lambda rows: float(corrected[rows].mean()), unit, "mean of cost (n + 1) / (k + 1)")
    return ModelSuccess(
        name=data.models[number],
        rate=_certain(over.estimate(lambda rows: float(rate[rows].mean()), "1", "mean over problems")),
        attempt_cost=_certain(
            over.estimate(lambda rows: float(paid[rows].mean()), unit, "mean over problems")
        ),
        cost=over.estimate(lambda rows: float(published[rows].mean()), unit, "mean of cost / success rate"),
        corrected=_certain(told),
        ratio_of_means=over.estimate(
            lambda rows: _ratio(paid[rows].mean(), rate[rows].mean()), unit, "mean cost / mean success rate"
        ),
        unsolved=int((data.successes[:, number] == 0).sum()),
        best_at=int(
            (np.isfinite(costs[:, number]) & (costs[:, number] <= frontier_cost(costs, human))).sum()
        ),
        essentiality=_essentiality(costs, [number], human, over),
        pass_at=tuple(
            (tries, float(chance.mean()))
            for tries in TRIES
            if np.isfinite(chance := pass_at(data, tries)[:, number]).all()
        ),
    )


_ESTIMATORS: tuple[Any, ...] = ("published", "corrected")


def _dearness(each: ModelSuccess) -> tuple[float, float]:
    """Sort by the published cost; those without end last, by how many problems they never solved."""
    return (each.unsolved, each.corrected.value) if each.cost is None else (0.0, each.cost.value)


def _ratio(cost: float, rate: float) -> float:
    return float(cost / rate) if rate > 0 else np.inf


def _certain(estimate: Estimate | None) -> Estimate:
    if estimate is None:
        raise AssertionError("finite by construction")
    return estimate


def _essentiality(
    costs: FloatArray, without: list[int], human: FloatArray | None, over: _Over
) -> Estimate | None:
    def share(rows: Any) -> float:  # noqa: ANN401 - whatever indexes rows
        found = essentiality(costs[rows], without, None if human is None else human[rows])
        return np.nan if found is None else found

    return over.estimate(share, "1", "1 - cost with all / cost without")


def _groups(
    groups: Mapping[str, tuple[str, ...]], data: Attempts, human: FloatArray | None, over: _Over
) -> Iterator[tuple[str, tuple[str, ...], Estimate | None]]:
    costs = cost_of_success(data)
    for name, models in groups.items():
        columns = [data.models.index(model) for model in models]
        yield name, models, _essentiality(costs, columns, human, over)


def _frontier(
    data: Attempts, human: FloatArray | None, over: _Over, unit: str, rng: np.random.Generator
) -> FrontierOfSuccess:
    costs = cost_of_success(data)
    least = frontier_cost(costs, human)
    split = split_frontier(data, human, rng=rng)

    def mean_of(values: FloatArray) -> Callable[[Any], float]:
        return lambda rows: float(values[rows].mean())

    return FrontierOfSuccess(
        cost=over.estimate(mean_of(least), unit, "mean of the least cost / success rate"),
        split=(
            None
            if split is None
            else over.estimate(
                mean_of(split), unit, "chosen on one half of the attempts, judged on the other"
            )
        ),
        human=None if human is None else over.estimate(mean_of(human), unit, "mean over problems"),
        benefit=(
            None
            if human is None
            else over.estimate(
                lambda rows: float(1 - least[rows].mean() / human[rows].mean()), "1", "1 - frontier / expert"
            )
        ),
        human_best_at=None if human is None else int((human < frontier_cost(costs)).sum()),
        unsolved=int((data.successes == 0).all(axis=1).sum()),
    )


def _doubts(data: Attempts, human: FloatArray | None, verifier_cost: float) -> Iterator[Caution]:
    least = int(data.attempts.min())
    if least < FEW_ATTEMPTS:
        yield Caution(
            "few-attempts",
            f"as few as {_counted(least, 'attempt')} a problem: cost / rate of a model is too high on the "
            "mean, and whoever chooses by so few attempts pays more than the least: see the split figure",
        )
    never = int((data.successes == 0).all(axis=1).sum())
    if never:
        yield Caution(
            "unsolved",
            f"{_counted(never, 'problem')} solved by no model: "
            + (
                "the expert's cost stands there"
                if human is not None
                else "a success costs without end there; give what an expert takes with --human-cost"
            ),
        )
    if verifier_cost == 0:
        yield Caution(
            "verifier-free",
            "attempts are repeated until one succeeds, and telling that it did is taken to cost nothing; "
            "--verifier-cost says what it takes",
        )
    if len(data.problems) < FEW_PROBLEMS:
        yield Caution(
            "few-problems", f"{_counted(len(data.problems), 'problem')}: an interval over so few is rough"
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
