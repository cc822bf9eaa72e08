"""How a key part becomes a file name that cannot leave its directory."""

from __future__ import annotations

import hashlib
import re

__all__ = ["encode_part"]

_PLAIN = re.compile(r"[A-Za-z0-9_-]+\Z")
_LONGEST = 160
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)


def encode_part(part: str) -> str:
    """Return ``part`` as a file name that stays in its directory and that no other part shares.

    Letters, digits, ``_`` and ``-`` stand for themselves; every other character becomes the ``%XX`` of
    its UTF-8 bytes, so ``.``, ``/``, ``=`` and ``~`` never appear and stores may use them for their own
    ends. The empty part, device names, and parts longer than 160 encoded characters (which end in a digest)
    are marked by a ``%`` that no plain encoding holds. Case is kept: where the file system ignores it, parts
    that differ in nothing else share a file.

    Args:
        part: any string: of a key, or a partition key.

    Returns:
        A name of 1 to 160 ASCII characters.
    """
    if len(part) <= _LONGEST and _PLAIN.match(part):
        return part if part.lower() not in _DEVICES else f"%_{part}"
    if not part:
        return "%_"
    data = part.encode("utf-8", "surrogatepass")
    encoded = "".join(chr(byte) if _PLAIN.match(chr(byte)) else f"%{byte:02X}" for byte in data)
    if len(encoded) <= _LONGEST:
        return encoded
    # A cut may fall inside a %XX: strip the broken end, the digest alone tells long parts apart.
    head = re.sub(r"%.?\Z", "", encoded[: _LONGEST - 66])
    return f"{head}%~{hashlib.sha256(data).hexdigest()}"
