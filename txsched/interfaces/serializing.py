"""
Serializers: how a store turns jobs into bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zope.interface import Attribute, Interface

from ..model import Job, Pause

__all__ = ["ISerializer"]


class ISerializer(Interface):
    """
    Turns the definitions of jobs and the results of tasks into bytes.

    A store may hold rows of several serializers.  So definitions that are neither our
    CBOR nor our JSON begin with the mark of their serializer, which
    :func:`txsched.codec.marked` puts before them.  Results are always one of the two,
    so that every node and every client can show them.
    """

    name: str = Attribute("What its definitions are marked with: a few ASCII letters.")

    def encode_definition(job: Job) -> bytes:
        """
        Write the definition of a job: all but its pause and its progress.

        :raises NotSerializable: naming ``task``, ``trigger``, or a place in ``args``
            or ``kwargs``.
        """

    def decode_job(
        data: bytes,
        paused: Pause | None,
        generation: str,
        revision: int,
        next_run_time: datetime | None,
        run_count: int,
    ) -> Job:
        """
        Build a job from what it wrote, with its mark, and the job's progress.

        :raises SchedulerError: it cannot be read; the store puts the job into
            quarantine with what this says.
        """

    def encode_result(value: Any, limit: int) -> bytes:
        """
        Write the result of a task, as far as it is plain data, or its beginning as
        text, in at most *limit* bytes.
        """
