"""
Builds txsched; all but the list of packages is said in ``pyproject.toml``.

``twisted.plugins`` is listed by hand: ``twisted`` belongs to Twisted, and a folder of
plugins has no ``__init__.py``.
"""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["txsched", "txsched.*"]), "twisted.plugins"])
