"""The main figures by mail: a mail is written once for each period and person, then sent by a sweep.

A mail with figures belongs to no customer, so the outbox, which does, has no place for it: its own row is the
truth. It is claimed before it is sent and marked after it; whoever dies in between has it sent once more, under
the same message id.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from smtplib import SMTPException
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F

from core.tenancy import acting_as, worker_context
from customers.models import DeskPerson
from reports import figures
from reports.models import Every, ReportMail, ReportSubscription
from slas.attainment import ENOUGH, Tally
from slas.events import METRIC_NAMES

logger = logging.getLogger(__name__)

#: How long a sweep has to send one mail, and how long one that failed waits.
CLAIM = timedelta(minutes=5)


@transaction.atomic
def choose(*, person: DeskPerson, every: Every | None, at: datetime) -> None:
    """Keep how often a person gets the figures, or that they do not; it concerns nobody else, so no fact is published."""
    if every is None:
        ReportSubscription.objects.filter(person=person).delete()
        return
    ReportSubscription.objects.update_or_create(person=person, defaults={"every": every, "since": at})


def write_due() -> int:
    """Write the mail of each period that has ended since its reader subscribed; return how many were new."""
    written = 0
    with acting_as(worker_context()) as now:
        for one in ReportSubscription.objects.filter(person__is_active=True).select_related("person"):
            since, until = last_period(Every(one.every), now, one.person.timezone)
            if _begins(until, one.person.timezone) <= one.since:
                continue
            key = f"figures:{one.person_id}:{one.every}:{since:%Y-%m-%d}"
            if ReportMail.objects.filter(dedupe_key=key).exists():
                continue
            subject, body = compose(one.person, since=since, until=until)
            ReportMail.objects.bulk_create(
                [ReportMail(person=one.person, dedupe_key=key, subject=subject, body=body, made_at=now)],
                ignore_conflicts=True,
            )
            written += 1
    return written


def last_period(every: Every, now: datetime, zone: str) -> tuple[date, date]:
    """Return the first day of the last week or month that is over in a zone, and the day after its last one."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if every is Every.WEEK:
        until = today - timedelta(days=today.weekday())
        return until - timedelta(days=7), until
    until = today.replace(day=1)
    return (until - timedelta(days=1)).replace(day=1), until


def _begins(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))


def compose(person: DeskPerson, *, since: date, until: date) -> tuple[str, str]:
    """Return subject and body: how each objective was kept over all customers, and where to read more."""
    found = figures.attainment(figures.Scope(since=since, until=until, zone=person.timezone))
    last = until - timedelta(days=1)
    period = f"{since.day} {since:%B %Y} to {last.day} {last:%B %Y}"
    totals = {
        metric: sum((tally for (name, _), tally in found.items() if name == metric), Tally())
        for metric in METRIC_NAMES
    }
    lines = [
        f"{METRIC_NAMES[metric]}: {say_share(tally)}" for metric, tally in totals.items() if tally.judged
    ]
    page = f"{settings.PORTAL_BASE_URL}/desk/reports/?since={since}&until={last}"
    body = (
        f"All customers, {period}, days of {person.timezone}\n\n"
        + ("\n".join(lines) or "No objective was measured in this period.")
        + f"\n\nThe report: {page}\n\n"
        + f"Other times, or none: {settings.PORTAL_BASE_URL}/desk/reports/subscription/\n"
    )
    return f"Service levels, {period}", body


def say_share(tally: Tally) -> str:
    """Return a share with its counts, such as '97.5% (39 of 40)'."""
    if tally.percent is None:
        return "nothing measured"
    few = ", too few to judge" if tally.judged < ENOUGH else ""
    return f"{tally.percent}% ({tally.met} of {tally.judged}){few}"


def send_due(*, limit: int = 50) -> int:
    """Send what was written and not sent; return how many were. One that fails is tried again."""
    sent = 0
    for _ in range(limit):
        mail = _claim()
        if mail is None:
            break
        try:
            _message(mail).send()
        except (OSError, SMTPException):
            logger.warning("figures %s were not delivered", mail.pk)
            with acting_as(worker_context()):
                ReportMail.objects.filter(pk=mail.pk).update(failures=F("failures") + 1)
            continue
        with acting_as(worker_context()) as now:
            ReportMail.objects.filter(pk=mail.pk).update(sent_at=now)
        sent += 1
    return sent


def _claim() -> ReportMail | None:
    with acting_as(worker_context()) as now:
        mail = (
            ReportMail.objects.to_send(now)
            .select_related("person__user")
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(person__is_active=True)
            .first()
        )
        if mail is not None:
            mail.claimed_until = now + CLAIM * (mail.failures + 1)
            mail.save(update_fields=["claimed_until"])
        return mail


def _message(mail: ReportMail) -> EmailMessage:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[mail.person.user.email],
        headers={
            "Message-ID": f"<figures-{mail.pk}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Occurred-At": mail.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
