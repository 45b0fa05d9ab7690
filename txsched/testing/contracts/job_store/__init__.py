"""
What every job store keeps to.

A store's test is a class of a few lines: mix :class:`JobStoreContract` into
``twisted.trial.unittest.TestCase`` and say how a store is made; for a store that
outlives its process mix in :class:`DurableJobStoreContract`, and say how one is
opened again and how a stored job is broken.  Whether it takes serializers is shown by
:class:`SerializerContract`.
"""

from .adding import AddingContract
from .changing import ChangingContract
from .claiming import ClaimingContract
from .committing import CommittingContract
from .ending import EndingContract
from .enduring import EnduringContract
from .forgetting import ForgettingContract
from .harness import DurableStoreHarness, JobStoreHarness
from .membership import MembershipContract
from .paging import PagingContract
from .rearming import RearmingContract
from .remembering import RememberingContract
from .running import RunningContract
from .serializing import SerializerContract
from .waiting import WaitingContract

__all__ = [
    "DurableJobStoreContract",
    "DurableStoreHarness",
    "JobStoreContract",
    "JobStoreHarness",
    "SerializerContract",
]


class JobStoreContract(
    AddingContract,
    ChangingContract,
    PagingContract,
    ClaimingContract,
    CommittingContract,
    RunningContract,
    EndingContract,
    RearmingContract,
    WaitingContract,
    RememberingContract,
    ForgettingContract,
    MembershipContract,
):
    """
    What every job store keeps to; the harness gives :meth:`make_store`.
    """


class DurableJobStoreContract(JobStoreContract, EnduringContract):
    """
    What a store that outlives its process keeps to, the quarantine included; the
    harness gives :meth:`reopen`, :meth:`corrupt` and :meth:`mend` as well.
    """
