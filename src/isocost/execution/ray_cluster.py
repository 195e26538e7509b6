"""Workers as actors of a Ray cluster, one a node."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError, MeasurementError, MissingExtraError
from isocost.execution.ray_actor import RayActor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isocost.core.ports import Line, Message

__all__ = ["RayCluster"]

_LONG_POLL_S = 5.0
_START_S = 60.0
_CONNECT_S = 5.0


class RayCluster:
    """One worker on each node of a Ray cluster; implements `isocost.core.ports.Executor`.

    Ray is imported when workers are hired. Its usage statistics stay off.

    Parameters
    ----------
    address : str
        Of the cluster: ``"auto"`` finds the one of this machine, or ``HOST:PORT``.
    workers : int or None
        On how many nodes at most; ``None``: on all.

    Raises
    ------
    InputError
        If the number of workers is below 1.
    """

    kind = "ray"

    def __init__(self, address: str = "auto", workers: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise InputError(f"--workers must be at least 1, got {workers}")
        self._address = address
        self._workers = workers

    def require(self) -> None:
        """See that there is such a cluster; raises as `hire` does."""
        _connected(self._address).shutdown()

    @contextmanager
    def hire(self, entry: str) -> Iterator[Sequence[Line]]:
        """Start an actor a node; see `isocost.core.ports.Executor`."""
        ray = _connected(self._address)
        hired: list[_RayLine] = []
        try:
            nodes = [node for node in ray.nodes() if node["Alive"]]
            if self._workers is not None and self._workers > len(nodes):
                raise InputError(
                    f"--workers {self._workers}: each node of the Ray cluster takes one worker, and it has "
                    f"{len(nodes)}; give at most that, or leave it out"
                )
            for number, node in enumerate(nodes[: self._workers]):
                hired.append(_start(ray, number, node, entry))
            ray.get([line.actor.hear.remote(0.0) for line in hired], timeout=_START_S)
            yield tuple(hired)
        except (ray.exceptions.RayError, TimeoutError) as error:
            raise MeasurementError(
                f"the Ray cluster at {self._address} did not start our workers ({_first_line(error)}); see "
                "that isocost of the same version is installed on every node"
            ) from None
        finally:
            for line in hired:
                line.close()
            ray.shutdown()


def _connected(address: str) -> Any:  # noqa: ANN401 - the module ray
    """Connect to the cluster; Ctrl-C and SIGTERM stay ours."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise MissingExtraError("scale", "measuring from several machines (--executor ray)") from None
    _require_listener(address)
    ours = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM) if ours else None
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, include_dashboard=None)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError, OSError) as error:
        raise _absent(address, error) from None
    finally:
        if ours:
            signal.signal(signal.SIGTERM, before)
    return ray


def _require_listener(address: str) -> None:
    """See that somebody listens at ``HOST:PORT``; Ray itself would try for a minute and more."""
    host, _, port = address.rpartition(":")
    if "/" in host or not host or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise _absent(address, error) from None


def _absent(address: str, error: BaseException) -> MeasurementError:
    where = "runs on this machine" if address == "auto" else f"answers at {address} ({_first_line(error)})"
    return MeasurementError(
        f"no Ray cluster {where}; start one: ray start --head, and on "
        "every other machine: ray start --address=HOST:6379"
    )


def _start(ray: Any, number: int, node: dict[str, Any], entry: str) -> _RayLine:  # noqa: ANN401 - the module
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    actor = (
        ray.remote(RayActor)
        .options(
            num_cpus=0,
            max_concurrency=4,
            max_restarts=0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node_id=node["NodeID"], soft=False),
        )
        .remote(entry)
    )
    return _RayLine(f"worker {number} (node {node['NodeManagerAddress']})", ray, actor)


class _RayLine:
    """Our end of a line to an actor: a question to it is always under way, so that its word comes at once."""

    def __init__(self, name: str, ray: Any, actor: Any) -> None:  # noqa: ANN401 - of a library without types
        self.name = name
        self.actor = actor
        self._ray = ray
        self._pending: Any = None
        self._said = 0

    def say(self, message: Message) -> None:
        self.actor.say.remote(self._said, json.dumps(message))
        self._said += 1

    def hear(self, timeout_s: float | None) -> Message | None:
        if self._pending is None:
            self._pending = self.actor.hear.remote(_LONG_POLL_S)
        try:
            if not self._ray.wait([self._pending], timeout=timeout_s)[0]:
                return None
            pending, self._pending = self._pending, None
            text = self._ray.get(pending)
        except (self._ray.exceptions.RayError, OSError) as error:  # OSError: the node of this machine is gone
            raise EOFError(_first_line(error)) from None
        if text is None:
            return None if timeout_s is not None else self.hear(None)
        if text == "":
            raise EOFError("its work has ended")
        message: Message = json.loads(text)
        return message

    def close(self) -> None:
        """Let the actor end its work, then the actor itself."""
        with suppress(Exception):
            self._ray.get(self.actor.hang_up.remote(), timeout=5.0)
        with suppress(Exception):
            self._ray.kill(self.actor)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:160]
