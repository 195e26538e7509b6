"""Machines and their prices, dated and sourced."""
