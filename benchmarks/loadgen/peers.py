"""The other load generators: how each is installed, run as its documentation says, and what it reports.

``python benchmarks/loadgen/peers.py`` makes their environments; ``make bench-loadgen-peers`` does it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizer_file import write_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ENVIRONMENTS = ROOT / ".venv-peers"
PEERS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "peers.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Task:
    """One load that every tool gets: requests of one size, so many of them in flight."""

    url: str
    streams: int
    tokens: int
    requests: int
    folder: Path

    @property
    def tokenizer(self) -> str:
        return str(write_tokenizer(self.folder / "tokenizer"))


@dataclass(frozen=True)
class Reported:
    """What a tool says of a run, in seconds; ``None`` where it does not say."""

    ttft_s: float | None
    gap_s: float | None
    gap_p99_s: float | None


def program(name: str, command: str) -> list[str]:
    """Return how to call a program of an environment; scripts by its Python, so that folders may move."""
    binaries = ENVIRONMENTS / name / "bin"
    python = str(binaries / "python")
    return [python] if command == "python" else [python, str(binaries / command)]


def guidellm(task: Task) -> list[str]:
    return [
        *program("guidellm", "guidellm"), "run",
        "--backend", f"kind=openai_http,target={task.url},model=truth,request_format=/v1/completions",
        "--profile", f"kind=concurrent,streams={task.streams}",
        "--constraint", f"kind=max_requests,count={task.requests}",
        "--tokenizer", f"kind=hf_auto,model={task.tokenizer}",
        "--data", f"kind=synthetic_text,prompt_tokens=16,output_tokens={task.tokens}",
        "--output", f"kind=json,path={task.folder / 'guidellm.json'}",
        "--disable-console",
    ]  # fmt: skip


def read_guidellm(task: Task) -> Reported:
    said = json.loads((task.folder / "guidellm.json").read_text(encoding="utf-8"))["benchmarks"][0]["metrics"]
    gaps = said["inter_token_latency_ms"]["successful"]
    return Reported(
        said["time_to_first_token_ms"]["successful"]["mean"] / 1e3,
        gaps["mean"] / 1e3 if task.tokens > 1 else None,
        gaps["percentiles"]["p99"] / 1e3 if task.tokens > 1 else None,
    )


def aiperf(task: Task) -> list[str]:
    return [
        *program("aiperf", "aiperf"), "profile", "--model", "truth", "--url", task.url,
        "--endpoint-type", "completions", "--streaming",
        "--concurrency", str(task.streams), "--request-count", str(task.requests),
        "--tokenizer", task.tokenizer, "--use-server-token-count",
        "--isl", "16", "--isl-stddev", "0", "--osl", str(task.tokens), "--osl-stddev", "0",
        "--extra-inputs", "ignore_eos:true", "--num-dataset-entries", "1000",
        "--ui-type", "none", "--no-gpu-telemetry", "--no-server-metrics",
        "--workers-max", "1", "--record-processors", "1",
        "--output-artifact-dir", str(task.folder / "aiperf"),
    ]  # fmt: skip


def read_aiperf(task: Task) -> Reported:
    text = (task.folder / "aiperf" / "profile_export_aiperf.json").read_text(encoding="utf-8")
    said = json.loads(text)
    gaps = said.get("inter_chunk_latency", {})
    mean = said.get("inter_token_latency", {}).get("avg")
    return Reported(
        said["time_to_first_token"]["avg"] / 1e3,
        None if mean is None else mean / 1e3,
        gaps["p99"] / 1e3 if "p99" in gaps else None,
    )


def inference_perf(task: Task) -> list[str]:
    sizes = {"std_dev": 0, "total_count": task.requests}
    asked = {
        "api": {"type": "completion", "streaming": True},
        "data": {
            "type": "random",
            "input_distribution": {"min": 16, "max": 16, "mean": 16, **sizes},
            "output_distribution": {"min": task.tokens, "max": task.tokens, "mean": task.tokens, **sizes},
        },
        "load": {
            "type": "concurrent",
            "num_workers": 1,
            "worker_max_concurrency": task.streams,
            "stages": [{"num_requests": task.requests, "concurrency_level": task.streams}],
        },
        "server": {"type": "vllm", "model_name": "truth", "base_url": task.url, "ignore_eos": True},
        "tokenizer": {"pretrained_model_name_or_path": task.tokenizer},
        "report": {
            "request_lifecycle": {
                "summary": True, "per_stage": False, "per_request": False, "use_server_output_tokens": True,
            }
        },
        "storage": {"local_storage": {"path": str(task.folder / "inference-perf")}},
    }  # fmt: skip
    path = task.folder / "inference-perf.yaml"
    path.write_text(json.dumps(asked), encoding="utf-8")
    return [*program("inference-perf", "inference-perf"), "--config_file", str(path)]


def read_inference_perf(task: Task) -> Reported:
    path = task.folder / "inference-perf" / "summary_lifecycle_metrics.json"
    said = json.loads(path.read_text(encoding="utf-8"))["successes"]["latency"]
    gaps = said.get("inter_token_latency") or {}
    return Reported(
        (said.get("time_to_first_token") or {}).get("mean"),
        said["time_per_output_token"]["mean"] if task.tokens > 1 else None,
        gaps.get("p99") if task.tokens > 1 else None,
    )


_LLMETER = """
import asyncio, json, sys
from llmeter.endpoints import OpenAICompletionStreamEndpoint as Endpoint
from llmeter.runner import Runner
url, streams, tokens, each, path = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
endpoint = Endpoint(model_id="truth", api_key="none", base_url=url + "/v1", max_retries=0)
payload = Endpoint.create_payload("one two three four five six seven eight", max_tokens=tokens)
runner = Runner(endpoint=endpoint, clients=streams, n_requests=each, payload=payload,
                disable_per_client_progress_bar=True, disable_clients_progress_bar=True)
