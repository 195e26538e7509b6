"""What tokens cost: cost curves over concurrency, returns to scale, the optimal zone."""
