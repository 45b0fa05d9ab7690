"""
Stores on each database that SQL is spoken to, and a look into them from outside.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, inspect
from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from txsched.jobstores.sql import SQLAlchemyJobStore
from txsched.jobstores.sql.connecting import open_engine
from txsched.testing.servers import (
    IServerKind,
    MariaDB,
    PostgreSQL,
    shared_server,
)

__all__ = [
    "OnMariaDB",
    "OnPostgreSQL",
    "OnSQLite",
    "SQLTestCase",
    "on_each_database",
    "on_each_server",
]


class SQLTestCase(TestCase):
    """
    Opens stores, and closes them after the test; a subclass says on which database.

    :ivar url: of the database that was named last.
    """

    timeout = 120
    url: str

    def make_database(self) -> str:
        """
        Name a database with no jobs in it.
        """
        raise NotImplementedError

    def make_empty(self) -> str:
        """
        Name a database with no tables in it.
        """
        raise NotImplementedError

    def make_closed(self, url: str, **options: Any) -> SQLAlchemyJobStore:
        """
        Make a store that is not open yet.
        """
        return SQLAlchemyJobStore(
            url, reactor=reactor, **{"clock": "caller", **options}
        )

    async def open_store(self, url: str, **options: Any) -> SQLAlchemyJobStore:
        """
        Open a store on a database.
        """
        store = self.make_closed(url, **options)
        self.addCleanup(store.close)
        await store.open()
        return store

    def execute(self, statement: str, *parameters: Any) -> list[Any]:
        """
        Do something to the database from outside, and give the rows.

        :param statement: with ``?`` for each parameter.
        """
        return execute(engine_at(self.url), statement, *parameters)


def engine_at(url: str) -> Engine:
    """
    Make an engine for a look from outside.
    """
    return open_engine(url)


def execute(engine: Engine, statement: str, *parameters: Any) -> list[Any]:
    """
    Execute one statement, and give its rows.
    """
    if engine.dialect.paramstyle != "qmark":
        statement = statement.replace("%", "%%").replace("?", "%s")
    with engine.connect() as connection:
        result = connection.exec_driver_sql(statement, parameters)
        return [tuple(row) for row in result] if result.returns_rows else []


class OnSQLite(SQLTestCase):
    """
    On files of the test's own.
    """

    title = "SQLite"

    def make_database(self) -> str:
        self.url = f"sqlite:///{self.mktemp()}"
        return self.url

    @property
    def path(self) -> str:
        """
        The file that was named last.
        """
        return self.url.removeprefix("sqlite:///")

    make_empty = make_database


class _OnServer(SQLTestCase):
    """
    On a server that all tests share.
    """

    kind: IServerKind
    #: One that keeps what it acknowledged when it is killed.
    durable: IServerKind
    #: Of each kind, the one database whose tables are emptied for each test.
    _shared: dict[str, Engine] = {}

    def make_database(self) -> str:
        engine = self._shared.get(self.title)
        server = shared_server(self.kind)
        if engine is None:
            self.url = server.create_database().url
            self._shared[self.title] = engine_at(self.url)
            return self.url
        self.url = engine.url.render_as_string(hide_password=False)
        tables = inspect(engine).get_table_names()
        with engine.connect() as connection:
            for table in tables:
                if not table.endswith(("counter", "schema")):
                    connection.exec_driver_sql(f"DELETE FROM {table}")
        return self.url

    def make_empty(self) -> str:
        database = shared_server(self.kind).create_database()
        self.addCleanup(database.drop)
        self.url = database.url
        return self.url


class OnPostgreSQL(_OnServer):
    """
    On PostgreSQL.
    """

    title = "PostgreSQL"
    kind = PostgreSQL(settings={"fsync": "off"})
    durable = PostgreSQL()


class OnMariaDB(_OnServer):
    """
    On MariaDB.
    """

    title = "MariaDB"
    kind = MariaDB(settings={"innodb-flush-log-at-trx-commit": "0"})
    durable = MariaDB()


def on_each_database(*mixins: type) -> dict[str, type]:
    """
    Make classes of tests from *mixins*, each on every database.
    """
    databases = (OnSQLite, OnPostgreSQL, OnMariaDB)
    return dict(_made(mixin, one) for mixin in mixins for one in databases)


def on_each_server(*mixins: type) -> dict[str, type]:
    """
    The same on those that are servers.
    """
    servers = (OnPostgreSQL, OnMariaDB)
    return dict(_made(mixin, one) for mixin in mixins for one in servers)


def _made(mixin: type, database: type) -> tuple[str, type]:
    name = f"{mixin.__name__}{database.__name__}Tests"
    names = {"__module__": mixin.__module__, "__doc__": mixin.__doc__}
    return name, type(name, (mixin, database), names)