json.dump(asyncio.run(runner.run()).stats, open(path, "w"), default=str)
"""


def llmeter(task: Task) -> list[str]:
    each = max(task.requests // task.streams, 1)
    asked = [task.url, str(task.streams), str(task.tokens), str(each), str(task.folder / "llmeter.json")]
    return [*program("llmeter", "python"), "-c", _LLMETER, *asked]


def read_llmeter(task: Task) -> Reported:
    said = json.loads((task.folder / "llmeter.json").read_text(encoding="utf-8"))
    return Reported(
        said["time_to_first_token-average"],
        said.get("time_per_output_token-average") if task.tokens > 1 else None,
        said.get("time_per_output_token-p99") if task.tokens > 1 else None,
    )


RUNNERS: dict[str, tuple[Callable[[Task], list[str]], Callable[[Task], Reported]]] = {
    "guidellm": (guidellm, read_guidellm),
    "aiperf": (aiperf, read_aiperf),
    "inference-perf": (inference_perf, read_inference_perf),
    "llmeter": (llmeter, read_llmeter),
}
ENVIRONMENT = {
    "GUIDELLM__MAX_WORKER_PROCESSES": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONWARNINGS": "ignore",
}


def why_absent(name: str) -> str | None:
    """Return why a peer cannot be run, ``None`` if it can."""
    folder = ENVIRONMENTS / name
    if not (folder / ".installed").is_file():
        return (folder.with_suffix(".why").read_text("utf-8") if folder.with_suffix(".why").is_file()
                else "not installed: make bench-loadgen-peers")  # fmt: skip
    return None


def _interpreter(oldest: str) -> str | None:
    """Return a Python at least as new as `oldest`: this one, or one on the path or of pyenv."""
    wanted = tuple(map(int, oldest.split(".")))
    if sys.version_info[:2] >= wanted:
        return sys.executable
    homes = sorted(Path.home().glob(f".pyenv/versions/{oldest}*/bin"))
    return shutil.which(f"python{oldest}", path=os.pathsep.join([os.environ["PATH"], *map(str, homes)]))


def install(name: str) -> str | None:
    """Make the environment of a peer; return why that failed."""
    python = _interpreter(PEERS[name]["python"])
    if python is None:
        return f"needs Python {PEERS[name]['python']}, which is not on this machine"
    folder = ENVIRONMENTS / name
    subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *PEERS[name]["requirements"]], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"does not install: {(done.stderr.strip().splitlines() or ['no reason given'])[-1][:200]}"
    (folder / ".installed").touch()
    return None


def main() -> None:
    ENVIRONMENTS.mkdir(exist_ok=True)
    for name in sys.argv[1:] or PEERS:
        if why_absent(name) is None:
            continue
        why = install(name)
        note = (ENVIRONMENTS / name).with_suffix(".why")
        if why is None:
            note.unlink(missing_ok=True)
        else:
            note.write_text(why, encoding="utf-8")
        print(f"{name}: {why or 'installed'}")


if __name__ == "__main__":
    main()
