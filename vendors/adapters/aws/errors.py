"""What goes wrong in a call to AWS, in the portal's words.

A call that changes something and whose answer was lost is Ambiguous, however it was lost; only where nothing can
have been sent, or AWS says that it refused, is it anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from vendors.adapters.base import (
    Ambiguous,
    Invalid,
    NotAuthorised,
    NotEntitled,
    NotFound,
    RateLimited,
    Unavailable,
    VendorError,
)

QUOTA_SECONDS = 600
_THROTTLE_SECONDS = 60
_SERVER_ERROR = 500
_TOO_MANY = 429
_MOST = 300

_NOT_ENTITLED = {"SubscriptionRequiredException"}
_REFUSED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "OptInRequired"}
#: Our own sign-in is void: of a session of the customer's role, that is a refusal; of what we start with, our fault.
_VOID = {
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_MISSING = {
    "AttachmentIdNotFound",
    "AttachmentSetExpired",
    "AttachmentSetIdNotFound",
    "CaseIdNotFound",
    "UploadIdNotFound",
}
_INVALID = {"AttachmentSetSizeLimitExceeded", "InvalidParameterValueException", "ValidationException"}
_QUOTA = {"AttachmentLimitExceeded", "DescribeAttachmentLimitExceeded"}
_THROTTLED = {
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottledException",
    "ThrottlingException",
    "TooManyRequestsException",
}
#: Nothing can have reached AWS.
_NEVER_SENT = (
    boto.ConnectTimeoutError,
    boto.CredentialRetrievalError,
    boto.EndpointConnectionError,
    boto.NoCredentialsError,
    boto.NoRegionError,
    boto.PartialCredentialsError,
    boto.ProfileNotFound,
    boto.ProxyConnectionError,
)
#: What botocore raises when a call fails; an answer that is no object ends in an error of Python itself.
_FAILURES = (
    boto.BotoCoreError,
    boto.ClientError,
    ResponseParserError,
    AttributeError,
    KeyError,
    OSError,
    TypeError,
    ValueError,
)


def reading(call: Callable[..., Any], **parameters: Any) -> Any:
    """Make a call that changes nothing."""
    try:
        return call(**parameters)
    except _FAILURES as error:
        raise translate(error, writes=False) from error


def writing(call: Callable[..., Any], **parameters: Any) -> Any:
    """Make a call that changes something; when its answer is lost, raise Ambiguous."""
    try:
        return call(**parameters)
    except _FAILURES as error:
        raise translate(error, writes=True) from error


def translate(error: Exception, *, writes: bool) -> VendorError:
    """Return what a failed call means."""
    if isinstance(error, VendorError):
        return error
    if isinstance(error, boto.ClientError):
        return _of_answer(error, writes=writes)
    name = type(error).__name__
    if isinstance(error, boto.ParamValidationError):
        return Invalid("AWS does not take this as it is written.", code=name)
    if isinstance(error, _NEVER_SENT):
        return Unavailable("AWS cannot be reached.", code=name)
    if writes:
        return Ambiguous("AWS did not answer, so it is not known whether this arrived.", code=name)
    return Unavailable("AWS did not give an answer that can be read.", code=name)


def _of_answer(error: boto.ClientError, *, writes: bool) -> VendorError:
    said = error.response.get("Error", {})
    code, text = str(said.get("Code", "")) or "Unknown", str(said.get("Message", "")).strip()[:_MOST]
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    is_signing_in = error.operation_name == "AssumeRole"
    if code in _NOT_ENTITLED:
        return NotEntitled("The account's support plan takes no cases.", code=code)
    if code in _REFUSED:
        return NotAuthorised("The account does not let us in.", code=code)
    if code in _VOID and not is_signing_in:
        return NotAuthorised("The account no longer accepts our sign-in.", code=code)
    if code in _MISSING:
        return NotFound(_sentence("AWS does not know it", text), code=code)
    if code == "CaseCreationLimitExceeded":
        words = "The account has reached AWS's limit of new cases in an hour."
        return RateLimited(words, code=code, after=QUOTA_SECONDS, is_quota=True)
    if code in _QUOTA:
        return RateLimited("The account has reached AWS's limit of files.", code=code, after=QUOTA_SECONDS)
    if code in _THROTTLED or status == _TOO_MANY:
        return RateLimited("AWS takes no more calls for a moment.", code=code, after=_THROTTLE_SECONDS)
    if code in _INVALID and not is_signing_in:
        return Invalid(_sentence("AWS refuses this", text), code=code)
    if status >= _SERVER_ERROR and writes:
        return Ambiguous("AWS failed, so it is not known whether this arrived.", code=code)
    if writes and not is_signing_in:
        return Invalid(_sentence(f"AWS refuses this ({code})", text), code=code)
    return Unavailable(_sentence(f"AWS answers with an error ({code})", text), code=code)


def _sentence(beginning: str, said: str) -> str:
    return f"{beginning}: {said}" if said else f"{beginning}."
