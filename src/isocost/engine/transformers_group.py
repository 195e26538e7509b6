"""A model whose layers are split over several accelerators: one process each, this one the first."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from isocost.core.errors import IsocostError, MeasurementError
from isocost.engine.channel import Channel
from isocost.engine.child import adopt, await_ready, failure_message, orphaned, start
from isocost.engine.transformers_build import Libraries, built_model, first_line, known_config, load_libraries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isocost.engine.child import Child

__all__ = ["SplitModel"]

_START_LIMIT_S = 600.0
_IDLE_S = 1.0
_BACKENDS = {"cuda": "nccl", "cpu": "gloo"}


class SplitModel:
    """The first of several processes that compute each layer together, and the others, which follow it.

    Parameters
    ----------
    libraries : Libraries
    config : mapping of str to object
        As transformers takes it.
    precision : {"F32", "BF16", "F16"}
    device_type : {"cuda", "cpu"}
    accelerators : int
        At least 2; the accelerators from number 0 on.

    Raises
    ------
    InputError
        If the model cannot be split.
    MeasurementError
        If a process dies or does not come up.
    """

    def __init__(
        self,
        libraries: Libraries,
        config: Mapping[str, Any],
        *,
        precision: str,
        device_type: str,
        accelerators: int,
    ) -> None:
        self._torch = libraries.torch
        plan = {
            "config": dict(config),
            "precision": precision,
            "device_type": device_type,
            "accelerators": accelerators,
            "threads": libraries.torch.get_num_threads(),
            "port": _free_port(),
        }
        self._followers: list[Child] = []
        try:
            for rank in range(1, accelerators):
                self._followers.append(start("isocost.engine.transformers_group", {**plan, "rank": rank}))
            self.model = _joined(libraries, plan, rank=0)
            for child in self._followers:
                await_ready(child, what="a process of the split model", timeout_s=_START_LIMIT_S)
        except BaseException:
            self.close()
            raise
        self._channels = [Channel(child.connection) for child in self._followers]

    def tell(self, prompt: Sequence[int], output_tokens: int) -> None:
        """Have the other processes answer the same prompt."""
        try:
            for channel in self._channels:
                channel.send({"prompt": list(prompt), "output_tokens": output_tokens})
        except OSError as error:
            raise MeasurementError(
                "a process of the split model died; go on with: isocost run STUDY"
            ) from error

    def close(self) -> None:
        """End the other processes, also those that wait for this one, and leave the group."""
        for child in self._followers:
            child.end()
        if self._torch.distributed.is_initialized():
            self._torch.distributed.destroy_process_group()


def main(arguments: list[str]) -> None:
    """Follow the first process: build the same model's share, answer what it answers, end with it."""
    connection, parent, plan = adopt(arguments)
    channel = Channel(connection)
    libraries = load_libraries()
    libraries.torch.set_num_threads(plan["threads"])
    try:
        model = _joined(libraries, plan, rank=plan["rank"])
    except IsocostError as error:
        channel.send(failure_message(error))
        return
    channel.send({"ready": True})
    with suppress(EOFError, ConnectionError, RuntimeError):  # the first process is gone, or broke off
        while not orphaned(parent):
            message = channel.receive(_IDLE_S)
            if message is not None:
                _follow(libraries, model, message)
    os._exit(0)  # a group whose first process is gone would be waited for


def _follow(libraries: Libraries, model: Any, message: Mapping[str, Any]) -> None:  # noqa: ANN401 - untyped library
    ids = libraries.torch.tensor([message["prompt"]], dtype=libraries.torch.long, device=model.device)
    model.generate(
        input_ids=ids,
        attention_mask=libraries.torch.ones_like(ids),
        generation_config=libraries.generation(message["output_tokens"]),
    )


def _joined(libraries: Libraries, plan: Mapping[str, Any], *, rank: int) -> Any:  # noqa: ANN401 - untyped library
    """Join the group of processes and build this one's share."""
    torch, accelerators = libraries.torch, plan["accelerators"]
    device = torch.device(plan["device_type"], rank) if plan["device_type"] == "cuda" else torch.device("cpu")
    if device.type == "cuda":
        torch.cuda.set_device(device)
    try:
        torch.distributed.init_process_group(
            _BACKENDS[device.type],
            init_method=f"tcp://127.0.0.1:{plan['port']}",
            rank=rank,
            world_size=accelerators,
            timeout=timedelta(seconds=_START_LIMIT_S),
        )
    except RuntimeError as error:
        raise MeasurementError(
            f"{accelerators} processes of the split model do not find each other: {first_line(error)}; "
            "measure with --accelerators 1"
        ) from error
    config = known_config(libraries, plan["config"], "the model")
    with _launched(rank, accelerators):
        return built_model(
            libraries, config, precision=plan["precision"], device=device, accelerators=accelerators
        )


@contextmanager
def _launched(rank: int, accelerators: int) -> Iterator[None]:
    """Set what a launcher would: transformers reads from there which accelerator is its own."""
    names = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(accelerators)}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
