"""The workers of a Dask cluster, which write letters on other machines."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar
from warnings import catch_warnings, simplefilter
from weakref import WeakSet

from protestgen import __version__
from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.data_files import campaign_hash
from protestgen.errors import ClusterError, missing_extra

if TYPE_CHECKING:
    from distributed import Client

# Seconds in which a scheduler must answer, and its workers.
CONNECT_TIMEOUT_S = 4
WORKERS_TIMEOUT_S = 30
# Seconds after which a cluster without workers is given up.
SHUTDOWN_TIMEOUT_S = 10

# What a worker must share with this process: the version of the program, the
# hash of the campaign, and its folders above the bundled one. These are plain
# values, which any version of the program can read.
_Terms = tuple[str, str, tuple[str, ...]]

T = TypeVar("T")


@contextmanager
def connected_cluster(address: str, folders: Sequence[Path]) -> Iterator[Executor]:
    """
    Yield an `Executor` backed by the workers of the Dask scheduler at *address*.

    Each worker must run this version of the program and see the campaign in *folders*,
    the last of which is the bundled one; otherwise this raises `ClusterError`. If all
    workers are gone, their calls are cancelled.
    """
    terms = (__version__, campaign_hash(folders), tuple(map(str, folders[:-1])))
    with catch_warnings():
        simplefilter("ignore")  # Dask's, about its versions
        client = _connect(address)
        ended = Event()
        try:
            _check_workers(client, address, terms)
            workers = _Workers(client, terms)
            Thread(target=workers.watch, args=(ended,), daemon=True).start()
            yield workers
        finally:
            ended.set()
            with suppress(Exception):  # the scheduler may be gone
                client.close(timeout=CONNECT_TIMEOUT_S)


class _Workers(Executor):
    """The workers of *client*, each of which must keep to *terms*."""

    def __init__(self, client: "Client", terms: _Terms) -> None:
        self._client = client
        self._terms = terms
        # Equal calls are not one call: each writes letters.
        self._executor = client.get_executor(pure=False)
        self._futures: WeakSet[Future[Any]] = WeakSet()
        self._is_over = False

    def submit(
        self, function: Callable[..., T], /, *arguments: Any, **named: Any
    ) -> Future[T]:
        if self._is_over:
            raise BrokenExecutor
        call = partial(function, *arguments, **named)
        future: Future[T] = self._executor.submit(_call, self._terms, call)
        self._futures.add(future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is inherited
        del wait, cancel_futures
        self._is_over = True
        for future in list(self._futures):
            future.cancel()

    def watch(self, ended: Event) -> None:
        """Cancel all calls if no workers have been left for some seconds."""
        alone = 0
        while not ended.wait(1):
            alone += 1
            with suppress(Exception):  # without its scheduler a worker is none
                if self._client.nthreads():
                    alone = 0
            if alone >= SHUTDOWN_TIMEOUT_S:
                self.shutdown()


def _connect(address: str) -> "Client":
    """Connect to the scheduler at *address*."""
    try:
        import dask

        if "distributed" not in sys.modules:
            # Its logs would go to stderr; what matters of them is an error of ours.
            loggers = (
                *("distributed", "distributed.client", "distributed.gc"),
                *("tornado", "tornado.application", "concurrent.futures"),
            )
            dask.config.set(logging=dict.fromkeys(loggers, 60))
        from distributed import Client
    except ImportError:
        raise missing_extra("a cluster", "dask") from None
    client = partial(Client, address, timeout=CONNECT_TIMEOUT_S, set_as_default=False)
    try:
        return _within(CONNECT_TIMEOUT_S + 1, client)
    except (OSError, TimeoutError):
        reason = "no Dask scheduler answers there"
        hint = f"start one, or see that {address} is its address"
    except Exception as error:  # noqa: BLE001 - addresses are wrong in many ways
        reason, hint = str(error), "name it as in tcp://127.0.0.1:8786"
    raise ClusterError(f"{address}: {reason}: {hint}")


def _check_workers(client: "Client", address: str, terms: _Terms) -> None:
    """Raise if there are no workers, or if one does not keep to *terms*."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_TIMEOUT_S)
        ask = partial(client.run, _fault, terms, on_error="return")
        answers = _within(WORKERS_TIMEOUT_S, ask)
    except TimeoutError:
        hint = f"see that 'dask worker {address}' runs on each machine"
        reason = f"no worker of this scheduler answers: {hint}"
        raise ClusterError(f"{address}: {reason}") from None
    for worker, answer in sorted(answers.items()):
        if isinstance(answer, OSError):  # the worker has ended meanwhile
            continue
        if isinstance(answer, Exception):
            version, _, _ = terms
            answer = f"protestgen {version} does not run there: install it"  # noqa: PLW2901
        if answer:
            raise ClusterError(f"worker {worker}: {answer}")


def _call(terms: _Terms, function: Callable[[], T]) -> T:
    """Call *function* in a worker, which may have joined after `_check_workers`."""
    if fault := _fault(terms):
        from distributed import get_worker

        raise ClusterError(f"worker {get_worker().address}: {fault}")
    return function()


@lru_cache(maxsize=8)
def _fault(terms: _Terms) -> str:
    """Return how this process does not keep to *terms*, or nothing."""
    version, known, folders = terms
    if version != __version__:
        return f"protestgen {__version__} is there, {version} here: install the same"
    if known != campaign_hash((*map(Path, folders), shipped_folder())):
        where = ", ".join(folders) or "protestgen"
        return f"the campaign is not there as it is here: let it see the same {where}"
    return ""


def _within(seconds: float, function: Callable[[], T]) -> T:
    """Call *function*, or raise if that takes longer than *seconds*."""
    future: Future[T] = Future()

    def call() -> None:
        try:
            future.set_result(function())
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(error)

    Thread(target=call, daemon=True).start()
    return future.result(seconds)
