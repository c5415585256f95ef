"""The calls that the local AWS answers, in AWS's own wire format: moto speaks it, and each answer is held against
botocore's own description of it, so that neither can drift from what AWS's library expects.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from botocore.session import get_session
from botocore.validate import ParamValidator
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse
from moto.support.responses import SupportResponse
from werkzeug.exceptions import HTTPException

from trusst_support.local.aws.catalogue import LEVELS, SERVICES
from trusst_support.local.aws.state import (
    Account,
    Case,
    Fault,
    File,
    Letter,
    Refused,
    World,
    severities_of,
)

LARGEST_BODY, MOST_COPIED, MOST_FILES, LARGEST_FILE = 8000, 10, 3, 5 * 1024 * 1024
_MOST_ASKED, _FEWEST_ASKED, _RECENT, _IDS = 100, 10, 5, 100
_WRITES = {"CreateCase", "AddCommunicationToCase", "AddAttachmentsToSet", "ResolveCase"}
_NO_PLAN = "Amazon Web Services Premium Support Subscription is required to use this service."
_LATE_SECONDS = 30.0

Parameters = dict[str, Any]
Handler = Callable[[World, Account, Parameters], Parameters]


class Desk:
    """What the handlers act on; there is one local AWS in a process."""

    world = World()
    address = ""
    #: Set to let calls go on whose answer is to come late.
    hurry = threading.Event()
    #: Whether the answer of this thread's call is to be lost.
    line = threading.local()


HANDLERS: dict[str, Handler] = {}


def operation(name: str) -> Callable[[Handler], Handler]:
    """Let a function answer one of AWS Support's operations."""

    def note(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return note


def install() -> None:
    """Put the operations in the place of moto's."""
    shapes = get_session().get_service_model("support")
    for name, handler in HANDLERS.items():
        snake = "".join(f"_{one.lower()}" if one.isupper() else one for one in name).lstrip("_")
        setattr(SupportResponse, snake, _answering(name, handler, shapes.operation_model(name)))
    coming_in: Any = TokenResponse
    coming_in.assume_role = _guarded(TokenResponse.assume_role)
    coming_in.get_caller_identity = _caller_identity


def _answering(name: str, handler: Handler, model: Any) -> Callable[[Any], str]:
    def answer(response: Any) -> str:
        world, number = Desk.world, str(response.current_account)
        parameters: Parameters = json.loads(response.body or "{}")
        world.note(number, name, parameters)
        fault = world.fault_for(number, name)
        if fault is not None and fault.kind == "error":
            raise _error(Refused(fault.code, fault.message or fault.code, status=fault.status))
        try:
            account = world.account(number)
            _check(world, account, name, parameters)
            out = handler(world, account, parameters)
        except Refused as refused:
            raise _error(refused) from refused
        told = ParamValidator().validate(out, model.output_shape)
        if told.has_errors():
            raise AssertionError(told.generate_report())
        world.keep()
        _hurt(fault)
        if fault is not None and fault.kind == "unreadable":
            return json.dumps("all is well")
        return json.dumps(_with_extra(world, account, out))

    return answer


def _hurt(fault: Fault | None) -> None:
    if fault is not None and fault.kind == "lost":
        Desk.line.is_lost = True
    if fault is not None and fault.kind == "late":
        Desk.hurry.wait(_LATE_SECONDS)


def _check(world: World, account: Account, name: str, parameters: Parameters) -> None:
    if account.reads_only and name in _WRITES:
        raise Refused("AccessDeniedException", f"User is not authorized to perform: support:{name}")
    if not severities_of(account):
        raise Refused("SubscriptionRequiredException", _NO_PLAN)
    _check_lengths(parameters)
    if parameters.get("dryRun"):
        raise Refused("DryRunOperationException", "The request is valid; it was not carried out.")


def _check_lengths(parameters: Parameters) -> None:
    if len(parameters.get("communicationBody", "")) > LARGEST_BODY:
        raise Refused("ValidationException", "communicationBody must have length less than or equal to 8000")
    if len(parameters.get("ccEmailAddresses", ())) > MOST_COPIED:
        raise Refused("ValidationException", "ccEmailAddresses must have at most 10 entries")
    if len(parameters.get("caseIdList", ())) > _IDS:
        raise Refused("ValidationException", "caseIdList must have at most 100 entries")
    if not _FEWEST_ASKED <= parameters.get("maxResults", _MOST_ASKED) <= _MOST_ASKED:
        raise Refused("ValidationException", "maxResults must be between 10 and 100")


def _error(refused: Refused) -> JsonRESTError:
    error = JsonRESTError(refused.code, refused.message)
    error.code = refused.status
    return error


def _with_extra(world: World, account: Account, out: Parameters) -> Parameters:
    """Add what a case has beyond what the library knows."""
    if "cases" not in out:
        return out
    return {**out, "cases": [{**one, **account.cases[one["caseId"]].extra} for one in out["cases"]]}


# --- Coming in -----------------------------------------------------------------------------------------
def _guarded(assume_role: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """Let in only who names the role with its external id, which moto does not look at."""

    def answer(response: Any) -> ActionResult:
        get = response._get_param  # noqa: SLF001 - moto's own way to read a parameter
        arn, external_id = str(get("RoleArn")), get("ExternalId")
        number, role = arn.split(":")[4], arn.rpartition("/")[2]
        given = {"RoleArn": arn, "ExternalId": external_id, "RoleSessionName": get("RoleSessionName")}
        Desk.world.note(number, "AssumeRole", {**given, "Policy": get("Policy")})
        fault = Desk.world.fault_for(number, "AssumeRole")
        if fault is not None and fault.kind == "error":
            raise _Denied(Refused(fault.code, fault.message or fault.code, status=fault.status))
        if not Desk.world.may_assume(number, role, external_id):
            message = f"User is not authorized to perform: sts:AssumeRole on resource: {arn}"
            raise _Denied(Refused("AccessDenied", message, status=403))
        _hurt(fault)
        return assume_role(response)

    return answer


class _Denied(HTTPException):
    """The role does not let somebody in, in the older format that signing in speaks."""

    def __init__(self, refused: Refused) -> None:
        code, message = escape(refused.code), escape(refused.message)
        super().__init__(
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            "<RequestId>local</RequestId></ErrorResponse>"
        )
        self.code = refused.status

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        return [("Content-Type", "text/xml")]


def _caller_identity(response: Any) -> ActionResult:
    number = str(response.current_account)
    account = Desk.world.accounts.get(number)
    number = account.is_another or number if account else number
    role = account.role if account else "?"
    arn = f"arn:aws:sts::{number}:assumed-role/{role}/portal"
    return ActionResult({"UserId": f"AROALOCAL:{role}", "Account": number, "Arn": arn})


# --- Writing -------------------------------------------------------------------------------------------
def _author(account: Account) -> str:
    return f"{account.role} (Role) <owner@{account.number}.example>"


@operation("CreateCase")
def _create_case(world: World, account: Account, given: Parameters) -> Parameters:
    severity = given.get("severityCode", "low")
    if severity not in severities_of(account):
        raise Refused("ValidationException", f"Invalid severity code: {severity}")
    service, category = given.get("serviceCode", "general-info"), given.get("categoryCode", "other")
    if service not in SERVICES or category not in dict(SERVICES[service][1]):
        raise Refused("ValidationException", f"Invalid service or category: {service}, {category}")
    files = world.take_files(account.number, given.get("attachmentSetId", ""))
    case = world.open(
        account.number,
        author=_author(account),
        body=given["communicationBody"],
        files=files,
        subject=given["subject"],
        severity=severity,
        service=service,
        category=category,
        copied=given.get("ccEmailAddresses", []),
        language=given.get("language", "en"),
    )
    return {"caseId": case.case_id}


@operation("AddCommunicationToCase")
def _add_communication(world: World, account: Account, given: Parameters) -> Parameters:
    world.case(account.number, given["caseId"])
    files = world.take_files(account.number, given.get("attachmentSetId", ""))
    world.add(
        account.number, given["caseId"], author=_author(account), body=given["communicationBody"], files=files
    )
    return {"result": True}


@operation("ResolveCase")
def _resolve_case(world: World, account: Account, given: Parameters) -> Parameters:
    before = world.resolve(account.number, given["caseId"])
    return {"initialCaseStatus": before, "finalCaseStatus": "resolved"}


@operation("AddAttachmentsToSet")
def _add_attachments(world: World, account: Account, given: Parameters) -> Parameters:
    files = [File(name=one["fileName"], data=one["data"]) for one in given["attachments"]]
    set_id = given.get("attachmentSetId", "")
    held = world.held(account.number, set_id) if set_id else 0
    if held + len(files) > MOST_FILES or any(len(one.content) > LARGEST_FILE for one in files):
        raise Refused("AttachmentSetSizeLimitExceeded", "A set holds 3 files of at most 5 MB.")
    made, expires = world.put_files(account.number, set_id, files)
    return {"attachmentSetId": made, "expiryTime": expires}


# --- Reading -------------------------------------------------------------------------------------------
def _page(items: list[Parameters], given: Parameters) -> tuple[list[Parameters], Parameters]:
    start, size = int(given.get("nextToken") or 0), given.get("maxResults", _MOST_ASKED)
    end = start + size
    return items[start:end], ({"nextToken": str(end)} if end < len(items) else {})


@operation("DescribeCases")
def _describe_cases(world: World, account: Account, given: Parameters) -> Parameters:
    ids = given.get("caseIdList")
    found = (
        [world.case(account.number, one) for one in ids]
        if ids
        else sorted(account.cases.values(), key=lambda one: one.at)
    )
    if given.get("displayId"):
        found = [one for one in found if one.display_id == given["displayId"]]
    if not given.get("includeResolvedCases"):
        found = [one for one in found if one.status != "resolved"]
    with_letters = given.get("includeCommunications", True)
    told, more = _page([_case(account, one, with_letters=with_letters) for one in found], given)
    return {"cases": told, **more}


def _case(account: Account, case: Case, *, with_letters: bool) -> Parameters:
    told: Parameters = {
        "caseId": case.case_id,
        "displayId": case.display_id,
        "subject": case.subject,
        "status": case.status,
        "serviceCode": case.service,
        "categoryCode": case.category,
        "severityCode": case.severity,
        "submittedBy": case.author,
        "timeCreated": case.at,
        "ccEmailAddresses": case.copied,
        "language": case.language,
    }
    if with_letters:
        recent = [_letter(account, case, one) for one in reversed(case.letters[-_RECENT:])]
        told["recentCommunications"] = {"communications": recent}
    return told


def _letter(account: Account, case: Case, letter: Letter) -> Parameters:
    files = [{"attachmentId": ref, "fileName": account.files[ref].name} for ref in letter.files]
    return {
        "caseId": case.case_id,
        "body": letter.body,
        "submittedBy": letter.author,
        "timeCreated": letter.at,
        "attachments": files,
        "attachmentSet": files,
    }


@operation("DescribeCommunications")
def _describe_communications(world: World, account: Account, given: Parameters) -> Parameters:
    case = world.case(account.number, given["caseId"])
    after, before = _time(given, "afterTime"), _time(given, "beforeTime")
    found = [
        one
        for one in reversed(case.letters)
        if (after is None or datetime.fromisoformat(one.at) >= after)
        and (before is None or datetime.fromisoformat(one.at) < before)
    ]
    told, more = _page([_letter(account, case, one) for one in found], given)
    return {"communications": told, **more}


def _time(given: Parameters, name: str) -> datetime | None:
    if not given.get(name):
        return None
    try:
        found = datetime.fromisoformat(given[name])
    except ValueError:
        raise Refused("ValidationException", f"Invalid {name}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _file(account: Account, ref: str) -> File:
    if ref not in account.files:
        raise Refused("AttachmentIdNotFound", "An attachment with the specified ID could not be found.")
    return account.files[ref]


@operation("DescribeAttachment")
def _describe_attachment(world: World, account: Account, given: Parameters) -> Parameters:
    file = _file(account, given["attachmentId"])
    if file.by_link:
        raise Refused("ValidationException", "Use GetAttachmentDownloadLink for this attachment.")
    return {"attachment": {"fileName": file.name, "data": file.data}}


@operation("GetAttachmentDownloadLink")
def _download_link(world: World, account: Account, given: Parameters) -> Parameters:
    file = _file(account, given["attachmentId"])
    url = f"{Desk.address}/_files/{account.number}/{given['attachmentId']}"
    return {
        "fileName": file.name,
        "downloadUrl": {"url": file.redirects_to or url, "expiryDate": "2099-01-01T00:00:00Z"},
    }


@operation("DescribeSeverityLevels")
def _severity_levels(world: World, account: Account, given: Parameters) -> Parameters:
    return {"severityLevels": [{"code": one, "name": LEVELS[one]} for one in severities_of(account)]}


@operation("DescribeServices")
def _services(world: World, account: Account, given: Parameters) -> Parameters:
    wanted = given.get("serviceCodeList") or list(SERVICES)
    return {
        "services": [
            {
                "code": code,
                "name": name,
                "categories": [{"code": one, "name": said} for one, said in categories],
            }
            for code, (name, categories) in SERVICES.items()
            if code in wanted
        ]
    }


@operation("DescribeCreateCaseOptions")
def _create_case_options(world: World, account: Account, given: Parameters) -> Parameters:
    always = {
        "type": "web",
        "supportedHours": [{"startTime": "00:00:00.000", "endTime": "23:59:59.999"}],
        "datesWithoutSupport": [],
    }
    return {"languageAvailability": "available", "communicationTypes": [always]}


@operation("DescribeSupportedLanguages")
def _languages(world: World, account: Account, given: Parameters) -> Parameters:
    return {
        "supportedLanguages": [
            {"code": "en", "language": "ENGLISH", "display": "ENGLISH"},
            {"code": "ja", "language": "JAPANESE", "display": "JAPANESE"},
        ]
    }
