"""The schema as named, append-only steps: a step that has shipped is never edited, only followed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: list[Migration] = []


def migration(step: Migration) -> Migration:
    MIGRATIONS.append(step)
    return step


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the steps this database has not seen. The caller holds the transaction."""
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT")
    applied = {name for (name,) in connection.execute("SELECT name FROM migrations")}
    for step in MIGRATIONS:
        if step.__name__ not in applied:
            step(connection)
            connection.execute("INSERT INTO migrations VALUES (?)", (step.__name__,))


@migration
def m001_goods(connection: sqlite3.Connection) -> None:
    # Row order is the order of the merchant's sheet. Promotions and FAQs may name goods that are
    # not for sale now: they sleep until the goods come back, so no foreign key.
    for statement in (
        "CREATE TABLE catalogue (version INTEGER NOT NULL) STRICT",
        "INSERT INTO catalogue VALUES (0)",
        """CREATE TABLE products (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL, brand TEXT NOT NULL,
            model TEXT NOT NULL, price REAL NOT NULL CHECK (price > 0), stock INTEGER CHECK (stock >= 0),
            specs TEXT NOT NULL, features TEXT NOT NULL, colors TEXT NOT NULL, warranty TEXT NOT NULL,
            delivery TEXT NOT NULL, installation TEXT NOT NULL, description TEXT NOT NULL) STRICT""",
        """CREATE TABLE promotions (
            id TEXT PRIMARY KEY, text TEXT NOT NULL, product_id TEXT, category TEXT,
            price REAL CHECK (price > 0), starts TEXT, ends TEXT) STRICT""",
        """CREATE TABLE faqs (
            id TEXT PRIMARY KEY, question TEXT NOT NULL, answer TEXT NOT NULL, product_id TEXT) STRICT""",
        """CREATE TABLE scripts (
            id TEXT PRIMARY KEY, intent TEXT, emotion TEXT, text TEXT NOT NULL) STRICT""",
    ):
        connection.execute(statement)


@migration
def m002_sessions(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE sessions (id TEXT PRIMARY KEY, state TEXT NOT NULL, updated TEXT NOT NULL) STRICT"
    )
    connection.execute(
        """CREATE TABLE turns (
            session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, n INTEGER NOT NULL,
            customer TEXT NOT NULL, reply TEXT NOT NULL, source TEXT NOT NULL, intent TEXT NOT NULL,
            facts TEXT NOT NULL, created TEXT NOT NULL, PRIMARY KEY (session, n)) STRICT, WITHOUT ROWID"""
    )
