"""Write down what all migrations together make, from which a new vault is made without them.

Run by hand behind a new migration: ``.venv/bin/python build/newest_schema.py``. A test compares the two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sqlcipher3 import dbapi2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from medbot_desktop.vault.data_key import DataKey  # noqa: E402
from medbot_desktop.vault.database import IN_MEMORY, connect, engine_on  # noqa: E402
from medbot_desktop.vault.migrating import NEWEST_SCHEMA, upgrade  # noqa: E402

_MADE = """
    SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
    ORDER BY type = 'trigger', type = 'index', CASE type WHEN 'table' THEN rowid END, name
"""


def main() -> None:
    """Migrate an empty vault and write its schema, and the rows that the migrations put in."""
    connection = connect(IN_MEMORY, DataKey.random())
    upgrade(engine_on(connection))
    NEWEST_SCHEMA.write_text("\n".join(statements(connection)) + "\n", encoding="utf-8")
    print(f"{NEWEST_SCHEMA.relative_to(ROOT)}: {NEWEST_SCHEMA.stat().st_size / 1e3:,.0f} kB")


def statements(connection: dbapi2.Connection) -> Iterator[str]:
    """What makes the same schema and rows: tables in the order in which they were made, indexes, and triggers."""
    made = connection.execute(_MADE).fetchall()
    searches = tuple(f"{name}_" for _, name, sql in made if sql.startswith("CREATE VIRTUAL TABLE"))
    for type_, name, sql in made:
        if name.startswith(searches):
            continue  # a full-text index makes the tables behind it itself
        yield f"{' '.join(sql.split())};"
        if sql.startswith("CREATE VIRTUAL TABLE"):
            for option, value in connection.execute(
                f"SELECT k, v FROM \"{name}_config\" WHERE k <> 'version' ORDER BY k"
            ):
                yield f'INSERT INTO "{name}" ("{name}", rank) VALUES (\'{option}\', {value});'
        elif type_ == "table":
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                literals = ", ".join(connection.execute("SELECT quote(?)", (value,)).fetchone()[0] for value in row)
                yield f'INSERT INTO "{name}" VALUES ({literals});'


if __name__ == "__main__":
    main()
