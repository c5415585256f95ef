"""What people type about articles: shape only, the rules are in the actions."""

from __future__ import annotations

from typing import Any

from django import forms

from customers.access import customers_of_desk
from customers.models import Customer
from tickets.models import ARTICLE_LENGTH, AnyArticle, ArticleKind, ArticleState


class ArticleForm(forms.Form):
    """The words of an article, and the tickets that are cases of it."""

    title = forms.CharField(
        label="Title",
        help_text="What a reader looks for, such as “Label printers stop after an update”.",
        max_length=120,
        error_messages={"required": "Enter a title."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label="It is a",
        choices=ArticleKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Select what it is."},
    )
    body = forms.CharField(
        label="Text",
        help_text="Markdown. Customers read it, so name nobody but the customer whom it is for.",
        max_length=ARTICLE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": "Enter the text."},
    )
    tickets = forms.CharField(
        label="Tickets with this issue",
        help_text="References such as ACME-128. A major incident brings its parts along.",
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @classmethod
    def of(cls, article: AnyArticle, keys: list[str]) -> dict[str, Any]:
        """Return an article as its form shows it."""
        return {
            "title": article.title,
            "kind": article.kind,
            "body": article.body,
            "tickets": " ".join(keys),
            "version": article.version,
        }


class NewArticleForm(ArticleForm):
    """A new article, which is for all customers or for one."""

    reader: forms.ModelChoiceField[Customer] = forms.ModelChoiceField(
        queryset=None, label="For", required=False, empty_label="All customers"
    )
    field_order = ("title", "kind", "reader")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reader"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = customers_of_desk()


class ArticleStateForm(forms.Form):
    """Who should read an article from now on."""

    state = forms.ChoiceField(choices=ArticleState.choices)
    version = forms.IntegerField(widget=forms.HiddenInput)


class HelpfulForm(forms.Form):
    """Whether an article helped."""

    helpful = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")])


class ArticleSearchForm(forms.Form):
    """Words to look for in articles."""

    q = forms.CharField(label="Search the help", max_length=200, required=False)
