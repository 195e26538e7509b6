"""The gate of one run: what its budget says before each request, settled by each observation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isocost.core.observation import Outcome

if TYPE_CHECKING:
    from isocost.core.observation import Observation
    from isocost.measurement.budget import Budget, Reservation

__all__ = ["RunGate", "gate_of"]


def gate_of(budget: Budget) -> RunGate | None:
    """Return a gate for one run of what `budget` is for; ``None`` where nothing is limited or priced."""
    return RunGate(budget) if budget.limits.is_any or budget.price is not None else None


class RunGate:
    """Sets aside what each request of a run may use; implements `isocost.core.ports.Gate`.

    Parameters
    ----------
    budget : Budget

    Examples
    --------
    >>> from isocost.core.limits import Limits
    >>> from isocost.measurement import Budget
    >>> gate = RunGate(Budget(Limits(max_requests=1)))
    >>> [gate.admits(n, warmup=False, input_tokens=8, output_tokens=2) for n in (0, 1)]
    [True, False]
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._reserved: dict[tuple[int, bool], Reservation] = {}
        self.closed = False
        """Whether a request was refused."""

    def admits(self, index: int, *, warmup: bool, input_tokens: int, output_tokens: int) -> bool:
        """Set aside what request `index` may use; ``False`` from the first that does not fit on."""
        if self.closed:
            return False
        reserved = self._budget.offer(input_tokens, output_tokens)
        if reserved is None:
            self.closed = True
            return False
        self._reserved[index, warmup] = reserved
        return True

    def settle(self, observation: Observation) -> None:
        """Settle a request by what was seen of it.

        What the target counted in a whole answer is used; nothing, where it turned the request away with a
        status of 400 to 499 or was not reached; else all that was set aside.
        """
        outcome = observation.outcome
        if outcome is not Outcome.CANCELLED:
            self._budget.saw(failed=outcome is not Outcome.OK)
        reserved = self._reserved.pop((observation.index, observation.warmup), None)
        if reserved is None:
            return
        if outcome is Outcome.OK and observation.counted_by == "usage":
            self._budget.settle_tokens(reserved, observation.input_tokens, observation.output_tokens)
        elif outcome is Outcome.REFUSED:
            self._budget.release(reserved, sent=False)
        elif outcome is Outcome.HTTP_ERROR and 400 <= (observation.http_status or 0) < 500:
            self._budget.release(reserved)

    def end(self) -> None:
        """Give back what was set aside for requests that were not sent after all."""
        for reserved in self._reserved.values():
            self._budget.release(reserved, sent=False)
        self._reserved.clear()
