"""Starts the programs of a run on loopback, talks to the stub server and stops everything."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.contestants import Contestant, Stage

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 10.0
PREPARE_SECONDS = 600.0
CONNECT_SECONDS = 30.0


class Stalled(Exception):
    """A contestant ended, did not start, or stopped answering; the text holds its last lines."""


@dataclass(frozen=True, slots=True)
class RunningStub:
    """A stub server in its own program."""

    pid: int
    port: int

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def administer(self, command: str) -> dict[str, Any]:
        """Call `/admin/<command>` and return its JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", f"/admin/{command}")
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return answer


@dataclass(frozen=True, slots=True)
class RunningContestant:
    """A bot in its own program, what it wrote, and when it was started (monotonic seconds)."""

    program: subprocess.Popen[bytes]
    log: Path
    started_at: float

    @property
    def pid(self) -> int:
        return self.program.pid

    def wait_until(self, happened: Callable[[], bool], seconds: float, what: str) -> None:
        """Poll until it happened; raises Stalled when the bot ends first or time is over."""
        deadline = time.monotonic() + seconds
        while not happened():
            if self.program.poll() is not None:
                raise Stalled(f"ended with {self.program.returncode} before {what}: {self.tail()}")
            if time.monotonic() > deadline:
                raise Stalled(f"no {what} within {seconds:.0f} s: {self.tail()}")
            time.sleep(0.01)

    def tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return " / ".join(lines[-4:])


@contextmanager
def running_stub(*arguments: str, module: str = "benchmarks.stub_server") -> Iterator[RunningStub]:
    """A stub (or limits) server with these command line arguments."""
    program = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert program.stdout is not None
        line = program.stdout.readline()
        if not line:
            raise Stalled(f"{module} did not start")
        yield RunningStub(program.pid, json.loads(line)["port"])
    finally:
        _stop(program)


@contextmanager
def running_contestant(
    contestant: Contestant, stage: Stage, prefix: tuple[str, ...] = ()
) -> Iterator[RunningContestant]:
    """Start a bot; `prefix` replaces the interpreter in its command line."""
    with tempfile.TemporaryDirectory(prefix="ashar-bench-") as folder:
        log = Path(folder) / "log.txt"
        command = [*(prefix or contestant.command[:1]), *contestant.command[1:]]
        with log.open("wb") as output:
            started_at = time.perf_counter()
            program = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_environment(contestant, stage),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield RunningContestant(program, log, started_at)
        finally:
            _stop(program)


def prepare(contestant: Contestant, stage: Stage) -> None:
    """Run what the contestant needs done to its empty database; raises Stalled when it fails."""
    if contestant.prepare is None:
        return
    done = subprocess.run(
        contestant.prepare,
        cwd=ROOT,
        env=_environment(contestant, stage),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PREPARE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise Stalled(f"preparing failed: {done.stdout.decode(errors='replace')[-600:]}")


def _environment(contestant: Contestant, stage: Stage) -> dict[str, str]:
    return {**os.environ, **contestant.environment(stage), "PYTHONUNBUFFERED": "1"}


def _stop(program: subprocess.Popen[bytes]) -> None:
    """SIGTERM and a while to end; then the hard way."""
    if program.poll() is None:
        program.send_signal(signal.SIGTERM)
        try:
            program.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
    if program.stdout is not None:
        program.stdout.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
