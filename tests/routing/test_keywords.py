"""Keywords are whole words and phrases, however they are written."""

import pytest

from codex.kernel.checks import Checks
from codex.routing.keywords import LONGEST, MOST, checked, first_in, heard, keyword

FOUND = [
    ("VPN", "vpn, again"), ("VPN", "The VPN's down"), ("VPN", "(vpn)"), ("VPN", "vpn-client"),
    ("VPN", "Ｖ Ｐ Ｎ ＶＰＮ"),
    ("Wi-Fi", "no wi-fi here"), ("Wi-Fi", "no WI\u2011FI here"), ("Wi-Fi", "wi\u00ad-fi"),
    ("straße", "In der STRASSE 4"),
    ("STRASSE", "straße"), ("café", "CAFE"), ("cafe", "cafe\u0301!"), ("imprimante", "l\u2019imprimante est en panne"),
    ("remote access", "Remote\n  access denied"), ("C++", "a C++ compiler"), (".NET", "the .net runtime"),
    ("東京", "東京の事務所"), ("プリンター", "プリンター故障"), ("принтер", "Сломался ПРИНТЕР."),
    ("हिन्दी", "मुझे हिन्दी में"),
    ("password", "password\u200b"), ("o'brien", "O\u2019Brien called"), ("a", "a"), ("42", "room 42"),
]  # fmt: skip
NOT_FOUND = [
    ("VPN", "vpnish"), ("VPN", "openvpn"), ("VPN", "vpn2"), ("VPN", "my_vpn"), ("VPN", "vp n"), ("Wi-Fi", "wifi"),
    ("remote access", "access remote"), ("remote access", "remote accessories"), ("हिन्द", "हिन्दी"),
    ("принтер", "принтеры"), ("プリンター", "大型プリンターズ"), ("42", "142"), ("cafe", "cafeteria"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "text"), FOUND)
def test_a_keyword_is_found_as_a_whole_word(word: str, text: str) -> None:
    found = first_in(heard(text), [keyword(word)])
    assert found is not None and found.written == word


@pytest.mark.parametrize(("word", "text"), NOT_FOUND)
def test_a_part_of_a_word_is_not_it(word: str, text: str) -> None:
    assert first_in(heard(text), [keyword(word)]) is None


def test_a_phrase_does_not_go_from_the_subject_into_the_description() -> None:
    assert first_in(heard("No remote", "access since Monday"), [keyword("remote access")]) is None


def test_the_first_keyword_of_the_rule_that_stands_there_is_told() -> None:
    words = [keyword("printer"), keyword("VPN"), keyword("tunnel")]
    assert first_in(heard("The tunnel", "of the vpn"), words) == keyword("VPN")


def problems(*words: str) -> list[tuple[str, str]]:
    check = Checks()
    checked(check, words)
    return [(problem.path, problem.message) for problem in check.problems]


def test_keywords_are_kept_as_they_were_written_but_for_spaces() -> None:
    assert checked(Checks(), ["  Remote   access ", "VPN"]) == ["Remote access", "VPN"]


@pytest.mark.parametrize(
    ("words", "path", "said"),
    [
        (["VPN", ""], "keywords[1]", "empty"),
        (["VPN", "ＶＰＮ"], "keywords[1]", "same keyword as 'VPN'"),
        (["?!"], "keywords[0]", "letter or digit"),
        (["\u0301"], "keywords[0]", "letter or digit"),
        (["x" * (LONGEST + 1)], "keywords[0]", f"at most {LONGEST}"),
        (["\x00"], "keywords[0]", "empty"),
        ([f"word {n}" for n in range(MOST + 1)], "keywords", f"{MOST} is the most"),
    ],
)
def test_what_is_no_keyword_is_named_with_its_path(words: list[str], path: str, said: str) -> None:
    (found,) = problems(*words)
    assert found[0] == path and said in found[1]
