"""What the pages of vendors' cases show: each look-up is its own permission check.

The desk reads every case, a member those of the tickets that they may read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.http import Http404
from django.utils.translation import gettext

from customers.models import Customer, DeskPerson, Member
from tickets.models import Ticket
from tickets.vendor_cases import Move
from vendors import clocks
from vendors.models import (
    AccountLink,
    CaseStatus,
    Outgoing,
    PlanObservation,
    Vendor,
    VendorCase,
    VendorCaseQuerySet,
    VendorFile,
    VendorMessage,
)
from vendors.states import CASE_WORDS, CaseState, SendState, Side

#: For so long a case stays in the list after its vendor was done with it.
LATELY = timedelta(days=14)
_OVER = (CaseState.RESOLVED.value, CaseState.CLOSED.value)
_ON_US = (CaseState.WAITING_ON_US.value, CaseState.SOLUTION_OFFERED.value)


def say_state(state: CaseState) -> str:
    """Return a status in our words, in the viewer's language."""
    return gettext(CASE_WORDS[state])


# --- One case ------------------------------------------------------------------------------------------
def get_case_page(person: DeskPerson, pk: int) -> VendorCase:
    """Return a case for the desk, or 404."""
    found = VendorCase.objects.with_everything().filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such case.")
    return found


def statuses_of(case: VendorCase) -> list[CaseStatus]:
    """Return every status that a case took, oldest first."""
    return list(CaseStatus.objects.filter(customer_id=case.customer_id, case=case).order_by("at", "pk"))


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message of a case with its files, for the desk."""

    received: VendorMessage
    files: Sequence[VendorFile]

    @property
    def is_shared(self) -> bool:
        return self.received.shared_id is not None

    @property
    def may_be_shared(self) -> bool:
        """Tell whether the customer can still be shown what a vendor wrote."""
        received = self.received
        return not self.is_shared and received.side == Side.VENDOR and not received.is_automatic


def conversation_of(case: VendorCase) -> list[Said]:
    """Return what was written on a case, oldest first, in two queries."""
    ours = {"customer_id": case.customer_id}
    received = list(
        VendorMessage.objects.filter(case=case, **ours)
        .select_related("message", "shared")
        .order_by("at", "pk")
    )
    files: dict[int, list[VendorFile]] = {}
    for file in VendorFile.objects.filter(received__case=case, **ours).select_related("attachment"):
        files.setdefault(file.received_id, []).append(file)
    return [Said(received=one, files=files.get(one.pk, ())) for one in received]


def outgoing_of(case: VendorCase) -> list[Outgoing]:
    """Return everything that was or is to be sent on a case, the newest first."""
    found = Outgoing.objects.filter(customer_id=case.customer_id, case=case)
    return list(found.select_related("message").order_by("-pk"))


def latest_observation(link: AccountLink) -> PlanObservation | None:
    """Return the last look at the plan of a link's account."""
    return (
        PlanObservation.objects.filter(customer_id=link.customer_id, link=link).order_by("-at", "-pk").first()
    )


def read_clocks(
    case: VendorCase,
    statuses: Iterable[CaseStatus],
    written: Iterable[clocks.Wrote] | None = None,
    *,
    now: datetime,
) -> clocks.Reading | None:
    """Return what a case's clocks say; None while the vendor does not have it.

    Whoever may not read its messages is told of the first response by the case itself.
    """
    if case.opened_at is None:
        return None
    took = [
        clocks.Took(at=one.at, after=one.after, state=CaseState(one.state), raw=one.raw_status)
        for one in statuses
    ]
    if not took or took[-1].state is not case.standing:
        took.append(clocks.Took(at=case.state_since, state=case.standing, raw=case.raw_status))
    return clocks.read(
        took,
        _first_reply(case) if written is None else written,
        published_of(case),
        opened_at=case.opened_at,
        as_of=max(now, case.opened_at),
    )


