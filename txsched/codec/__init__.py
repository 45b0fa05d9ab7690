"""
Values as bytes: for stores and for the wire.

CBOR (:rfc:`8949`) by the library ``cbor2``, with tags of our own.  Reading never
imports or calls anything that the data names.
"""

from . import enums as enums  # they register themselves
from . import triggers as triggers
from . import values as values
from .choosing import choose_serializer
from .definition import decode_job, encode_definition
from .describing import describe_definition
from .fields import definition_fields, job_of_fields, progress_fields
from .ledger import run_fields, run_of_fields
from .pickling import PickleSerializer
from .serializers import CBORSerializer, JSONSerializer, StoredForms, marked
from .tables import table
from .tasks import task_name
from .wire import decode_result, dumps, encode_result, loads

__all__ = [
    "CBORSerializer",
    "JSONSerializer",
    "PickleSerializer",
    "StoredForms",
    "choose_serializer",
    "decode_job",
    "decode_result",
    "definition_fields",
    "describe_definition",
    "dumps",
    "encode_definition",
    "encode_result",
    "job_of_fields",
    "loads",
    "marked",
    "progress_fields",
    "run_fields",
    "run_of_fields",
    "table",
    "task_name",
]
