"""Records, ports, money, provenance and errors: what every other room speaks in, imported by module."""

__all__: list[str] = []
