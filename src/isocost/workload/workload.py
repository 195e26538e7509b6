"""A workload: the sizes of the requests that people send, and where these sizes come from."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from isocost.core.errors import InputError

if TYPE_CHECKING:
    from isocost.core.load import RequestShape

__all__ = ["Workload"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Request shapes with a name, in the order in which they are sent.

    Parameters
    ----------
    name : str
        ``"chat"``, ``"fixed 512+128"``, or the name of the file.
    shapes : tuple of RequestShape
        At least one; a longer run goes through them again.
    description : str
        In words, for reports: ``"long-tailed lengths, about 512 in and 256 out"``.
    seed : int or None
        What the lengths were drawn with; ``None`` when nothing was drawn.

    Examples
    --------
    >>> from isocost.core.load import RequestShape
    >>> two = Workload(name="two", shapes=(RequestShape(10, 2), RequestShape(30, 4)), description="two sizes")
    >>> two.mean_input_tokens, two.mean_output_tokens
    (20.0, 3.0)
    """

    name: str
    shapes: tuple[RequestShape, ...]
    description: str
    seed: int | None = None

    def __post_init__(self) -> None:
        """Refuse a workload without requests."""
        if not self.shapes:
            raise InputError(f"the workload {self.name!r} holds no request; give at least one size")

    @property
    def mean_input_tokens(self) -> float:
        """Mean prompt length, tokens a request."""
        return fmean(shape.input_tokens for shape in self.shapes)

    @property
    def mean_output_tokens(self) -> float:
        """Mean answer length, tokens a request."""
        return fmean(shape.output_tokens for shape in self.shapes)

    @property
    def longest_request_tokens(self) -> int:
        """Most tokens that one request needs of the context, input and output together."""
        return max(shape.input_tokens + shape.output_tokens for shape in self.shapes)
