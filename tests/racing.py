"""People who act at the same moment, each in a thread or in a process of its own.

Run as a program it is one of them: it takes its task as JSON, waits for the
moment to start, acts on the database at ``DATABASE_URL``, and prints what came
of it as JSON. The 8 writers save through the quarterly form as a browser does.
"""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 6


def act(task):
    """Do one task here and now; the outcome as a mapping."""
    # Only a configured process can import the rooms.
    from tests import racing_tasks  # noqa: PLC0415

    return getattr(racing_tasks, task["do"])(**{key: value for key, value in task.items() if key != "do"})


def in_threads(tasks):
    """Every task in a thread with a connection of its own, started together."""
    from django.db import connection  # noqa: PLC0415

    start, outcomes = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(number, task):
        try:
            start.wait(timeout=30)
            outcomes[number] = act(task)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def in_processes(tasks, database_url):
    """Every task in a process of its own, started at the same second."""
    at = time.time() + START_SECONDS
    environment = {**os.environ, "DATABASE_URL": database_url, "PYTHONWARNINGS": "default"}
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.racing", json.dumps(task), str(at)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for task in tasks
    ]
    outcomes = []
    for worker in workers:
        out, err = worker.communicate(timeout=1800)
        assert worker.returncode == 0, err
        outcomes.append(json.loads(out))
    return outcomes


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    task, at = json.loads(sys.argv[1]), float(sys.argv[2])
    from tests import racing_tasks  # noqa: F401, PLC0415  (imported before the moment, not in it)

    time.sleep(max(0.0, at - time.time()))
    json.dump(act(task), sys.stdout)


if __name__ == "__main__":
    main()
