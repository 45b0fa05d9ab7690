"""
How Sphinx builds the documentation.
"""

from txsched import __version__

project = "txsched"
author = "The txsched authors"
copyright = f"2026, {author}"
release = version = __version__
extensions = ["sphinx.ext.autodoc"]
html_theme = "alabaster"
exclude_patterns = ["_build"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
