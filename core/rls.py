"""Migration operations that put tenancy into the database.

Every table says in its own migration who may touch it. Policies name one role each and never use OR:
an OR in the members' policy costs the planner its index (measured at 200 times slower).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

MEMBER_ROLE = "portal_member"
DESK_ROLE = "portal_desk"
LOGIN_ROLE = "portal_login"
BACKUP_ROLE = "portal_backup"

#: The customer of the running context, NULL when there is none (a finished SET LOCAL leaves '').
CUSTOMER = "nullif(current_setting('app.customer', true), '')::bigint"
#: The signed-in user, set for the membership look-up before a customer is known.
USER = "nullif(current_setting('app.user', true), '')::bigint"
#: The member who acts, NULL when it is not a member.
MEMBER = "nullif(current_setting('app.member', true), '')::bigint"


class _TableOperation(Operation):
    """An operation that runs SQL for one model's table and changes no state."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def _table(self, app_label: str, state: ProjectState) -> str:
        return _table_of(state, app_label, self.model)

    def statements(self, table: str, app_label: str, state: ProjectState) -> list[str]:
        raise NotImplementedError

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.statements(self._table(app_label, to_state), app_label, to_state):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        raise NotImplementedError("tenancy is not taken away by a migration; write a new one forwards")

    def describe(self) -> str:
        return f"{type(self).__name__} {self.model}"


def _table_of(state: ProjectState, app_label: str, model: str) -> str:
    """Return a model's table from the state alone: rendering every model for it takes seconds over all migrations."""
    named: str | None = state.models[app_label, model.lower()].options.get("db_table")
    return named or f"{app_label}_{model.lower()}"


def _grants(table: str, role: str, privileges: str) -> list[str]:
    return [f'GRANT {privileges} ON "{table}" TO {role}'] if privileges else []


class CustomerTable(_TableOperation):
    """Force row-level security on a customer-owned table: one policy for members, one for the desk.

    `member`, `desk` and `login` list the privileges of each role. With `audience`, rows kept for the desk
    are invisible to members, and rows kept for the customer's own people are invisible to the desk.
    `shown` is a condition that a row must meet for members besides, in SQL. `column` is the column that holds
    the customer.
    """

    def __init__(
        self,
        model: str,
        *,
        member: str = "select, insert, update",
        desk: str = "select, insert, update, delete",
        audience: bool = False,
        column: str = "customer_id",
        shown: str = "",
    ) -> None:
        super().__init__(model)
        self.member = member
        self.desk = desk
        self.audience = audience
        self.shown = shown
        self.column = column

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model], {"member": self.member, "desk": self.desk}

    def statements(self, table: str, app_label: str, state: ProjectState) -> list[str]:
        mine = f"{self.column} = {CUSTOMER}"
        if self.audience:
            mine += " AND audience <> 'desk'"
        if self.shown:
            mine += f" AND {self.shown}"
        desk = "audience <> 'customer'" if self.audience else "true"
        return [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            (
                f'CREATE POLICY members_see_their_customer ON "{table}" FOR ALL TO {MEMBER_ROLE} '
                f"USING ({mine}) WITH CHECK ({mine})"
            ),
            (
                f'CREATE POLICY the_desk_sees_its_side ON "{table}" FOR ALL TO {DESK_ROLE} '
                f"USING ({desk}) WITH CHECK ({desk})"
            ),
            *_grants(table, MEMBER_ROLE, self.member),
            *_grants(table, DESK_ROLE, self.desk),
            *_grants(table, BACKUP_ROLE, "select"),
        ]


class MembersReadTheirOwn(_TableOperation):
    """Let a member read only the rows that name them, of a table into which every member may write.

    It narrows the policy that CustomerTable made; what may be written stays as it was.
    """

    def __init__(self, model: str, *, audience: bool = False) -> None:
        super().__init__(model)
        self.audience = audience

    def statements(self, table: str, app_label: str, state: ProjectState) -> list[str]:
        side = " AND audience <> 'desk'" if self.audience else ""
        return [
            (
                f'ALTER POLICY members_see_their_customer ON "{table}" '
                f"USING (customer_id = {CUSTOMER} AND member_id = {MEMBER}{side})"
            )
        ]


