"""The desk's pages over a whole past, timed inside a portal of their own; benchmarks/queue_rows.py makes it.

Each page is asked for as a browser does, through the middleware and the template, so that a figure is what
the server takes for an answer. A page is asked for with others in turn, and each time for another customer,
person, word or place in the queue, so that no row stays warm.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from itertools import count
from statistics import median, quantiles
from time import perf_counter_ns, process_time_ns

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.queue_rows import CUSTOMERS, Desk, fill, people
from benchmarks.scale import scale
from core.now import database_now
from core.tenancy import acting_as
from customers import access as customer_access
from tickets import access
from tickets.queues import VIEWS

#: What is asked of the queue beside its views; what stands in braces is another each time.
FILTERS = {
    "one customer": "customer=bench-{customer}",
    "three customers and a severity": "customer=bench-1&customer=bench-{customer}&customer=bench-77&severity=3",
    "P1": "severity=1",
    "P3 and P4, on hold": "severity=3&severity=4&state=on_hold",
    "my P2": "owner=me&severity=2",
    "nobody's, level 3": "owner=nobody&level=3",
    "opened within a week": "opened_from={week}",
    "words of one ticket in 10,000": "words=word{rare}",
    "words of one ticket in 100": "words=term{term}",
    "words of every ticket, P2": "words=slow&severity=2",
    "words in everything open": "view=all&words=term{term}&customer=bench-{customer}",
    "nothing matches": "severity=1&state=restored&level=3&owner=me&customer=bench-{customer}",
}
SEARCHES = {
    "a word of one ticket in 10,000": "word{rare}",
    "a word of one ticket in 100": "term{term}",
    "a word of every ticket": "slow",
    "two words": "term{term} slow",
    "a word of no ticket": "zebra{rare}",
    "a word and a customer": "term{term}&customer=bench-{customer}",
}


def main(arguments: list[str]) -> None:
    """Make the rows and print the figures; runs inside `benchmarks.portal`."""
    desk = people()
    browser, members = (Client(headers={"host": "localhost"}) for _ in range(2))
    browser.force_login(desk.engineer.user)
    members.force_login(desk.member.user)
    found: list[tuple[str, str]] = []
    there = 0
    for batch, wanted in enumerate(scale().listed):
        fill(desk, wanted - there, batch=batch)
        there = wanted
        found += [(f"queue of {wanted:,}: {name}", value) for name, value in _measure(browser, members, desk)]
    print(json.dumps(found))


def _measure(browser: Client, members: Client, desk: Desk) -> Iterator[tuple[str, str]]:
    numbers = count(1)
    week = f"{database_now() - timedelta(days=7):%Y-%m-%d}"

    def ask(address: str) -> Callable[[], None]:
        def once() -> None:
            number = next(numbers)
            asking = browser if address.startswith("/desk/") else members
            answer = asking.get(
                address.format(
                    customer=number % CUSTOMERS,
                    rare=number * 7919 % 10007,
                    term=number % 100,
                    week=week,
                )
            )
            assert answer.status_code == 200, (address, answer.status_code)

        return once

    pages = {
        **{f"queue, {view.title}": f"/desk/?view={name}" for name, view in VIEWS.items()},
        "queue, a page in the middle": _middle(browser),
        **{f"filter, {name}": f"/desk/?{query}" for name, query in FILTERS.items()},
        **{f"search, {name}": f"/desk/?q={query}" for name, query in SEARCHES.items()},
        "ticket page": f"/desk/tickets/{desk.ticket.key}/",
        "a customer's list": f"/c/{desk.member.customer.slug}/",
        "a customer's search": f"/c/{desk.member.customer.slug}/?q=term{{term}}",
    }
    for name, address in pages.items():
        once = ask(address)
        once()
        with CaptureQueriesContext(connection) as queries:
            once()
        number = len(queries)  # the next request forgets them
        yield name, f"{_times(once)}, {number} statements"

    def counts() -> None:
        with acting_as(customer_access.desk_context(desk.engineer)) as now:
            access.queue_counts(desk.engineer, now)

    yield "counts beside the queue alone", _times(counts)


def _middle(browser: Client) -> str:
    """Return the address of a page that is reached by going on ten times."""
    address = "/desk/"
    for _ in range(10):
        following = re.search(r'rel="next" href="([^"]+)"', browser.get(address).content.decode())
        if following is None:
            break
        address = f"/desk/{unescape(following[1])}"
    return address


def _times(once: Callable[[], None]) -> str:
    """Say how long it takes, and how much of that is this process's own work whatever else the machine does."""
    costs, work = [], []
    for _ in range(scale().times):
        before, worked = perf_counter_ns(), process_time_ns()
        once()
        costs.append((perf_counter_ns() - before) / 1_000_000)
        work.append((process_time_ns() - worked) / 1_000_000)
    return f"{median(costs):.0f} ms p50, {quantiles(costs, n=20)[-1]:.0f} ms p95, {median(work):.0f} ms in Python"
