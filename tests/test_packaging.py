"""
What is installed is whole: the distribution under test, not the folder beside it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tempfile
from importlib.metadata import Distribution, distribution, version
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import txsched

PROJECT = Path(__file__).resolve().parent.parent
_SCRIPTS = Path(sysconfig.get_path("scripts"))


def run(*command: str) -> str:
    """
    Run a program in a folder that has nothing to do with the project.
    """
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run(
            command,
            cwd=elsewhere,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
    return f"{done.returncode}: {done.stdout}"


class InstalledTests(SynchronousTestCase):
    """
    The distribution, its programs and its files.
    """

    def setUp(self) -> None:
        self.distribution: Distribution = distribution("txsched")

    def files(self) -> set[str]:
        return {str(path) for path in self.distribution.files or ()}

    def test_the_version_is_the_same_everywhere(self) -> None:
        """
        Package, distribution and both programs agree.
        """
        self.assertEqual(txsched.__version__, version("txsched"))
        said = f"0: txsched {txsched.__version__}\n"
        self.assertEqual(said, run(str(_SCRIPTS / "txsched"), "--version"))
        twistd = str(_SCRIPTS / "twistd")
        self.assertEqual(said, run(twistd, "scheduler", "--version"))

    def test_twistd_lists_the_scheduler_from_any_folder(self) -> None:
        """
        The plugin is found where the project's folder is not on the path.
        """
        self.assertIn(" scheduler  ", run(str(_SCRIPTS / "twistd"), "--help"))

    def test_the_package_is_no_folder_of_the_project(self) -> None:
        """
        These tests look at what was installed.
        """
        self.assertNotEqual(PROJECT / "txsched", Path(txsched.__file__).parent)

    def test_files_that_are_no_modules_are_there(self) -> None:
        """
        The wheel has the sample configuration, the mark for type checkers, the plugin.
        """
        wanted = {
            "txsched/app/sample.ini",
            "txsched/py.typed",
            "twisted/plugins/txsched_plugin.py",
        }
        self.assertLessEqual(wanted, self.files())

    def test_all_modules_are_there(self) -> None:
        """
        Each module of the project is in the wheel, and none that is not ours.
        """
        modules = {
            path.relative_to(PROJECT).as_posix()
            for path in (PROJECT / "txsched").rglob("*.py")
        }
        installed = {path for path in self.files() if path.endswith(".py")}
        self.assertEqual(modules | {"twisted/plugins/txsched_plugin.py"}, installed)

    def test_the_license_is_there(self) -> None:
        """
        The metadata names the license, and has its text.
        """
        self.assertEqual("MIT", self.distribution.metadata["License-Expression"])
        self.assertTrue(any(path.endswith("licenses/LICENSE") for path in self.files()))

    def test_extras_are_named(self) -> None:
        """
        Stores and frameworks can be asked for by name.
        """
        extras = set(self.distribution.metadata.get_all("Provides-Extra") or ())
        wanted = "postgresql mysql redis mongodb asyncio tornado gevent qt web tls test"
        wanted += " servers testing"
        self.assertLessEqual(set(wanted.split()), extras)


class ReadmeTests(SynchronousTestCase):
    """
    The two commands of the first page.
    """

    def test_there_are_two_commands(self) -> None:
        """
        One line starts the service, one line runs all tests.
        """
        text = (PROJECT / "README.rst").read_text(encoding="utf-8")
        venv = "python3 -m venv .venv && .venv/bin/pip install"
        commands = re.findall(r"^    (python3 .*)$", text, re.MULTILINE)
        self.assertEqual(
            [
                f"{venv} . && .venv/bin/twistd -n scheduler",
                f"{venv} tox && .venv/bin/tox",
            ],
            commands,
        )

    def test_the_change_log_knows_this_version(self) -> None:
        """
        What changed is said of the version that is installed.
        """
        text = (PROJECT / "CHANGELOG.rst").read_text(encoding="utf-8")
        self.assertIn(f"\n{txsched.__version__} ", text)

    def test_nothing_depends_on_the_python_that_runs_this(self) -> None:
        """
        The oldest Python that is promised is the one that the style checker assumes.
        """
        text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
        (oldest,) = re.findall(r'requires-python = ">=3\.(\d+)"', text)
        self.assertIn(f'target-version = "py3{oldest}"', text)
        self.assertGreaterEqual(sys.version_info, (3, int(oldest)))
