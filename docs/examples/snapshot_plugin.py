"""
Makes txsched know the URLs ``snapshot:///FILE``; to be put into ``twisted/plugins``.
"""

from twisted.plugin import IPlugin
from zope.interface import implementer

from txsched.interfaces import IJobStoreFactory


@implementer(IPlugin, IJobStoreFactory)
class SnapshotFactory:
    name = "snapshot"
    schemes = ("snapshot",)
    options = {"sync": bool}

    def make(self, url, reactor, options):
        from snapshot import SnapshotJobStore

        return SnapshotJobStore(url.removeprefix("snapshot:///"), **options)


snapshot = SnapshotFactory()
