"""The study folder: what was asked, what is assumed, what was observed; one writer, many readers."""
