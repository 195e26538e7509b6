"""Users' data files to records of the core."""

from isocost.exchange.lengths import read_lengths

__all__ = ["read_lengths"]
