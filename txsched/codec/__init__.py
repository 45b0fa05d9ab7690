"""
Values as bytes: for stores and for the wire.

CBOR (:rfc:`8949`) by the library ``cbor2``, with tags of our own.  Reading never
imports or calls anything that the data names.
"""

from . import triggers as triggers  # they register themselves
from . import values as values
from .definition import decode_job, encode_definition
from .tables import table
from .tasks import task_name
from .wire import decode_result, dumps, encode_result, loads

__all__ = [
    "decode_job",
    "decode_result",
    "dumps",
    "encode_definition",
    "encode_result",
    "loads",
    "table",
    "task_name",
]
