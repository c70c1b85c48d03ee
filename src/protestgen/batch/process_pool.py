"""The processes of this machine that write letters."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

# File handles to have left: for the roster, the letters, and the pipes of a process.
_HANDLES, _HANDLES_PER_PROCESS = 13, 3


def start_processes(count: int) -> ProcessPoolExecutor:
    """
    Start *count* processes besides this one.

    Raises `OSError`, `ImportError` or `NotImplementedError` where that is impossible.
    """
    with ExitStack() as stack:
        for _ in range(_HANDLES + _HANDLES_PER_PROCESS * count):
            stack.enter_context(Path(os.devnull).open("rb"))
    return ProcessPoolExecutor(count, initializer=_begin)


def _begin() -> None:
    """
    Prepare a process: only its parent is interrupted, and it ends with its parent.

    It may be ended alone; its parent then writes its letters.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if parent := parent_process():
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """End this process with its parent, which leaves the folder to another run."""
    wait([sentinel])
    os._exit(1)
