"""T(p, o): what one request takes, idealized; which (p, o) to measure next."""
