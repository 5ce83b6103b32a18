#!/usr/bin/env python
"""The portal's command line: ``python manage.py demo`` shows everything at work."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415
    except ImportError as error:
        raise SystemExit(
            "Django is not installed in this Python. Install the portal first: pip install -e ."
        ) from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
