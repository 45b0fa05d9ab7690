"""Adds a job to a running service, and prints its events."""

import sys

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import clientFromString
from twisted.internet.task import react

from txsched.model import COMMAND, RunEnded
from txsched.remote.amp import AMPScheduler
from txsched.triggers import parse_trigger


async def main(reactor, server="unix:txsched.sock"):
    scheduler = AMPScheduler(reactor, clientFromString(reactor, server))
    scheduler.startService()
    ended, hello = Deferred(), {"id": "hello", "executor": "command", "max_runs": 1}

    def show(event):
        print(event)
        if isinstance(event, RunEnded) and event.run.job_id == "hello":
            ended.callback(event.run)

    await scheduler.subscribe(show)
    await scheduler.add_job(COMMAND, parse_trigger("every 1s"), ["echo", "hi"], **hello)
    print((await ended).result)
    await scheduler.stopService()


react(main, sys.argv[1:])
