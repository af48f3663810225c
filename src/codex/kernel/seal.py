"""What is kept or handed out and must be neither read nor changed: sealed with the installation's secret key."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class Seal:
    """AES-256-GCM (NIST SP 800-38D), with a key of its own for each purpose (HKDF, RFC 5869).

    What was sealed for one purpose opens for no other; a purpose may name whose it is ("second factor of …").
    """

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def close(self, purpose: str, content: bytes) -> bytes:
        """Seal it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + _cipher(self._secret_key, purpose).encrypt(nonce, content, None)

    def open(self, purpose: str, sealed: bytes) -> bytes | None:
        """What was sealed; None when it was not, or with another key, or for another purpose."""
        try:
            return _cipher(self._secret_key, purpose).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            return None


def kept_key(folder: Path) -> str:
    """The secret key that is kept in a folder, made at the first start."""
    path = folder / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32), "ascii")
        with suppress(FileExistsError):
            path.hardlink_to(draft)  # the first of several starters wins, whole
        draft.unlink()
    return path.read_text("ascii").strip()


def _cipher(secret_key: str, purpose: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
    return AESGCM(derived)
