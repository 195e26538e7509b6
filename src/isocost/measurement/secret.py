"""API keys: taken from the environment or a file, never shown."""

from __future__ import annotations

import os
import re
from pathlib import Path

from isocost.core.errors import InputError

__all__ = ["HiddenText", "Secret", "read_api_key"]


class HiddenText(str):
    """Text for the wire whose ``repr`` does not give it away, as in a traceback that shows variables.

    Examples
    --------
    >>> {"Authorization": HiddenText("Bearer word")}
    {'Authorization': '***'}
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Show that there is something, not what."""
        return "'***'"


class Secret:
    """A text that neither ``repr`` nor ``str`` nor pickling gives away.

    Examples
    --------
    >>> Secret("word")
    Secret(***)
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text, for the wire alone."""
        return self._text

    def __repr__(self) -> str:
        """Show that there is a secret, not which."""
        return "Secret(***)"

    def __format__(self, form: str) -> str:
        """Show that there is a secret, whatever the form asked for."""
        return repr(self)

    def __copy__(self) -> Secret:
        """Return itself: there is one copy."""
        return self

    def __deepcopy__(self, known: object) -> Secret:
        """Return itself: there is one copy."""
        return self

    def __reduce__(self) -> str:
        """Refuse to be written anywhere."""
        raise TypeError("a secret cannot be pickled")


def read_api_key(*, env: str | None = None, file: str | Path | None = None) -> Secret | None:
    """Read an API key from an environment variable or a file; ``None`` if neither is named.

    Parameters
    ----------
    env : str, optional
        Name of the variable.
    file : path, optional
        File whose first line is the key.

    Returns
    -------
    Secret or None

    Raises
    ------
    InputError
        If both are named, the one named is empty or absent, or the key is not printable ASCII.

    Examples
    --------
    >>> read_api_key() is None
    True
    """
    if env is not None and file is not None:
        raise InputError("an API key comes from the environment or from a file: name one of them, not both")
    if env is not None:
        return _checked(_from_environment(env), "the environment variable that was named")
    if file is not None:
        return _checked(_first_line(Path(file)), "the file that was named for the API key")
    return None


def _from_environment(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise InputError(  # the name itself is not shown: it may be a key given by mistake
            "an API key is named by its environment variable, such as OPENAI_API_KEY; what was given is no "
            "name of a variable (never give the key itself)"
        )
    if name not in os.environ:
        raise InputError("the environment variable named for the API key is not set; set it or name another")
    return os.environ[name]


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="ascii") as lines:
            return lines.readline(8_192)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain ASCII"
        raise InputError(  # the name is not shown: it may be a key given by mistake
            f"cannot read the API key from the file that was named for it: {reason}; name a file that holds "
            "the key alone (never give the key itself)"
        ) from None


def _checked(text: str, origin: str) -> Secret:
    key = text.strip()
    if not key:
        raise InputError(f"{origin} holds no API key: it is empty")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise InputError(f"{origin} holds no API key: a key is printable ASCII without spaces")
    return Secret(key)