def published_of(case: VendorCase) -> clocks.Published:
    """Return the time to a first response that the vendor published when the case was opened."""
    return clocks.Published(seconds=case.target_seconds, in_business_hours=case.target_in_business_hours)


def written_on(said: Iterable[Said]) -> list[clocks.Wrote]:
    """Return the messages of a case as its clocks read them."""
    return [
        clocks.Wrote(at=one.received.at, side=Side(one.received.side), is_automatic=one.received.is_automatic)
        for one in said
    ]


def _first_reply(case: VendorCase) -> list[clocks.Wrote]:
    if case.first_reply_at is None:
        return []
    return [
        clocks.Wrote(at=case.first_reply_at, side=Side.VENDOR, is_automatic=case.first_reply_is_automatic)
    ]


# --- The desk's list -----------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Heading:
    """A part of the list; `place` is where it stands."""

    place: int
    name: str
    title: str
    icon: str


WAITING, UNSENT, LATE, WITH_VENDOR, RESOLVED = (
    Heading(place=0, name="us", title="Waiting for us", icon="alert"),
    Heading(place=1, name="unsent", title="Could not be sent", icon="warn"),
    Heading(place=2, name="late", title="Vendor past its published time", icon="clock"),
    Heading(place=3, name="vendor", title="With the vendor", icon="vendor"),
    Heading(place=4, name="resolved", title="Resolved lately", icon="check"),
)
HEADINGS = (WAITING, UNSENT, LATE, WITH_VENDOR, RESOLVED)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the list is narrowed by; empty values narrow nothing."""

    customer: str = ""
    vendor: str = ""
    state: str = ""
    text: str = ""


def waiting_on_us() -> VendorCaseQuerySet:
    """Return the cases in which the next move is the desk's."""
    return VendorCase.objects.on_us()


def cases_for_desk(wanted: Wanted, *, now: datetime) -> QuerySet[Any]:
    """Return the cases of the desk's list with the heading of each as `place` and its order as `stands_at`."""
    running = Q(given_up_at=None) & ~Q(state__in=_OVER)
    lately = Q(state__in=_OVER, state_since__gte=now - LATELY)
    found = _narrow(VendorCase.objects.filter(running | lately), wanted).with_everything()
    return found.alias(published_until=_published_until()).annotate(
        sent_last=_sent_last(),
        answered_at=_answered_at(),
        place=Case(
            When(state__in=_OVER, then=RESOLVED.place),
            When(state__in=_ON_US, then=WAITING.place),
            When(sent_last=SendState.REFUSED.value, then=UNSENT.place),
            When(_is_past(now), then=LATE.place),
            default=WITH_VENDOR.place,
            output_field=IntegerField(),
        ),
        # Who has waited longest comes first; of what is done, the newest.
        stands_at=Case(
            When(
                state__in=_OVER,
                then=ExpressionWrapper(
                    Value(_MIRROR) - (F("state_since") - Value(_EPOCH)), output_field=DateTimeField()
                ),
            ),
            default=F("state_since"),
            output_field=DateTimeField(),
        ),
    )


_EPOCH, _MIRROR = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _sent_last() -> Subquery:
    """What became of the last thing that was sent on a case: a later success settles a refusal."""
    rows = Outgoing.objects.filter(customer_id=OuterRef("customer_id"), case=OuterRef("pk")).order_by("-pk")
    return Subquery(rows.values("state")[:1])


def _published_until() -> Combinable:
    """When the vendor's published time to a first response ends."""
    length = ExpressionWrapper(
        F("target_seconds") * Value(timedelta(seconds=1)), output_field=DurationField()
    )
    return ExpressionWrapper(F("opened_at") + length, output_field=DateTimeField())


def _answered_at() -> Subquery:
    """When a person of the vendor first wrote; an automatic answer is none."""
    rows = VendorMessage.objects.filter(
        customer_id=OuterRef("customer_id"), case=OuterRef("pk"), side=Side.VENDOR, is_automatic=False
    )
    return Subquery(rows.order_by("at", "pk").values("at")[:1])


