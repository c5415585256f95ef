"""The whole portal in a light browser, by axe-core, at every width, and by keyboard."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.conftest import Clock
from tests.journeys.accessibility.sweep import faults_of, stage
from tests.journeys.conftest import OpenPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger", "owner"]),
]


def test_no_page_has_a_fault(real_cast: Cast, open_page: OpenPage, clock: Clock) -> None:
    stage(real_cast, clock)
    faults = "\n".join(faults_of(real_cast, open_page, "light"))
    assert faults == "", faults
