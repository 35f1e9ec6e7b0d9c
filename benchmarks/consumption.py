"""What a program and everything it started use of the machine, read from /proc (Linux)."""

import os
from pathlib import Path

_PROC = Path("/proc")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU seconds, user and system, of the program and its descendants, ended ones included."""
    ticks = 0
    for member in _tree(pid):
        fields = _fields(member)
        if fields:
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICKS_PER_SECOND


def busy_seconds() -> float:
    """Seconds that all cores together have worked since the machine started, for whomever.

    User, nice, system, interrupts and what the hypervisor took; not idle, not waiting for disks.
    """
    fields = (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(int(fields[i]) for i in (0, 1, 2, 5, 6, 7)) / _TICKS_PER_SECOND


def resident_bytes(pid: int) -> int:
    """Memory in RAM of the program and its descendants; shared pages count in each."""
    total = 0
    for member in _tree(pid):
        try:
            pages = (_PROC / str(member) / "statm").read_text().split()[1]
        except FileNotFoundError:
            continue
        total += int(pages) * os.sysconf("SC_PAGE_SIZE")
    return total


def _tree(pid: int) -> list[int]:
    """The program and its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return found


def _fields(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the program's name: state, parent, …"""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(")")[2].split()
