"""Where the embedded services meet the application; pure, and the same for everyone who asks."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

#: There while the demonstration is being loaded; left behind when that was interrupted.
LOADING = "demo-loading"


def run_directory(data_dir: Path) -> Path:
    """Return the directory of the embedded services' sockets for a data directory.

    It is short because a socket's path holds 107 bytes, and fixed so that nobody has to be told.
    """
    digest = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:10]
    return Path(os.environ.get("PORTAL_RUN_ROOT", "/tmp")) / f"portal-{os.geteuid()}-{digest}"  # noqa: S108
