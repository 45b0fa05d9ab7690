"""
Each kind of server, with the driver that its job store uses.
"""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from txsched.testing.servers import MariaDB, MongoDB, PostgreSQL, Valkey

from .kinds import KindTests


class ValkeyTests(KindTests, TestCase):
    """
    Valkey on a UNIX socket.
    """

    kind = Valkey()
    url = r"^redis\+unix:///tmp/\w+/s\?db=\d+$"


class PostgreSQLTests(KindTests, TestCase):
    """
    PostgreSQL.
    """

    kind = PostgreSQL()
    url = r"^postgresql\+psycopg://postgres@/test\d+\?host=/tmp/\w+&port=5432$"


class MariaDBTests(KindTests, TestCase):
    """
    MariaDB.
    """

    kind = MariaDB()
    url = r"^mysql\+pymysql://root@localhost/test\d+\?unix_socket=/tmp/\w+/s$"


class MongoDBTests(KindTests, TestCase):
    """
    The server that speaks the protocol of MongoDB.
    """

    kind = MongoDB()
    url = r"^mongodb://127\.0\.0\.1:\d+/test\d+\?directConnection=true$"
