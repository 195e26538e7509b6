"""isocost: what an answer from a language model really costs, on equal footing, and where to run it."""

__version__ = "0.1.0"
