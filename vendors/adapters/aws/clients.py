"""How calls to AWS are signed and sent: one session for the process, and one short-lived sign-in for each link.

What we start with comes from the environment, as the machine or the workload has it. Into a customer's account we
only get by assuming its role, with the external id of that very link. Nothing of an account leads to where a call
goes: the address is AWS's own, or the loopback one of AWS_SUPPORT_ENDPOINT.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, CredentialResolver, RefreshableCredentials
from botocore.exceptions import NoCredentialsError
from botocore.session import get_session
from django.conf import settings

from vendors.adapters.aws import roles
from vendors.adapters.base import Invalid, Target, Unavailable

CONNECT_SECONDS = 5
READ_SECONDS = 20
WRITE_SECONDS = 30
MOST_KEPT = 256
#: A session lives as long as one may be without asking; botocore's own 15 minutes before its end would be always.
_RENEW_SECONDS, _MUST_RENEW_SECONDS = 240, 60
#: Where a case's fields that the library does not know are put.
UNKNOWN = "unknown_fields"
_OK = 200
_KNOWN = frozenset(
    (
        "caseId",
        "displayId",
        "subject",
        "status",
        "serviceCode",
        "categoryCode",
        "severityCode",
        "submittedBy",
        "timeCreated",
        "recentCommunications",
        "ccEmailAddresses",
        "language",
    )
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What calls for one link are made with."""

    credentials: Any
    reads: Any
    writes: Any
    caller: Any

    def renew(self) -> None:
        """Sign in now if that is due, so that a failure to is no failure of the call that follows."""
        self.credentials.get_frozen_credentials()


_Key = tuple[int, str, str, str, str, bool, str]
_kept: OrderedDict[_Key, Connection] = OrderedDict()
_lock = threading.RLock()


def check_endpoint(address: str) -> str:
    """Return an address that calls may go to instead of AWS; raise ValueError unless it is this machine's own."""
    parts = urlsplit(address)
    try:
        is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK and parts.port is not None
    except ValueError:
        is_local = False
    if not is_local or parts.username is not None or parts.path not in ("", "/") or parts.query:
        raise ValueError(f"AWS_SUPPORT_ENDPOINT must be like http://127.0.0.1:8090, and is {address}.")
    return address.rstrip("/")


def endpoint() -> str | None:
    """Return where calls go instead of to AWS; a portal of one machine goes nowhere else."""
    address: str = settings.AWS_SUPPORT_ENDPOINT
    if address:
        return check_endpoint(address)
    if settings.LOCAL:
        raise Unavailable("This portal is of one machine and reaches no AWS.", code="LocalOnly")
    return None


def connection(target: Target) -> Connection:
    """Return the connection of a link, signed in; those used last are kept."""
    _check(target)
    key = _key(target)
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    made = _connect(target)
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def forget(target: Target) -> None:
    """Let go of a link's sign-in, so that the next call shows whether the account still lets us in."""
    with _lock:
        _kept.pop(_key(target), None)


def forget_all() -> None:
    """Let go of everything, our own credentials too."""
    with _lock:
        _kept.clear()
        _ours.cache_clear()
        _base.cache_clear()


def signing_in(target: Target) -> Any:
    """Return the client with which roles are assumed, as ourselves."""
    with _lock:
        return _client_of(_ours().client, target.partition, "sts")


def assumed_by(target: Target) -> dict[str, str]:
    """Return by what name we come; it is written into the customer's own records."""
    return {"RoleArn": target.role_arn, "RoleSessionName": f"portal-{target.customer_slug}"[:64]}


def _key(target: Target) -> _Key:
    return (
        target.link_id,
        target.customer_slug,
        target.account_number,
        target.role_arn,
        target.external_id,
        target.reads_only,
        settings.AWS_SUPPORT_ENDPOINT,
    )


def _check(target: Target) -> None:
    """Refuse a target that could lead into another account than the link's."""
    role = roles.check_role_arn(target.role_arn, account_number=target.account_number)
    if role.partition != target.partition or not target.external_id:
        raise Invalid("The link is not complete.", code="IncompleteLink", field="role_arn")


@cache
def _base() -> Any:
    """Return botocore's session of the process: its descriptions of services are read once for all links."""
    return get_session()


@cache
def _ours() -> Any:
    """Return the session with which we come as ourselves, with the credentials of the environment."""
    return boto3.Session(botocore_session=_base())


def _connect(target: Target) -> Connection:
    with _lock:  # sessions are not made for threads; clients are
        source = _ours().get_credentials()
        if source is None:
            raise NoCredentialsError
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=partial(_client_of, _ours().client, target.partition),
            source_credentials=source,
            role_arn=target.role_arn,
            extra_args={
                "RoleSessionName": assumed_by(target)["RoleSessionName"],
                "ExternalId": target.external_id,
                "DurationSeconds": roles.SESSION_SECONDS,
                "Policy": roles.session_policy(reads_only=target.reads_only),
            },
            expiry_window_seconds=_MUST_RENEW_SECONDS,
        )
    credentials = RefreshableCredentials.create_from_metadata(
        fetcher.fetch_credentials(),
        refresh_using=fetcher.fetch_credentials,
        method="assume-role",
        advisory_timeout=_RENEW_SECONDS,
        mandatory_timeout=_MUST_RENEW_SECONDS,
    )
    with _lock:
        session = get_session()
        session.register_component("data_loader", _base().get_component("data_loader"))
        session.register_component("credential_provider", CredentialResolver([_Given(credentials)]))
        make = partial(_client_of, session.create_client, target.partition)
        reads = make("support")
        reads.meta.events.register("response-received.support.DescribeCases", _keep_unknown)
        return Connection(
            credentials=credentials,
            reads=reads,
            writes=make("support", writes=True),
            caller=make("sts"),
        )


def _client_of(make: Any, partition: str, service: str, *, writes: bool = False, **given: Any) -> Any:
    """Make a client; one that writes never tries again by itself, which would open a second case."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=WRITE_SECONDS if writes else READ_SECONDS,
        retries={"total_max_attempts": 1} if writes else {"mode": "standard", "total_max_attempts": 3},
        ignore_configured_endpoint_urls=True,
        max_pool_connections=4,
    )
    names = {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}
    return make(
        service,
        region_name=roles.REGIONS[partition],
        endpoint_url=endpoint(),
        config=config,
        **{name: value for name, value in given.items() if name in names},
    )


class _Given:
    """Hands a session the credentials that were made for it, and no others."""

    METHOD = "assume-role"
    CANONICAL_NAME = None

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load(self) -> Any:
        return self._credentials


def _keep_unknown(**event: Any) -> None:
    """Keep what AWS says of a case and the library does not know yet, which it would drop."""
    parsed, answer = event.get("parsed_response"), event.get("response_dict")
    if not isinstance(parsed, dict) or not answer or int(answer.get("status_code", 0)) != _OK:
        return
    try:
        said = json.loads(answer["body"])["cases"]
    except (ValueError, KeyError, TypeError):
        return
    for case, raw in zip(parsed.get("cases", ()), said, strict=False):
        if isinstance(raw, dict):
            case[UNKNOWN] = {name: raw[name] for name in raw.keys() - _KNOWN}
