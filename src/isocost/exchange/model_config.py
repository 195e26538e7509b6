"""A model's configuration as Hugging Face's ``config.json`` holds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_model_config"]

_LARGEST_FILE = 16 * 2**20


def read_model_config(path: Path) -> dict[str, Any]:
    """Read the configuration of a model.

    Parameters
    ----------
    path : Path
        A ``config.json``, or the folder of a model that has one.

    Returns
    -------
    dict
        Its keys and values, unchecked.

    Raises
    ------
    InputError
        If it cannot be read, or is no JSON object.
    """
    file = path / "config.json" if path.is_dir() else path
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise InputError(f"{file} is larger than 16 MiB; give a model's config.json")
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from None
    except InputError:
        raise
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise InputError(f"{file} is no JSON object; give a model's config.json")
    return content
