"""`hadir serve`: the web server and the worker as two children, restarted when they die, ended when this one ends.

This process loads next to nothing and opens no database, so that forking it is cheap and safe at any time.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

import structlog

from integration.settings import Settings

log = structlog.get_logger()

_STOP = {signal.SIGTERM, signal.SIGINT}
_WATCHED = {*_STOP, signal.SIGCHLD}
_PR_SET_PDEATHSIG = 1
# A child that dies sooner than this after the very first start cannot work at all: a wrong setting, a taken port.
_HOPELESS_SECONDS = 3.0
_SETTLED_SECONDS = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_GRACE_SECONDS = 30.0

Program = Callable[[], int]


def end_with_parent(parent: int | None = None) -> None:
    """Ask the kernel for SIGTERM when the parent process dies, even by SIGKILL; Linux only."""
    parent = os.getppid() if parent is None else parent
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def share_metrics(settings: Settings) -> None:
    """Let all processes of this machine count in files under HADIR_HOME/run, and remove those of processes that are gone.

    The library decides when it is loaded: call this first. Where the folder cannot be written each process counts alone.
    """
    if "prometheus_client" in sys.modules or os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return
    folder = settings.home / "run" / "metrics"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*_*.db"):
            if not _alive(path):
                path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("metrics_not_shared", error=str(error))
        return
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _alive(path: Path) -> bool:
    number = path.stem.rpartition("_")[2]
    return number.isdigit() and int(number) != os.getpid() and Path(f"/proc/{number}").exists()


# ---------------------------------------------------------------- children


@dataclass
class _Child:
    name: str
    program: Program
    pid: int = 0
    started: float = 0.0
    restart_at: float = 0.0
    pause: float = _FIRST_PAUSE / 2
    starts: int = 0

    def start(self) -> None:
        self.started, self.starts = time.monotonic(), self.starts + 1
        self.pid = fork(partial(_told_by_parent, self.program))

    def died(self) -> float:
        """Note that it is gone, and start it again soon, later and later after short lives; how many seconds it lived."""
        lived = time.monotonic() - self.started
        self.pause = _FIRST_PAUSE if lived > _SETTLED_SECONDS else min(self.pause * 2, _LONGEST_PAUSE)
        self.pid, self.restart_at = 0, time.monotonic() + self.pause
        return lived


def fork(program: Program) -> int:
    """Run `program` in a child that ends with this process; the child's pid."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent, pid = os.getpid(), os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
        end_with_parent(parent)
        code = program()
    except KeyboardInterrupt:
        # Ctrl+C reaches every process of the terminal, and needs no explanation.
        code = 128 + signal.SIGINT
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _told_by_parent(program: Program) -> int:
    # Ctrl+C reaches every process of the terminal, and this one hears of it from its parent. Both signals together are
    # too many: a thread that takes both off the queue leaves the main thread asleep, and granian's would never end.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return program()


def in_child(program: Program) -> int:
    """Run `program` in a child, so that nothing it loads stays here; its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(fork(program), 0)[1])


def supervise(programs: Mapping[str, Program]) -> int:
    """Run the programs until SIGTERM or SIGINT and restart those that die; the exit code."""
    children = [_Child(name, program) for name, program in programs.items()]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    previous = signal.signal(signal.SIGCHLD, _nothing)
    try:
        return _watch(children)
    finally:
        _end(children)
        signal.signal(signal.SIGCHLD, previous)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    """SIGCHLD has to have a handler, or it would not wake `sigtimedwait`."""


def _watch(children: list[_Child]) -> int:
    while True:
        for child in children:
            if not child.pid and time.monotonic() >= child.restart_at:
                child.start()
        caught = signal.sigtimedwait(_WATCHED, 0.5)
        if caught is not None and caught.si_signo in _STOP:
            return 0
        for child in children:
            code = _exit_code(child)
            if code is None:
                continue
            log.error("process_died", name=child.name, code=code)
            if child.died() < _HOPELESS_SECONDS and child.starts == 1:
                return code if code > 0 else 1


def _exit_code(child: _Child) -> int | None:
    """The code of a child that has just ended; None if it runs, or was known to be gone."""
    if not child.pid:
        return None
    pid, status = os.waitpid(child.pid, os.WNOHANG)
    if pid == 0:
        return None
    return os.waitstatus_to_exitcode(status)


def _end(children: list[_Child]) -> None:
    """Ask every child to end, wait, and insist in the end."""
    running = [child for child in children if child.pid and _signal(child, signal.SIGTERM)]
    deadline = time.monotonic() + _GRACE_SECONDS
    while running and time.monotonic() < deadline:
        running = [child for child in running if _exit_code(child) is None]
        if running:
            signal.sigtimedwait({signal.SIGCHLD}, 0.2)
    for child in running:
        log.error("process_killed", name=child.name)
        _signal(child, signal.SIGKILL)
        os.waitpid(child.pid, 0)


def _signal(child: _Child, number: signal.Signals) -> bool:
    try:
        os.kill(child.pid, number)
    except ProcessLookupError:
        return False
    return True
