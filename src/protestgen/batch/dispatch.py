"""Hands out chunks of letters, and takes them back in order."""

import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress

from msgspec import msgpack

from protestgen.errors import ProtestgenError

from .planner import RosterJob
from .worker import (
    PDF_CHUNK,
    BatchSpec,
    ChunkResult,
    LetterTask,
    LetterWorker,
    write_chunk,
)

# Chunks that wait at an executor before one is written here as well.
QUEUE_DEPTH = 16
# Letters in a chunk: here, elsewhere, and elsewhere if each takes long. The last is so
# small that no process waits long for another one at the end.
_CHUNK, _REMOTE_CHUNK, _COSTLY_CHUNK = 100, 200, 10

_Chunk = list[RosterJob]
_Pending = tuple[_Chunk, Future[ChunkResult] | None]


def chunk_size(spec: BatchSpec, *, is_shared: bool) -> int:
    """Return how many letters to write at a time; *is_shared* with other processes."""
    if spec.kind == "pdf":
        return PDF_CHUNK
    if not is_shared:
        return _CHUNK
    return _COSTLY_CHUNK if spec.is_costly else _REMOTE_CHUNK


def tasks_of(chunk: _Chunk) -> list[LetterTask]:
    """Return the letters of *chunk*."""
    return [task for job in chunk for task in job.tasks]


def write_chunks(
    spec: BatchSpec, chunks: Iterable[_Chunk], executor: Executor | None, ahead: int
) -> Iterator[tuple[_Chunk, ChunkResult]]:
    """
    Yield *chunks* in their order, each with its result.

    The *executor*, if there is one, has up to *ahead* of them at a time. This process
    writes others meanwhile, and those that do not come back.
    """
    worker = LetterWorker(spec)
    if executor:
        yield from _share_chunks(executor, spec, chunks, worker, ahead)
    else:
        for chunk in chunks:
            yield chunk, worker.write(tasks_of(chunk))


def _share_chunks(
    executor: Executor,
    spec: BatchSpec,
    chunks: Iterable[_Chunk],
    worker: LetterWorker,
    ahead: int,
) -> Iterator[tuple[_Chunk, ChunkResult]]:
    packed = pickle.dumps(spec)
    waiting: deque[_Pending] = deque()

    def finished() -> tuple[_Chunk, ChunkResult]:
        chunk, future = waiting.popleft()
        return chunk, _result(future, executor) or worker.write(tasks_of(chunk))

    for chunk in chunks:
        if sum(map(_is_running, waiting)) < ahead:
            future = _submit(chunk, packed, executor)
        else:
            future = _done(worker.write(tasks_of(chunk)))
        waiting.append((chunk, future))
        while waiting and (not _is_running(waiting[0]) or len(waiting) > 2 * ahead):
            yield finished()
    while waiting:
        yield finished()


def _is_running(pending: _Pending) -> bool:
    _, future = pending
    return future is not None and not future.done()


def _done(result: ChunkResult) -> Future[ChunkResult]:
    future: Future[ChunkResult] = Future()
    future.set_result(result)
    return future


def _submit(
    chunk: _Chunk, spec: bytes, executor: Executor
) -> Future[ChunkResult] | None:
    """Submit *chunk*, or return None if *executor* is broken, which only costs time."""
    with suppress(Exception):
        return executor.submit(write_chunk, spec, msgpack.encode(tasks_of(chunk)))
    return None


def _result(
    future: Future[ChunkResult] | None, executor: Executor
) -> ChunkResult | None:
    """Wait for the result of a chunk, or return None if it is to be written here."""
    try:
        return future.result() if future else None
    except ProtestgenError:
        raise
    except BrokenExecutor:
        executor.shutdown()  # until then some of its processes may still be writing
        return None
    except Exception:  # noqa: BLE001 - as above
        return None
