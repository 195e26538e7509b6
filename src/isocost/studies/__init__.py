"""One module a question: open the study folder, call the rooms, return a frozen result."""

__all__: list[str] = []
