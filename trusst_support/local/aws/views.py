"""The local AWS as a page: its accounts and cases, and forms to be somebody at AWS."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from trusst_support.local.aws import telling
from trusst_support.local.aws.forms import FORMS, AccountForm, FaultForm, LocalForm, ReplyForm, StatusForm

_INVALID = 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def local_aws(request: HttpRequest) -> HttpResponseBase:
    """Show the accounts and cases, or one case, and do what a form says."""
    try:
        if request.method == "POST":
            return _do(request)
        return _page(request, request.GET.get("case", ""))
    except telling.NotThere:
        return TemplateResponse(request, "local/aws.html", {"is_there": False})


def _do(request: HttpRequest) -> HttpResponseBase:
    kind = FORMS.get(request.POST.get("what", ""))
    if kind is None:
        raise Http404("There is no such form.")
    form = kind(request.POST)
    case = request.POST.get("case", "")
    if not form.is_valid():
        return _page(request, case, form)
    try:
        telling.tell(settings.AWS_SUPPORT_ENDPOINT, form.part, **form.given())
    except telling.NotTold as error:
        form.add_error(None, str(error))
        return _page(request, case, form)
    messages.success(request, "Done. The portal sees it when it next looks.")
    to = reverse("local-aws")
    return redirect(f"{to}?{urlencode({'case': case})}" if case else to)


def _page(request: HttpRequest, case_id: str, wrong: LocalForm | None = None) -> TemplateResponse:
    if not settings.AWS_SUPPORT_ENDPOINT:
        raise telling.NotThere
    said = telling.state(settings.AWS_SUPPORT_ENDPOINT)
    context: dict[str, Any] = {"is_there": True, "accounts": said["accounts"], "faults": said["faults"]}
    status = _INVALID if wrong is not None else 200
    if not case_id:
        forms: list[LocalForm] = [AccountForm(), FaultForm()]
        context |= {"cases": _cases(said), "forms": _with(forms, wrong), "wrong": wrong}
        return TemplateResponse(request, "local/aws.html", context, status=status)
    for account in said["accounts"]:
        if case_id in account["cases"]:
            case = account["cases"][case_id]
            of_case = {"account": account["number"], "case": case_id}
            forms = [ReplyForm(initial=of_case), StatusForm(initial=of_case | {"status": case["status"]})]
            context |= {
                "account": account,
                "case": case,
                "letters": [_letter(account, one) for one in case["letters"]],
                "forms": _with(forms, wrong),
                "wrong": wrong,
            }
            return TemplateResponse(request, "local/aws_case.html", context, status=status)
    raise Http404("There is no such case.")


def _with(forms: list[LocalForm], wrong: LocalForm | None) -> list[LocalForm]:
    """Put a form that was filled in wrongly in its place."""
    return [wrong if wrong is not None and wrong.part == one.part else one for one in forms]


def _cases(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every case with its last message, the one that changed last first."""
    found = []
    for account in said["accounts"]:
        for case in account["cases"].values():
            letters = [_letter(account, one) for one in case["letters"]]
            last = letters[-1] if letters else None
            changed = last["moment"] if last else datetime.fromisoformat(case["at"])
            found.append({**case, "account": account["number"], "last": last, "changed": changed})
    return sorted(found, key=lambda one: one["changed"], reverse=True)


def _letter(account: dict[str, Any], letter: dict[str, Any]) -> dict[str, Any]:
    files = [account["files"][ref]["name"] for ref in letter["files"]]
    return {**letter, "moment": datetime.fromisoformat(letter["at"]), "files": files}
