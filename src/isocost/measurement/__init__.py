"""Timed requests against an endpoint: the reader, the load, prompts of exact length, the client's own health."""
