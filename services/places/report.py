"""What an import of places did or would do, line by line of the file."""

import enum
from dataclasses import dataclass, field


class What(enum.StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Entry:
    line: int
    """Of the file, the header being 1; 0: the file as a whole."""
    code: str
    what: What
    text: str

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "file"
        who = f" {self.code}" if self.code else ""
        return f"{where}{who}: {self.what}{': ' if self.text else ''}{self.text}"


@dataclass(slots=True)
class Report:
    """Every row has one entry (added, changed, unchanged) or errors, and warnings besides."""

    dry_run: bool = False
    written: bool = False
    """Whether anything was written; never with an error among the entries."""
    ignored: tuple[str, ...] = ()
    """Columns of the file that the import doesn't know."""
    entries: list[Entry] = field(default_factory=list)

    def note(self, line: int, code: str, what: What, text: str = "") -> None:
        self.entries.append(Entry(line, code, what, text))

    def warn(self, line: int, code: str, text: str) -> None:
        self.note(line, code, What.WARNING, text)

    def fail(self, line: int, code: str, text: str) -> None:
        self.note(line, code, What.ERROR, text)

    def count(self, what: What) -> int:
        return sum(entry.what is what for entry in self.entries)

    @property
    def has_errors(self) -> bool:
        return any(entry.what is What.ERROR for entry in self.entries)

    def lines(self, *, unchanged: bool = True) -> list[str]:
        """The report in plain text, the summary last; `unchanged` False leaves such rows out."""
        shown = [
            str(entry)
            for entry in sorted(self.entries, key=lambda entry: entry.line)
            if unchanged or entry.what is not What.UNCHANGED
        ]
        if self.ignored:
            shown.append(f"columns not used: {', '.join(self.ignored)}")
        counts = ", ".join(f"{self.count(what)} {what}" for what in (What.ADDED, What.CHANGED))
        shown.append(
            f"{counts}, {self.count(What.UNCHANGED)} unchanged; "
            f"{self.count(What.WARNING)} warnings, {self.count(What.ERROR)} errors"
        )
        shown.append(self._outcome())
        return shown

    def _outcome(self) -> str:
        if self.has_errors:
            return "nothing was written: correct the errors and import the file again"
        if self.dry_run:
            return "nothing was written: this was a dry run"
        return "written" if self.written else "nothing to write"
