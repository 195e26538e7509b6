"""openvino-genai's continuous-batching pipeline; imported in the worker process and nowhere else."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from isocost.engine.limits import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Pipeline", "silence_telemetry"]

_TEXT_TOKENS = 8191  # the tokenizer made from a GGUF file cuts longer texts without a word
_WARM_UP = ((1, 16), (1, 128), (2, 16), (4, 16), (8, 16), (16, 16), (1, 512))  # (requests, prompt tokens)
_WARM_UP_TOKENS = 4
_WARM_UP_LIMIT_S = 5.0


def silence_telemetry() -> None:
    """Keep openvino from phoning home, which it does on import unless this module is missing."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]


class Pipeline:
    """A loaded model and its scheduler.

    Parameters
    ----------
    path : str
        A GGUF file.
    knobs : mapping of str to int
        From `EngineSettings.resolved`.
    """

    def __init__(self, path: str, knobs: Mapping[str, int]) -> None:
        silence_telemetry()
        import openvino  # noqa: PLC0415 - only ever after the line above
        import openvino_genai

        self._openvino, self._genai = openvino, openvino_genai
        scheduler = openvino_genai.SchedulerConfig()
        scheduler.num_kv_blocks = knobs["kv_blocks"]
        scheduler.max_num_batched_tokens = knobs["max_num_batched_tokens"]
        scheduler.max_num_seqs = knobs["max_num_seqs"]
        scheduler.enable_prefix_caching = False
        scheduler.dynamic_split_fuse = True
        properties = {"INFERENCE_NUM_THREADS": knobs["threads"], "ENABLE_CPU_PINNING": False}
        self._pipeline = openvino_genai.ContinuousBatchingPipeline(path, scheduler, "CPU", properties)
        self._tokenizer = self._pipeline.get_tokenizer()
        self._room = min(knobs["kv_cache_tokens"], knobs["context_length"])

    def add(self, number: int, prompt: Sequence[int], sampling: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Queue a request; it is taken in at the next step.

        Raises
        ------
        Refusal
            If the pipeline does not take the sampling parameters.
        """
        config = self._genai.GenerationConfig()
        config.max_new_tokens = sampling["max_tokens"]
        config.min_new_tokens = sampling["min_tokens"]
        config.ignore_eos = sampling["ignore_eos"]
        config.apply_chat_template = False
        config.set_eos_token_id(self._tokenizer.get_eos_token_id())
        if sampling["temperature"] > 0:
            config.do_sample = True
            config.temperature = sampling["temperature"]
            config.top_p = sampling["top_p"]
            config.rng_seed = number if sampling["seed"] is None else sampling["seed"]
        tensor = self._openvino.Tensor(np.array([prompt], dtype=np.int64))
        try:
            return self._pipeline.add_request(number, tensor, config)
        except RuntimeError as error:
            raise Refusal(_first_line(error)) from error

    def step(self) -> None:
        """Compute the next token of every scheduled request; holds the interpreter meanwhile."""
        self._pipeline.step()

    def read(self, handle: Any) -> tuple[list[int], str | None]:  # noqa: ANN401 - untyped library
        """Take the new tokens of a request, and why it ended: ``None`` while it goes on."""
        tokens: list[int] = []
        ended = None
        while handle.can_read():
            for output in handle.read().values():
                tokens += output.generated_ids
                ended = output.finish_reason
        status = self._genai.GenerationStatus
        if handle.get_status() == status.RUNNING:
            return tokens, None
        if handle.get_status() != status.FINISHED:
            return tokens, "error"
        return tokens, "stop" if ended == self._genai.GenerationFinishReason.STOP else "length"

    def encode(self, text: str) -> list[int]:
        """Token ids of a text.

        Raises
        ------
        Refusal
            If the text is too long for the tokenizer, which would silently cut it.
        """
        encoded = self._tokenizer.encode(text) if text else None
        tokens: list[int] = [] if encoded is None else encoded.input_ids.data[0].tolist()
        if len(tokens) > _TEXT_TOKENS:
            raise Refusal(
                f"the prompt as text has more than {_TEXT_TOKENS} tokens, the most that the engine's "
                "tokenizer takes; send it as token ids"
            )
        return tokens

    def chat_text(self, messages: list[dict[str, str]]) -> str:
        """Put the conversation into one text, by the model's template."""
        if not self._tokenizer.chat_template:
            lines = [f"{message['role']}: {message['content']}\n" for message in messages]
            return "".join(lines) + "assistant: "
        try:
            text: str = self._tokenizer.apply_chat_template(messages, add_generation_prompt=True)
        except RuntimeError as error:
            raise Refusal(
                f"the model's chat template refuses these messages: {_first_line(error)}"
            ) from error
        return text

    def warm_up(self) -> None:
        """Run a few shapes, so that no measured request pays for compiling kernels."""
        until = time.monotonic() + _WARM_UP_LIMIT_S
        for requests, tokens in _WARM_UP:
            length = min(tokens, self._room - _WARM_UP_TOKENS)
            if length < 1 or time.monotonic() > until:
                return
            self._run_once(requests, length)

    def _run_once(self, requests: int, length: int) -> None:
        sampling = {"max_tokens": _WARM_UP_TOKENS, "min_tokens": 0, "ignore_eos": True, "temperature": 0.0}
        handles = [self.add(number, [1] * length, sampling) for number in range(requests)]
        while self._pipeline.has_non_finished_requests():
            self.step()
        for handle in handles:
            self.read(handle)


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
