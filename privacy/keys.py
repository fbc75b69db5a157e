"""Keep the key that signs ledger rows: made once, readable by its owner only, never printed."""

import os
import secrets
import stat
from pathlib import Path

from privacy.errors import PrivacyError

_KEY_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_key(file: Path, *, begun: bool) -> bytes:
    """Read the key, or make it where the ledger has no row yet.

    Args:
        file: `ledger/keys/ledger.key`.
        begun: Whether rows are signed already.

    Returns:
        32 bytes.

    Raises:
        PrivacyError: The key is missing, open to others, or not a key.
    """
    if not file.is_file():
        if begun:
            raise PrivacyError(
                "The ledger's key is missing. Restore ledger/keys/ledger.key from a backup."
            )
        _make_key(file)
    if file.stat().st_mode & _OTHERS:
        raise PrivacyError("ledger/keys/ledger.key is open to others. Set its rights to 0600.")
    try:
        key = bytes.fromhex(file.read_text(encoding="utf-8"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise PrivacyError("ledger/keys/ledger.key is not a key. Restore it from a backup.")
    return key


def _make_key(file: Path) -> None:
    """Make the key once, also when two processes begin a ledger together."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        target.write(secrets.token_hex(_KEY_BYTES))
        target.flush()
        os.fsync(target.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
