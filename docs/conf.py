"""
How Sphinx builds the documentation.
"""

import sys
from pathlib import Path

from txsched import __version__

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "txsched"
author = "the txsched authors"
project_copyright = f"2026, {author}"
release = version = __version__

extensions = ["sphinx.ext.autodoc", "contracts", "protocol"]
exclude_patterns = ["_build"]
nitpicky = True
# What others document, and what is only a name in a signature.
nitpick_ignore_regex = [
    (
        "py:.*",
        r"(twisted|zope|sqlalchemy|click|concurrent|collections|datetime|enum|hypothesis)\..*",
    ),
    (
        "py:.*",
        r"(Deferred|date|datetime|timedelta|tzinfo|Callable|Sequence|Mapping|Any)",
    ),
    (
        "py:.*",
        r"(pathlib\.Path|Engine|URL|IDelayedCall|Clock|Coroutine|Executor|TestCase|Failure)",
    ),
    ("py:class", r"(txsched\..*\.)?(T|_\w+|AMPServer|Combination|Fields)"),
]

autodoc_member_order = "bysource"
autoclass_content = "both"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True, "imported-members": True}

html_theme = "furo"
html_title = f"txsched {release}"
