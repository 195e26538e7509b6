"""The embedded engine: a real Transformer with random weights, served over the OpenAI API."""
