"""How a page or a command tells the local AWS things: over HTTP, for it runs in a process of its own."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

_SECONDS = 5


class NotThere(Exception):
    """The local AWS does not answer."""


class NotTold(Exception):
    """The local AWS does not take what it was told; `str()` says why."""


def state(address: str) -> dict[str, Any]:
    """Return what the local AWS knows."""
    return _ask(urllib.request.Request(f"{address}/_control/state"))  # noqa: S310 - settings let loopback through only


def tell(address: str, what: str, **given: Any) -> dict[str, Any]:
    """Tell it something, such as that somebody at AWS replies."""
    request = urllib.request.Request(  # noqa: S310 - settings let loopback through only
        f"{address}/_control/{what}",
        data=json.dumps(given).encode(),
        headers={"Content-Type": "application/json"},
    )
    return _ask(request)


def _ask(request: urllib.request.Request) -> dict[str, Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            said: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise NotTold(json.load(error).get("error", "It does not take this.")) from error
    except OSError as error:
        raise NotThere from error
    return said
