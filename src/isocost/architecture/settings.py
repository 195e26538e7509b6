"""Reading a model's configuration, as in Hugging Face's ``config.json``, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """A configuration and where it came from, for messages.

    Parameters
    ----------
    facts : mapping of str to object
    origin : str
        What to call it in messages: a path, or the name of a model.
    """

    facts: Mapping[str, Any]
    origin: str

    def whole(self, *names: str, default: int | None = None) -> int:
        """Return the first of `names` that is there as a whole number of at least 1.

        Raises
        ------
        InputError
            If none is there and there is no default, or it is no such number.
        """
        name = next((name for name in names if self.facts.get(name) is not None), None)
        if name is None and default is not None:
            return default
        if name is None:
            raise InputError(f"{self.origin} does not tell {names[0]!r}; give a complete config.json")
        value = self.facts[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(f"{self.origin}: {name} must be a whole number of at least 1, got {value!r}")
        return value

    def optional(self, *names: str) -> int | None:
        """Return the first of `names` that is set, as a whole number; ``None`` for none, null or 0."""
        if not any(self.facts.get(name) for name in names):
            return None
        return self.whole(*(name for name in names if self.facts.get(name)))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return whether `name` is set, `default` where it is not told."""
        value = self.facts.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise InputError(f"{self.origin}: {name} must be true or false, got {value!r}")
        return value

    def words(self, name: str) -> tuple[str, ...] | None:
        """Return the list of words under `name`; ``None`` where there is none."""
        value = self.facts.get(name)
        if value is None:
            return None
        if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
            raise InputError(f"{self.origin}: {name} must be a list of words, got {value!r}")
        return tuple(value)

    def text(self, name: str) -> str | None:
        """Return the text under `name`; ``None`` where there is none."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else None

    def refuse(self, *names: str) -> None:
        """Raise where any of `names` is set: it stands for weights that are not known here.

        Raises
        ------
        InputError
            If one is set.
        """
        for name in names:
            if self.facts.get(name):
                raise InputError(
                    f"{self.origin} sets {name} to {self.facts[name]!r}, whose weights isocost cannot count; "
                    "leave this model out or give its GGUF file"
                )
