"""The same requests on two stacks: ratios of runtimes, and where the difference comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.core.errors import EstimationError, InputError
from isocost.core.estimate import Caution
from isocost.runtime.pair import RuntimePair, summary
from isocost.statistics.ratios import mean_ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isocost.core.estimate import Estimate
    from isocost.runtime.pair import DrawnRuntime
    from isocost.statistics.ratios import Ratio

    FloatArray = np.ndarray[Any, np.dtype[np.float64]]
    Request = tuple[int, int]

__all__ = ["Part", "RuntimeComparison", "compare_runtimes", "typical_requests"]

MOST_PROMPTS = 5
SAME_PROMPT = 1.03
"""Prompt sizes within so much of each other are taken for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a request's runtime on both stacks.

    Parameters
    ----------
    key, label : str
    baseline, other : Estimate
        Seconds.
    difference : Estimate
        Other less baseline, seconds; the differences of all parts add up to that of the runtime.
    """

    key: str
    label: str
    baseline: Estimate
    other: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeComparison:
    """One model on two stacks.

    Parameters
    ----------
    name : str
        Of what is compared.
    requests : tuple of (int, int)
        p and o of the requests compared.
    runtime : Ratio
        Of T(p, o), other over baseline: the geometric mean over `requests`.
    of_requests : tuple of Ratio
        The same, request by request.
    prefill : Ratio
        Of the time to the first token: the geometric mean over `of_prompts`.
    of_prompts : tuple of Ratio
        The same, by prompt size.
    decode : Ratio
        Of the time for each further token.
    steps : tuple of (float array, float array)
        Draws of that time on baseline and other, seconds; not aligned with other comparisons.
    parts : tuple of Part
        Where the difference at the last of `requests` comes from; empty when it cannot be told.
    cautions : tuple of Caution
    over_sessions : bool
        Whether intervals are over sessions; else over the repeats within one of each.
    """

    name: str
    requests: tuple[Request, ...]
    runtime: Ratio
    of_requests: tuple[Ratio, ...]
    prefill: Ratio
    of_prompts: tuple[Ratio, ...]
    decode: Ratio
    steps: tuple[FloatArray, FloatArray]
    parts: tuple[Part, ...]
    cautions: tuple[Caution, ...]
    over_sessions: bool = False

    @property
    def ratios(self) -> tuple[Ratio, ...]:
        """All ratios, the means before what they are means of."""
        return (self.runtime, *self.of_requests, self.prefill, *self.of_prompts, self.decode)


def compare_runtimes(
    baseline: Sequence[DrawnRuntime],
    other: Sequence[DrawnRuntime],
    *,
    name: str,
    requests: Sequence[Request] = (),
    seed: int = 0,
) -> RuntimeComparison:
    """Compare what the same requests take on two stacks.

    Within one fit draws stay joint, so that errors shared by prefill, decode and runtime of one stack are
    shared in all ratios; between fits they are independent (`RuntimePair`). Several fits of one stack, each
    of its own session, tell how much sessions differ.

    Parameters
    ----------
    baseline, other : sequences of DrawnRuntime
        Fits of T(p, o), one a session, at least one; the other one's runtimes are divided by the
        baseline's.
    name : str
        Of what is compared.
    requests : sequence of (int, int)
        p and o, at least 1; typical ones if left out (`typical_requests`).
    seed : int

    Returns
    -------
    RuntimeComparison

    Raises
    ------
    InputError
        If a length is below 1.
    EstimationError
        If the two share no prompt size range, and no request is given, or a runtime comes out at 0 or less.

    Examples
    --------
    >>> from isocost.runtime.denoised import DenoisedRuntime
    >>> def stack(step):
    ...     return DenoisedRuntime(deployment="made up", input_tokens=np.array([1.0, 512.0]),
    ...         coefficients=np.array([step + 0.01, step + 0.11, step]), covariance=np.eye(3) * 1e-8,
    ...         degrees=20, longest_output=64, cells=8, instances=5, correction_s=0.0, cautions=())
    >>> found = compare_runtimes([stack(0.020)], [stack(0.030)], name="made up", requests=[(512, 64)])
    >>> round(found.decode.estimate.value, 3), round(found.runtime.estimate.value, 3)  # 2.03 / 1.39
    (1.5, 1.46)
    >>> [(part.key, round(part.difference.value, 3)) for part in found.parts]  # 64 steps of 10 ms
    [('beside', 0.0), ('prompt', 0.0), ('steps', 0.64)]
    """
    for p, o in requests:
        if p < 1 or o < 1:
            raise InputError(
                f"runtimes are compared for at least 1 input and 1 output token, got {p} and {o}"
            )
    sessions = (tuple(baseline), tuple(other))
    chosen = tuple(requests) or typical_requests([*baseline, *other])
    pair = RuntimePair.of(sessions, name=name, seed=seed)
    of_requests = tuple(
        pair.ratio(f"runtime at {p}x{o}", p, o, label=f"{p:,} in, {o:,} out") for p, o in chosen
    )
    of_prompts = tuple(
        pair.ratio(f"prefill at {p}", p, 1, label=f"first token of {p:,} in")
        for p in _prompts(*sessions, chosen)
    )
    longest = chosen[-1] if requests else (chosen[len(chosen) // 2][0], chosen[-1][1])
    decode, steps = _decode(pair, longest)
    return RuntimeComparison(
        name=name,
        requests=chosen,
        runtime=mean_ratio("runtime", of_requests, label="runtime", method=f"geometric mean; {pair.method}"),
        of_requests=of_requests,
        prefill=mean_ratio(
            "prefill", of_prompts, label="first token", method=f"geometric mean; {pair.method}"
        ),
        of_prompts=of_prompts,
        decode=decode,
        steps=steps,
        parts=_parts(pair, chosen[-1]),
        cautions=tuple(_cautions(pair, chosen)),
        over_sessions=pair.over_sessions,
    )


def typical_requests(fits: Sequence[DrawnRuntime]) -> tuple[Request, ...]:
    """Return requests that all profiles cover: prompts of an eighth, half and all of the longest.

    Each prompt is moved to the nearest size that was profiled, where nothing has to be interpolated; answers
    are a quarter and all of the longest.

    Raises
    ------
    EstimationError
        If the profiles share no prompt sizes.
    """
    low, high = max(fit.prompt_sizes[0] for fit in fits), min(fit.prompt_sizes[-1] for fit in fits)
    sizes = [p for fit in fits for p in fit.prompt_sizes if low <= p <= high]
    if not sizes:
        ranges = dict.fromkeys(f"{fit.prompt_sizes[0]} to {fit.prompt_sizes[-1]}" for fit in fits)
        raise EstimationError(
            f"the profiles share no prompt sizes ({' and '.join(ranges)}); profile one of them again: --cells"
        )
    longest = min(fit.longest_output for fit in fits)
    prompts = dict.fromkeys(
        min(sizes, key=lambda size: (abs(size - high * share), size)) for share in (0.125, 0.5, 1.0)
    )
    answers = dict.fromkeys((max(longest // 4, 1), longest))
    return tuple((p, o) for p in prompts for o in answers)


def _prompts(
    baseline: Sequence[DrawnRuntime], other: Sequence[DrawnRuntime], requests: Sequence[Request]
) -> tuple[int, ...]:
    """Return some prompt sizes above 1 that all profiled; those of the requests where there are none."""
    first, *rest = (*baseline, *other)
    both = [
        p
        for p in first.prompt_sizes
        if p > 1 and all(any(max(p, q) <= SAME_PROMPT * min(p, q) for q in fit.prompt_sizes) for fit in rest)
    ]
    if len(both) < 2:
        return tuple(sorted({p for p, _ in requests}))
    if len(both) <= MOST_PROMPTS:
        return tuple(both)
    places = np.linspace(0, len(both) - 1, MOST_PROMPTS).round().astype(int)
    return tuple(both[place] for place in places)


def _decode(pair: RuntimePair, request: Request) -> tuple[Ratio, tuple[FloatArray, FloatArray]]:
    """Compare the time for each further token: beta, and what context adds at a request's middle."""
    p, o = request
    last, first = max(o, 3), 2
    steps = pair.draws_of(
        lambda fit: (fit.runtime_draws(p, last) - fit.runtime_draws(p, first)) / (last - first),
        "each further token",
    )
    ratio = pair.ratio_of("decode", steps, pair.kinds(p, last), label="each further token", unit="s/token")
    return ratio, steps


