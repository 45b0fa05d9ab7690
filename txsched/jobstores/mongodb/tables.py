"""
The collections, as one transaction or one question sees them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen
from pymongo import ReplaceOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.synchronous.client_session import ClientSession

from .documents import Document

__all__ = ["Table", "Tables", "chunks"]

#: How many ids one question names: a server may compare each with each.
_IDS = 32
#: How many documents one message of an answer brings, for it is all wanted.
_BATCH = 1000
_UP = 1


def chunks(ids: Sequence[str], size: int = _IDS) -> Iterator[Sequence[str]]:
    """
    Cut a list of ids into parts that one question can name.
    """
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


@frozen
class Table:
    """
    One collection, within a transaction if there is one.
    """

    collection: Collection[Document]
    session: ClientSession | None

    def find(
        self,
        condition: Mapping[str, Any],
        order: Sequence[tuple[str, int]] = (),
        limit: int = 0,
        fields: Mapping[str, int] | None = None,
        skip: int = 0,
    ) -> list[Document]:
        """
        Give the documents that meet a condition.

        :param limit: at most so many; 0 for all.
        :param fields: only these of each.
        :param skip: leave out so many of the first.
        """
        found = self.collection.find(
            condition,
            fields,
            skip=skip,
            limit=limit,
            batch_size=_BATCH,
            session=self.session,
        )
        return list(found.sort(order) if order else found)

    def first(self, condition: Mapping[str, Any], by: str) -> Any:
        """
        Give the least value of a field among those that meet a condition, or ``None``.
        """
        found = self.find(condition, [(by, _UP)], 1, {by: 1})
        return found[0][by] if found else None

    def by_ids(
        self,
        ids: Sequence[str],
        field: str = "_id",
        fields: Mapping[str, int] | None = None,
        **condition: Any,
    ) -> list[Document]:
        """
        Give the documents with one of many ids, in any order.

        :param field: where the ids stand.
        :param condition: what else they meet.
        """
        return [
            document
            for chunk in chunks(ids)
            for document in self.find(
                {field: {"$in": chunk}, **condition}, (), 0, fields
            )
        ]

    def insert(self, documents: Sequence[Document]) -> None:
        """
        Write new documents.

        :raises BulkWriteError: one of them is there.
        """
        if documents:
            self.collection.insert_many(documents, ordered=False, session=self.session)

    def replace(self, documents: Iterable[Document], upsert: bool = False) -> None:
        """
        Write documents in the place of those with the same ids.
        """
        writes = [
            ReplaceOne({"_id": document["_id"]}, document, upsert=upsert)
            for document in documents
        ]
        if writes:
            self.collection.bulk_write(writes, ordered=False, session=self.session)

    def touch(self, documents: Iterable[Document]) -> None:
        """
        Write documents again, so that whoever writes them at the same time notices.
        """
        self.replace(
            {**document, "touched": document.get("touched", 0) + 1}
            for document in documents
        )

    def delete(self, ids: Sequence[str]) -> None:
        """
        Remove documents by their ids.
        """
        for chunk in chunks(ids):
            self.collection.delete_many({"_id": {"$in": chunk}}, session=self.session)

    def count(self, condition: Mapping[str, Any]) -> int:
        """
        Count the documents that meet a condition.
        """
        return self.collection.count_documents(condition, session=self.session)

    def size(self) -> int:
        """
        Count all documents, outside of any transaction.

        The server keeps this number; it may be wrong after a crash of the server, until
        it has looked through the collection.
        """
        return self.collection.estimated_document_count()


@frozen
class Tables:
    """
    All collections of a store.

    ``notes`` has the version of the schema, and the signal that watchers wait for.

    :ivar careful: whether what is inserted may be there already; at first a
        transaction takes it that it is not, which saves a question.
    :ivar again: whether this transaction was begun before, and its outcome may be
        unknown.
    """

    jobs: Table
    definitions: Table
    runs: Table
    nodes: Table
    notes: Table
    careful: bool
    again: bool

    @classmethod
    def of(
        cls,
        database: Database[Document],
        prefix: str,
        session: ClientSession | None = None,
        careful: bool = False,
        again: bool = False,
    ) -> Tables:
        """
        Make those of a database, whose names begin with *prefix*.
        """

        def table(name: str) -> Table:
            return Table(database[f"{prefix}{name}"], session)

        return cls(
            table("jobs"),
            table("definitions"),
            table("runs"),
            table("nodes"),
            table("notes"),
            careful or again,
            again,
        )
