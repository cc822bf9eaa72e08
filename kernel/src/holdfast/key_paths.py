"""How keys become names: of files that cannot leave their directory, and of tables in a database."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

__all__ = ["encode_identifier", "encode_part", "from_database_text", "to_database_text"]

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


_LONGEST_IDENTIFIER = 63


def encode_identifier(parts: Sequence[str], mark: str = "") -> str:
    """Return a name for a schema or table of a database that no other parts share.

    Small letters, digits and ``_`` stand for themselves; every other character becomes the ``$xx`` of its
    UTF-8 bytes, so that names stay apart where the case of letters does not count. Parts are joined with
    ``$_``, an empty part is ``$z``. Names longer than 63 characters, the most that PostgreSQL takes, are cut
    and end in ``$x`` and a digest.

    Args:
        parts: any strings: of a key, or of what else is to be named.
        mark: what the name starts with, to keep it apart from names without: a ``$`` and a letter that is
            no hexadecimal digit, nor ``x`` or ``z``.

    Returns:
        A name of 1 to 63 small letters, digits, ``_`` and ``$``.
    """
    name = mark + "$_".join(map(_identifier_of, parts))
    if len(name) <= _LONGEST_IDENTIFIER:
        return name
    digest = base64.b32encode(hashlib.sha256(name.encode()).digest()[:20]).decode().lower()
    return f"{name[: _LONGEST_IDENTIFIER - 2 - len(digest)]}$x{digest}"


def _identifier_of(part: str) -> str:
    data = part.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if chr(byte) in _IN_IDENTIFIERS else f"${byte:02x}" for byte in data) or "$z"


_IN_IDENTIFIERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def to_database_text(text: str) -> str:
    """Return ``text`` as a database can keep it; no two texts become one.

    Text with the null character, which PostgreSQL refuses, or with half surrogate pairs, which are no valid
    Unicode, becomes the hexadecimal digits of its UTF-8 bytes after ``%:``. Other text stays as it is.

    Args:
        text: any string, such as a partition key.
    """
    plain = "\0" not in text and not text.startswith("%:")
    if plain and (text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)):
        return text
    return "%:" + text.encode("utf-8", "surrogatepass").hex()


def from_database_text(text: str) -> str:
    """Return the text that `to_database_text` was given."""
    if not text.startswith("%:"):
        return text
    return bytes.fromhex(text[2:]).decode("utf-8", "surrogatepass")
