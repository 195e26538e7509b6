"""Starting and ending the embedded engine: in the foreground, or in a process of its own for a while."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from isocost.core.deployment import Architecture
from isocost.core.errors import InputError, IsocostError, MeasurementError, MissingExtraError
from isocost.engine.channel import Channel
from isocost.engine.child import Child, adopt, await_ready, died, failure_message, orphaned, start
from isocost.engine.fetch import FETCHABLE, fetched_model
from isocost.engine.gguf_file import cached_model
from isocost.engine.http import Service, application
from isocost.engine.link import Link
from isocost.engine.model_file import ModelFile, read_model_file
from isocost.engine.presets import PRESETS
from isocost.engine.running import RunningEngine
from isocost.engine.settings import EngineSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["find_model", "running_engine", "serve"]

_MOST_REQUESTS = 256
_START_LIMIT_S = 300.0
_SHUTDOWN_S = 0.1  # then answers under way are broken off
_DEFAULTS = EngineSettings()


def find_model(model: str | Path | Architecture, *, precision: str | None = None, seed: int = 0) -> ModelFile:
    """Model file for a preset, an architecture or the path of a GGUF file.

    Parameters
    ----------
    model : str, Path or Architecture
        ``"tiny"``, ``"small"``, the name of a fetched model, a path, or what `custom` returned.
    precision : {"F16", "Q8_0"}, optional
        Of made-up weights, F16 by default; a file brings its own.
    seed : int
        Of made-up weights.

    Returns
    -------
    ModelFile

    Raises
    ------
    InputError
        If there is no such model, or the file cannot be served.
    MissingExtraError
        If the extra ``[engine]`` is not installed.
    """
    if find_spec("openvino_genai") is None or find_spec("gguf") is None:
        raise MissingExtraError("engine", "the embedded engine")
    architecture = model if isinstance(model, Architecture) else PRESETS.get(str(model))
    if architecture is not None:
        path = cached_model(architecture, precision=precision or "F16", seed=seed)
        return read_model_file(path, name=architecture.name)
    fetched = fetched_model(str(model))
    if fetched is None and str(model) in FETCHABLE:
        raise InputError(f"{model} is not on this machine yet; fetch it: isocost engine fetch {model}")
    if fetched is None and Path(str(model)).suffix != ".gguf":
        raise InputError(
            f"no model {str(model)!r}; give {', '.join((*PRESETS, *FETCHABLE))} or the path of a file that "
            "ends in .gguf"
        )
    file = read_model_file((fetched or Path(str(model))).absolute())
    if precision not in (None, file.precision):
        raise InputError(f"{model} holds {file.precision} weights; leave the precision {precision} out")
    return file


def serve(
    model: str | Path | Architecture,
    *,
    precision: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    settings: EngineSettings = _DEFAULTS,
    on_ready: Callable[[RunningEngine], None] | None = None,
) -> None:
    """Serve a model over the OpenAI API until Ctrl-C or SIGTERM.

    Parameters
    ----------
    model : str, Path or Architecture
        As for `find_model`.
    precision : {"F16", "Q8_0"}, optional
        Of made-up weights.
    host : str
        Address to listen at.
    port : int
        0 for any free one.
    settings : EngineSettings
        Threads, batch, KV cache.
    on_ready : callable, optional
        Called once with the running engine when it answers.

    Raises
    ------
    InputError
        If the model or the address cannot be used.
    MissingExtraError
        If the extra ``[engine]`` is not installed.
    MeasurementError
        If the engine dies.
    """
    with _listener(host, port) as listener, _engine(model, precision, settings) as engine:
        asyncio.run(_serve(engine, listener, on_ready or (lambda _running: None), control=None))


@contextmanager
def running_engine(
    model: str | Path | Architecture,
    *,
    precision: str | None = None,
    settings: EngineSettings = _DEFAULTS,
    timeout_s: float = _START_LIMIT_S,
) -> Iterator[RunningEngine]:
    """Run the embedded engine in processes of its own, on a free port, for the length of a ``with`` block.

    Its processes end with the block, and also when this process is killed.

    Parameters
    ----------
    model : str, Path or Architecture
        As for `find_model`.
    precision : {"F16", "Q8_0"}, optional
        Of made-up weights.
    settings : EngineSettings
        Threads, batch, KV cache.
    timeout_s : float
        How long it may take to answer, seconds.

    Yields
    ------
    RunningEngine
        Where it answers and what it is.

    Raises
    ------
    InputError
        If the model cannot be served.
    MissingExtraError
        If the extra ``[engine]`` is not installed.
    MeasurementError
        If the engine dies or does not answer in time.
    """
    plan: dict[str, object] = {
        "model": asdict(model) if isinstance(model, Architecture) else str(model),
        "precision": precision,
        "settings": asdict(settings),
        "timeout_s": timeout_s,
    }
    child = start("isocost.engine.server", plan)
    try:
        message = await_ready(child, what="the embedded engine's server", timeout_s=timeout_s)
        yield RunningEngine.from_message(message["running"])
    finally:
        child.end()


def main(arguments: list[str]) -> None:
    """Serve as the child of `running_engine`: say where, or why not; end with the parent."""
    control, parent, plan = adopt(arguments)
    channel = Channel(control)
    model = Architecture.from_mapping(plan["model"]) if isinstance(plan["model"], dict) else plan["model"]
    settings = EngineSettings(**plan["settings"])

    def tell(running: RunningEngine) -> None:
        with suppress(ConnectionError):  # the parent has left meanwhile; then this process ends too
            channel.send({"running": asdict(running)})

    try:
        with (
            _listener("127.0.0.1", 0) as listener,
            _engine(model, plan["precision"], settings, plan["timeout_s"]) as engine,
        ):
            asyncio.run(_serve(engine, listener, tell, control=(control, parent)))
    except IsocostError as error:
        with suppress(OSError):
            channel.send(failure_message(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Engine:
    """A worker that is ready, and what it serves."""

    child: Child
    file: ModelFile
    knobs: dict[str, int]
    context_length: int


@contextmanager
def _engine(
    model: str | Path | Architecture,
    precision: str | None,
    settings: EngineSettings,
    timeout_s: float = _START_LIMIT_S,
) -> Iterator[_Engine]:
    file = find_model(model, precision=precision)
    knobs = settings.resolved(file.architecture)
    context_length = file.architecture.context_length
    limits = {
        "vocabulary_size": file.architecture.vocabulary_size,
        "context_length": context_length,
        "kv_cache_tokens": knobs["kv_cache_tokens"],
    }
    extra = {"max_num_seqs": _MOST_REQUESTS, "context_length": context_length}
    plan = {"path": str(file.path), "knobs": {**knobs, **extra}, "limits": limits}
    child = start("isocost.engine.worker", plan)
    try:
        await_ready(child, what="the embedded engine", timeout_s=timeout_s)
        yield _Engine(child=child, file=file, knobs=knobs, context_length=context_length)
    finally:
        child.end()


def _listener(host: str, port: int) -> socket.socket:
    """Socket bound to the address but not listening yet: nobody connects before the engine answers."""
    if not 0 <= port <= 65535:
        raise InputError(f"the port must be a whole number from 0 to 65535, got {port}")
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:  # a name that cannot be written as one of DNS
        reason = getattr(error, "strerror", None) or "no name of a host"
        raise InputError(f"cannot listen at {host!r}: {reason}; give an address of this machine") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise InputError(
            f"cannot listen at {host} port {port}: {error.strerror}; choose another one with --port"
        ) from error
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve(
    engine: _Engine,
    listener: socket.socket,
    on_ready: Callable[[RunningEngine], None],
    *,
    control: tuple[socket.socket, int] | None,
) -> None:
    from aiohttp import web

    link = Link(engine.child.connection)
    await link.open()
    runner = web.AppRunner(
        application(_service(engine, link)),
        handler_cancellation=True,
        access_log=None,
        shutdown_timeout=_SHUTDOWN_S,
    )
    await runner.setup()
    tasks = [asyncio.create_task(link.run()), asyncio.create_task(_told_to_stop(control))]
    try:
        await web.SockSite(runner, listener).start()
        on_ready(_running(engine, _url(listener)))
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not link.alive:
            raise MeasurementError(link.failure or died(engine.child.process, "the embedded engine"))
    finally:
        await runner.cleanup()
        for task in tasks:
            task.cancel()
        link.end()


def _service(engine: _Engine, link: Link) -> Service:
    return Service(
        model=engine.file.architecture.name,
        vocabulary=engine.file.vocabulary,
        context_length=engine.context_length,
        kv_cache_tokens=engine.knobs["kv_cache_tokens"],
        link=link,
        created=int(time.time()),
    )


def _running(engine: _Engine, url: str) -> RunningEngine:
    return RunningEngine.of(
        engine.file, url=url, context_length=engine.context_length, threads=engine.knobs["threads"]
    )


async def _told_to_stop(control: tuple[socket.socket, int] | None) -> None:
    """Return on Ctrl-C, on SIGTERM, and when the parent at the other end of `control` is gone."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError, RuntimeError, NotImplementedError):  # not in the main thread
            loop.add_signal_handler(number, stop.set)
    if control is None:
        await stop.wait()
        return
    connection, parent = control
    loop.add_reader(connection.fileno(), stop.set)  # the parent sends nothing: what can be read is its end
    while not stop.is_set() and not orphaned(parent):
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=1.0)
