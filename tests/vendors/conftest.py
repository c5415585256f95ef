from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.conftest import Clock
from tests.vendors.fake import FakeAws
from vendors.adapters.aws import clients


@pytest.fixture(scope="session")
def _fake_aws() -> Iterator[FakeAws]:
    fake = FakeAws()
    yield fake
    fake.server.stop()


@pytest.fixture
def aws(_fake_aws: FakeAws, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """AWS on this machine, empty, on the portal's frozen clock, and the portal's own identity there."""
    monkeypatch.setattr(settings, "AWS_SUPPORT_ENDPOINT", _fake_aws.address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    # The library waits between its attempts, for a random time.
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda self, context: 0)
    clients.forget_all()
    _fake_aws.reset()
    _fake_aws.tell_time_by(clock)
    yield _fake_aws
    clients.forget_all()
    _fake_aws.reset()
