from __future__ import annotations

import pytest

from tests.vendors.sync.memory import MemoryVendor
from vendors.actions import fetching
from vendors.actions.sync import polling


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> MemoryVendor:
    """A vendor in this process, with which every link speaks."""
    made = MemoryVendor()
    monkeypatch.setattr(polling, "adapter_for", lambda link: made)
    monkeypatch.setattr(fetching, "adapter_for", lambda link: made)
    return made
