"""An object as a file of which only the parts that are read are fetched."""

from __future__ import annotations

import io

from holdfast_s3.bucket import Bucket

__all__ = ["ObjectChangedError", "RangedFile"]

_BLOCK = 1024 * 1024  # bytes


class ObjectChangedError(OSError):
    """The object was replaced while it was read."""


class RangedFile(io.RawIOBase):
    """One version of an object, as a binary file to read. What was fetched is kept.

    Args:
        bucket: where it is.
        key: its key.
        size: its size in bytes.
        etag: which version of it; reading another one fails.
    """

    def __init__(self, bucket: Bucket, key: str, size: int, etag: str) -> None:
        self.changed = False
        """Whether the object was found to have been replaced."""
        self._bucket, self._key, self._size, self._etag = bucket, key, size, etag
        self._position = 0
        self._blocks: dict[int, memoryview] = {}

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position, and return it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes, all that are left by default.

        Raises:
            ObjectChangedError: the object was replaced.
        """
        end = self._size if size is None or size < 0 else min(self._size, self._position + size)
        start, self._position = self._position, max(self._position, end)
        if start >= end:
            return b""
        numbers = range(start // _BLOCK, (end - 1) // _BLOCK + 1)
        self._fetch([number for number in numbers if number not in self._blocks])
        joined = b"".join(self._blocks[number] for number in numbers)
        skipped = start - numbers[0] * _BLOCK
        return joined[skipped : skipped + end - start]

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer with the next bytes; return how many they are."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _fetch(self, missing: list[int]) -> None:
        """Fetch blocks, those that follow each other together."""
        while missing:
            count = next((n for n, number in enumerate(missing) if number != missing[0] + n), len(missing))
            start = missing[0] * _BLOCK
            data = self._bucket.get_range(
                self._key, start, min(start + count * _BLOCK, self._size), self._etag
            )
            if data is None:
                self.changed = True
                raise ObjectChangedError(f"{self._bucket.url(self._key)} was replaced while it was read")
            for number in range(count):
                self._blocks[missing[number]] = memoryview(data)[number * _BLOCK : (number + 1) * _BLOCK]
            missing = missing[count:]
