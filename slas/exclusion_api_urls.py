from __future__ import annotations

from django.urls import path

from slas import verbs
from slas.exclusion_api import OutsideView, verb_view

_TICKET = "c/<slug:customer>/tickets/<int:number>/"

urlpatterns = [
    path(f"{_TICKET}exclusions/", OutsideView.as_view(), name="api-exclusions"),
    *(
        path(
            f"{_TICKET}exclusions/{name}/",
            verb_view(name, verbs.ON_TICKET).as_view(),
            name=f"api-exclusions-{name}",
        )
        for name in verbs.ON_TICKET
    ),
    *(
        path(
            f"{_TICKET}exclusions/<int:pk>/{name}/",
            verb_view(name, offered, "exclusion").as_view(),
            name=f"api-exclusion-{name}",
        )
        for offered in (verbs.ON_EXCLUSION, verbs.ON_EXCLUSION_BY_MEMBER)
        for name in offered
    ),
    *(
        path(
            f"{_TICKET}restorations/<int:pk>/{name}/",
            verb_view(name, verbs.ON_RESTORATION, "restoration").as_view(),
            name=f"api-restoration-{name}",
        )
        for name in verbs.ON_RESTORATION
    ),
]
