"""Draws and their summaries, steady-state windows, batch means, regression: pure functions on arrays."""
