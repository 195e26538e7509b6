"""What isocost asks of the outside world, as protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from threading import Event

    from isocost.core.load import RunPlan
    from isocost.core.observation import ClientHealth, Observation

__all__ = ["Executor", "Gate", "Line", "Message", "Target"]

Message = dict[str, Any]
"""What is told over a `Line`: anything that JSON can hold."""


class Gate(Protocol):
    """Who says whether one more request may be sent; asked right before each is."""

    def admits(self, index: int, *, warmup: bool, input_tokens: int, output_tokens: int) -> bool:
        """Set aside what request `index` may use; ``False``: send it not, nor any after it. Never blocks.

        Parameters
        ----------
        index : int
            Its number in the plan, or among the warm-up requests.
        warmup : bool
        input_tokens, output_tokens : int
            The most that it can have.
        """
        ...


class Target(Protocol):
    """Something whose requests can be timed: an endpoint, or a stack in this process."""

    @property
    def model(self) -> str:
        """Name of the model it serves."""
        ...

    def measure(
        self,
        plan: RunPlan,
        *,
        record: Callable[[Observation], None],
        stop: Event,
        gate: Gate | None = None,
    ) -> ClientHealth:
        """Carry out `plan`, handing each observation to `record` as it is finished.

        Parameters
        ----------
        plan : RunPlan
            What to send.
        record : callable
            Takes one finished observation; called from any one thread; must not block.
        stop : threading.Event
            When set, nothing more is sent; requests in flight are cut and recorded as cancelled.
        gate : Gate, optional
            Asked before each request; once it refuses, the run ends when all in flight are answered.

        Returns
        -------
        ClientHealth
            How the client fared meanwhile.

        Raises
        ------
        MeasurementError
            If the target cannot be measured at all: no server, wrong model, no permission.
        """
        ...


class Line(Protocol):
    """One end of a line between a coordinator and one worker: messages both ways, in order.

    Attributes
    ----------
    name : str
        Who is at the other end, in words.
    """

    name: str

    def say(self, message: Message) -> None:
        """Send a message.

        Raises
        ------
        EOFError
            If nobody is at the other end any more; says why where that is known.
        """
        ...

    def hear(self, timeout_s: float | None) -> Message | None:
        """Return the next message; ``None`` when none came in time (``None``: wait for ever).

        Raises
        ------
        EOFError
            If nobody is at the other end any more.
        """
        ...


class Executor(Protocol):
    """What runs our work elsewhere: in this process, in processes of this machine, on nodes of a cluster.

    Attributes
    ----------
    kind : str
        Its name: ``"serial"``, ``"processes"``, ``"ray"``.
    """

    kind: str

    def hire(self, entry: str) -> AbstractContextManager[Sequence[Line]]:
        """Start workers that carry out `entry`, each with its end of a line; none is left at the end.

        Parameters
        ----------
        entry : str
            ``"module:function"``; the function takes a `Line` and returns when its work is done.

        Raises
        ------
        InputError, MeasurementError, MissingExtraError
            If there is nothing to start workers on; one sentence says why.
        """
        ...
