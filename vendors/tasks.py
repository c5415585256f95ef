from __future__ import annotations

from celery import shared_task

from vendors.actions import coverage, fetching, looking, sending, sync


@shared_task(name="vendors.tasks.look_at_accounts")
def look_at_accounts() -> int:
    """Look at the accounts whose time has come, then end."""
    return looking.look_due()


@shared_task(name="vendors.tasks.warn_of_plans")
def warn_of_plans() -> int:
    """Tell the leads of accounts that fall short, or will soon, then end."""
    return coverage.notify_due()


@shared_task(name="vendors.tasks.poll_due")
def poll_due() -> int:
    """Look at the cases of every account whose time has come, then end."""
    return sync.poll_due()


@shared_task(name="vendors.tasks.fetch_files")
def fetch_files() -> int:
    """Fetch the files of vendors' messages that are due, then end."""
    return fetching.fetch_files()


@shared_task(name="vendors.tasks.remind_of_waiting")
def remind_of_waiting() -> int:
    """Tell the desk again of cases that a vendor may soon resolve by itself, then end."""
    return sync.remind_of_waiting()


@shared_task(name="vendors.tasks.send_due")
def send_due() -> int:
    """Send what waits to be sent to vendors, then end."""
    return sending.send_due()
