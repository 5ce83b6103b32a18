"""One process that sends every hostile workbook in, first by the command, then by the upload page.

Run as a program it takes the list of cases as a file, works on the database at
``DATABASE_URL``, and prints a line of JSON a file: what was answered, whether
anything changed, how long it took (seconds of this process, so that neighbours do not count), and the
peak of its memory meanwhile.
"""

import contextlib
import gc
import hashlib
import io
import json
import os
import sys
import time
from pathlib import Path

import django

APPLIED = 0


def peak_mb() -> float:
    """The most memory that this process held since ``forget_peak``, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def forget_peak() -> None:
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")


def digest() -> str:
    """Of every value of every row that an import may write."""
    from tests.reports.workbooks import everything  # noqa: PLC0415

    rows = {name: found for name, found in everything().items() if not name.startswith("Historical")}
    return hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest()


def stored(case: dict) -> list[str]:
    """The texts (of achievements with their day) that stand in the column the case is made in."""
    from pledges.models import Achievement, Pledge  # noqa: PLC0415

    if case["sheet"] == "공약":
        return list(Pledge.objects.values_list("goal", flat=True))
    live = Achievement.objects.filter(report__in=Achievement.objects.values("report"))
    return [f"{row.starts_on.isoformat()} {row.text}" for row in live]


@contextlib.contextmanager
def taken_back():
    """Whatever is written inside is taken back."""
    from django.db import transaction  # noqa: PLC0415

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def by_command(case: dict) -> dict:
    from django.core.management import call_command  # noqa: PLC0415

    out, code = io.StringIO(), APPLIED
    try:
        call_command("import_plan", case["path"], json=True, stdout=out, stderr=io.StringIO())
    except SystemExit as stop:
        code = int(stop.code or 0)
    told = json.loads(out.getvalue())
    return {"answers": [code], **{name: told[name] for name in ("errors", "warnings", "ignored")}}


def by_upload(case: dict, client) -> dict:
    """Upload, look at the preview, and confirm it where that is offered."""
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    from reports.models import ImportBatch  # noqa: PLC0415

    path = Path(case["path"])
    upload = SimpleUploadedFile(path.name, path.read_bytes(), content_type="application/octet-stream")
    answer = client.post("/staff/import/", {"layout": "workbook", "file": upload})
    answers = [answer.status_code]
    if answer.status_code != 302:
        form = answer.context["form"]
        errors = [
            {"sheet": "", "cell": "", "value": "", "message": str(each)}
            for each in form.errors.get("file", [])
        ]
        return {"answers": answers, "errors": errors, "warnings": [], "ignored": []}
    page = client.get(answer["Location"])
    answers.append(page.status_code)
    batch = ImportBatch.objects.get(pk=answer["Location"].rstrip("/").rsplit("/", 1)[-1])
    if not batch.has_errors and batch.has_changes:
        confirmed = client.post(f"{answer['Location']}confirm/", {"digest": batch.diff_digest})
        answers.append(confirmed.status_code)
    else:
        refused = client.post(f"{answer['Location']}confirm/", {"digest": batch.diff_digest})
        answers.append(refused.status_code)
        marked = client.get(f"{answer['Location']}workbook/")
        answers.append(marked.status_code)
    return {"answers": answers, **batch.findings}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    given = json.loads(Path(sys.argv[1]).read_text())
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    from pledges.models import User  # noqa: PLC0415

    # So that an answer tells the form that it shows.
    setup_test_environment()
    settings.MEDIA_ROOT = Path(given["files"])
    client = Client(SERVER_NAME="127.0.0.1")
    client.raise_request_exception = False
    client.force_login(User.objects.get(pk=given["user"]))
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0, "type": "totp"}]
    session["account_authentication_methods_user"] = str(given["user"])
    session.save()
    before = digest()
    for case in given["cases"]:
        for way in given["ways"]:
            forget_peak()
            with taken_back():
                began = time.process_time()
                told = by_command(case) if way == "command" else by_upload(case, client)
                seconds = time.process_time() - began
                told |= {
                    "id": case["id"],
                    "sheet": case["sheet"],
                    "way": way,
                    "changed": digest() != before,
                    "stored": stored(case) if case["id"][0] in "dtf" else [],
                    "seconds": round(seconds, 2),
                    "mb": round(peak_mb()),
                }
            told["left"] = digest() != before
            sys.stdout.write(f"{json.dumps(told, ensure_ascii=False)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
