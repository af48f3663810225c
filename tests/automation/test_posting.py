"""A POST to the outside: it ends in time, reads little, goes where it was checked to go, and never home."""

import asyncio
import gzip
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from far_ends import (
    Respond,
    breaks_its_chunks,
    drips,
    drips_headers,
    falls_silent,
    far_end,
    hangs,
    hangs_up,
    never_ends,
    says,
)

from codex.automation import posting
from codex.automation.destinations import is_public
from codex.automation.posting import OffLimits, Poster, Unanswered

pytestmark = pytest.mark.anyio
METADATA = "http://169.254.169.254/latest/meta-data/"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", timedelta(seconds=0.4))


class Names:
    """A name server: gives each time the next of its answers, and remembers what it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
    ],
)  # fmt: skip
def test_addresses_of_the_public_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.88.99.1", "198.18.0.1", "203.0.113.9",
        "224.0.0.251", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "fe80::1",
        "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001::1", "64:ff9b:1::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2606:4700:4700::1111%2", "localhost", "",
    ],
)  # fmt: skip
def test_all_other_addresses_are_not(address: str) -> None:
    assert not is_public(address)


async def test_what_is_sent_arrives_under_the_name_that_was_asked_for() -> None:
    async with far_end(says(202, b"thank you")) as end:
        names = Names(["127.0.0.1"])
        url = f"http://Hooks.Example:{end.port}/a/b?c=d"
        answer = await Poster(reaches_private=True, resolve=names).post(url, b'{"a": 1}', {"X-One": "two"})

    (call,) = end.calls
    assert (answer.status, answer.text, names.asked) == (202, "thank you", ["hooks.example"])
    assert (call.line, call.body) == ("POST /a/b?c=d HTTP/1.1", b'{"a": 1}')
    assert (call.headers["host"], call.headers["x-one"]) == (f"hooks.example:{end.port}", "two")


async def test_a_name_that_leads_home_is_not_called() -> None:
    async with far_end(says(200)) as end:
        for names in (Names(["127.0.0.1"]), Names(["8.8.8.8", "127.0.0.1"]), Names(["::ffff:7f00:1"])):
            with pytest.raises(OffLimits, match="not on the public internet; nothing is sent there"):
                await Poster(resolve=names).post(f"http://hooks.example:{end.port}/", b"{}", {})

    assert end.connections == 0


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0", "0.0.0.0"]
)
async def test_home_is_recognised_however_it_is_written(host: str) -> None:
    async with far_end(says(200)) as end:
        with pytest.raises(OffLimits):
            await Poster().post(f"http://{host}:{end.port}/", b"{}", {})

    assert end.connections == 0


async def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to() -> None:
    """A name server that says something else the second time is not asked a second time."""
    names = Names(["127.0.0.2"], ["127.0.0.1"])
    async with far_end(says(200)) as end:
        with pytest.raises(Unanswered, match="could not be connected to"):
            await Poster(reaches_private=True, resolve=names).post(f"http://hooks.example:{end.port}/", b"{}", {})

    assert (names.asked, end.connections) == (["hooks.example"], 0)


async def test_a_redirect_is_an_answer_and_leads_nowhere() -> None:
    async with (
        far_end(says(200)) as inside,
        far_end(says(302, location=METADATA)) as end,
        far_end(says(307, location=inside.url)) as other,
    ):
        answers = [await Poster(reaches_private=True).post(each.url, b"{}", {}) for each in (end, other)]

    assert [(answer.status, answer.location) for answer in answers] == [(302, METADATA), (307, inside.url)]
    assert inside.connections == 0


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("respond", [hangs, drips_headers])
async def test_who_does_not_answer_in_time_has_not_answered(respond: object) -> None:
    async with far_end(respond) as end:  # type: ignore[arg-type] - parametrised
        began = asyncio.get_running_loop().time()
        with pytest.raises(Unanswered, match="no answer within"):
            await Poster(reaches_private=True).post(end.url, b"{}", {})

    assert asyncio.get_running_loop().time() - began < 2


@pytest.mark.usefixtures("impatient")
async def test_a_name_server_that_is_silent_is_not_waited_for() -> None:
    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(Unanswered, match="no answer within"):
        await Poster(resolve=silent).post("http://hooks.example/", b"{}", {})


def test_the_whole_of_it_may_take_ten_seconds() -> None:
    assert timedelta(seconds=10) == posting.TIMEOUT


async def test_of_an_endless_answer_the_beginning_is_read() -> None:
    async with far_end(never_ends) as end:
        answer = await Poster(reaches_private=True).post(end.url, b"{}", {})
        await asyncio.sleep(0.2)

    assert (answer.status, answer.text) == (200, "z" * 500)
    assert end.written < 16 * 2**20  # what the system's own buffers took


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("respond", "said"),
    [(falls_silent, "taken"), (breaks_its_chunks, "taken"), (drips, "d")],
    ids=["silent", "broken", "slow"],
)
async def test_an_answer_counts_however_it_goes_on_after_its_status(respond: Respond, said: str) -> None:
    async with far_end(respond) as end:
        began = asyncio.get_running_loop().time()
        answer = await Poster(reaches_private=True).post(end.url, b"{}", {})

    assert answer.status == 200 and answer.text.startswith(said) and len(answer.text) <= posting.TOLD_MOST
    assert asyncio.get_running_loop().time() - began < 2


async def test_who_hangs_up_has_not_answered() -> None:
    async with far_end(hangs_up) as end:
        with pytest.raises(Unanswered, match="did not answer"):
            await Poster(reaches_private=True).post(end.url, b"{}", {})


@pytest.mark.parametrize("url", ["http://127.0.0.1:0/", "http://127.0.0.1:99999/", "http://[::1/", "ftp://127.0.0.1/"])
async def test_what_is_no_address_is_sent_nothing_and_not_tried_again(url: str) -> None:
    with pytest.raises(OffLimits, match="no address that anything could be sent to"):
        await Poster(reaches_private=True).post(url, b"{}", {})


@pytest.mark.parametrize("name", ["a..example", "a" * 64 + ".example"])
async def test_a_name_that_no_server_can_have_leads_nowhere(name: str) -> None:
    with pytest.raises((OffLimits, Unanswered)):
        await Poster(reaches_private=True).post(f"http://{name}/", b"{}", {})


async def test_what_no_database_can_keep_is_left_out_of_an_answer_and_what_is_packed_is_not_unpacked() -> None:
    async with (
        far_end(says(500, b"a\x00b\xff")) as odd,
        far_end(says(500, gzip.compress(b"0" * 10**6), content_encoding="gzip")) as packed,
    ):
        answers = [await Poster(reaches_private=True).post(each.url, b"{}", {}) for each in (odd, packed)]

    assert [answer.text for answer in answers] == ["ab�", ""]


async def test_the_next_address_is_tried_where_one_cannot_be_connected_to() -> None:
    async with far_end(says(200)) as end:
        poster = Poster(reaches_private=True, resolve=Names(["::1", "127.0.0.1"]))
        assert (await poster.post(f"http://hooks.example:{end.port}/", b"{}", {})).status == 200

        with pytest.raises(Unanswered, match="could not be connected to"):
            await Poster(reaches_private=True, resolve=Names(["::1"])).post(f"http://h.example:{end.port}/", b"", {})


@pytest.mark.parametrize(
    ("url", "why"),
    [("http://nobody.invalid/", "could not be looked up"), ("http://127.0.0.1:1/", "could not be connected to")],
)
async def test_why_nothing_came_is_said(url: str, why: str) -> None:
    with pytest.raises(Unanswered, match=why):
        await Poster(reaches_private=True).post(url, b"{}", {})


async def test_what_is_no_http_is_no_answer() -> None:
    async def babbles(_: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()

    async with far_end(babbles) as end:
        with pytest.raises(Unanswered, match="did not answer"):
            await Poster(reaches_private=True).post(end.url, b"{}", {})


async def test_the_certificate_is_that_of_the_name_and_not_of_the_address(tmp_path: Path) -> None:
    server, client = certified("hooks.example", tmp_path)
    async with far_end(says(200), tls=server) as end:

        def post(host: str) -> object:
            poster = Poster(reaches_private=True, resolve=Names(["127.0.0.1"]), trust=client)
            return poster.post(f"https://{host}:{end.port}/", b"{}", {})

        assert (await post("hooks.example")).status == 200  # type: ignore[misc,attr-defined]
        with pytest.raises(Unanswered, match="could not be connected to"):
            await post("other.example")  # type: ignore[misc]

    assert [call.headers["host"] for call in end.calls] == [f"hooks.example:{end.port}"]


def certified(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server that is called so, and a client that trusts it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    plain = serialization.NoEncryption()
    held = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(held + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
