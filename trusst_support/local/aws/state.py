"""What the local AWS knows, and what the people there do: nothing of wires, and no clock but the one it is given.

How a reply moves a case is our assumption; AWS documents it nowhere.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from trusst_support.local.aws.catalogue import PLANS

AWS = "Amazon Web Services"
REDACTED = "[REDACTED_BY_Amazon Web Services]"
ROLE = "TrusstSupport"
_SET_LIFE = timedelta(hours=1)
_MOST_CALLS = 2000
_CASES_AN_HOUR = 10
_ACKNOWLEDGED_AFTER, _ANSWERED_AFTER, _LOOKED_AT_AFTER = 20, 60, 10
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----"
    r"|(?<=[=: ])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
    r"|\b(?:\d{4}[ -]?){3}\d{4}\b",
    re.DOTALL,
)


#: What somebody at AWS writes, and the status that the case then has.
_LETTERS = {
    "acknowledge": (
        """\
Hello,

We received your case {case}. This is an automated message; an engineer will look at it.

Amazon Web Services""",
        "opened",
    ),
    "ask": (
        """\
Hello,

I am Sam and I look after your case. I have looked at the resource on our side and need two things: since when do
you see this, and the request ids of two calls that failed?

Best regards,
Sam""",
        "pending-customer-action",
    ),
    "answer": (
        """\
Hello,

Thank you, that helped. We found the cause on our side and have moved your resource to healthy hardware. Tell me
whether you still see it.

Best regards,
Sam""",
        "pending-customer-action",
    ),
}


def _now() -> datetime:
    return datetime.now(UTC)


def written(moment: datetime) -> str:
    """Return a time as AWS writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(kw_only=True)
class File:
    """A file of a message; `by_link` is handed over only from a link, as AWS does with large ones."""

    name: str
    data: str
    by_link: bool = False
    redirects_to: str = ""

    @property
    def content(self) -> bytes:
        return base64.b64decode(self.data)


@dataclass(kw_only=True)
class Letter:
    """A message of a case."""

    author: str
    body: str
    at: str
    files: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Case:
    """A case, with fields that no library knows in `extra`."""

    case_id: str
    display_id: str
    subject: str
    status: str
    severity: str
    service: str
    category: str
    author: str
    at: str
    copied: list[str] = field(default_factory=list)
    language: str = "en"
    letters: list[Letter] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class FileSet:
    """Files on their way to a message."""

    expires: str
    files: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Account:
    """An account: its plan, and the role that lets somebody in. An empty external id lets anybody in."""

    number: str
    plan: str
    external_id: str
    role: str = ROLE
    reads_only: bool = False
    is_another: str = ""
    cases: dict[str, Case] = field(default_factory=dict)
    sets: dict[str, FileSet] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    made_at: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Due:
    """Something that people at AWS do later."""

    at: str
    account: str
    case_id: str
    what: str


