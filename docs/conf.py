"""How the pages are built; a warning fails."""

import sys
from pathlib import Path

from isocost import __version__

sys.path.append(str(Path(__file__).parent))  # for the extension `mathml`

project = "isocost"
copyright = "2026, the isocost authors"  # noqa: A001 - the name that Sphinx reads
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mathml"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "notes"]
html_theme = "furo"
html_title = f"isocost {release}"
html_static_path: list[str] = []
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
nitpicky = False
suppress_warnings = ["ref.python"]
