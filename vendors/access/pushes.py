"""Which link a push is about: the word in its address and a key in its header are its whole permission."""

from __future__ import annotations

from datetime import datetime

from django.utils.crypto import constant_time_compare

from vendors import pushing
from vendors.access.links import valid_keys
from vendors.models import AccountLink, PushKey
from vendors.states import LinkState

_NOBODYS = pushing.digest_of("")


def key_of_push(token: str, word: str, now: datetime) -> PushKey | None:
    """Return the key that a push shows, with its link; None for an unknown link and for a wrong key alike.

    Every key that is valid is compared, and one is compared where there is none, so that an answer tells nothing by
    the time that it takes.
    """
    shown = pushing.digest_of(word)
    found: PushKey | None = None
    keys = list(valid_keys(link, now)) if (link := _link_of(token)) is not None else []
    for key in keys or [PushKey(digest=_NOBODYS)]:
        is_it = constant_time_compare(key.digest, shown)
        if is_it and word and link is not None:
            key.link = link
            found = key
    return found


def _link_of(token: str) -> AccountLink | None:
    link_id = pushing.link_id_in(token)
    live = AccountLink.objects.automatic().exclude(state=LinkState.UNVERIFIED)
    return live.select_related("vendor", "customer").filter(pk=link_id or 0).first()
