"""Signals that ask a long run for an end, heeded when it is time."""

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Self


class GracefulShutdown:
    """
    The signals that ask for an end: from the keyboard, the system, a lost terminal.

    One of them raises `KeyboardInterrupt`: the first, or the second where the first is
    `awaited`. The *hint* says how to go on.
    """

    def __init__(self) -> None:
        self.hint = "nothing is written"
        self._number = 0
        self._is_awaited = False
        self._has_raised = False

    def __enter__(self) -> Self:
        names = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows lacks the last one
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        self._before = {number: signal.getsignal(number) for number in numbers}
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:  # as `nohup` has it
                signal.signal(number, self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            # Once there was one the end is near, and another is not to change its code.
            signal.signal(number, signal.SIG_IGN if self else handler)

    def __bool__(self) -> bool:
        return bool(self._number)

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Let somebody ask now and then whether there was one."""
        self._is_awaited = True
        try:
            yield
        finally:
            self._is_awaited = False

    def read(self, stream: IO[bytes], size: int) -> bytes:
        """
        Read from *stream*, which may take long.

        To one that is awaited it has ended with the first signal.
        """
        if not self._is_awaited:
            return stream.read(size)
        try:
            self._is_awaited = False
            return b"" if self else stream.read(size)
        except KeyboardInterrupt:
            self._has_raised = False
            return b""
        finally:
            self._is_awaited = True

    @property
    def exit_code(self) -> int:
        """How the command ends once there was a signal: as shells tell of it."""
        return 128 + (self._number or signal.SIGINT)

    def _note(self, number: int, _frame: object) -> None:
        is_first = not self._number
        self._number = self._number or number
        if number not in {signal.SIGINT, signal.SIGTERM}:
            _leave_terminal()
        if not (is_first and self._is_awaited) and not self._has_raised:
            self._has_raised = True
            raise KeyboardInterrupt


def _leave_terminal() -> None:
    """Let nothing go to a terminal any more, which has been closed."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        with suppress(OSError):
            if stat.S_ISCHR(os.fstat(descriptor).st_mode):
                os.dup2(nowhere, descriptor)
