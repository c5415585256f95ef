"""AWS Support behind the portal's own words."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from vendors.adapters.aws import clients, files, limits, roles
from vendors.adapters.aws.authors import is_automatic, side_of
from vendors.adapters.aws.clients import Connection
from vendors.adapters.aws.errors import reading, translate, writing
from vendors.adapters.aws.statuses import state_of
from vendors.adapters.base import (
    Ambiguous,
    Caps,
    Draft,
    Entitlement,
    FileRef,
    Hint,
    Invalid,
    NotAuthorised,
    NotEntitled,
    NotFound,
    Opened,
    Options,
    RateLimited,
    Received,
    Refusal,
    SentFile,
    Service,
    Severity,
    Snapshot,
    Target,
    Unavailable,
    VendorError,
)
from vendors.states import Finding

_PAGE = 100
_MOST_PAGES = 1000
_ORDER = ("low", "normal", "high", "urgent", "critical")
#: A plan that takes cases as it should offers this severity; without it, no conclusion.
_TELLING = "urgent"
_LONGEST_PUSH = 256 * 1024
_EVENT = ("aws.support", "Support Case Update")
_CASE_ID, _DISPLAY_ID, _EVENT_ID = 120, 40, 120


class AwsAdapter:
    """The calls to AWS Support for one account at a time."""

    caps = Caps(
        reopens_by_reply=True,
        pushes=True,
        sends_files=True,
        fetches_files=True,
        longest_body=limits.LONGEST_BODY,
        most_copied=limits.MOST_COPIED,
        largest_file=limits.LARGEST_FILE,
        most_files=limits.MOST_FILES,
        reopen_days=14,
    )

    # --- Accounts --------------------------------------------------------------------------------------
    def verify(self, target: Target) -> Entitlement:
        """Look at the plan with a sign-in of this moment: what an hour ago let us in proves nothing."""
        try:
            clients.forget(target)
            connection = _connect(target)
            caller = reading(connection.caller.get_caller_identity).get("Account", "")
            if caller != target.account_number:
                return _unknown(f"The role is in account {caller}", Refusal.UNSAFE)
            levels = _severities(connection)
        except NotEntitled as error:
            return Entitlement(finding=Finding.NOT_MET, evidence=error.code)
        except NotAuthorised as error:
            return _unknown(error.code, Refusal.DENIED)
        except RateLimited as error:
            return _unknown(error.code, None)
        except Invalid as error:
            refusal = Refusal.UNSAFE if error.code == "OtherAccount" else Refusal.UNREACHABLE
            return _unknown(error.code, refusal)
        except VendorError as error:
            return _unknown(error.code, Refusal.UNREACHABLE)
        codes = tuple(level.code for level in levels)
        finding = Finding.MET if _TELLING in codes else Finding.UNKNOWN
        return Entitlement(finding=finding, evidence=", ".join(codes), severities=codes)

    def prove_safe(self, target: Target) -> None:
        """Try to come in without the external id, and with a made-up one: both must fail."""
        roles.check_role_arn(target.role_arn, account_number=target.account_number)
        client = _signing_in(target)
        for given in ({}, {"ExternalId": str(uuid.uuid4())}):
            try:
                reading(
                    client.assume_role,
                    **clients.assumed_by(target),
                    **given,
                    DurationSeconds=roles.SESSION_SECONDS,
                    Policy=roles.session_policy(reads_only=True),
                )
            except NotAuthorised:
                continue
            how = "with another external id" if given else "without an external id"
            raise Invalid(f"The role lets us in {how}.", code="ExternalIdNotRequired", field="role_arn")

    def options(self, target: Target) -> Options:
        connection = _connect(target)
        severities = _severities(connection)
        found = reading(connection.reads.describe_services, language="en").get("services", ())
        services = tuple(
            Service(
                code=str(one.get("code", "")),
                name=str(one.get("name") or one.get("code", "")),
                categories=tuple(
                    (str(each["code"]), str(each.get("name") or each["code"]))
                    for each in one.get("categories", ())
                    if each.get("code")
                ),
            )
            for one in found
            if one.get("code")
        )
        return Options(
            severities=severities,
            services=tuple(sorted(services, key=lambda one: one.name.lower())),
            languages=_languages(connection, services),
        )

    # --- Writing ---------------------------------------------------------------------------------------
    def open_case(self, target: Target, draft: Draft, *, idem: str) -> Opened:
        body = limits.marked(draft.body, idem)
        limits.check_draft(draft, body)
        connection = _connect(target)
        parameters: dict[str, Any] = {
            "subject": limits.tagged(draft.reference, draft.subject),
            "communicationBody": body,
            "severityCode": draft.severity,
            "language": draft.language,
            "issueType": "technical",
        }
        if draft.service:
            parameters["serviceCode"] = draft.service
        if draft.category:
            parameters["categoryCode"] = draft.category
        if draft.copied:
            parameters["ccEmailAddresses"] = list(draft.copied)

        def send(of_set: dict[str, Any]) -> Any:
            return writing(connection.writes.create_case, **parameters, **of_set)

        answer = files.with_set(connection.writes, draft.files, send)
        made = answer.get("caseId") if isinstance(answer, dict) else None
        if not made:
            raise Ambiguous("AWS did not say which case it made.", code="NoCaseId")
        return Opened(external_id=str(made), display_id=self._display_id(connection, str(made)))

    def find_case(self, target: Target, *, reference: str, idem: str) -> Opened | None:
        connection = _connect(target)
        tagged = [
            one
            for one in _pages(connection.reads.describe_cases, "cases", **_WITH_RESOLVED)
            if limits.tag_of(str(one.get("subject", ""))) == reference
        ]
        unmarked = []
        for one in tagged:
            mark = _first_mark(connection, str(one["caseId"]))
            if mark == idem:
                return _adopted(one)
            if not mark:
                unmarked.append(one)
        # A case of the same ticket that bears another mark is another one; a single one without any is ours.
        return _adopted(unmarked[0]) if len(unmarked) == 1 and len(tagged) == 1 else None

    def reply(
        self, target: Target, external_id: str, body: str, *, files: Sequence[SentFile], idem: str
    ) -> None:
        text = limits.marked(body, idem)
        limits.check_body(text)
        limits.check_files(files)
        _own(target, external_id)
        connection = _connect(target)
        _send_reply(connection, external_id, text, files)

    def find_reply(self, target: Target, external_id: str, *, idem: str) -> bool:
        _own(target, external_id)
        connection = _connect(target)
        return any(
            limits.mark_of(str(one.get("body", ""))) == idem for one in _letters(connection, external_id)
        )

    def resolve(self, target: Target, external_id: str) -> None:
        _own(target, external_id)
        writing(_connect(target).writes.resolve_case, caseId=external_id)

    # --- Reading ---------------------------------------------------------------------------------------
    def open_cases(self, target: Target) -> Iterable[Snapshot]:
        connection = _connect(target)
        found = _pages(connection.reads.describe_cases, "cases", includeCommunications=False)
        return [_snapshot(one) for one in found]

    def cases(self, target: Target, external_ids: Sequence[str]) -> Iterable[Snapshot]:
        own = [one for one in dict.fromkeys(external_ids) if roles.is_case_of(one, target.account_number)]
        connection = _connect(target)
        found: list[Snapshot] = []
        for start in range(0, len(own), _PAGE):
            found.extend(_cases_of(connection, own[start : start + _PAGE]))
        return found

    def find_by_id(self, target: Target, text: str) -> Snapshot | None:
        wanted = text.strip()
        connection = _connect(target)
        if wanted.startswith("case-"):
            if not roles.is_case_of(wanted, target.account_number):
                return None
            return next(iter(_cases_of(connection, [wanted])), None)
        if not (wanted.isascii() and wanted.isdecimal() and len(wanted) <= _DISPLAY_ID):
            return None
        found = _pages(connection.reads.describe_cases, "cases", displayId=wanted, **_WITH_RESOLVED)
        return next((_snapshot(one) for one in found if str(one.get("displayId")) == wanted), None)

    def messages(self, target: Target, external_id: str, *, since: datetime | None) -> Iterable[Received]:
        _own(target, external_id)
        connection = _connect(target)
        found = _letters(connection, external_id, since=since)
        found.reverse()  # AWS lists the newest first; within one instant its order is all there is
        role = roles.role_of(target.role_arn)
        received = [_received(one, role=role.name if role else "") for one in found]
        return sorted(received, key=lambda one: one.at)

    def fetch_file(self, target: Target, ref: FileRef, sink: BinaryIO, *, most: int) -> int:
        return files.fetch(_connect(target).reads, target, ref.ref, sink, most=most)

    # --- Pushes ----------------------------------------------------------------------------------------
    def parse_push(self, body: bytes) -> Iterator[Hint]:
        if len(body) > _LONGEST_PUSH:
            raise Invalid("The event is too long.", code="TooLong")
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            raise Invalid("The event is no JSON.", code="NoJson") from None
        return iter((_hint(event),))

    def _display_id(self, connection: Connection, case_id: str) -> str:
        """Read back the number that people use; without it the case is made all the same."""
        try:
            return next((one.display_id for one in _cases_of(connection, [case_id])), "")
        except VendorError:
            return ""


_WITH_RESOLVED = {"includeResolvedCases": True, "includeCommunications": False}


def _connect(target: Target) -> Connection:
    """Return the link's connection, signed in: what fails here was never sent."""
    try:
        connection = clients.connection(target)
        connection.renew()
    except VendorError:
        raise
    except (BotoCoreError, ClientError, OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise translate(error, writes=False) from error
    return connection


def _signing_in(target: Target) -> Any:
    try:
        return clients.signing_in(target)
    except (BotoCoreError, OSError, ValueError) as error:
        raise translate(error, writes=False) from error


def _send_reply(connection: Connection, external_id: str, text: str, sent: Sequence[SentFile]) -> None:
    def send(of_set: dict[str, Any]) -> Any:
        return writing(
            connection.writes.add_communication_to_case, caseId=external_id, communicationBody=text, **of_set
        )

    answer = files.with_set(connection.writes, sent, send)
    if not isinstance(answer, dict) or answer.get("result") is False:
        raise Ambiguous("AWS did not say whether it took the message.", code="NoResult")


def _unknown(evidence: str, refusal: Refusal | None) -> Entitlement:
    return Entitlement(finding=Finding.UNKNOWN, evidence=evidence, refusal=refusal)


def _own(target: Target, external_id: str) -> None:
    """Raise NotFound for a case of another account; AWS is not even asked."""
    if not roles.is_case_of(external_id, target.account_number):
        raise NotFound("The account has no such case.", code="OtherAccount")


def _pages(call: Callable[..., Any], name: str, **parameters: Any) -> list[dict[str, Any]]:
    """Read every page; a token that comes twice would be read for ever."""
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        answer = reading(call, maxResults=_PAGE, **parameters)
        found.extend(one for one in answer.get(name, ()) if isinstance(one, dict))
        token = answer.get("nextToken")
        if not token:
            return found
        if token in seen:
            break
        seen.add(token)
        parameters["nextToken"] = token
    raise Unavailable("AWS's list has no end.", code="EndlessPages")


def _cases_of(connection: Connection, case_ids: Sequence[str]) -> list[Snapshot]:
    """Read cases by their ids; one that AWS does not know fails the whole call, so they are then asked for singly."""
    try:
        found = _pages(connection.reads.describe_cases, "cases", caseIdList=list(case_ids), **_WITH_RESOLVED)
    except NotFound:
        if len(case_ids) == 1:
            return []
        return [one for each in case_ids for one in _cases_of(connection, [each])]
    return [_snapshot(one) for one in found]


def _letters(
    connection: Connection, external_id: str, *, since: datetime | None = None
) -> list[dict[str, Any]]:
    after = {"afterTime": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")} if since else {}
    return _pages(connection.reads.describe_communications, "communications", caseId=external_id, **after)


def _first_mark(connection: Connection, external_id: str) -> str:
    letters = _letters(connection, external_id)
    return limits.mark_of(str(letters[-1].get("body", ""))) if letters else ""


def _adopted(one: dict[str, Any]) -> Opened:
    return Opened(external_id=str(one["caseId"]), display_id=str(one.get("displayId", "")), adopted=True)


def _severities(connection: Connection) -> tuple[Severity, ...]:
    levels = reading(connection.reads.describe_severity_levels, language="en").get("severityLevels", ())
    found = [
        Severity(code=str(one["code"]), name=str(one.get("name") or one["code"]))
        for one in levels
        if one.get("code")
    ]
    return tuple(sorted(found, key=lambda one: _ORDER.index(one.code) if one.code in _ORDER else len(_ORDER)))


def _languages(connection: Connection, services: Sequence[Service]) -> tuple[tuple[str, str], ...]:
    """Return the languages of support; where AWS does not say, English, in which it always is."""
    usual = (("en", "English"),)
    some = next((one for one in services if one.categories), None)
    if some is None:
        return usual
    try:
        answer = reading(
            connection.reads.describe_supported_languages,
            issueType="technical",
            serviceCode=some.code,
            categoryCode=some.categories[0][0],
        )
    except VendorError:
        return usual
    found = tuple(
        (str(one["code"]), str(one.get("language") or one["code"]).capitalize())
        for one in answer.get("supportedLanguages", ())
        if one.get("code")
    )
    return found or usual


def _snapshot(one: dict[str, Any]) -> Snapshot:
    raw = str(one.get("status", ""))
    return Snapshot(
        external_id=str(one.get("caseId", "")),
        display_id=str(one.get("displayId", "")),
        subject=str(one.get("subject", "")),
        raw_status=raw,
        state=state_of(raw),
        severity=str(one.get("severityCode", "")),
        service=str(one.get("serviceCode", "")),
        category=str(one.get("categoryCode", "")),
        opened_by=str(one.get("submittedBy", "")),
        opened_at=_moment(one.get("timeCreated")),
        extra=one.get(clients.UNKNOWN, {}),
    )


def _received(one: dict[str, Any], *, role: str) -> Received:
    author, body = str(one.get("submittedBy", "")), str(one.get("body", ""))
    at = _moment(one.get("timeCreated"))
    if at is None:
        raise Unavailable("AWS did not say when a message was written.", code="NoTime")
    named = [*(one.get("attachments") or ()), *(one.get("attachmentSet") or ())]
    refs = {
        str(each["attachmentId"]): FileRef(ref=str(each["attachmentId"]), name=str(each.get("fileName", "")))
        for each in named
        if each.get("attachmentId")
    }
    return Received(
        author=author,
        side=side_of(author, body, role=role),
        body=body,
        at=at,
        files=tuple(refs.values()),
        is_automatic=is_automatic(author, body),
    )


def _moment(text: Any) -> datetime | None:
    """Read a time of AWS, which is in UTC whether it says so or not."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _hint(event: Any) -> Hint:
    """Read an event of EventBridge; nothing of it is believed but that it may be worth to look."""
    detail = event.get("detail") if isinstance(event, dict) else None
    if not isinstance(detail, dict) or (event.get("source"), event.get("detail-type")) != _EVENT:
        raise Invalid("This is no event of a support case.", code="OtherEvent")
    account, event_id = event.get("account"), event.get("id")
    case_id, display_id = detail.get("case-id"), detail.get("display-id") or ""
    if not (isinstance(account, str) and len(account) == 12 and account.isascii() and account.isdecimal()):
        raise Invalid("The event names no account.", code="NoAccount")
    if not (isinstance(event_id, str) and 0 < len(event_id) <= _EVENT_ID):
        raise Invalid("The event has no id.", code="NoEventId")
    if not (isinstance(case_id, str) and roles.is_case_of(case_id, account)):
        raise Invalid("The event names no case of its account.", code="NoCase")
    return Hint(
        event_id=event_id,
        account_number=account,
        external_id=case_id,
        display_id=display_id[:_DISPLAY_ID] if isinstance(display_id, str) else "",
        name=str(detail.get("event-name") or "")[:60],
    )