@dataclass(kw_only=True)
class Fault:
    """What goes wrong with the next calls: an error, an answer that is lost, or one that comes late."""

    operation: str
    kind: str = "error"
    code: str = ""
    message: str = ""
    status: int = 400
    times: int = 1
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that arrived."""

    account: str
    operation: str
    parameters: dict[str, Any]


class Refused(Exception):
    """AWS refuses a call."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class World:
    """Everything that the local AWS knows."""

    def __init__(self, place: Path | None = None, *, plays: bool = False, has_quota: bool = False) -> None:
        self.place, self.plays, self.has_quota = place, plays, has_quota
        self.now: Callable[[], datetime] = _now
        self.lock = threading.RLock()
        self.reset()
        if place is not None and place.exists():
            self._read(json.loads(place.read_text()))

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            self.accounts: dict[str, Account] = {}
            self.faults: list[Fault] = []
            self.calls: list[Call] = []
            self.due: list[Due] = []
            self.count = 0

    # --- Keeping ---------------------------------------------------------------------------------------
    def keep(self) -> None:
        """Write everything down but faults and calls, so that the next start goes on from here."""
        if self.place is None:
            return
        with self.lock:
            said = {
                "accounts": [asdict(one) for one in self.accounts.values()],
                "due": [asdict(one) for one in self.due],
                "count": self.count,
            }
            half = self.place.with_suffix(".part")
            half.write_text(json.dumps(said))
            half.replace(self.place)

    def _read(self, said: dict[str, Any]) -> None:
        self.count = said["count"]
        self.due = [Due(**one) for one in said["due"]]
        for one in said["accounts"]:
            cases = {
                case_id: Case(**{**case, "letters": [Letter(**each) for each in case["letters"]]})
                for case_id, case in one.pop("cases").items()
            }
            sets = {key: FileSet(**each) for key, each in one.pop("sets").items()}
            files = {key: File(**each) for key, each in one.pop("files").items()}
            self.accounts[one["number"]] = Account(**one, cases=cases, sets=sets, files=files)

    # --- Accounts --------------------------------------------------------------------------------------
    def account(self, number: str) -> Account:
        found = self.accounts.get(number)
        if found is None:
            raise Refused(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        return found

    def may_assume(self, number: str, role: str, external_id: str | None) -> bool:
        """Tell whether an account's role lets in whoever comes with this external id."""
        found = self.accounts.get(number)
        if found is None or found.role != role:
            return False
        return not found.external_id or found.external_id == external_id

    def note(self, account: str, operation: str, parameters: dict[str, Any]) -> None:
        """Write a call down."""
        with self.lock:
            self.calls.append(Call(account=account, operation=operation, parameters=parameters))
            del self.calls[:-_MOST_CALLS]

    def fault_for(self, account: str, operation: str) -> Fault | None:
        """Take the fault that this call is to have."""
        with self.lock:
            for one in self.faults:
                if one.operation in ("*", operation) and one.account in ("", account):
                    one.times -= 1
                    if one.times <= 0:
                        self.faults.remove(one)
                    return one
        return None

    # --- Cases -----------------------------------------------------------------------------------------
    def case(self, account: str, case_id: str) -> Case:
        found = self.account(account).cases.get(case_id)
        if found is None:
            raise Refused("CaseIdNotFound", "The requested CaseId could not be located.")
        return found

    def open(self, account: str, *, author: str, body: str, files: list[str], **given: Any) -> Case:
        """Make a case."""
        with self.lock:
            found = self.account(account)
            now = self.now()
            self._count_cases(found, now)
            self.count += 1
            case = Case(
                case_id=f"case-{account}-muen-{now.year}-{uuid.uuid4().hex[:16]}",
                display_id=str(17_000_000_000 + self.count),
                status="unassigned",
                author=author,
                at=written(now),
                **given,
            )
            case.letters.append(Letter(author=author, body=redacted(body), at=written(now), files=files))
            found.cases[case.case_id] = case
            self._plan(now, account, case, ("acknowledge", _ACKNOWLEDGED_AFTER), ("ask", _ANSWERED_AFTER))
            return case

    def _count_cases(self, account: Account, now: datetime) -> None:
        since = written(now - timedelta(hours=1))
        account.made_at = [one for one in account.made_at if one > since]
        if self.has_quota and len(account.made_at) >= _CASES_AN_HOUR:
            message = "Account has exceeded the limit of 10 cases per hour."
            raise Refused("CaseCreationLimitExceeded", message)
        account.made_at.append(written(now))

    def add(self, account: str, case_id: str, *, author: str, body: str, files: list[str]) -> None:
        """Add what the account's side wrote."""
        with self.lock:
            case, now = self.case(account, case_id), self.now()
            case.letters.append(Letter(author=author, body=redacted(body), at=written(now), files=files))
            case.status = "reopened" if case.status == "resolved" else "customer-action-completed"
            self.due = [one for one in self.due if one.case_id != case_id]
            self._plan(now, account, case, ("work", _LOOKED_AT_AFTER), ("answer", _ANSWERED_AFTER))

    def resolve(self, account: str, case_id: str) -> str:
        """Resolve a case and return the status that it had."""
        with self.lock:
            case = self.case(account, case_id)
            before, case.status = case.status, "resolved"
            self.due = [one for one in self.due if one.case_id != case_id]
            return before

    def reply(
        self,
        account: str,
        case_id: str,
        body: str,
        *,
        status: str | None = None,
        author: str = AWS,
        files: list[File] | tuple[File, ...] = (),
        at: datetime | None = None,
    ) -> None:
        """Write as somebody at AWS, or as another author."""
        with self.lock:
            found, case = self.account(account), self.case(account, case_id)
            refs = []
            for file in files:
                ref = f"attachment-{uuid.uuid4().hex}"
                found.files[ref] = file
                refs.append(ref)
            moment = written(at or self.now())
            case.letters.append(Letter(author=author, body=body, at=moment, files=refs))
            case.status = status or case.status

    # --- Files -----------------------------------------------------------------------------------------
    def put_files(self, account: str, set_id: str, files: list[File]) -> tuple[str, str]:
        """Add files to a set, a new one without an id; return its id and when it ends."""
        with self.lock:
            found, now = self.account(account), self.now()
            if set_id:
                held = self._set(found, set_id)
            else:
                set_id = f"as-{uuid.uuid4().hex}"
                held = found.sets[set_id] = FileSet(expires=written(now + _SET_LIFE))
            for file in files:
                ref = f"attachment-{uuid.uuid4().hex}"
                found.files[ref] = file
                held.files.append(ref)
            return set_id, held.expires

    def held(self, account: str, set_id: str) -> int:
        """Return how many files a set holds."""
        return len(self._set(self.account(account), set_id).files)

    def take_files(self, account: str, set_id: str) -> list[str]:
        """Use a set up."""
        if not set_id:
            return []
        with self.lock:
            found = self.account(account)
            files = self._set(found, set_id).files
            del found.sets[set_id]
            return files

    def _set(self, account: Account, set_id: str) -> FileSet:
        held = account.sets.get(set_id)
        if held is None:
            raise Refused("AttachmentSetIdNotFound", "The attachment set could not be found.")
        if held.expires <= written(self.now()):
            raise Refused("AttachmentSetExpired", "The attachment set has expired.")
        return held

    # --- What people at AWS do by themselves -----------------------------------------------------------
    def _plan(self, now: datetime, account: str, case: Case, *steps: tuple[str, int]) -> None:
        if self.plays:
            for what, seconds in steps:
                at = written(now + timedelta(seconds=seconds))
                self.due.append(Due(at=at, account=account, case_id=case.case_id, what=what))

    def play(self) -> None:
        """Do what has fallen due, as of the instant at which it did; nobody sees this AWS without asking it."""
        with self.lock:
            now = written(self.now())
            for one in sorted((one for one in self.due if one.at <= now), key=lambda one: one.at):
                self.due.remove(one)
                if one.account in self.accounts and one.case_id in self.accounts[one.account].cases:
                    self._do(one)

    def _do(self, due: Due) -> None:
        case, at = self.case(due.account, due.case_id), datetime.fromisoformat(due.at)
        if due.what == "work":
            case.status = "work-in-progress"
            return
        body, status = _LETTERS[due.what]
        body = body.format(case=case.display_id)
        self.reply(due.account, due.case_id, body, status=status, at=at)


def redacted(text: str) -> str:
    """Return a text as AWS keeps it: what looks like a secret is replaced."""
    return _SECRETS.sub(REDACTED, text)


def severities_of(account: Account) -> tuple[str, ...]:
    """Return the severities that an account's plan takes; none where it takes no cases."""
    return PLANS[account.plan]
