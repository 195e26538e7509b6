"""Records, ports, money, provenance and errors: what every other room speaks in."""