def _parts(pair: RuntimePair, request: Request) -> tuple[Part, ...]:
    """Split the difference at one request into three parts that add up.

    T(1, 1) is one pass of one token through the model and whatever a request takes beside; T(1, 2) adds
    another pass. So 2 T(1, 1) - T(1, 2) is what a request takes beside the model, T(p, 1) - T(1, 1) what the
    rest of its prompt takes, and what is left are o steps of one token.
    """
    if any(fit.prompt_sizes[0] > 1 for side in pair.sessions for fit in side):
        return ()
    if "published" in pair.kinds(1, 1):  # alpha(1) of the published rule is the intercept of a line
        return ()
    p, o = request
    one, two, prompt, whole = (pair.draws(*size) for size in ((1, 1), (1, 2), (p, 1), (p, o)))
    found = {}
    for side in (0, 1):
        beside = 2 * one[side] - two[side]
        longer = prompt[side] - one[side]
        found[side] = {"beside": beside, "prompt": longer, "steps": whole[side] - beside - longer}
    labels = {
        "beside": "a request, beside the model",
        "prompt": f"the rest of a prompt of {p:,}",
        "steps": f"{o:,} steps of one token" if o > 1 else "one step of one token",
    }
    return tuple(
        Part(
            key=key,
            label=label,
            baseline=summary(found[0][key], unit="s", method=pair.method, n=pair.evidence),
            other=summary(found[1][key], unit="s", method=pair.method, n=pair.evidence),
            difference=summary(
                _less(found[1][key], found[0][key]), unit="s", method=pair.method, n=pair.evidence
            ),
        )
        for key, label in labels.items()
    )


def _less(other: FloatArray, baseline: FloatArray) -> FloatArray:
    size = min(len(baseline), len(other))
    return np.asarray(other[:size] - baseline[:size])


def _cautions(pair: RuntimePair, requests: Sequence[Request]) -> list[Caution]:
    beyond = [f"{p} in, {o} out" for p, o in requests if "extrapolated" in pair.kinds(p, o)]
    if not beyond:
        return []
    return [
        Caution(
            "extrapolated",
            f"{beyond[0]}{f' and {len(beyond) - 1} more' if len(beyond) > 1 else ''} "
            f"lie{'s' if len(beyond) == 1 else ''} outside what one of the two profiled; "
            "profile larger sizes to be sure",
        )
    ]
