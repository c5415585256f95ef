"""The rows that the cast consists of, written down once and put back in one statement for each further test.

Assembling the cast through the actions costs a test more than most tests themselves. What is put back is what the
actions wrote, ids included; columns that the database fills by itself, such as a transaction's id, are left to it.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from django.db import connection

from core.tenancy import acting_as, worker_context
from tests.cast import Cast, assemble

#: What people sign in with is the login's; everything else is written in the desk's role.
_LOGINS = ("customers_user", "account_emailaddress")

_TABLES = """
SELECT c.relname, array_agg(quote_ident(a.attname) ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
AND has_table_privilege(current_user, c.oid, 'select')
AND coalesce(pg_get_expr(d.adbin, d.adrelid) !~ 'xact|now\\(|clock', true)
GROUP BY c.relname ORDER BY c.relname
"""
#: The columns and the rows of each table.
Rows = dict[str, tuple[list[str], set[str]]]


@dataclass
class Snapshot:
    """A cast, and the statement that puts its rows back."""

    cast: Cast
    statement: str
    values: list[str]

    def put_back(self) -> Cast:
        """Write the rows into the running transaction and return a copy of the cast."""
        with acting_as(worker_context()), connection.cursor() as cursor:
            cursor.execute(self.statement, self.values)
        return deepcopy(self.cast)


def take() -> tuple[Cast, Snapshot]:
    """Assemble the cast in the running transaction, and write down what that wrote."""
    before = _rows()
    cast = assemble()
    after = _rows()
    statements, values = [], []
    role = ""
    for table, (columns, rows) in sorted(after.items(), key=lambda item: item[0] not in _LOGINS):
        new = sorted(rows - before.get(table, ([], set()))[1])
        if not new:
            continue
        wanted = "none" if table in _LOGINS else "portal_desk"
        if wanted != role:
            statements.append(f"SELECT set_config('role', '{wanted}', true)")
            role = wanted
        names = ", ".join(columns)
        statements.append(
            f'INSERT INTO "{table}" ({names}) SELECT {names} FROM json_populate_recordset(NULL::"{table}", %s)'
        )
        values.append(f"[{', '.join(new)}]")
    return cast, Snapshot(deepcopy(cast), ";\n".join(statements), values)


def _rows() -> Rows:
    """Return every row that the login or the desk can read, as JSON, by table."""
    found: Rows = {}
    with acting_as(worker_context()):
        _read(found, lambda table: table not in _LOGINS)
    _read(found, lambda table: table in _LOGINS)
    return found


def _read(found: Rows, wants: Callable[[str], bool]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [(name, columns) for name, columns in cursor.fetchall() if wants(name)]
        for name, columns in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM (SELECT {", ".join(columns)} FROM "{name}") t')
            found[name] = (columns, {row for (row,) in cursor.fetchall()})
