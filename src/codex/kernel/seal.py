"""What is kept or handed out and must be neither read nor changed: sealed with the installation's secret key."""

import os

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


def _cipher(secret_key: str, purpose: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
    return AESGCM(derived)
