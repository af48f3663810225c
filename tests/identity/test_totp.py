"""Codes of authenticator apps, against the vectors of the standards."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex.identity import totp

SECRET = b"12345678901234567890"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEP = totp.step_at(NOW)
HOTP = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
TOTP = {
    59: ("94287082", "46119246", "90693936"),
    1111111109: ("07081804", "68084774", "25091201"),
    1111111111: ("14050471", "67062674", "99943326"),
    1234567890: ("89005924", "91819424", "93441116"),
    2000000000: ("69279037", "90698825", "38618901"),
    20000000000: ("65353130", "77737706", "47863826"),
}
SECRETS = {"sha1": SECRET, "sha256": (SECRET * 2)[:32], "sha512": (SECRET * 4)[:64]}


@pytest.mark.parametrize(("counter", "code"), list(enumerate(HOTP)))
def test_rfc_4226_appendix_d(counter: int, code: str) -> None:
    assert totp.code(SECRET, counter) == code


@pytest.mark.parametrize(("seconds", "codes"), list(TOTP.items()))
def test_rfc_6238_appendix_b(seconds: int, codes: tuple[str, str, str]) -> None:
    step = totp.step_at(datetime.fromtimestamp(seconds, UTC))
    found = tuple(totp.code(secret, step, digits=8, algorithm=name) for name, secret in SECRETS.items())

    assert found == codes


@pytest.mark.parametrize(("drift", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_a_step_off(drift: int, fits: bool) -> None:
    found = totp.step_of(SECRET, totp.code(SECRET, STEP + drift), at=NOW, after=0)

    assert found == (STEP + drift if fits else None)


def test_a_code_is_taken_once_and_none_before_it_any_more() -> None:
    for step in (STEP - 1, STEP):
        assert totp.step_of(SECRET, totp.code(SECRET, step), at=NOW, after=STEP) is None

    assert totp.step_of(SECRET, totp.code(SECRET, STEP + 1), at=NOW, after=STEP) == STEP + 1


@pytest.mark.parametrize("given_", ["", "12345", "1234567", "é23456", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code_fits_nothing(given_: str) -> None:
    assert totp.step_of(SECRET, given_, at=NOW, after=0) is None


@given(st.integers(30, 10**10), st.binary(min_size=20, max_size=20))
def test_a_code_always_has_six_digits_and_holds_for_its_step(seconds: int, secret: bytes) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    code = totp.code(secret, totp.step_at(at))

    assert len(code) == 6 and code.isdigit()
    assert totp.step_of(secret, code, at=at, after=-1) is not None


def test_an_app_reads_it_all_from_one_address() -> None:
    parts = urlsplit(totp.uri(SECRET, account="rosa+x@acme.example", issuer="Codex desk"))

    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Codex%20desk:rosa%2Bx@acme.example")
    assert parse_qs(parts.query) == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["Codex desk"], "digits": ["6"], "period": ["30"],
    }  # fmt: skip
    assert len(totp.new_secret()) == 20 and totp.new_secret() != totp.new_secret()
