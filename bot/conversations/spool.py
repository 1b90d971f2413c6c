"""A file that holds what could not be stored yet: redacted, in order, shared by all processes of a machine."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.conversations.batch import Batch

logger = logging.getLogger(__name__)

FILE = "turns.jsonl"
# Held by whoever appends or replaces the file, and by whoever stores or erases what is in it.
_WRITING = "writing.lock"
_STORING = "storing.lock"


class SpoolFull(RuntimeError):
    """The spool has reached its limit."""


class Spool:
    """Lines of JSON, each a batch.

    Args:
        folder: made when something is first written; for its owner only.
        most: bytes that the file may have.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._path = folder / FILE
        self._most = most
        # What was read of the file so far: which file it was, how far, and the batches by conversation.
        self._file: tuple[int, str] | None = None
        self._read = 0
        self._batches: dict[str, list[Batch]] = {}
        self._reading = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes that wait to be stored."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def add(self, batch: Batch) -> None:
        """Append a batch; it is on the disk when this returns.

        Raises:
            SpoolFull: the limit is reached.
            OSError: the disk does not take it.
        """
        line = batch.as_line()
        with self._lock(_WRITING):
            size = self.size
            if size + len(line) > self._most:
                raise SpoolFull(f"{self._path} has {size} bytes")
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                if size and not self._ends_whole(size):
                    # A process or the machine died while it wrote: what it had not finished is no line of ours.
                    line = b"\n" + line
                written = os.write(descriptor, line)
                if written < len(line):
                    os.ftruncate(descriptor, size)
                    raise OSError(f"the disk took {written} of {len(line)} bytes")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def of(self, conversation: str) -> list[Batch]:
        """What waits of one conversation, in order."""
        if not self.size:
            return []
        with self._reading:
            self._catch_up()
            return list(self._batches.get(conversation, ()))

    def drain(self, store: Callable[[list[Batch]], None], most: int = 100) -> int:
        """Hand over what waits, in order, and forget it; returns how many batches.

        What `store` raises is passed on, and all that was not forgotten is handed over again: it must know what it has.
        Where another process is at it, nothing is done.
        """
        if not self.size:
            return 0
        with self._lock(_STORING, wait=False) as held:
            if not held:
                return 0
            done = count = 0
            while True:
                batches, end = self._from(done, most)
                if batches:
                    store(batches)
                    count += len(batches)
                if end > done:
                    done = end
                    continue
                with self._lock(_WRITING):
                    # What was appended in the meantime is next; what is not whole will never be.
                    if self._from(done, 1)[1] > done:
                        continue
                    self._path.unlink(missing_ok=True)
                    return count

    @contextlib.contextmanager
    def without(self, conversation: str) -> Iterator[list[Batch]]:
        """Erase a conversation when the block ends without an error; yields what waits of it.

        Nothing is stored from the spool in the meantime.
        """
        if not self.size:
            # Nothing waits, and what comes now belongs to a conversation that begins anew.
            yield []
            return
        with self._lock(_STORING):
            yield [batch for batch in self._all() if batch.conversation == conversation]
            with self._lock(_WRITING):
                self._replace([batch for batch in self._all() if batch.conversation != conversation])

    def waiting(self) -> list[Batch]:
        """All that waits, in order."""
        return self._all()

    def _replace(self, batches: list[Batch]) -> None:
        if not batches:
            self._path.unlink(missing_ok=True)
            return
        new = self._path.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(batch.as_line() for batch in batches)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)

    def _all(self) -> list[Batch]:
        batches: list[Batch] = []
        done = 0
        while True:
            more, end = self._from(done, 1000)
            batches += more
            if end == done:
                return batches
            done = end

    def _from(self, offset: int, most: int) -> tuple[list[Batch], int]:
        """The next batches from an offset, and where they end."""
        batches: list[Batch] = []
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return [], offset
        with file:
            file.seek(offset)
            while len(batches) < most:
                line = file.readline()
                if not line.endswith(b"\n"):
                    break
                offset += len(line)
                try:
                    batches.append(Batch.from_line(line))
                except ValueError:
                    if line.strip():
                        logger.error("a line of the spool is not whole and was left out")
        return batches, offset

    def _catch_up(self) -> None:
        first, _ = self._from(0, 1)
        try:
            file = (self._path.stat().st_ino, first[0].key if first else "")
        except FileNotFoundError:
            file = None
        if file != self._file:
            self._file, self._read, self._batches = file, 0, {}
        while True:
            batches, end = self._from(self._read, 1000)
            for batch in batches:
                self._batches.setdefault(batch.conversation, []).append(batch)
            if end == self._read:
                return
            self._read = end

    def _ends_whole(self, size: int) -> bool:
        with self._path.open("rb") as file:
            file.seek(size - 1)
            return file.read(1) == b"\n"

    @contextlib.contextmanager
    def _lock(self, name: str, wait: bool = True) -> Iterator[bool]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(descriptor)
