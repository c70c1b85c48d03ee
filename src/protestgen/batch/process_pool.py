"""The processes of this machine that write letters."""

import os
import signal
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from shutil import rmtree
from threading import Thread


def _begin(spool: Path | None) -> None:
    """
    Begin a process that writes letters for the one that hands them out.

    That one alone is interrupted; once it has gone, however it ended, this one does so
    too, removes the *spool* and leaves the folder to another run. If this one is ended,
    its letters are written by that one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if parent := parent_process():
        arguments = (parent.sentinel, spool)
        Thread(target=_end_with, args=arguments, daemon=True).start()


def _end_with(sentinel: int, spool: Path | None) -> None:
    wait([sentinel])
    if spool:
        gone = spool.with_name(f"{spool.name}-gone")
        with suppress(OSError):  # it is another process that removes it
            spool.rename(gone)  # or else a letter might be left there meanwhile
            rmtree(gone, ignore_errors=True)
    os._exit(1)
