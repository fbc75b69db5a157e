"""Sphinx: the pages are Markdown, the reference comes from the code's own docstrings."""

project = "Care Dividend"
author = "The Care Dividend authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Care Dividend"
html_show_sphinx = False
html_copy_source = False
myst_heading_anchors = 3
