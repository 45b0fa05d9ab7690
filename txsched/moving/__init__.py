"""
Jobs and their ledger on their way from one store to another, or into a file and back.

Everything here can be done again: what has arrived is known by the generation of a
job and by the id of a run, and stays as it is.
"""

from .export import all_jobs, export
from .importing import Summary, checked_job, import_into, survey
from .migrating import migrate, refuse_if_used
from .records import RecordWriter, read_records
from .scheduler_target import SchedulerTarget
from .target import TakesJobs, Tally, Target

__all__ = [
    "RecordWriter",
    "SchedulerTarget",
    "Summary",
    "TakesJobs",
    "Tally",
    "Target",
    "all_jobs",
    "checked_job",
    "export",
    "import_into",
    "migrate",
    "read_records",
    "refuse_if_used",
    "survey",
]