def _is_past(now: datetime) -> Q:
    return Q(answered_at=None, target_in_business_hours=False, published_until__lt=now)


def _narrow(cases: VendorCaseQuerySet, wanted: Wanted) -> VendorCaseQuerySet:
    if wanted.customer:
        cases = cases.filter(customer__slug=wanted.customer)
    if wanted.vendor:
        cases = cases.filter(vendor__slug=wanted.vendor)
    if wanted.state:
        cases = cases.filter(state=wanted.state)
    if wanted.text:
        named = Ticket.objects.by_key(wanted.text).values("pk")
        cases = cases.filter(
            Q(external_id=wanted.text)
            | Q(display_id=wanted.text.replace(" ", ""))
            | Q(subject__icontains=wanted.text)
            | Q(ticket__subject__icontains=wanted.text)
            | Q(link__account_number=wanted.text)
            | Q(ticket__in=named)
        )
    return cases


def count_by_heading(cases: QuerySet[Any]) -> dict[str, int]:
    """Return how many cases stand under each heading, in one query."""
    found = dict(cases.order_by().values_list("place").annotate(number=Count("pk")))
    return {heading.name: found.get(heading.place, 0) for heading in HEADINGS}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A row's place in the list's order."""

    heading: int
    at: datetime
    pk: int

    @classmethod
    def of(cls, case: VendorCase) -> Self:
        row: Any = case  # with what cases_for_desk annotates
        return cls(heading=row.place, at=row.stands_at, pk=case.pk)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `__str__` wrote; None for anything else, which shows the first page."""
        parts = text.split("-")
        if len(parts) != len(("heading", "at", "pk")) or not all(
            part.isascii() and part.isdecimal() and len(part) < len("9" * 19) for part in parts
        ):
            return None
        heading, at, pk = (int(part) for part in parts)
        try:
            return cls(heading=heading, at=_EPOCH + timedelta(microseconds=at), pk=pk)
        except OverflowError:
            return None

    def __str__(self) -> str:
        return f"{self.heading}-{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.pk}"


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some rows, and the places from which the next and the previous ones are read; '' where there are none."""

    rows: Sequence[VendorCase] = field(default_factory=list)
    after: str = ""
    before: str = ""


def page_of(cases: QuerySet[Any], *, size: int, after: str = "", before: str = "") -> Page:
    """Return the rows after a place of the list, or before one; the first ones without."""
    if (place := Place.read(before)) is not None:
        earlier = Q(place__lt=place.heading) | Q(place=place.heading) & (
            Q(stands_at__lt=place.at) | Q(stands_at=place.at, pk__lt=place.pk)
        )
        rows = list(cases.filter(earlier).order_by("-place", "-stands_at", "-pk")[: size + 1])
        has_more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows=rows, after=_place(rows[-1:]) or before, before=_place(rows[:1]) if has_more else "")
    place = Place.read(after)
    if place is not None:
        later = Q(place__gt=place.heading) | Q(place=place.heading) & (
            Q(stands_at__gt=place.at) | Q(stands_at=place.at, pk__gt=place.pk)
        )
        cases = cases.filter(later)
    rows = list(cases.order_by("place", "stands_at", "pk")[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    return Page(
        rows=rows,
        after=_place(rows[-1:]) if has_more else "",
        before=_place(rows[:1]) if place is not None else "",
    )


def _place(rows: Sequence[VendorCase]) -> str:
    return str(Place.of(rows[0])) if rows else ""


def vendors_with_cases() -> QuerySet[Vendor]:
    """Return the vendors that the list can be narrowed to."""
    return Vendor.objects.filter(Q(is_active=True) | Exists(VendorCase.objects.filter(vendor=OuterRef("pk"))))


# --- The queue of tickets ------------------------------------------------------------------------------
def running_ticket_ids() -> QuerySet[Any]:
    """Return the tickets that have a case with which a vendor is not done."""
    return VendorCase.objects.running().values("ticket_id")


def moves_on(tickets: Iterable[Ticket]) -> dict[int, Move]:
    """Return whose move it is in the running cases of some tickets, by the ticket's id, in one query.

    Of several cases the one that waits for us is named: that is what the desk can act on.
    """
    listed = [ticket.pk for ticket in tickets]
    rows = VendorCase.objects.running().filter(ticket_id__in=listed).order_by("-pk").select_related("vendor")
    found: dict[int, Move] = {}
    for case in rows:
        name = case.vendor.name.removesuffix(" Support")
        if case.state in _ON_US:
            found[case.ticket_id] = Move(words=f"{name} waits for us", is_ours=True)
        else:
            words = f"With {name}" if case.is_made else f"Case for {name}"
            found.setdefault(case.ticket_id, Move(words=words, is_ours=False))
    return found


# --- What was pasted -----------------------------------------------------------------------------------
def find_by_case_id(text: str) -> VendorCase | None:
    """Return the case that a person of the desk names by either of its ids."""
    names = Q(external_id=text) | Q(display_id=text)
    # The middle of an id of AWS names a language, and is not the same in everything that AWS says of a case.
    head, _, tail = text.partition("-mu")
    if tail and (rest := tail.partition("-")[2]):
        names |= Q(external_id__startswith=f"{head}-", external_id__endswith=f"-{rest}")
    return VendorCase.objects.filter(names).select_related("ticket__customer").order_by("-pk").first()


# --- A customer ----------------------------------------------------------------------------------------
def cases_on_ticket(ticket: Ticket) -> list[VendorCase]:
    """Return the cases that vendors have for a ticket which the caller may read, the newest first."""
    found = VendorCase.objects.filter(customer_id=ticket.customer_id, ticket=ticket).exclude(external_id="")
    return list(found.select_related("vendor", "link__account").order_by("-opened_at", "-pk"))


def cases_of_member(member: Member) -> VendorCaseQuerySet:
    """Return the cases of the tickets that a member may read; what is not sent yet is the desk's alone."""
    readable = Ticket.objects.visible_to(member).values("pk")
    mine = VendorCase.objects.filter(customer_id=member.customer_id, ticket_id__in=readable)
    return mine.exclude(external_id="").with_everything()


