"""Request shapes and where they come from: fixed sizes, long-tailed lengths, lists."""
