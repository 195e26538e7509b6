"""What a study says, re-priced at will: everything the report shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isocost.runtime import request_cost

if TYPE_CHECKING:
    from isocost.core.deployment import Deployment
    from isocost.core.estimate import Caution, Estimate
    from isocost.core.load import Load
    from isocost.core.money import HourlyPrice
    from isocost.core.provenance import Provenance
    from isocost.core.service_level import ServiceLevel
    from isocost.core.telemetry import ServerSide
    from isocost.economics.cost_sensitivity import CostSensitivity
    from isocost.economics.curve import CostCurve
    from isocost.economics.workload_cost import WorkloadCost
    from isocost.frontier.dominance import Frontier
    from isocost.runtime.model import RuntimeModel
    from isocost.studies.anchor import AnchorCheck
    from isocost.studies.breakeven import BreakEvenReport
    from isocost.studies.endings import RunEnding
    from isocost.studies.energy import EnergyReport
    from isocost.studies.hourly import HourlyReport
    from isocost.studies.limits_found import FoundLimit
    from isocost.studies.mix import MixReport
    from isocost.studies.right_answers import RightAnswer
    from isocost.studies.scored import MeasuredQuality
    from isocost.studies.token_bill import TokenBill
    from isocost.studies.trace_windows import TraceWindow
    from isocost.studies.trends import DeploymentTrends

__all__ = ["Assumption", "DeploymentReport", "RequestAlone", "StudyReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something taken as given.

    Parameters
    ----------
    name, value : str
        What, and how much with its unit.
    source : str
        Who says so, with a date.
    """

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentReport:
    """All that the study knows of one deployment.

    Parameters
    ----------
    deployment : Deployment
    workload : str
        The load's requests in words: ``"chat: about 96 in, 32 out; cold prefixes"``; ``""`` without a sweep.
    runtime : RuntimeModel or None
    curve : CostCurve or None
    provenance : Provenance or None
        Of its first run: what it and the machine that measured told of themselves.
    trends : DeploymentTrends or None
        Contention, variation and drift, as far as they were measured.
    qualities : tuple of MeasuredQuality
        One for each stage of questions that it answered.
    server : tuple of (Load, ServerSide)
        What the server told of its own part at each level; empty where it tells nothing.
    anchors : tuple of AnchorCheck
        How its sweeps fared at the end beside their beginning.
    endings : tuple of RunEnding
        How runs ended that were to end at a wanted width.
    shared : str
        What prompts had in common on purpose, in words; ``""``: no two began alike.
    replay : tuple of TraceWindow
        What was offered, sent and ended over the time of a trace; empty without one.
    limits : tuple of FoundLimit
        What searches for its limit found.
    bill : TokenBill or None
        What its load has cost where it is paid by the token.
    """

    deployment: Deployment
    workload: str
    runtime: RuntimeModel | None
    curve: CostCurve | None
    provenance: Provenance | None = None
    trends: DeploymentTrends | None = None
    qualities: tuple[MeasuredQuality, ...] = ()
    server: tuple[tuple[Load, ServerSide], ...] = ()
    anchors: tuple[AnchorCheck, ...] = ()
    endings: tuple[RunEnding, ...] = ()
    shared: str = ""
    replay: tuple[TraceWindow, ...] = ()
    limits: tuple[FoundLimit, ...] = ()
    bill: TokenBill | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAlone:
    """What one request takes and costs when nobody else is there.

    Parameters
    ----------
    input_tokens, output_tokens : int
    runtime : Estimate
        Seconds.
    cost : Estimate or None
        Idealized cost, USD a request; ``None`` without a price.
    """

    input_tokens: int
    output_tokens: int
    runtime: Estimate
    cost: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyReport:
    """The whole answer of a study.

    Parameters
    ----------
    name : str
        Name of the study folder.
    deployments : tuple of DeploymentReport
    recommended : str or None
        The deployment to run: the cheapest that qualifies, above the size floor; ``None``: none does.
    size_floor : int or None
        Least number of parameters a recommended deployment must have.
    frontier : Frontier or None
        ``None`` when no sweep was measured.
    price : HourlyPrice or None
    service_levels : tuple of ServiceLevel
    assumptions : tuple of Assumption
    cautions : tuple of Caution
    provenance : tuple of Provenance
    probability_cheapest : float or None
        Probability that it is the cheapest of those that qualify; ``None`` without rivals or repeats.
    hourly : HourlyReport or None
        What the price is made of; ``None`` when it was given or is of a machine by the hour.
    workload_cost : WorkloadCost or None
        What a workload of one's own costs on the recommended deployment; ``None`` when none was given.
    breakeven : BreakEvenReport or None
        From which load on the recommended deployment costs less than an alternative; ``None``: not asked.
    energy : EnergyReport or None
        Energy and carbon beside the money; ``None`` where no power is known.
    right_answers : tuple of RightAnswer
        What a right answer costs at each level; empty where quality or price is unknown.
    sensitivity : CostSensitivity or None
        What the recommended cost hangs on; ``None`` when it was not asked.
    mix : MixReport or None
        What mixing the deployments reaches, by cost and quality; ``None`` where fewer than two have both.
    """

    name: str
    deployments: tuple[DeploymentReport, ...]
    recommended: str | None
    size_floor: int | None
    frontier: Frontier | None
    price: HourlyPrice | None
    service_levels: tuple[ServiceLevel, ...]
    assumptions: tuple[Assumption, ...]
    cautions: tuple[Caution, ...]
    provenance: tuple[Provenance, ...]
    probability_cheapest: float | None = None
    hourly: HourlyReport | None = None
    workload_cost: WorkloadCost | None = None
    breakeven: BreakEvenReport | None = None
    energy: EnergyReport | None = None
    right_answers: tuple[RightAnswer, ...] = ()
    sensitivity: CostSensitivity | None = None
    mix: MixReport | None = None

    def alone(self, model: RuntimeModel) -> RequestAlone:
        """Return runtime and cost of the longest request that was profiled, alone on the deployment."""
        longest = max(model.cells, key=lambda cell: cell.fitted_s)
        runtime = model.predict(longest.input_tokens, longest.output_tokens)
        return RequestAlone(
            input_tokens=longest.input_tokens,
            output_tokens=longest.output_tokens,
            runtime=runtime,
            cost=None if self.price is None else request_cost(runtime, self.price),
        )
