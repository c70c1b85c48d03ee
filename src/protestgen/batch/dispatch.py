"""Handing out chunks of letters, and taking them back in order."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from itertools import chain, repeat

from protestgen.errors import ProtestgenError

from .planner import RosterJob
from .worker import (
    BatchSpec,
    ChunkResult,
    LetterTask,
    LetterWorker,
    fetched,
    pack_order,
    pack_tasks,
    write_lot,
)

# So many lots are with others before one is written here as well.
QUEUE_DEPTH = 16


def _written(
    order: BatchSpec,
    lots: Iterable[list[RosterJob]],
    executor: Executor | None,
    ahead: int,
) -> Iterator[tuple[list[RosterJob], ChunkResult]]:
    """Yield *lots* in their order, each with what became of it."""
    desk = LetterWorker(order)
    if executor:
        yield from _written_by(executor, order, lots, desk, ahead)
    else:
        for lot in lots:
            yield lot, desk.write(_tasks(lot))


def _written_by(
    executor: Executor,
    order: BatchSpec,
    lots: Iterable[list[RosterJob]],
    desk: LetterWorker,
    ahead: int,
) -> Iterator[tuple[list[RosterJob], ChunkResult]]:
    """
    Do so by *executor* and, while it has enough to do, at *desk*.

    There a lot is written as well that does not come back.
    """
    packed = pack_order(order)
    waiting: deque[tuple[list[RosterJob], Future[ChunkResult] | None]] = deque()
    for lot in chain(lots, repeat(None)):
        if lot is not None:
            if sum(map(_is_awaited, waiting)) < ahead:
                future = _handed_out(lot, packed, executor)
            else:
                future = _done(desk.write(_tasks(lot)))
            waiting.append((lot, future))
        while waiting and (
            lot is None or not _is_awaited(waiting[0]) or len(waiting) > 2 * ahead
        ):
            first, future = waiting.popleft()
            yield first, _returned(future, executor) or desk.write(_tasks(first))
        if lot is None:
            return


def _is_awaited(handed: tuple[list[RosterJob], Future[ChunkResult] | None]) -> bool:
    _, future = handed
    return future is not None and not future.done()


def _done(written: ChunkResult) -> Future[ChunkResult]:
    future: Future[ChunkResult] = Future()
    future.set_result(written)
    return future


def _handed_out(
    lot: list[RosterJob], packed: bytes, executor: Executor
) -> Future[ChunkResult] | None:
    """Return what will become of *lot* elsewhere, if it can be written there."""
    with suppress(Exception):  # whatever ails an executor costs only time
        return executor.submit(write_lot, packed, pack_tasks(_tasks(lot)))
    return None


def _returned(
    future: Future[ChunkResult] | None, executor: Executor
) -> ChunkResult | None:
    """Return what became of a lot elsewhere, or None if it is to be written here."""
    try:
        return fetched(future.result()) if future else None
    except ProtestgenError:
        raise
    except BrokenExecutor:
        executor.shutdown()  # until then some of its processes may still be writing
    except Exception:  # noqa: BLE001 - as above
        return None
    return None


def _tasks(lot: list[RosterJob]) -> list[LetterTask]:
    return [task for job in lot for task in job.tasks]
