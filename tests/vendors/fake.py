"""The AWS of the tests: the local one, in a thread of this process, with everything in reach."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from trusst_support.local.aws.operations import Desk
from trusst_support.local.aws.server import Server
from trusst_support.local.aws.state import AWS, ROLE, Account, Call, Case, Fault, File, Letter, World
from vendors.adapters.base import Target

Files = Iterable[tuple[str, bytes]]


class FakeAws:
    """An AWS on loopback that does what a test says, and nothing by itself."""

    def __init__(self) -> None:
        self.world = World()
        self.server = Server(self.world)
        self.server.start()

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def calls(self) -> list[Call]:
        """What was asked, in order, signing in included (AssumeRole)."""
        return self.world.calls

    def called(self, operation: str, *, account: str | None = None) -> list[Call]:
        return [one for one in self.calls if one.operation == operation and account in (None, one.account)]

    def reset(self) -> None:
        """Forget everything, and let whoever waits for a late answer go."""
        Desk.hurry.set()
        self.world.reset()
        self.world.has_quota = False
        self.world.now = World().now
        Desk.world, Desk.address = self.world, self.address
        Desk.hurry.clear()

    def tell_time_by(self, clock: Any) -> None:
        """Stamp messages by a test's clock (anything with `now`) instead of this machine's."""
        self.world.now = lambda: clock.now

    # --- Accounts --------------------------------------------------------------------------------------
    def account(
        self,
        number: str,
        plan: str = "Business Support+",
        *,
        external_id: str | None = None,
        role: str = ROLE,
        reads_only: bool = False,
    ) -> Account:
        """Make an account; an empty external id lets anybody in."""
        made = Account(
            number=number,
            plan=plan,
            external_id=f"ext-{number}" if external_id is None else external_id,
            role=role,
            reads_only=reads_only,
        )
        self.world.accounts[number] = made
        return made

    def set_plan(self, number: str, plan: str) -> None:
        self.world.accounts[number].plan = plan

    def trust(self, number: str, external_id: str) -> None:
        """Let the account's role be assumed with another external id."""
        self.world.accounts[number].external_id = external_id

    def target(self, number: str, **given: Any) -> Target:
        """Return what the portal knows of an account that is set up as it should be."""
        account = self.world.accounts[number]
        usual: dict[str, Any] = {
            "link_id": int(number) % 1_000_000,
            "customer_slug": "acme",
            "account_number": number,
            "role_arn": f"arn:aws:iam::{number}:role/{account.role}",
            "external_id": account.external_id,
        }
        return Target(**usual | given)

    # --- Cases -----------------------------------------------------------------------------------------
    def cases(self, number: str) -> list[Case]:
        return list(self.world.accounts[number].cases.values())

    def case(self, case_id: str) -> Case:
        return self._account_of(case_id).cases[case_id]

    def open(self, number: str, subject: str = "Opened in the console", **given: Any) -> Case:
        """Make a case that the portal did not open."""
        usual: dict[str, Any] = {
            "author": "priya@example.com",
            "body": "It is slow.",
            "files": [],
            "severity": "normal",
            "service": "general-info",
            "category": "other",
        }
        return self.world.open(number, subject=subject, **usual | given)

    def reply(
        self,
        case_id: str,
        body: str,
        status: str | None = None,
        author: str = AWS,
        files: Files = (),
        at: datetime | None = None,
    ) -> Letter:
        """Write on a case, as AWS or as another author."""
        kept = [_file(name, content) for name, content in files]
        self.world.reply(
            self._account_of(case_id).number, case_id, body, status=status, author=author, files=kept, at=at
        )
        return self.case(case_id).letters[-1]

    def set_status(self, case_id: str, status: str) -> None:
        self.case(case_id).status = status

    def add_file(self, case_id: str, file: File) -> str:
        """Put a file with the case's last message, as it is; return its id."""
        ref = f"attachment-{len(self._account_of(case_id).files)}"
        self._account_of(case_id).files[ref] = file
        self.case(case_id).letters[-1].files.append(ref)
        return ref

    def expire_sets(self, number: str) -> None:
        """Let the account's sets of files end before they are used."""
        for one in self.world.accounts[number].sets.values():
            one.expires = "2000-01-01T00:00:00.000Z"

    def _account_of(self, case_id: str) -> Account:
        return next(one for one in self.world.accounts.values() if case_id in one.cases)

    # --- What goes wrong -------------------------------------------------------------------------------
    def fail(
        self, operation: str, code: str, times: int = 1, account: str | None = None, status: int = 400
    ) -> None:
        """Let the next calls of an operation (`*` for any) fail before anything is done."""
        self._hurt(operation, "error", times, account, code=code, status=status)

    def lose_answer(self, operation: str, times: int = 1, account: str | None = None) -> None:
        """Do what is asked, and hang up instead of answering."""
        self._hurt(operation, "lost", times, account)

    def answer_late(self, operation: str, times: int = 1, account: str | None = None) -> None:
        """Do what is asked, and answer only after whoever asked has given up."""
        self._hurt(operation, "late", times, account)

    def babble(self, operation: str, times: int = 1, account: str | None = None) -> None:
        """Do what is asked, and answer with something that is no answer."""
        self._hurt(operation, "unreadable", times, account)

    def _hurt(self, operation: str, kind: str, times: int, account: str | None, **given: Any) -> None:
        self.world.faults.append(
            Fault(operation=operation, kind=kind, times=times, account=account or "", **given)
        )


def _file(name: str, content: bytes) -> File:
    return File(name=name, data=base64.b64encode(content).decode())
