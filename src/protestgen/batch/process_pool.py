"""The processes of this machine that write letters."""

import os
import pickle
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, TypeVar

# File handles to have left: for the roster, the letters, and the pipes of a process.
_HANDLES, _HANDLES_PER_PROCESS = 13, 3

_T = TypeVar("_T")


class _Processes(ProcessPoolExecutor):
    """
    Processes that return long results through files.

    The pipe of a pool is for short ones: a process that is killed while it sends a
    long one leaves the rest missing, and its parent would wait for that for ever.
    """

    def __init__(self, count: int) -> None:
        super().__init__(count, initializer=_begin)
        self._folder = TemporaryDirectory(prefix="protestgen-")

    def submit(self, call: Callable[..., _T], /, *args: Any, **more: Any) -> Future[_T]:
        """Have one of the processes call *call* with these arguments."""
        received: Future[_T] = Future()
        path = Path(self._folder.name, token_hex(8))
        sent = super().submit(_call, path, partial(call, *args, **more))
        sent.add_done_callback(partial(_receive, path, received))
        return received

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as in the class above
        """End the processes, and remove what they have left."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        self._folder.cleanup()


def _call(path: Path, call: Callable[[], object]) -> None:
    """Write the result of a *call* to *path*, in a folder that only this user reads."""
    path.write_bytes(pickle.dumps(call()))


def _receive(path: Path, received: Future[Any], sent: Future[None]) -> None:
    """Read the result that was *sent* to *path*, or take over the error."""
    try:
        sent.result()
        result = pickle.loads(path.read_bytes())  # noqa: S301 - our own
        path.unlink()
    except BaseException as error:  # noqa: BLE001 - who waits for it gets it
        received.set_exception(error)
    else:
        received.set_result(result)


def start_processes(count: int) -> ProcessPoolExecutor:
    """
    Start *count* processes besides this one.

    Raises `OSError`, `ImportError` or `NotImplementedError` where that is impossible.
    """
    with ExitStack() as stack:
        for _ in range(_HANDLES + _HANDLES_PER_PROCESS * count):
            stack.enter_context(Path(os.devnull).open("rb"))
    return _Processes(count)


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
