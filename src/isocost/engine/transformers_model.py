"""A model of the library transformers in this process, which answers prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isocost.core.errors import MeasurementError
from isocost.engine.transformers_build import (
    built_model,
    counted_weights,
    first_line,
    known_config,
    load_libraries,
)
from isocost.engine.transformers_group import SplitModel
from isocost.engine.transformers_settings import require_accelerators, require_room, resolved_device

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from isocost.core.deployment import Architecture
    from isocost.engine.transformers_settings import TransformersSettings

__all__ = ["TransformersModel"]


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
        self._libraries = load_libraries()
        self._torch = self._libraries.torch
        self.device = resolved_device(self._torch, settings.device)
        self.precision = settings.precision_on(self.device.type)
        self.accelerators = require_accelerators(self._torch, settings, self.device)
        self.vocabulary_size = architecture.vocabulary_size
        known = known_config(self._libraries, config, architecture.name)
        self.parameters = counted_weights(self._libraries, known, architecture)
        require_room(self._torch, architecture, self.precision, self.device, self.accelerators)
        self._group: SplitModel | None = None
        self._model: Any = None
        self._broken = False
        if self.accelerators > 1:
            self._group = SplitModel(
                self._libraries,
                config,
                precision=self.precision,
                device_type=self.device.type,
                accelerators=self.accelerators,
            )
            self._model = self._group.model
        else:
            self._model = built_model(self._libraries, known, precision=self.precision, device=self.device)

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the libraries by their names."""
        transformers = self._libraries.transformers
        return {"transformers": str(transformers.__version__), "torch": str(self._torch.__version__)}

    @property
    def attention(self) -> str:
        """Which of its implementations of attention the library chose."""
        return str(getattr(self._model.config, "_attn_implementation", "unknown"))

    @property
    def device_name(self) -> str | None:
        """Name of the accelerator; ``None`` on a processor."""
        return None if self.device.type == "cpu" else str(self._torch.cuda.get_device_name(self.device))

    @property
    def cuda_version(self) -> str | None:
        """Version of CUDA; ``None`` on a processor."""
        return None if self.device.type == "cpu" else str(self._torch.version.cuda)

    def answer(self, prompt: Sequence[int], output_tokens: int, on_token: Callable[[], None]) -> None:
        """Answer a prompt; see `isocost.engine.in_process.AnswersRequests`."""
        ids = self._torch.tensor([prompt], dtype=self._torch.long, device=self.device)
        self._tell(prompt, output_tokens)
        try:
            self._model.generate(
                input_ids=ids,
                attention_mask=self._torch.ones_like(ids),
                generation_config=self._libraries.generation(output_tokens),
                streamer=_Streamer(on_token),
            )
        except RuntimeError as error:
            raise MeasurementError(
                f"transformers cannot answer {len(prompt)} tokens with {output_tokens} on {self.device}: "
                f"{first_line(error)}; leave that size out (--cells) or take a smaller model"
            ) from error
        else:
            self._broken = False
        finally:
            if self._group is None and self.device.type == "cuda":
                self._torch.cuda.synchronize(self.device)

    def close(self) -> None:
        """Give the memory back, and end the other processes of a split model."""
        self._model = None
        if self._group is not None:
            self._group.model = None
            self._group.close()
        if self.device.type == "cuda":
            self._torch.cuda.empty_cache()

    def _tell(self, prompt: Sequence[int], output_tokens: int) -> None:
        """Have the other processes of a split model answer too; they cannot be told to break off."""
        if self._group is None:
            return
        if self._broken:
            raise MeasurementError(
                "a request was cut, and the processes of the split model wait for it in vain; give a longer "
                "--request-timeout and go on with: isocost run STUDY"
            )
        self._broken = True  # until the answer is whole
        self._group.tell(prompt, output_tokens)


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