class MayChange(_TableOperation):
    """Let a role change some columns of a table, and no others."""

    def __init__(self, model: str, *columns: str, role: str) -> None:
        super().__init__(model)
        self.columns = columns
        self.role = role

    def statements(self, table: str, app_label: str, state: ProjectState) -> list[str]:
        columns = ", ".join(f'"{column}"' for column in self.columns)
        return [f'GRANT UPDATE ({columns}) ON "{table}" TO {self.role}']


class LoginMayRead(_TableOperation):
    """Let the bare login read the rows of a customer-owned table that belong to the signed-in user.

    `rows` is an SQL condition over the row; it must name the user through `core.rls.USER`.
    """

    def __init__(self, model: str, *, rows: str) -> None:
        super().__init__(model)
        self.rows = rows

    def statements(self, table: str, app_label: str, state: ProjectState) -> list[str]:
        return [
            (
                f'CREATE POLICY the_login_finds_its_user ON "{table}" FOR SELECT TO {LOGIN_ROLE} '
                f"USING ({self.rows})"
            ),
            f'GRANT SELECT ON "{table}" TO {LOGIN_ROLE}',
        ]


class SharedTable(_TableOperation):
    """Grant each role what it may do with a table that holds no customer's data."""

    def __init__(
        self,
        model: str,
        *,
        member: str = "select",
        desk: str = "select, insert, update",
        login: str = "",
    ) -> None:
        super().__init__(model)
        self.member = member
        self.desk = desk
        self.login = login

    def statements(self, table: str, app_label: str, state: ProjectState) -> list[str]:
        return [
            *_grants(table, MEMBER_ROLE, self.member),
            *_grants(table, DESK_ROLE, self.desk),
            *_grants(table, LOGIN_ROLE, self.login),
            *_grants(table, BACKUP_ROLE, "select"),
        ]


class CompositeForeignKey(_TableOperation):
    """Tie a row to another row of the same customer: (customer_id, x_id) refers to (customer_id, id)."""

    def __init__(self, model: str, field: str, *, to: str) -> None:
        super().__init__(model)
        self.field = field
        self.to = to

    def statements(self, table: str, app_label: str, state: ProjectState) -> list[str]:
        field = state.models[app_label, self.model.lower()].fields[self.field]
        column = field.db_column or f"{self.field}_id"
        target = _table_of(state, *self.to.split("."))
        return [
            (
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{column}_same_customer" '
                f'FOREIGN KEY (customer_id, "{column}") REFERENCES "{target}" (customer_id, id) '
                f"DEFERRABLE INITIALLY DEFERRED"
            )
        ]


class AppendOnly(_TableOperation):
    """Make the database refuse to change, delete or empty a log, whoever asks."""

    def statements(self, table: str, app_label: str, state: ProjectState) -> list[str]:
        return [
            """
            CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
                    USING ERRCODE = 'restrict_violation';
            END $$
            """,
            (
                f'CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON "{table}" '
                f"FOR EACH ROW EXECUTE FUNCTION portal_refuse_change()"
            ),
            (
                f'CREATE TRIGGER append_only_table BEFORE TRUNCATE ON "{table}" '
                f"FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse_change()"
            ),
        ]


class RunAsDesk(migrations.RunPython):
    """Run a data migration in the desk's role: under forced row security the owner would see no row."""

    def __init__(self, code: Callable[[Any, Any], None]) -> None:
        def as_desk(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
            with schema_editor.connection.cursor() as cursor:
                cursor.execute("SELECT set_config('role', %s, true)", [DESK_ROLE])
            code(apps, schema_editor)
            with schema_editor.connection.cursor() as cursor:
                cursor.execute("SELECT set_config('role', 'none', true)")

        super().__init__(as_desk, migrations.RunPython.noop)
