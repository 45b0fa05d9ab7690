"""
Tests against a real PostgreSQL:
``python -m twisted.trial test_server``.
"""

from sqlalchemy import create_engine, text
from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.servers import PostgreSQL, Server, shared_server


def write_note(url, note):
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS notes (note TEXT)"))
        connection.execute(text("INSERT INTO notes VALUES (:note)"), {"note": note})
    engine.dispose()


def read_notes(url):
    engine = create_engine(url)
    with engine.begin() as connection:
        notes = connection.execute(text("SELECT note FROM notes")).scalars().all()
    engine.dispose()
    return notes


class NotesTests(SynchronousTestCase):
    def test_one_note(self):
        """
        Each test has an empty database on a server that all share.
        """
        database = shared_server(PostgreSQL()).create_database()
        self.addCleanup(database.drop)
        write_note(database.url, "mind the gap")
        self.assertEqual(["mind the gap"], read_notes(database.url))

    def test_a_note_survives(self):
        """
        A server that is to be killed is the test's own.
        """
        with Server(PostgreSQL()) as server:
            write_note(server.url, "still here")
            server.kill()
            server.start()
            self.assertEqual(["still here"], read_notes(server.url))
