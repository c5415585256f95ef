import django.db.models.deletion
from django.db import migrations, models

from core.rls import DESK_ROLE, MEMBER_ROLE, CompositeForeignKey, CustomerTable, SharedTable


class Migration(migrations.Migration):
    dependencies = [("tickets", "0013_affected")]

    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("known_issue", "Known issue"), ("how_to", "How to")], max_length=12
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("changed_by_name", models.CharField(max_length=150)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-changed_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ArticleVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("known_issue", "Known issue"), ("how_to", "How to")], max_length=12
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("changed_by_name", models.CharField(max_length=150)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="tickets.article",
                    ),
                ),
            ],
            options={
                "ordering": ["-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("article", "version"), name="articleversion_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnArticle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("known_issue", "Known issue"), ("how_to", "How to")], max_length=12
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("changed_by_name", models.CharField(max_length=150)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
            ],
            options={
                "ordering": ["-changed_at", "-id"],
                "constraints": [models.UniqueConstraint(fields=("customer", "id"), name="ownarticle_tenant")],
            },
        ),
        migrations.CreateModel(
            name="OwnArticleVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("known_issue", "Known issue"), ("how_to", "How to")], max_length=12
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("body", models.TextField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("changed_by_name", models.CharField(max_length=150)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "own",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="tickets.ownarticle",
                    ),
                ),
            ],
            options={
                "ordering": ["-version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "own", "version"), name="ownarticleversion_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ArticleAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.member",
                    ),
                ),
                (
                    "shared",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.article",
                    ),
                ),
                (
                    "own",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.ownarticle",
                    ),
                ),
                ("is_helpful", models.BooleanField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "member", "shared"), name="articleanswer_shared_once"
                    ),
                    models.UniqueConstraint(
                        fields=("customer", "member", "own"), name="articleanswer_own_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("own__isnull", True), ("shared__isnull", False)),
                            models.Q(("own__isnull", False), ("shared__isnull", True)),
                            _connector="OR",
                        ),
                        name="articleanswer_about_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArticleTicket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "shared",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ties",
                        to="tickets.article",
                    ),
                ),
                (
                    "own",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ties",
                        to="tickets.ownarticle",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "ticket", "shared"), name="articleticket_shared_once"
                    ),
                    models.UniqueConstraint(
                        fields=("customer", "ticket", "own"), name="articleticket_own_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("own__isnull", True), ("shared__isnull", False)),
                            models.Q(("own__isnull", False), ("shared__isnull", True)),
                            _connector="OR",
                        ),
                        name="articleticket_about_one",
                    ),
                ],
            },
        ),
        SharedTable("Article"),
        # What no customer owns is read by all of them, but only what is published.
        migrations.RunSQL(
            f"""
            ALTER TABLE tickets_article ENABLE ROW LEVEL SECURITY;
            ALTER TABLE tickets_article FORCE ROW LEVEL SECURITY;
            CREATE POLICY members_see_what_is_published ON tickets_article FOR SELECT TO {MEMBER_ROLE}
            USING (state = 'published');
            CREATE POLICY the_desk_sees_its_side ON tickets_article FOR ALL TO {DESK_ROLE}
            USING (true) WITH CHECK (true);
            """,
            migrations.RunSQL.noop,
        ),
        SharedTable("ArticleVersion", member="", desk="select, insert"),
        CustomerTable(
            "OwnArticle", member="select", desk="select, insert, update", shown="state = 'published'"
        ),
        CustomerTable("OwnArticleVersion", member="", desk="select, insert"),
        CompositeForeignKey("OwnArticleVersion", "own", to="tickets.OwnArticle"),
        CustomerTable("ArticleAnswer", desk="select"),
        CompositeForeignKey("ArticleAnswer", "member", to="customers.Member"),
        CompositeForeignKey("ArticleAnswer", "own", to="tickets.OwnArticle"),
        CustomerTable("ArticleTicket", member="select", desk="select, insert, delete"),
        CompositeForeignKey("ArticleTicket", "ticket", to="tickets.Ticket"),
        CompositeForeignKey("ArticleTicket", "own", to="tickets.OwnArticle"),
    ]
