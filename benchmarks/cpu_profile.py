"""Runs a program and writes where its CPU time went, by area and by function.

`python -m benchmarks.cpu_profile OUT.json -m module arguments…`: the first SIGUSR2 starts the
samples, the second writes the file. A timer counts CPU time of all threads; the main thread's
share goes to the code that runs when it fires, each other thread is one area of its own.
"""

import json
import runpy
import signal
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FrameType

from benchmarks.stage import ROOT

SAMPLE_SECONDS = 0.002
_PACKAGES = "site-packages"
_LOOP = ("BaseEventLoop._run_once", "Runner.run")


class CpuProfile:
    """Samples of the running program; weights are CPU seconds."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._areas: defaultdict[str, float] = defaultdict(float)
        self._functions: defaultdict[str, float] = defaultdict(float)
        self._used: dict[int, float] = {}
        self._running = False
        signal.signal(signal.SIGUSR2, self._toggle)
        signal.signal(signal.SIGPROF, self._sample)

    def _toggle(self, number: int, frame: FrameType | None) -> None:
        if self._running:
            signal.setitimer(signal.ITIMER_PROF, 0)
            found = {"areas": self._areas, "functions": self._functions}
            self._output.write_text(json.dumps(found), encoding="utf-8")
            return
        self._running = True
        for thread in threading.enumerate():
            self._spent(thread)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)

    def _sample(self, number: int, frame: FrameType | None) -> None:
        for thread in threading.enumerate():
            spent = self._spent(thread)
            if thread is not threading.main_thread():
                self._areas[f"threads {_kind(thread)}"] += spent
            elif frame is not None:
                self._areas[area(frame)] += spent
                self._functions[function(frame)] += spent

    def _spent(self, thread: threading.Thread) -> float:
        """CPU seconds of the thread since the last time this was asked; 0 the first time."""
        if thread.ident is None:
            return 0.0
        try:
            used = time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
        except OSError:
            return 0.0
        before = self._used.get(thread.ident, used)
        self._used[thread.ident] = used
        return used - before


def _kind(thread: threading.Thread) -> str:
    """What the thread runs: the part in brackets of the name that threading gives it."""
    return thread.name.partition("(")[2].rstrip(")") or thread.name


def area(frame: FrameType) -> str:
    """The innermost package or project file on the stack; `event loop` when there is none."""
    at: FrameType | None = frame
    while at is not None and at.f_code.co_qualname not in _LOOP:
        path = Path(at.f_code.co_filename)
        if _PACKAGES in path.parts:
            return path.parts[path.parts.index(_PACKAGES) + 1].removesuffix(".py")
        if path.is_relative_to(ROOT) and path != Path(__file__):
            return str(path.relative_to(ROOT))
        at = at.f_back
    return "event loop"


def function(frame: FrameType) -> str:
    """Where the frame stands, as `folder/file.py name`."""
    path = Path(frame.f_code.co_filename)
    return f"{path.parent.name}/{path.name} {frame.f_code.co_qualname}"


def main() -> None:
    output, module = Path(sys.argv[1]), sys.argv[3]
    sys.argv = [module, *sys.argv[4:]]
    CpuProfile(output)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
