"""The one SQLite file of a shop: what it sells, and what was said. Owned by one thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType

from runtime.errors import StoreFailed
from runtime.store.goods import Goods, Kind, read_goods, replace_goods
from runtime.store.migrations import migrate
from runtime.store.sessions import read_state, write_turn
from runtime.types import DialogueState, Turn

FILE_NAME = "zhanggui.db"


class Store:
    """Opened on a data folder, created where missing. Every method raises StoreFailed.

    A method that writes is one transaction: when it returns, the change survives a power cut; when it
    raises, nothing has changed. Use it only on the thread that opened it.
    """

    def __init__(self, data_dir: Path) -> None:
        with _named_errors():
            data_dir.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(data_dir / FILE_NAME, timeout=10.0, isolation_level=None)
        try:
            with _named_errors():
                self._connection.execute("PRAGMA journal_mode = WAL")
                # NORMAL lost every acknowledged commit in a power cut; FULL kept them all.
                self._connection.execute("PRAGMA synchronous = FULL")
                self._connection.execute("PRAGMA foreign_keys = ON")
            with self._transaction() as connection:
                migrate(connection)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with _named_errors():
            self._connection.close()

    def goods(self) -> Goods:
        """All goods, read as of one version."""
        with self._transaction("DEFERRED") as connection:
            return read_goods(connection)

    def replace_goods(self, goods: Goods, kinds: frozenset[Kind]) -> int:
        """Replace each of the ``kinds`` as a whole by what ``goods`` has; the new catalogue version."""
        with self._transaction() as connection:
            return replace_goods(connection, goods, kinds)

    def load_state(self, session: str) -> DialogueState | None:
        """The state after the last committed turn; None for a session never seen."""
        with _named_errors():
            return read_state(self._connection, session)

    def commit_turn(self, turn: Turn, now: datetime) -> None:
        """Write the turn and the state it left. Refuses a turn number that the session already has."""
        with self._transaction() as connection:
            write_turn(connection, turn, now)

    @contextmanager
    def _transaction(self, mode: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        with _named_errors():
            self._connection.execute(f"BEGIN {mode}")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk or a failed COMMIT may have rolled back already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as error:
        # The class only: a message may quote what a customer said.
        raise StoreFailed(f"the database refused: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, sqlite3.Error | OSError) else type(error).__name__
