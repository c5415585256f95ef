from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from core.rls import MayChange

#: A customer's people connect an account, correct it, replace its external id and retire it. What a look showed
#: they never write: whatever they change, the link is to be verified before a call is made over it.
_GUARD = """
CREATE FUNCTION vendors_link_as_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> 'portal_member' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND (NEW.state <> 'unverified' OR NEW.verified_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a member makes links that are not verified' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'retired' THEN
        RAISE EXCEPTION 'a retired link stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state IS DISTINCT FROM OLD.state AND NEW.state NOT IN ('unverified', 'retired') THEN
        RAISE EXCEPTION 'a member does not say what a look showed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.verified_at IS DISTINCT FROM OLD.verified_at AND NEW.verified_at IS NOT NULL THEN
        RAISE EXCEPTION 'a member does not verify a link' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.role_arn, NEW.external_id) IS DISTINCT FROM (OLD.role_arn, OLD.external_id)
       AND NOT (NEW.state = 'unverified' AND NEW.verified_at IS NULL) THEN
        RAISE EXCEPTION 'another role or external id is to be verified' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER link_as_member BEFORE INSERT OR UPDATE ON vendors_accountlink
    FOR EACH ROW EXECUTE FUNCTION vendors_link_as_member();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("vendors", "0003_aws")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="accountlink",
            name="refusal",
            field=models.CharField(blank=True, max_length=12),
        ),
        MayChange(
            "AccountLink",
            "external_id",
            "is_manual",
            "state",
            "state_since",
            "state_evidence",
            "refusal",
            "verified_at",
            "retired_at",
            "retired_by",
            "next_poll_at",
            role="portal_member",
        ),
        migrations.RunSQL(_GUARD, migrations.RunSQL.noop),
        # Whoever sets up the rule in the account needs the key: it is made by the customer's lead as well.
        migrations.RunSQL("GRANT SELECT, INSERT ON vendors_pushkey TO portal_member", migrations.RunSQL.noop),
        MayChange("PushKey", "expires_at", role="portal_member"),
    ]
