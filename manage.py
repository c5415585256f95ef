#!/usr/bin/env python
"""Run a management command."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    if sys.argv[1:2] == [
        "verify_review"
    ]:  # for whoever has a sealed review and nothing else: no settings, no Django
        from reports.reviews import verify

        sys.exit(verify.main(sys.argv[2:]))

    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trusst_support.settings")
    execute_from_command_line(sys.argv)
