"""A PostgreSQL server of one's own, from the binaries on the machine, gone when the block ends."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy import NullPool
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

SUPERUSER = "ashar"
START_SECONDS = 30.0
STOP_SECONDS = 20.0
PORT_ATTEMPTS = 5
STATUS_LINE = 7  # of postmaster.pid, counted from 0
QUICK_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresUnavailable(Exception):
    """No server binaries on this machine, or the server did not start; the text says which."""


@dataclass(frozen=True, slots=True)
class _Account:
    """The system user that the server runs as; initdb and postgres refuse root."""

    uid: int
    gid: int


def postgres_binaries() -> Path | None:
    """The folder that holds both `initdb` and `postgres`, or None when there is none.

    PATH is searched first, then Debian's folders, the newest version first.
    """
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    debian = Path("/usr/lib/postgresql")
    versions = [entry for entry in debian.glob("*") if entry.name.isdigit()]
    folders += [version / "bin" for version in sorted(versions, key=lambda v: -int(v.name))]
    for folder in folders:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    return None


@contextmanager
def temporary_postgres(
    *, durable: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield `postgresql+asyncpg://…` of a fresh server with an empty database `ashar`.

    `durable` keeps fsync and synchronous commits on (benchmarks); without it a power cut may
    lose data and commits are quick (tests). `settings` are further server settings by name.
    Raises PostgresUnavailable without binaries or when the server does not come up.
    """
    binaries = postgres_binaries()
    if binaries is None:
        raise PostgresUnavailable("no PostgreSQL server binaries (initdb, postgres) were found")
    options = {} if durable else dict(QUICK_AND_FORGETFUL)
    options.update(settings or {})
    account = _server_account()
    root = Path(tempfile.mkdtemp(prefix="ashar-pg-"))
    try:
        if account is not None:
            os.chown(root, account.uid, account.gid)
        _create_cluster(binaries, root, account)
        server, port = _start(binaries, root, account, options)
        try:
            yield f"postgresql+asyncpg://{SUPERUSER}@127.0.0.1:{port}/ashar"
        finally:
            _stop(server)
    finally:
        shutil.rmtree(root, ignore_errors=True)


class EmptyDatabases:
    """Databases with the schema of the server's own and no rows.

    One that was used is emptied and used again: that takes a tenth of the time of a new one. It is
    not for tests that change the schema.
    """

    def __init__(self, server_url: str) -> None:
        self._server = make_url(server_url)
        self._spare: list[str] = []
        self._made = 0

    async def take(self) -> str:
        """The URL of a database that nobody else has."""
        if self._spare:
            return self._spare.pop()
        self._made += 1
        name = f"empty_{self._made}"
        await _administer(
            self._server.render_as_string(hide_password=False),
            f'CREATE DATABASE "{name}" TEMPLATE "{self._server.database}"',
        )
        return self._server.set(database=name).render_as_string(hide_password=False)

    async def give_back(self, url: str) -> None:
        """Empties it; sessions that a test left behind are cut."""
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            await connection.execute(CUT_OTHERS)
            await connection.execute(EMPTY)
        finally:
            await connection.close()
        self._spare.append(url)


CUT_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """
DO $$ BEGIN
  SET LOCAL session_replication_role = replica;
  EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY'
    FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  );
END $$
"""
"""Without triggers: one of them keeps the journal from being emptied."""


async def create_database(server_url: str, name: str) -> str:
    """Create the empty database `name` on the server of `server_url`; return its URL."""
    await _administer(server_url, f'CREATE DATABASE "{name}"')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


async def drop_database(url: str) -> None:
    """Drop the database of `url` and cut whoever is still connected to it."""
    await _administer(url, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


async def _administer(url: str, statement: str) -> None:
    """Run one statement that PostgreSQL refuses inside a transaction."""
    engine = create_async_engine(
        make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    async with engine.connect() as connection:
        await connection.exec_driver_sql(statement)
    await engine.dispose()


def _server_account() -> _Account | None:
    """Whom to become before starting the server; None when this user may run it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _Account(entry.pw_uid, entry.pw_gid)
    raise PostgresUnavailable("PostgreSQL refuses root and there is no user postgres or nobody")


def _spawn(
    command: list[str], root: Path, account: _Account | None, log: Path, stdin: Path | None = None
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output, Path(stdin or os.devnull).open("rb") as source:
        return subprocess.Popen(
            command,
            cwd=root,
            stdin=source,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
        )


def _create_cluster(binaries: Path, root: Path, account: _Account | None) -> None:
    """Make the data folder and, before the server listens, the database `ashar` in it."""
    log = root / "initdb.log"
    data = str(root / "data")
    initdb = [str(binaries / "initdb"), "--pgdata", data, "--username", SUPERUSER]
    initdb += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    if _spawn(initdb, root, account, log).wait() != 0:
        raise PostgresUnavailable(f"initdb failed: {_tail(log)}")
    statements = root / "first.sql"
    statements.write_text("CREATE DATABASE ashar\n", encoding="ascii")
    single = [str(binaries / "postgres"), "--single", "-D", data, "-c", "fsync=off", "postgres"]
    if _spawn(single, root, account, log, statements).wait() != 0:
        raise PostgresUnavailable(f"the first database was not created: {_tail(log)}")


def _start(
    binaries: Path, root: Path, account: _Account | None, options: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server on a free port; another program may take the port first, so try again."""
    log = root / "server.log"
    for _ in range(PORT_ATTEMPTS):
        port = _free_port()
        command = [*_dies_with_its_parent(), str(binaries / "postgres"), "-D", str(root / "data")]
        command += ["-h", "127.0.0.1", "-p", str(port), "-k", str(root)]
        for name, value in {**options, "timezone": "UTC"}.items():
            command += ["-c", f"{name}={value}"]
        server = _spawn(command, root, account, log)
        if _becomes_ready(server, root / "data" / "postmaster.pid"):
            return server, port
        _stop(server)
    raise PostgresUnavailable(f"the PostgreSQL server did not start: {_tail(log)}")


def _dies_with_its_parent() -> list[str]:
    """A prefix that stops the server when this process is killed, where the system offers it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT"] if setpriv else []


def _becomes_ready(server: subprocess.Popen[bytes], pid_file: Path) -> bool:
    """Wait for the line `ready` that the server writes to its pid file; False when it ended."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            lines = pid_file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            lines = []
        if len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready":
            return True
        time.sleep(0.02)
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown (open sessions are cut); killed when it does not end in time."""
    if server.poll() is not None:
        return
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return " / ".join(lines[-3:])
