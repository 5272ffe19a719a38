"""Configuration of Sphinx for hooksmith's own documentation: `make docs` writes docs/_build/html."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # command_line.py, for the command line's reference

project = "hooksmith"
author = "hooksmith"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_argparse_cli",
]
exclude_patterns = ["_build", "examples/*/*.md"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_preserve_defaults = True

html_theme = "furo"
html_title = "hooksmith"
html_show_sphinx = False
html_copy_source = False
html_show_search_summary = False  # it fetches pages, which files cannot
html_theme_options = {"navigation_with_keys": False}
