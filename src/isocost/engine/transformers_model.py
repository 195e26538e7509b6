"""A model of the library transformers with random weights; torch is imported here and when it is built."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError, MeasurementError, MissingExtraError
from isocost.engine.transformers_settings import require_room, resolved_device

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from isocost.core.deployment import Architecture
    from isocost.engine.transformers_settings import TransformersSettings

__all__ = ["TransformersModel", "load_libraries"]

_PARAMETERS_WITHIN = 1e-3  # buffers that some count as weights; another architecture differs by far more
_CONFIG_ERRORS = (ValueError, TypeError, LookupError, AttributeError, RuntimeError, ImportError)


def load_libraries() -> tuple[Any, Any]:
    """Import torch and transformers, kept from the network.

    Raises
    ------
    MissingExtraError
        If the extra ``[transformers]`` is not installed.
    """
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise MissingExtraError("transformers", "transformers in this process")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read on import: nothing is fetched, nobody is told
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    return torch, transformers


class TransformersModel:
    """A causal language model in this process; implements `isocost.engine.in_process.AnswersRequests`.

    Answers come from the library's own ``generate``: greedy, with its usual KV cache, never ended before
    their length. A token is told when ``generate`` hands it to its streamer, which has it copied to the
    processor: on an accelerator that waits for the step to be computed.

    Parameters
    ----------
    architecture : Architecture
        What the configuration describes.
    config : mapping of str to object
        From `isocost.engine.transformers_config.config_for_transformers`.
    settings : TransformersSettings

    Raises
    ------
    InputError
        If transformers does not know the family or builds something else, or the model does not fit.
    MissingExtraError
        If the extra ``[transformers]`` is not installed.
    """

    def __init__(
        self, architecture: Architecture, config: Mapping[str, Any], settings: TransformersSettings
    ) -> None:
        self._torch, self._transformers = load_libraries()
        self.device = resolved_device(self._torch, settings.device)
        self.precision = settings.precision_on(self.device.type)
        self.vocabulary_size = architecture.vocabulary_size
        known = self._configuration(config, architecture.name)
        self.parameters = self._counted(known, architecture)
        require_room(self._torch, architecture, self.precision, self.device)
        self._model = self._built(known)

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the libraries by their names."""
        return {"transformers": str(self._transformers.__version__), "torch": str(self._torch.__version__)}

    @property
    def attention(self) -> str:
        """Which of its implementations of attention the library chose."""
        return str(getattr(self._model.config, "_attn_implementation", "unknown"))

    @property
    def device_name(self) -> str | None:
        """Name of the accelerator; ``None`` on a processor."""
        return None if self.device.type == "cpu" else str(self._torch.cuda.get_device_name(self.device))

    def answer(self, prompt: Sequence[int], output_tokens: int, on_token: Callable[[], None]) -> None:
        """Answer a prompt; see `isocost.engine.in_process.AnswersRequests`."""
        ids = self._torch.tensor([prompt], dtype=self._torch.long, device=self.device)
        try:
            self._model.generate(
                input_ids=ids,
                attention_mask=self._torch.ones_like(ids),
                generation_config=self._generation(output_tokens),
                streamer=_Streamer(on_token),
            )
        except RuntimeError as error:
            raise MeasurementError(
                f"transformers cannot answer {len(prompt)} tokens with {output_tokens} on {self.device}: "
                f"{_first_line(error)}; leave that size out (--cells) or take a smaller model"
            ) from error
        finally:
            self._wait()

    def close(self) -> None:
        """Give the memory back."""
        del self._model
        if self.device.type == "cuda":
            self._torch.cuda.empty_cache()

    def _wait(self) -> None:
        if self.device.type == "cuda":
            self._torch.cuda.synchronize(self.device)

    def _generation(self, output_tokens: int | None = None) -> Any:  # noqa: ANN401 - untyped library
        return self._transformers.GenerationConfig(
            max_new_tokens=output_tokens, do_sample=False, use_cache=True, eos_token_id=None, pad_token_id=0
        )

    def _configuration(self, config: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - untyped library
        family = config["model_type"]
        rest = {key: value for key, value in config.items() if key != "model_type"}
        if family not in self._transformers.CONFIG_MAPPING:
            raise InputError(
                f"transformers {self._transformers.__version__} does not know the family {family!r} of "
                f"{name}; install a version that does, or choose another model"
            )
        try:
            return self._transformers.AutoConfig.for_model(family, **rest)
        except _CONFIG_ERRORS as error:
            raise InputError(
                f"transformers cannot use the configuration of {name}: {_first_line(error)}; "
                "give a complete config.json"
            ) from error

    def _counted(self, config: Any, architecture: Architecture) -> int:  # noqa: ANN401 - untyped library
        """Count the weights that transformers gives the model, without making them."""
        with self._torch.device("meta"):
            made = self._made(config, architecture.name)
        count = sum(int(weight.numel()) for weight in made.parameters())
        if abs(count / architecture.parameters - 1) > _PARAMETERS_WITHIN:
            raise InputError(
                f"transformers builds {architecture.name} with {count:,} weights and its configuration has "
                f"{architecture.parameters:,}: another architecture; give its complete config.json"
            )
        return count

    def _built(self, config: Any) -> Any:  # noqa: ANN401 - untyped library
        """Make the model on its device, with the random weights that its family starts training from."""
        with self._torch.random.fork_rng(), self._torch.device(self.device):
            self._torch.manual_seed(0)
            model = self._made(config, "the model")
        model.generation_config = self._generation()
        return model.eval()

    def _made(self, config: Any, name: str) -> Any:  # noqa: ANN401 - untyped library
        types = {"F32": self._torch.float32, "BF16": self._torch.bfloat16, "F16": self._torch.float16}
        try:
            return self._transformers.AutoModelForCausalLM.from_config(config, dtype=types[self.precision])
        except _CONFIG_ERRORS as error:
            raise InputError(
                f"transformers cannot build {name} in {self.precision} on {self.device}: "
                f"{_first_line(error)}; choose another model or device"
            ) from error


class _Streamer:
    """Passes each token on; the first that ``generate`` hands over is the prompt."""

    def __init__(self, on_token: Callable[[], None]) -> None:
        self._on_token = on_token
        self._begun = False

    def put(self, _tokens: Any) -> None:  # noqa: ANN401 - untyped library
        """Take what ``generate`` hands over."""
        if self._begun:
            self._on_token()
        self._begun = True

    def end(self) -> None:
        """Take the end of the answer."""


def _first_line(error: Exception) -> str:
    text = " ".join(str(error).strip().split("\n")[0].split())
    return text[:200] or type(error).__name__