def cases_of_customer(customer: Customer) -> VendorCaseQuerySet:
    """Return one customer's cases for the desk."""
    return VendorCase.objects.filter(customer=customer).with_everything()


def chosen(
    cases: VendorCaseQuerySet, *, ticket: str = "", state: str = "", vendor: str = ""
) -> VendorCaseQuerySet:
    """Keep the cases of a ticket, in a status, at a vendor; whatever is empty narrows nothing."""
    if ticket:
        cases = cases.filter(ticket__in=Ticket.objects.by_key(ticket).values("pk"))
    if state:
        cases = cases.filter(state=state)
    return cases.filter(vendor__slug=vendor) if vendor else cases


def get_one(cases: VendorCaseQuerySet, pk: int) -> VendorCase:
    """Return one of some cases that the caller may read, or 404."""
    found = cases.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such case for you.")
    return found


def links_of(customer: Customer) -> QuerySet[AccountLink]:
    """Return the links of a customer's accounts that live."""
    return (
        AccountLink.objects.live()
        .filter(customer=customer)
        .select_related("vendor", "account")
        .order_by("account_number", "pk")
    )


def latest_observations(links: Iterable[AccountLink]) -> Mapping[int, PlanObservation]:
    """Return the last look at the plan of each of some links, in one query."""
    listed = list(links)
    found = (
        PlanObservation.objects.filter(
            customer_id__in={link.customer_id for link in listed}, link_id__in=[link.pk for link in listed]
        )
        .order_by("link_id", "-at", "-pk")
        .distinct("link_id")
    )
    return {one.link_id: one for one in found}
