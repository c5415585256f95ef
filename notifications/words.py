"""Words that whoever sends a mail and whoever reads its answer must agree on; pure."""

from __future__ import annotations

#: What a mail that may be answered begins with; whatever stands below it in an answer was written by us.
REPLY_LINE = "--- Answer above this line ---"
