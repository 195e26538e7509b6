"""Building a model of the library transformers with random weights; torch is imported here and when asked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isocost.core.deployment import Architecture

__all__ = ["Libraries", "built_model", "counted_weights", "first_line", "known_config", "load_libraries"]

_WEIGHTS_WITHIN = 1e-3  # buffers that some count as weights; another architecture differs by far more
_CONFIG_ERRORS = (ValueError, TypeError, LookupError, AttributeError, RuntimeError, ImportError)
_SEED = 0


@dataclass(frozen=True, slots=True)
class Libraries:
    """The two libraries, which have no types that we could check."""

    torch: Any
    transformers: Any

    def data_type(self, precision: str) -> Any:  # noqa: ANN401 - untyped library
        """Return torch's name of a number format."""
        names = {"F32": self.torch.float32, "BF16": self.torch.bfloat16, "F16": self.torch.float16}
        return names[precision]

    def generation(self, output_tokens: int | None = None) -> Any:  # noqa: ANN401 - untyped library
        """Return how answers are generated: greedy, with a cache, never ended before their length."""
        return self.transformers.GenerationConfig(
            max_new_tokens=output_tokens, do_sample=False, use_cache=True, eos_token_id=None, pad_token_id=0
        )


def load_libraries() -> Libraries:
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
    transformers.logging.disable_progress_bar()
    return Libraries(torch, transformers)


def known_config(libraries: Libraries, config: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - untyped library
    """Return a configuration as an object of transformers.

    Raises
    ------
    InputError
        If transformers does not know the family, or refuses the configuration.
    """
    library = libraries.transformers
    family = config["model_type"]
    if family not in library.CONFIG_MAPPING:
        raise InputError(
            f"transformers {library.__version__} does not know the family {family!r} of {name}; install a "
            "version that does, or choose another model"
        )
    try:
        return library.AutoConfig.for_model(**config)
    except _CONFIG_ERRORS as error:
        raise InputError(
            f"transformers cannot use the configuration of {name}: {first_line(error)}; "
            "give a complete config.json"
        ) from error


def counted_weights(libraries: Libraries, config: Any, architecture: Architecture) -> int:  # noqa: ANN401 - untyped library
    """Count the weights that transformers gives a model, without making them.

    Raises
    ------
    InputError
        If it is another number than that of the architecture, or the model cannot be built.
    """
    try:
        with libraries.torch.device("meta"):
            made = libraries.transformers.AutoModelForCausalLM.from_config(config)
    except _CONFIG_ERRORS as error:
        raise InputError(
            f"transformers cannot build {architecture.name}: {first_line(error)}; choose another model"
        ) from error
    count = sum(int(weight.numel()) for weight in made.parameters())
    if abs(count / architecture.parameters - 1) > _WEIGHTS_WITHIN:
        raise InputError(
            f"transformers builds {architecture.name} with {count:,} weights and its configuration has "
            f"{architecture.parameters:,}: another architecture; give its complete config.json"
        )
    return count


def built_model(
    libraries: Libraries,
    config: Any,  # noqa: ANN401 - untyped library
    *,
    precision: str,
    device: Any,  # noqa: ANN401 - untyped library
    accelerators: int = 1,
) -> Any:  # noqa: ANN401 - untyped library
    """Make a model on its device, with the random weights that its family starts training from.

    Parameters
    ----------
    libraries : Libraries
    config : PreTrainedConfig
        From `known_config`.
    precision : {"F32", "BF16", "F16"}
    device : torch.device
    accelerators : int
        Over how many each layer is split; above 1 in each of as many processes, which have joined a group.

    Raises
    ------
    InputError
        If it cannot be built there.
    """
    torch, auto = libraries.torch, libraries.transformers.AutoModelForCausalLM
    data_type = libraries.data_type(precision)
    try:
        with torch.random.fork_rng():
            torch.manual_seed(_SEED)
            if accelerators > 1:
                model = _split_model(libraries, config, data_type, accelerators)
            else:
                with torch.device(device):
                    model = auto.from_config(config, dtype=data_type)
    except _CONFIG_ERRORS as error:
        raise InputError(
            f"transformers cannot build the model in {precision} on {accelerators} x {device}: "
            f"{first_line(error)}; choose another model, precision or device"
        ) from error
    model.generation_config = libraries.generation()
    return model.eval()


def _split_model(libraries: Libraries, config: Any, data_type: Any, accelerators: int) -> Any:  # noqa: ANN401 - untyped library
    """Each process makes its own share of each layer; of a checkpoint without weights all are made up."""
    from transformers.distributed import DistributedConfig

    classes = libraries.transformers.MODEL_FOR_CAUSAL_LM_MAPPING
    return classes[type(config)].from_pretrained(
        None,
        config=config,
        state_dict={},
        dtype=data_type,
        distributed_config=DistributedConfig(tp_plan="auto", tp_size=accelerators),
    )


def first_line(error: Exception) -> str:
    """First line of what an error says, at most 200 letters."""
    text = " ".join(str(error).strip().split("\n")[0].split())
    return text[:200] or type(error).__name__
