"""Faults that the harness must find: each takes away one thing that the product rests on. Called in a child before it works."""

from __future__ import annotations

import os
from contextlib import nullcontext


class _NoTransaction:
    def atomic(self, *args, **kwargs):
        return nullcontext()


def dispatch_in_no_transaction() -> None:
    """A case, its order and its history are written one after the other, each for good at once."""
    from niangjia.apps.cases.actions import opening
    from niangjia.apps.workorders.actions import dispatching

    opening.transaction = dispatching.transaction = _NoTransaction()


def files_written_in_place() -> None:
    """What should be there whole or not at all is written under its own name, in two halves."""
    from niangjia.engines.sensing.landing import storage

    def write(path, content):
        storage.make_folder(path.parent)
        with open(path, "wb") as handle:
            handle.write(content[: len(content) // 2])
            handle.flush()
            os.fsync(handle.fileno())
            handle.write(content[len(content) // 2 :])

    storage.write = write
