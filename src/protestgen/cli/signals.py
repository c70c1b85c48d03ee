"""Signals that end a long run at a safe moment."""

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Self

from .console import discard


class GracefulShutdown:
    """
    Handles the signals of the keyboard, the system and a closed terminal.

    The first one raises `KeyboardInterrupt`; while it is `awaited`, it is only noted,
    and the second one raises. The *hint* says how to resume.
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
            if handler is not signal.SIG_IGN:  # as under `nohup`
                signal.signal(number, self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            # The program ends; a second signal must not change its exit code.
            signal.signal(number, signal.SIG_IGN if self else handler)

    def __bool__(self) -> bool:
        return bool(self._number)

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Only note the first signal: the caller asks for it with `bool`."""
        self._is_awaited = True
        try:
            yield
        finally:
            self._is_awaited = False

    def read(self, stream: IO[bytes], size: int) -> bytes:
        """
        Read from *stream*, which may take long.

        While a signal is awaited, the first one ends the stream.
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
        """The exit code after a signal, as shells report it."""
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
    """Discard output to a terminal that has been closed."""
    for descriptor in (1, 2):
        with suppress(OSError):
            if stat.S_ISCHR(os.fstat(descriptor).st_mode):
                discard(descriptor)
