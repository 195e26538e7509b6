"""YAML of strangers: plain data only, and no more of it than a file of that size should hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["ParsedYaml", "YamlLimitError", "parse_yaml"]

_LARGEST = 16 * 2**20
_DEEPEST = 64
_MOST_NODES = 1_000_000


class YamlLimitError(ValueError):
    """The text is YAML, and holds more than is read; the message says what, in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedYaml:
    """What a text holds.

    Parameters
    ----------
    tree : Any
        Nodes of PyYAML, which know their lines; ``None`` where the text is empty.
    content : Any
        Lists, dictionaries, texts and numbers.
    """

    tree: Any
    content: Any


def parse_yaml(text: str) -> ParsedYaml:
    """Read a text as YAML: no tags that make objects, no aliases that multiply (a "billion laughs").

    Raises
    ------
    yaml.YAMLError
        If it is no YAML, or asks for an object.
    YamlLimitError
        If it is longer than 16 MiB, nested deeper than 64, holds more than a million values once its aliases
        are written out, refers to itself, or holds a number or date that is none.

    Examples
    --------
    >>> parse_yaml("a: [1, 2]").content
    {'a': [1, 2]}
    >>> parse_yaml("a: &x [*x]")
    Traceback (most recent call last):
    isocost.journal.yaml_limits.YamlLimitError: a list or mapping that holds itself
    """
    if len(text) > _LARGEST:
        raise YamlLimitError("more than 16 MiB")
    loader = yaml.SafeLoader(text)
    try:
        tree = loader.get_single_node()
        if tree is None:
            return ParsedYaml(tree=None, content=None)
        _measure(tree, 1, {})
        return ParsedYaml(tree=tree, content=loader.construct_document(tree))
    except RecursionError:
        raise YamlLimitError(f"nested deeper than {_DEEPEST}") from None
    except (ValueError, OverflowError) as error:
        if isinstance(error, YamlLimitError):
            raise
        raise YamlLimitError("a number or a date that is none") from None
    finally:
        loader.dispose()


def _measure(node: yaml.Node, depth: int, known: dict[int, tuple[int, int] | None]) -> tuple[int, int]:
    """Return how many values a node holds once its aliases are written out, and how deep they lie."""
    if depth > _DEEPEST:
        raise YamlLimitError(f"nested deeper than {_DEEPEST}")
    if id(node) in known:
        found = known[id(node)]
        if found is None:
            raise YamlLimitError("a list or mapping that holds itself")
        if depth + found[1] > _DEEPEST:
            raise YamlLimitError(f"nested deeper than {_DEEPEST}")
        return found
    known[id(node)] = None
    parts = [_measure(child, depth + 1, known) for child in _children(node)]
    size = 1 + sum(count for count, _ in parts)
    if size > _MOST_NODES:
        raise YamlLimitError(f"more than {_MOST_NODES:,} values (aliases count as often as they are used)")
    known[id(node)] = size, max((height for _, height in parts), default=0) + 1
    return size, max((height for _, height in parts), default=0) + 1


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else []
