"""
The core: pure decisions, and the engine that carries them out.
"""

from .aftermath import aftermath
from .planning import plan
from .scheduler import LocalScheduler
from .settings import Settings

__all__ = ["LocalScheduler", "Settings", "aftermath", "plan"]
