"""
Definitions that no job can be made of, shown as far as they can be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .fields import named_fields
from .pickling import PickleSerializer, pickled_content
from .readable import json_loads
from .serializers import name_of, unmarked
from .wire import loads_tags

__all__ = ["describe_definition"]


def describe_definition(data: bytes) -> Mapping[str, Any] | None:
    """
    Give the fields of a stored definition, as JSON, as far as they can be read.

    Nothing is built of what it holds, and no signature is looked at.

    :param data: what a store keeps.
    :returns: ``None`` when nothing of it can be read.
    """
    try:
        content = unmarked(data)
        if name_of(data) == PickleSerializer.name:
            content = pickled_content(content)
        if content[:1] == b"{":
            fields = json_loads(content)
        else:
            fields = named_fields(loads_tags(content))
    except Exception:  # it is broken, in whatever way
        return None
    return fields if isinstance(fields, dict) else None
