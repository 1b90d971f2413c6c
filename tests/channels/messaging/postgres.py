"""A real PostgreSQL server in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from bench.processes import free_port


def program(name: str) -> str | None:
    """Where a program of PostgreSQL's is, if it is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


class Postgres:
    """A server on a free port, with one database."""

    def __init__(self, folder: Path) -> None:
        self.url = f"postgresql://guide@127.0.0.1:{(port := free_port())}/postgres"
        self._data = folder / "data"
        # It refuses to run as root.
        self._user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if self._user:
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            for above in (folder, *folder.parents[:3]):
                above.chmod(above.stat().st_mode | 0o011)
        self._run("initdb", "-U", "guide", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self._data / "log"), "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _run(self, name: str, *arguments: str) -> None:
        command = [program(name) or name, "-D", str(self._data), *arguments]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", check=False, **self._user)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
