"""
A job store in a file: a memory store, written out as a whole after each change.

For some hundreds of jobs of one process.  The file is a pickle: whoever can write to
it can run anything here.
"""

import os
import pickle

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.python.components import proxyForInterface

from txsched.errors import BadValue, StoreUnavailable
from txsched.interfaces import IJobStore
from txsched.jobstores import MemoryJobStore


class SnapshotJobStore(proxyForInterface(IJobStore)):
    """
    :param path: of the file; it is made when it is not there.
    :param sync: whether a change is on the disk, and not only with the operating
        system, before it is answered.
    """

    def __init__(self, path: str, sync: bool = True):
        if not path:
            raise BadValue("path", "expected the name of a file")
        super().__init__(MemoryJobStore())
        self.path = path
        self.sync = sync
        self.waiting = []
        self.writing = False

    def open(self):
        return Deferred.fromCoroutine(self._open())

    async def _open(self):
        try:
            with open(self.path, "rb") as file:
                self.original = pickle.load(file)
        except FileNotFoundError:
            self.original = MemoryJobStore()
        except Exception as error:  # a class that is gone; nothing is written over it
            raise StoreUnavailable(f"{self.path} cannot be read: {error!r}") from error
        await self.original.open()

    def close(self):
        return self.save()

    def save(self):
        """
        Write what there is now; one writing is for all who ask meanwhile.
        """
        saved = Deferred()
        self.waiting.append(saved)
        if not self.writing:
            self.writing = True
            Deferred.fromCoroutine(self._save())
        return saved

    async def _save(self):
        while self.waiting:
            told, self.waiting = self.waiting, []
            try:
                await deferToThread(self._write, pickle.dumps(self.original))
            except Exception as error:
                for one in told:
                    one.errback(StoreUnavailable(f"{self.path}: {error}"))
            else:
                for one in told:
                    one.callback(None)
        self.writing = False

    def _write(self, data):
        with open(f"{self.path}.new", "wb") as file:
            file.write(data)
            file.flush()
            if self.sync:
                os.fsync(file.fileno())
        os.replace(f"{self.path}.new", self.path)


def saving(name):
    """
    Make a method that answers when what it has changed is written.
    """

    def method(self, *args, **kwargs):
        async def change():
            answer = await getattr(self.original, name)(*args, **kwargs)
            await self.save()
            return answer

        return Deferred.fromCoroutine(change())

    return method


# The others only ask, or, as claims do, change what does not outlive the process.
for name in (
    *("add_jobs", "change_job", "remove_jobs", "repair_job", "commit"),
    *("add_runs", "finish", "cancel_runs", "prune"),
):
    setattr(SnapshotJobStore, name, saving(name))
