"""
A scheduler over AMP, Twisted's asynchronous messaging protocol.
"""

from ..access import AccessPolicy
from .client import AMPScheduler
from .server import AMPServerFactory

__all__ = ["AMPScheduler", "AMPServerFactory", "AccessPolicy"]
