"""The processes of a batch."""

import os
import signal
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from protestgen.batch.process_pool import start_processes

LONG = 5_000_000


def die_while_sending(size: int) -> bytes:
    """Return so many bytes; the process is killed when some of a long message is sent."""
    send: Any = Connection._send  # type: ignore[attr-defined]  # noqa: SLF001

    def send_and_die(self: Connection, data: bytes, *rest: Any) -> None:
        send(self, data[:100_000], *rest)
        if len(data) > 100_000:
            os.kill(os.getpid(), signal.SIGKILL)

    Connection._send = send_and_die  # type: ignore[attr-defined]  # noqa: SLF001
    return bytes(size)


def test_a_killed_process_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A process that would be killed amid a long message keeps its parent from nothing.

    Long results do not go through the pipe of the pool; nothing is left of their files.
    """
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pool = start_processes(2)
    try:
        futures = [pool.submit(die_while_sending, LONG) for _ in range(4)]
        assert [len(future.result(60)) for future in futures] == [LONG] * 4
    finally:
        pool.shutdown()
    assert not list(tmp_path.iterdir())
