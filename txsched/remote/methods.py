"""
The methods of a scheduler as they are called from afar: names and types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from ..errors import BadBox, BadValue, NotSerializable
from ..model import JobQuery, JobSpec, RunQuery
from ..model.options import OPTIONS, check_option
from ..model.showing import shown

__all__ = [
    "METHODS",
    "Parameter",
    "check_arguments",
    "check_before_sending",
    "name_argument",
]


@frozen
class Parameter:
    """
    One parameter of a method.

    :ivar name: as the interface calls it.
    :ivar kinds: the classes that its value may have; empty for any.
    :ivar of: for a list, the classes of its items.
    :ivar optional: whether it may be left out at the end, for nothing.
    """

    name: str
    kinds: tuple[type, ...] = ()
    of: tuple[type, ...] = ()
    optional: bool = False

    def check(self, value: Any) -> None:
        """
        Refuse a value of another class.

        :raises BadValue: naming the parameter.
        """
        if type(value) in self.kinds and not self.of:
            return
        if self.kinds and (
            not isinstance(value, self.kinds)
            or (isinstance(value, bool) and bool not in self.kinds)
        ):
            names = " or ".join(_name(kind) for kind in self.kinds)
            raise BadValue(self.name, f"expected {names}, not {shown(value)}")
        if self.of and value is not None:
            for number, item in enumerate(value):
                if not isinstance(item, self.of):
                    names = " or ".join(_name(kind) for kind in self.of)
                    raise BadValue(
                        f"{self.name}[{number}]",
                        f"expected {names}, not {shown(item)}",
                    )


def _name(kind: type) -> str:
    words = {str: "text", int: "a whole number", bool: "true or false", list: "a list"}
    words |= {dict: "a mapping", datetime: "a datetime", type(None): "nothing"}
    return words.get(kind, kind.__name__)


_NOTHING = type(None)
_JOB_ID = Parameter("job_id", (str,))
_RUN_ID = Parameter("run_id", (str,))
_REVISION = Parameter("revision", (int, _NOTHING))
_ON_CONFLICT = Parameter("on_conflict", (str,))
_SPEC = Parameter("spec", (JobSpec,))
_STORE = Parameter("store", (str, _NOTHING), optional=True)

#: Each method with its parameters, in the order in which they travel.
METHODS: Mapping[str, Sequence[Parameter]] = {
    "add_job": (_SPEC, _ON_CONFLICT),
    "add_jobs": (Parameter("specs", (list,), (JobSpec,)), _ON_CONFLICT),
    "get_job": (_JOB_ID, _STORE),
    "get_jobs": (Parameter("query", (JobQuery,)),),
    "modify_job": (_JOB_ID, _REVISION, Parameter("changes", (dict,), (str,)), _STORE),
    "reschedule_job": (_JOB_ID, Parameter("trigger"), _REVISION, _STORE),
    "pause_job": (_JOB_ID, Parameter("note", (str,)), _STORE),
    "resume_job": (_JOB_ID, Parameter("catch_up", (bool,)), _STORE),
    "remove_job": (_JOB_ID, _STORE),
    "run_job": (_JOB_ID, Parameter("force", (bool,)), _STORE),
    "cancel_run": (_RUN_ID, Parameter("reason", (str,)), _STORE),
    "get_run": (_RUN_ID, _STORE),
    "get_runs": (Parameter("query", (RunQuery,)),),
    "forecast": (
        Parameter("start", (datetime,)),
        Parameter("end", (datetime,)),
        Parameter("job_ids", (list, _NOTHING), (str,)),
        Parameter("limit", (int,)),
        _STORE,
    ),
    "pause": (Parameter("note", (str,)),),
    "resume": (),
    "status": (),
    "get_nodes": (_STORE,),
    "examine": (_STORE,),
    "hand_back": (Parameter("node_id", (str,)), _STORE),
    "get_quarantined": (_STORE,),
    "repair_job": (_JOB_ID, _SPEC, _STORE),
}


def check_arguments(method: str, arguments: Any) -> list[Any]:
    """
    Check what came for *method*, one of :data:`METHODS`.

    :returns: the arguments, those that were left out as well.
    :raises BadBox: it is not a list of as many arguments.
    :raises BadValue: naming the argument that has another type.
    """
    parameters = METHODS[method]
    if isinstance(arguments, list):
        left_out = parameters[len(arguments) :]
        if left_out and all(one.optional for one in left_out):
            arguments = [*arguments, *(None for _ in left_out)]
    if not isinstance(arguments, list) or len(arguments) != len(parameters):
        names = ", ".join(one.name for one in parameters) or "nothing"
        raise BadBox(f"{method} takes a list of {names}")
    for parameter, value in zip(parameters, arguments, strict=True):
        parameter.check(value)
    return arguments


def check_before_sending(method: str, arguments: Sequence[Any]) -> None:
    """
    Refuse what cannot be told to the other side, with the words of that side.

    :raises BadValue: naming a datetime without a time zone, or a change that an
        option does not take.
    """
    for parameter, value in zip(METHODS[method], arguments, strict=True):
        if parameter.kinds == (datetime,) and getattr(value, "tzinfo", None) is None:
            raise BadValue(
                parameter.name,
                f"expected a datetime with a time zone, not {shown(value)}",
            )
        if parameter.name == "changes":
            for name in value.keys() & (OPTIONS.keys() - {"id", "store"}):
                check_option(name, value[name])


def name_argument(method: str, error: NotSerializable) -> NotSerializable:
    """
    Name what cannot be sent as its sender knows it.

    :param error: with a field such as ``arguments[2]['args'][0]``, which becomes
        ``args[0]`` for ``modify_job``.
    """
    found = re.fullmatch(r"arguments\[(\d+)\](.*)", error.field, re.DOTALL)
    if found is None:
        return error
    name, rest = METHODS[method][int(found[1])].name, found[2]
    if name == "changes":
        name, rest = re.sub(r"^\['([^']*)'\]", r"\1", rest), ""
    return NotSerializable(name + rest, error.reason)
