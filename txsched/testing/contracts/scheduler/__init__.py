"""
What every scheduler keeps to, near or far.

The test of a face of the scheduler is a class of a few lines: mix
:class:`SchedulerContract` into ``twisted.trial.unittest.TestCase`` and say how the face
of a local scheduler is made.
"""

from .adding import AddingContract
from .changing import ChangingContract
from .examining import ExaminingContract
from .foreseeing import ForeseeingContract
from .harness import SchedulerHarness
from .pausing import PausingContract
from .reading import ReadingContract
from .running import RunningContract
from .spanning import SpanningContract
from .storing import StoringContract
from .surveying import SurveyingContract
from .waiting import WaitingContract
from .watching import WatchingContract

__all__ = ["SchedulerContract", "SchedulerHarness"]


class SchedulerContract(
    AddingContract,
    ReadingContract,
    ChangingContract,
    PausingContract,
    RunningContract,
    WatchingContract,
    ForeseeingContract,
    SurveyingContract,
    ExaminingContract,
    WaitingContract,
    StoringContract,
    SpanningContract,
):
    """
    What every scheduler keeps to; the harness gives :meth:`face`, and
    :meth:`settle` where news take a while.
    """
