"""Steps taken at the same moment, each in a thread and on a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connections

from pledges.workflow.errors import WorkflowError


def at_once(steps: Sequence[Callable[[], Any]]) -> list[str]:
    """Take the steps together; gives "done" or the name of the refusal of each. What else one raises goes
    into the list by its name too: a deadlock is an OperationalError."""
    found: list[str] = []
    gate = threading.Barrier(len(steps))

    def take(step: Callable[[], Any]) -> None:
        gate.wait()
        try:
            step()
            found.append("done")
        except (WorkflowError, PermissionDenied) as error:
            found.append(type(error).__name__)
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
