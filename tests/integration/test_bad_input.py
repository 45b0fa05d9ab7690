"""
Wrong input of every kind, against one service that runs.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from .bad_boxes import BOXES, GARBAGE, add_job
from .bad_command_lines import COMMANDS, SERVICES
from .bad_configurations import CONFIGURATIONS
from .bad_options import OPTIONS
from .bad_triggers import TRIGGERS
from .living import TERMINATED
from .refusing import RefusingTestCase
from .rows import Row

#: Errors whose field stands by itself.
_OF_A_FIELD = ("BAD_VALUE", "BAD_TRIGGER")

Sending = Callable[[Row], Coroutine[Any, Any, None]]


class BadInputTests(RefusingTestCase):
    """
    Tests for what a service does when people and programs are wrong.
    """

    timeout = 120.0  # type: ignore[assignment]

    async def test_wrong_input_is_refused_by_name_and_changes_nothing(self) -> None:
        """
        Each row of each table is answered by what is wrong and why, and afterwards
        the service answers, with the same jobs, runs and pauses as before.
        """
        await self.start()
        tables: list[tuple[str, Mapping[str, Row], Sending]] = [
            ("configuration", CONFIGURATIONS, self.configuration),
            ("txsched", COMMANDS, self.command),
            ("twistd scheduler", SERVICES, self.start_another),
            ("option", OPTIONS, self.option),
            ("trigger", TRIGGERS, self.trigger),
            ("box", BOXES, self.box),
            (
                "garbage",
                {name: Row(data, "", "") for name, data in GARBAGE.items()},
                self.garbage,
            ),
        ]
        before = await self.state()
        faults = []
        for kind, rows, send in tables:
            for name, row in rows.items():
                logged = len(self.service.drain())
                try:
                    await send(row)
                    self.assertEqual(before, await self.state())
                    self.assertNotIn("Error", self.service.drain()[logged:])
                except AssertionError as error:
                    faults.append(f"{kind}, {name}: {error}")
                    before = await self.state()
        self.assertEqual([], faults, "\n".join(["", *faults]))
        self.assertEqual(TERMINATED, self.service.end(signal.SIGTERM))

    def test_there_are_many(self) -> None:
        """
        There are enough rows of each kind, and enough of them in real processes.
        """
        tables = [CONFIGURATIONS, COMMANDS | SERVICES, OPTIONS, TRIGGERS, BOXES]
        self.assertEqual([], [len(rows) for rows in tables if len(rows) < 15])
        self.assertGreaterEqual(sum(map(len, tables)), 150)
        processes = [row for rows in tables for row in rows.values() if row.process]
        self.assertGreaterEqual(len(processes), 5)

    # How each kind of input is sent

    async def configuration(self, row: Row) -> None:
        """
        Let a file be checked.
        """
        path = self.folder / "a.ini"
        if row.sent is not None:
            data = row.sent if isinstance(row.sent, bytes) else row.sent.encode()
            path.write_bytes(data)
        arguments = ("--check", "--config", str(path))
        run = self.process_of("twistd") if row.process else self.twistd_here
        code, said = run(*arguments)
        path.unlink(missing_ok=True)
        self.assertEqual(1, code, said)
        self.assertEqual(1, len(said.splitlines()), said)
        self.check_said(row, said)

    async def command(self, row: Row) -> None:
        """
        Run ``txsched``.
        """
        if row.process:
            code, said = self.process("txsched", *row.sent)
        else:
            code, said = await self.txsched(*row.sent)
        self.assertEqual(row.code, code, said)
        self.check_said(row, said)

    async def start_another(self, row: Row) -> None:
        """
        Run ``twistd scheduler`` in the folder of the service that runs.
        """
        run = self.process_of("twistd") if row.process else self.twistd_here
        code, said = run(*row.sent)
        self.assertEqual(row.code, code, said)
        self.check_said(row, said)

    async def option(self, row: Row) -> None:
        """
        Add a job that has the option, and change one to have it.
        """
        self.check_error(row, *await self.ask("AddJob", add_job(row.sent)))
        if "id" not in row.sent:
            change = ["old", None, row.sent]
            self.check_error(row, *await self.ask("ModifyJob", change))

    async def trigger(self, row: Row) -> None:
        """
        Add a job that has the trigger, by a box and by ``txsched``.
        """
        arguments = add_job(trigger=row.sent)
        self.check_error(row, *await self.ask("AddJob", arguments))
        code, said = await self.txsched("add", "--trigger", row.sent, "operator:add")
        self.assertEqual(2, code, said)
        self.check_said(row, said)
        self.assertIn("--trigger: ", said)

    async def box(self, row: Row) -> None:
        """
        Send a box.
        """
        self.check_error(row, *await self.ask(*row.sent))

    async def garbage(self, row: Row) -> None:
        """
        Send what is no box, and be cut off.
        """
        client = await self.connect()
        client.transport.write(row.sent)
        await client.gone

    # What is checked

    def process_of(self, program: str) -> Callable[..., tuple[int, str]]:
        """
        Give what runs *program* as a process.
        """
        return lambda *arguments: self.process(program, *arguments)

    def check_said(self, row: Row, said: str) -> None:
        """
        The complaint names the field and the reason, and is none of Python's.
        """
        said = " ".join(said.split())
        self.assertIn(row.field, said)
        self.assertIn(row.reason, said)
        self.assertNotIn("Traceback", said)

    def check_error(self, row: Row, code: str, fields: Mapping[str, Any]) -> None:
        """
        The error names the field and the reason.
        """
        self.assertEqual(row.code, code, fields)
        if code in _OF_A_FIELD:
            self.assertEqual(row.field, fields["field"])
            self.assertIn(row.reason, fields["reason"])
        else:
            words = " ".join(map(str, fields.values()))
            self.assertIn(row.field, words)
            self.assertIn(row.reason, words)
