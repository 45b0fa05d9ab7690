"""
A web server of your own with a scheduler inside: ``twistd -noy embed.py``.
"""

import os

from twisted.application.service import Application
from twisted.application.strports import service
from twisted.internet import reactor
from twisted.web.server import Site
from twisted.web.static import File

from txsched.app.config import Config, ServiceSection, TasksSection
from txsched.app.service import SchedulerService
from txsched.triggers import parse_trigger

application = Application("reports")
port = os.environ.get("PORT", "8080")
web = service(f"tcp:{port}:interface=127.0.0.1", Site(File("public")))
web.setServiceParent(application)

store = ServiceSection(database="sqlite:///reports.db", listen=())
jobs = SchedulerService(reactor, Config(service=store, tasks=TasksSection(path=(".",))))
jobs.setServiceParent(application)

task, every, args = "tasks:write_report", parse_trigger("every 2s"), ["public/report"]
options = {"id": "report", "on_conflict": "replace"}
started = jobs.when_started()
started.addCallback(lambda _: jobs.scheduler.add_job(task, every, args, **options))
