"""
Tests for the command line itself, for which no scheduler is needed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from txsched import __version__
from txsched.app.command.fields import aware
from txsched.app.command.group import cli
from txsched.app.command.session import Session, endpoint_text
from txsched.app.command.shaping import value_data
from txsched.app.command.wording import ago, clean, duration_text
from txsched.model import UTC

from .driving import invoke_alone

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)

#: A command line, and words of the complaint about it.
WRONG = [
    ("ad", "there is no command 'ad'; did you mean 'add'?"),
    ("xyz", "there is no command 'xyz'; there are add, cancel, completion"),
    ("--timeout 0 list", "'--timeout': 0.0 is not in the range x>0"),
    ("--nonsense list", "--nonsense"),
    ("add", "say when: one of --every, --at, --cron or --trigger is needed"),
    ("add --every 1s", "say what: a task as module:function, or -- PROGRAM"),
    ("add --every 1s --", "there is no program after --"),
    ("add --every 1s a:b -- ls", "there is a task 'a:b' and a program"),
    ("add --every 1s a:b c", "unexpected extra argument (c)"),
    ("add --every 1s a.b", "TASK: expected module:function, not 'a.b'"),
    ("add --every 1s --at now a:b", "--every and --at exclude each other"),
    ("add --every 1x a:b", "--every: there is no unit 'x' at column 2 of '1x'"),
    ("add --every 0s a:b", "--every: "),
    ("add --at then a:b", "'--at': expected a time such as 2030-01-31T12:00"),
    ("add --at +1x a:b", "'--at': there is no unit 'x'"),
    ("add --cron * a:b", "--cron: "),
    ("add --cron 99,*,*,*,* a:b", "--cron: "),
    ("add --trigger now a:b", "--trigger: 'now' does not begin with"),
    ("add --every 1s --timezone Mars a:b", "'--timezone': there is no time zone"),
    ("add --every 1s --args {} a:b", "'--args': expected JSON such as '[1, \"two"),
    ("add --every 1s --args [ a:b", "'--args': expected JSON such as"),
    ("add --every 1s --kwargs [] a:b", "'--kwargs': expected JSON such as"),
    ("add --every 1s --args [] -- ls", "--args is only for tasks"),
    ("add --every 1s --env A=1 a:b", "--env is only for programs"),
    ("add --every 1s --cwd / a:b", "--cwd is only for programs"),
    ("add --every 1s --input x a:b", "--input is only for programs"),
    ("add --every 1s --env A -- ls", "'--env': expected NAME=VALUE, not 'A'"),
    ("add --every 1s --output-limit 1x -- ls", "'--output-limit': expected a size"),
    ("add --every 1s --max-instances 0 a:b", "'--max-instances': 0 is not in"),
    ("add --every 1s --max-runs x a:b", "'--max-runs': 'x' is not a valid integer"),
    ("add --every 1s --keep-runs -1 a:b", "'--keep-runs': -1 is not in the range"),
    ("add --every 1s --misfire-grace-time 0s a:b", "--misfire-grace-time: "),
    ("add --every 1s --on-crash panic a:b", "'--on-crash': 'panic' is not one of"),
    ("add --every 1s --on-conflict x a:b", "'--on-conflict': 'x' is not one of"),
    ("add --every 1s --id= a:b", "--id: must not be empty"),
    ("add --every 1s --tag= a:b", "--tag: must not be empty"),
    ("modify a --calendar none --calendar b", "--calendar none stands alone"),
    (
        "add --every 1s --start 2030-02-01 --end 2030-01-01 a:b",
        "--end: 2030-01-01",
    ),
    ("list --limit 0", "'--limit' / '-n': 0 is not in the range"),
    ("list --order colour", "'--order': 'colour' is not one of"),
    ("show", "Missing argument 'JOB'"),
    ("remove", "Missing argument 'JOB...'"),
    ("runs --disposition good", "'good' is not one of 'pending', 'running'"),
    ("runs --after then", "'--after': expected a time such as"),
    ("watch --count 0", "'--count' / '-n': 0 is not in the range"),
    ("next", "Missing argument 'EXPRESSION...'"),
    ("next never", "trigger: 'never' does not begin with"),
    ("next crontab 99 * * * *", "minute: 99 is not within 0-59"),
    ("next 0 9 * * *", "It can be read with --dialect crontab."),
    ("next 0 9 * * * --dialect cron", "'--dialect': 'cron' is not one of own, cront"),
    ("next 0 9 * * * --dialect quartz", "quartz has 6 or 7"),
    ("next --after now --previous @daily", "--previous and --between exclude each"),
    ("next --between now @daily", "'--between': expected a time such as"),
    ("next manual --previous", "the times of manual depend on what becomes of a job"),
    ("next delay 1m --between now +1h", "only those --after an instant are known"),
    ("explain", "Missing argument 'EXPRESSION...'"),
    ("explain crontab 99 * * * *", "minute: 99 is not within 0-59"),
    ("explain 0 9 ? * 2", "'0 9 ? * 2' does not begin with at, every, delay"),
    ("explain @daily -n 0", "'-n': 0 is not in the range"),
    ("add --every 1s --dialect quartz a:b", "--dialect is for --cron only"),
    ("add --trigger manual --dialect own a:b", "--dialect is for --cron only"),
    ("add --cron 99,*,*,*,* --dialect quartz a:b", "--cron: expression: '99,*,*,*,*'"),
    ("reschedule x --dialect quartz", "--dialect is for --cron only"),
    ("forecast --within x", "'--within': expected a number at column 1 of 'x'"),
    ("completion tcsh", "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
]


class WrongCommandLineTests(SynchronousTestCase):
    """
    Tests for command lines that cannot be carried out.
    """

    def test_every_complaint_names_what_was_wrong(self) -> None:
        """
        The exit code is 2, nothing is printed, and the complaint has the reason.
        """
        for line, words in WRONG:
            result = invoke_alone(*line.split())
            self.assertEqual((2, ""), (result.exit_code, result.stdout), line)
            self.assertIn(words, result.stderr.replace("\n", " "), line)


class OtherTests(SynchronousTestCase):
    """
    Tests for what else needs no scheduler.
    """

    def test_help_of_everything(self) -> None:
        """
        Each command that the group lists explains itself.
        """
        text = invoke_alone("--help").stdout
        for name in cli.list_commands(None):  # type: ignore[arg-type]
            self.assertIn(f"\n  {name} ", text)
            result = invoke_alone(name, "--help")
            self.assertEqual(0, result.exit_code)
            self.assertIn(f"Usage: txsched {name} ", result.stdout)

    def test_version(self) -> None:
        """
        ``--version`` says the version.
        """
        self.assertEqual(f"txsched {__version__}\n", invoke_alone("--version").stdout)

    def test_completion(self) -> None:
        """
        The script of each shell is printed, and asks this command.
        """
        for shell in ("bash", "zsh", "fish"):
            result = invoke_alone("completion", shell)
            self.assertEqual(0, result.exit_code, result.output)
            self.assertIn(f"_TXSCHED_COMPLETE={shell}_complete", result.stdout)

    def test_a_plain_path_is_a_socket(self) -> None:
        """
        ``--server`` takes an endpoint string, or the path of a UNIX socket.
        """
        self.assertEqual("unix:/run/a.sock", endpoint_text("/run/a.sock"))
        self.assertEqual("unix:a", endpoint_text("unix:a"))
        self.assertEqual("tcp:a:1", endpoint_text("tcp:a:1"))


class WordingTests(SynchronousTestCase):
    """
    Tests for how values are said.
    """

    def test_how_far_an_instant_is(self) -> None:
        """
        The largest fitting unit is taken, and rounded.
        """
        for seconds, words in [
            (0.2, "now"),
            (-0.2, "now"),
            (0.7, "in 1s"),
            (59, "in 59s"),
            (90, "in 2m"),
            (-7200, "2h ago"),
            (86400 * 30, "in 30d"),
        ]:
            self.assertEqual(words, ago(NOW + timedelta(seconds=seconds), NOW))

    def test_durations(self) -> None:
        """
        They are said as the command line takes them.
        """
        self.assertEqual("none", duration_text(None))
        self.assertEqual("1h30m", duration_text(timedelta(minutes=90)))

    def test_control_characters(self) -> None:
        """
        They are spelled out; letters of any script are not.
        """
        self.assertEqual(r"a\x1b[0m\nü漢", clean("a\x1b[0m\nü漢"))

    def test_a_time_without_offset_is_local(self) -> None:
        """
        It belongs to the zone that was named, else to that of this machine.
        """
        naive = NOW.replace(tzinfo=None)
        tokyo = ZoneInfo("Asia/Tokyo")
        self.assertEqual(naive.replace(tzinfo=tokyo), aware(naive, tokyo))
        self.assertEqual(naive.astimezone(), aware(naive))
        self.assertIs(NOW, aware(NOW, tokyo))

    def test_anything_becomes_plain_data(self) -> None:
        """
        What a task returned can be written as JSON, bytes and sets included.
        """
        self.assertEqual(
            {
                "1": ["a", {"base64": "/w=="}, "text"],
                "at": "2030-01-01T12:00:00+00:00",
                "in": 0.5,
                "set": [1],
                "object": "Ellipsis",
            },
            value_data(
                {
                    1: ("a", b"\xff", b"text"),
                    "at": NOW,
                    "in": timedelta(seconds=0.5),
                    "set": {1},
                    "object": ...,
                }
            ),
        )


class SessionTests(SynchronousTestCase):
    """
    Tests for how a command begins and ends.
    """

    def test_an_interrupt_while_it_begins(self) -> None:
        """
        Ctrl-C that comes before there is a connection ends it like a later one.
        """

        async def interrupted(reactor: object) -> None:
            raise KeyboardInterrupt

        session = Session("unix:a.sock")
        attempt = Deferred.fromCoroutine(session._attempt(None, interrupted))
        ended = self.failureResultOf(attempt, SystemExit)
        self.assertEqual(130, ended.value.code)

    def test_the_reason_of_the_system_is_left(self) -> None:
        """
        Neither numbers nor the words around them help anybody.
        """
        advice = Session("unix:a.sock")._advice
        for reason, words in [
            ("An error occurred while connecting: 2: No such file or directory.", "No"),
            ("Connection was refused by other side: 111: Connection refused.", "Con"),
            ("no connection within 5 s", "no connection within 5 s"),
        ]:
            self.assertTrue(advice(reason).startswith(f"unix:a.sock: {words}"))
        self.assertIn(
            "unix:a.sock: Connection refused (is it running?",
            advice("Connection was refused by other side: 111: Connection refused."),
        )
