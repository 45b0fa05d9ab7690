"""
Makes ``twistd`` know the scheduler.
"""

from twisted.application.service import ServiceMaker

scheduler = ServiceMaker(
    "txsched",
    "txsched.app.tap",
    "The scheduler service: durable jobs, run on time, controlled by remote clients.",
    "scheduler",
)
