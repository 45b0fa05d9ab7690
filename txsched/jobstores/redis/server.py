"""
What a server says of itself, and what of that threatens data.
"""

from __future__ import annotations

from ...errors import StoreUnavailable
from .connection import Connection, Lost, Refused

__all__ = ["kind_of", "warnings_of"]


async def _information(connection: Connection) -> dict[str, str]:
    try:
        text: bytes = await connection.call("INFO")
    except Refused:
        return {}
    lines = (line.partition(":") for line in text.decode().splitlines())
    return {name: value for name, colon, value in lines if colon}


async def _settings(connection: Connection) -> dict[str, str]:
    """
    Ask for settings; a server that keeps them to itself is asked for what it tells.
    """
    try:
        found: dict[str, str] = {}
        for name in ("maxmemory", "maxmemory-policy", "appendonly", "save"):
            answer: list[bytes] = await connection.call("CONFIG", "GET", name)
            words = [word.decode() for word in answer]
            found.update(zip(words[::2], words[1::2], strict=True))
    except Refused:
        told = await _information(connection)
        found = {}
        for name, source in (
            ("maxmemory", "maxmemory"),
            ("maxmemory-policy", "maxmemory_policy"),
        ):
            if source in told:
                found[name] = told[source]
        if told.get("aof_enabled") == "1":
            found["appendonly"] = "yes"
    return found


async def kind_of(connection: Connection) -> str:
    """
    Give the name and version of the server.
    """
    told = await _asked(_information(connection))
    if "valkey_version" in told:
        return f"Valkey {told['valkey_version']}"
    return f"Redis {told.get('redis_version', '')}".strip()


async def warnings_of(connection: Connection) -> tuple[str, ...]:
    """
    Give what the settings of the server say against keeping data in it.
    """
    settings = await _asked(_settings(connection))
    warnings = []
    policy = settings.get("maxmemory-policy", "noeviction")
    most = settings.get("maxmemory", "0")
    if most != "0" and policy != "noeviction":
        warnings.append(
            f"maxmemory is {most} and maxmemory-policy {policy}: the server may throw"
            " jobs away; set it to noeviction"
        )
    if settings.get("appendonly") == "no" and settings.get("save") == "":
        warnings.append(
            "appendonly is no and save is empty: all jobs are gone when the server"
            " stops; set appendonly to yes"
        )
    elif settings.get("appendonly") == "no":
        warnings.append(
            "appendonly is no: what was written since the last snapshot is lost when"
            " the server crashes; set appendonly to yes"
        )
    return tuple(warnings)


async def _asked(answer: object) -> dict[str, str]:
    try:
        return await answer  # type: ignore[no-any-return,misc]
    except Lost as error:
        raise StoreUnavailable(str(error)) from None
