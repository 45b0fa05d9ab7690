"""
Executors: who carries out runs, and where.
"""

from .command import CommandExecutor
from .pool import PoolExecutor
from .reactor import ReactorExecutor
from .tasks import TaskRegistry
from .thread import ThreadPoolExecutor

__all__ = [
    "CommandExecutor",
    "PoolExecutor",
    "ReactorExecutor",
    "TaskRegistry",
    "ThreadPoolExecutor",
]
