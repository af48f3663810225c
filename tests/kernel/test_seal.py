"""What is sealed is neither read nor changed, and opens for its own purpose only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.kernel.seal import Seal

SEAL = Seal("k" * 40)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_comes_back(content: bytes, purpose: str) -> None:
    sealed = SEAL.close(purpose.encode("utf-8", "replace").decode(), content)

    assert SEAL.open(purpose.encode("utf-8", "replace").decode(), sealed) == content
    assert content not in sealed or len(content) < 4


def test_another_purpose_or_key_opens_nothing() -> None:
    sealed = SEAL.close("second factor of Rosa", b"secret")

    assert SEAL.open("second factor of Otto", sealed) is None
    assert Seal("j" * 40).open("second factor of Rosa", sealed) is None


@pytest.mark.parametrize("sealed", [b"", b"x", b"x" * 12, b"x" * 40])
def test_what_was_not_sealed_opens_to_nothing(sealed: bytes) -> None:
    assert SEAL.open("p", sealed) is None


def test_a_changed_bit_opens_nothing_and_the_same_content_never_looks_the_same() -> None:
    sealed = SEAL.close("p", b"secret")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        assert SEAL.open("p", bytes(changed)) is None

    assert SEAL.close("p", b"secret") != sealed
