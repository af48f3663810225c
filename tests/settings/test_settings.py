"""Settings: where they come from, and the one sentence that a wrong one stops the start with."""

import dataclasses
from pathlib import Path

import pytest

from codex.kernel.errors import SetupError
from codex.settings import Settings, load

KEY = "k" * 32
URL = "postgresql://codex@db.example/codex"
_PROVIDER = {"CODEX_OIDC_CLIENT_ID": "codex", "CODEX_OIDC_CLIENT_SECRET": "x"}


def loaded(dotenv: Path | None = None, **environ: str) -> Settings:
    return load(environ, dotenv=dotenv or Path("/nonexistent/.env"))


def test_nothing_needs_to_be_set() -> None:
    settings = loaded()

    assert settings == Settings()
    assert settings.is_embedded
    assert settings.data_path == Path("data").absolute()


def test_an_empty_value_is_no_value() -> None:
    assert loaded(DATABASE_URL="", CODEX_DATA_DIR="  ", CODEX_LOG="") == Settings()


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# ours\n\nexport CODEX_LOG=json\n CODEX_DATA_DIR = '/var/lib/codex' \n"
        f'CODEX_SECRET_KEY="{KEY}"\nDATABASE_URL={URL}?sslmode=require\nOTHER=1\n'
    )
    settings = loaded(file, CODEX_LOG="text")

    assert (settings.log, settings.data_dir, settings.secret_key) == ("text", "/var/lib/codex", KEY)
    assert settings.database_url == f"{URL}?sslmode=require"


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"DATABASE_URL": "mysql://x/y", "CODEX_SECRET_KEY": KEY}, "DATABASE_URL must start with postgresql://"),
        ({"DATABASE_URL": "codex", "CODEX_SECRET_KEY": KEY}, "DATABASE_URL must start with postgresql://"),
        ({"DATABASE_URL": "postgresql://[half/x", "CODEX_SECRET_KEY": KEY}, "DATABASE_URL must start with"),
        ({"DATABASE_URL": URL}, "CODEX_SECRET_KEY must be set when DATABASE_URL is set"),
        ({"DATABASE_URL": URL, "CODEX_SECRET_KEY": KEY, "DIRECT_URL": "x"}, "DIRECT_URL must start with postgresql://"),
        ({"DIRECT_URL": URL}, "DIRECT_URL is set and DATABASE_URL is not"),
        ({"CODEX_SECRET_KEY": "short"}, "CODEX_SECRET_KEY must have at least 32 characters"),
        ({"CODEX_WEBHOOK_ALLOW_PRIVATE": "maybe"}, "CODEX_WEBHOOK_ALLOW_PRIVATE must be yes or no"),
        ({"CODEX_BASE_URL": "desk.example"}, "CODEX_BASE_URL must be an http:// or https:// address"),
        ({"CODEX_BASE_URL": "http://"}, "CODEX_BASE_URL must be an http:// or https:// address"),
        ({"CODEX_BASE_URL": "http://[half"}, "CODEX_BASE_URL must be an http:// or https:// address"),
        ({"CODEX_OIDC_ISSUER": "https://login.example"}, "CODEX_OIDC_CLIENT_ID is not set"),
        ({"CODEX_OIDC_CLIENT_ID": "codex", "CODEX_OIDC_CLIENT_SECRET": "x"}, "CODEX_OIDC_ISSUER is not set"),
        ({**_PROVIDER, "CODEX_OIDC_ISSUER": "login.example"}, "CODEX_OIDC_ISSUER must be an https:// address"),
        ({**_PROVIDER, "CODEX_OIDC_ISSUER": "http://login.example"}, "CODEX_OIDC_ISSUER must be an https:// address"),
        ({"CODEX_OIDC_ADDS_PEOPLE": "perhaps"}, "CODEX_OIDC_ADDS_PEOPLE must be yes or no"),
        ({"CODEX_LOG": "loud"}, "CODEX_LOG must be text or json"),
        ({"CODEX_DATA_DIR": "~nobody-of-this-name/x"}, "CODEX_DATA_DIR begins with the home of a user"),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SetupError) as refused:
        loaded(**environ)

    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith((".", ")."))
    assert "\n" not in str(refused.value)


def test_a_refusal_never_shows_the_secret() -> None:
    with pytest.raises(SetupError) as refused:
        loaded(DATABASE_URL="mysql://u:geheim@x/y", CODEX_SECRET_KEY="geheim")

    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"CODEX_LOG=text\nnonsense\n", "Line 2 of .env is not NAME=value."),
        (b"\xff\xfe", "The file .env cannot be read as UTF-8 text."),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SetupError) as refused:
        loaded(tmp_path / ".env")

    assert str(refused.value) == sentence


def test_every_setting_says_what_it_is_for() -> None:
    for field in dataclasses.fields(Settings):
        assert field.metadata["name"].isupper()
        assert field.metadata["about"].endswith(".")
        assert field.metadata["example"] or field.metadata["shown"]
