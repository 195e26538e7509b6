"""Result records as text, SVG and HTML; the only room that rounds and converts for display."""
