"""TLS as it is on the wire: whom a client trusts, what it shows of itself, and files that hold something else."""

from __future__ import annotations

import inspect
import os
import ssl
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from kaizen_client import (
    KaizenClient,
    KaizenConfigError,
    KaizenConnectionError,
    KaizenSecurityWarning,
    RetryPolicy,
    SyncKaizenClient,
)
from tests.inside import keeper_of

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("every_backend")

BOTH = pytest.mark.parametrize("kind", [SyncKaizenClient, KaizenClient])
#: Repeats at once what may be repeated, so that a test can count attempts without a wait.
AT_ONCE = RetryPolicy(base=0.0)


async def done(given: Any) -> Any:
    return await given if inspect.isawaitable(given) else given


async def health(kind: Any, url: str, **settings: Any) -> Any:
    client = kind(base_url=url, retry_policy=AT_ONCE, **settings)
    try:
        return await done(client.health())
    finally:
        await done(client.close())


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def strict_url(service: Any, authority: trustme.CA) -> str:
    """The service over TLS, to those who show a certificate of the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    return str(service.secure(context))


class Identity:
    """A client's certificate and key, in one file and in two, and the key behind a passphrase."""

    def __init__(self, authority: trustme.CA, folder: Path) -> None:
        cert = authority.issue_cert("client@kaizen.example")
        self.both, self.cert, self.key = folder / "both.pem", folder / "cert.pem", folder / "key.pem"
        self.locked = folder / "locked.pem"
        chain = b"".join(blob.bytes() for blob in cert.cert_chain_pems)
        self.both.write_bytes(cert.private_key_pem.bytes() + chain)
        self.cert.write_bytes(chain)
        self.key.write_bytes(cert.private_key_pem.bytes())
        key = serialization.load_pem_private_key(cert.private_key_pem.bytes(), None)
        self.locked.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(b"marked-passphrase"),
            )
        )


@pytest.fixture
def identity(authority: trustme.CA, tmp_path: Path) -> Identity:
    return Identity(authority, tmp_path)


# --- whom the client trusts -------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("by", ["the setting", "KAIZEN_CA_BUNDLE", "SSL_CERT_FILE"])
async def test_a_ca_of_ones_own_is_trusted_by_setting_and_by_variable(
    kind: Any, by: str, secure_url: str, ca_file: Path, monkeypatch: pytest.MonkeyPatch, service: Any
) -> None:
    settings: dict[str, Any] = {}
    if by == "the setting":
        settings["ca_bundle"] = ca_file
    else:
        monkeypatch.setenv(by, str(ca_file))
    assert (await health(kind, secure_url, api_key="k", **settings)).status == "ok"
    assert service.seen[0].headers["x-api-key"] == "k"


@BOTH
async def test_the_setting_wins_over_what_openssl_is_told(
    kind: Any, secure_url: str, ca_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert (await health(kind, secure_url, ca_bundle=ca_file)).status == "ok"


@BOTH
async def test_a_ca_that_is_not_trusted_is_one_attempt_and_an_error_that_names_the_setting(
    kind: Any, secure_url: str, service: Any
) -> None:
    with pytest.raises(KaizenConnectionError, match=r"not trusted.*ca_bundle \(KAIZEN_CA_BUNDLE\)") as caught:
        await health(kind, secure_url, api_key="marked-key")
    assert len(caught.value.attempts) == 1
    assert not caught.value.retryable
    assert service.seen == []


@BOTH
async def test_another_hosts_certificate_is_one_attempt_and_an_error_that_names_the_setting(
    kind: Any, service: Any, authority: trustme.CA, ca_file: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("somebody-else.example").configure_cert(context)
    with pytest.raises(KaizenConnectionError, match=r"127\.0\.0\.1.*KAIZEN_CA_BUNDLE") as caught:
        await health(kind, service.secure(context), ca_bundle=ca_file)
    assert len(caught.value.attempts) == 1
    assert service.seen == []


@BOTH
async def test_plain_http_where_tls_is_spoken_is_a_connection_error(kind: Any, service: Any, secure_url: str) -> None:
    with pytest.raises(KaizenConnectionError):
        await health(kind, secure_url.replace("https:", "http:"), max_retries=0)
    assert service.seen == []


@BOTH
async def test_tls_where_plain_http_is_spoken_is_a_connection_error(kind: Any, service: Any) -> None:
    with pytest.raises(KaizenConnectionError):
        await health(kind, service.url.replace("http:", "https:"), max_retries=0)
    assert service.seen == []


@BOTH
@pytest.mark.parametrize("by", ["the setting", "KAIZEN_VERIFY_SSL"])
async def test_without_verification_every_certificate_will_do_and_a_warning_says_so(
    kind: Any, by: str, secure_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {}
    if by == "the setting":
        settings["verify_ssl"] = False
    else:
        monkeypatch.setenv(by, "false")
    with pytest.warns(KaizenSecurityWarning, match="verify_ssl is off"):
        assert (await health(kind, secure_url, **settings)).status == "ok"


# --- what the client shows of itself ----------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("by", ["settings", "variables"])
@pytest.mark.parametrize("files", ["one", "two"])
async def test_a_service_that_wants_a_certificate_gets_it(
    kind: Any,
    by: str,
    files: str,
    strict_url: str,
    ca_file: Path,
    identity: Identity,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = (
        {"client_cert": identity.both} if files == "one" else {"client_cert": identity.cert, "client_key": identity.key}
    )
    settings: dict[str, Any] = {}
    if by == "settings":
        settings.update(own)
    else:
        for name, path in own.items():
            monkeypatch.setenv(f"KAIZEN_{name.upper()}", str(path))
    assert (await health(kind, strict_url, ca_bundle=ca_file, **settings)).status == "ok"


@BOTH
async def test_a_service_that_wants_a_certificate_and_gets_none_is_a_connection_error(
    kind: Any, strict_url: str, ca_file: Path, service: Any
) -> None:
    with pytest.raises(KaizenConnectionError):
        await health(kind, strict_url, ca_bundle=ca_file, max_retries=0)
    assert service.seen == []


# --- files that are not what they should be ---------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("content", [b"", b"not a certificate", b"\x30\x82\x00\x00\xff", "a key"])
@pytest.mark.parametrize("by", ["ca_bundle", "SSL_CERT_FILE"])
def test_a_file_without_certificates_is_refused_when_the_client_is_made(
    kind: Any, by: str, content: bytes | str, tmp_path: Path, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wrong.pem"
    path.write_bytes(content if isinstance(content, bytes) else identity.key.read_bytes())
    settings: dict[str, Any] = {}
    if by == "ca_bundle":
        settings["ca_bundle"] = path
    else:
        monkeypatch.setenv(by, str(path))
    with pytest.raises(KaizenConfigError, match=rf"{by}.*wrong\.pem"):
        kind(base_url="https://kaizen.example", **settings)


@BOTH
@pytest.mark.parametrize(
    ("files", "setting"),
    [
        (lambda own: {"client_cert": own.cert, "client_key": own.locked}, "client_key"),
        (lambda own: {"client_cert": own.locked_with_cert}, "client_cert"),
        (lambda own: {"client_cert": own.cert}, "client_cert"),
        (lambda own: {"client_cert": own.key, "client_key": own.key}, "client_cert"),
        (lambda own: {"client_cert": own.cert, "client_key": own.cert}, "client_"),
        (lambda own: {"client_key": own.key}, "client_key"),
    ],
    ids=["locked key", "locked key in one file", "no key", "no certificate", "a certificate as key", "only a key"],
)
def test_a_certificate_or_key_that_will_not_do_is_refused_when_the_client_is_made(
    kind: Any, files: Callable[[Any], dict[str, Any]], setting: str, identity: Any
) -> None:
    identity.locked_with_cert = identity.locked.with_name("locked-both.pem")
    identity.locked_with_cert.write_bytes(identity.locked.read_bytes() + identity.cert.read_bytes())
    with pytest.raises(KaizenConfigError, match=setting) as caught:
        kind(base_url="https://kaizen.example", **files(identity))
    assert "BEGIN" not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_a_key_with_a_passphrase_never_asks_on_the_terminal(identity: Identity) -> None:
    script = f"""
        import fcntl, os, termios
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # OpenSSL asks the terminal of the session, whatever stdin is.
        from kaizen_client import KaizenConfigError, SyncKaizenClient
        try:
            SyncKaizenClient(client_cert={str(identity.cert)!r}, client_key={str(identity.locked)!r})
        except KaizenConfigError as error:
            print("refused:", error.setting)
    """
    import pty

    terminal, inner = pty.openpty()
    try:
        os.write(terminal, b"\n")  # An answer, so that a question would not be waited for.
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)], stdin=inner, capture_output=True, text=True, timeout=60
        )
        os.write(inner, b"[end]")
        shown = b""
        while b"[end]" not in shown:
            shown += os.read(terminal, 4096)
    finally:
        os.close(terminal)
        os.close(inner)
    assert done.stdout == "refused: client_key\n", done.stderr
    assert b"pass" not in shown.lower()


# --- one context for all ----------------------------------------------------------------------------------------


def context_of(client: Any) -> ssl.SSLContext:
    opens_with = inspect.getclosurevars(keeper_of(client)._opened).nonlocals.values()
    parts = [part for one in opens_with for part in (one.values() if isinstance(one, dict) else [one, *_within(one)])]
    (found,) = [part for part in parts if isinstance(part, ssl.SSLContext)]
    return found


def _within(thing: Any) -> list[Any]:
    return list(vars(thing).values()) if hasattr(thing, "__dict__") else []


async def test_clients_with_the_same_settings_share_one_context(ca_file: Path, identity: Identity) -> None:
    settings: dict[str, Any] = {"base_url": "https://kaizen.example", "ca_bundle": ca_file}
    clients: list[Any] = [
        SyncKaizenClient(**settings),
        SyncKaizenClient(**settings, timeout=3),
        KaizenClient(**settings),
        SyncKaizenClient(**settings, client_cert=identity.both),
        SyncKaizenClient(base_url="https://kaizen.example"),
    ]
    contexts = [context_of(client) for client in clients]
    for client in clients:
        await done(client.close())
    assert contexts[0] is contexts[1] is contexts[2]
    assert len({id(context) for context in contexts}) == 3


@BOTH
@pytest.mark.parametrize("kept", ["nothing", "size and times"])
async def test_a_file_whose_content_changed_is_read_anew(
    kind: Any, kept: str, secure_url: str, authority: trustme.CA, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    right, wrong = authority.cert_pem.bytes(), trustme.CA().cert_pem.bytes()
    size = max(len(right), len(wrong))
    path.write_bytes(wrong.ljust(size, b"\n"))
    with pytest.raises(KaizenConnectionError):
        await health(kind, secure_url, ca_bundle=path)
    before = path.stat()
    path.write_bytes(right.ljust(size, b"\n") + (b"" if kept == "size and times" else b"\n"))
    if kept == "size and times":  # As a copy does that keeps the times of its source.
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (await health(kind, secure_url, ca_bundle=path)).status == "ok"


# --- through a proxy, and through a client of the user's own ----------------------------------------------------


@BOTH
@pytest.mark.parametrize("by", ["proxy", "KAIZEN_PROXY", "HTTPS_PROXY"])
async def test_tls_goes_through_the_proxy_in_a_tunnel_and_is_verified_by_the_services_name(
    kind: Any, by: str, secure_url: str, proxy: Any, service: Any, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {}
    if by == "proxy":
        settings["proxy"] = proxy.url
    else:
        monkeypatch.setenv(by, proxy.url)
    result = await health(kind, "https://kaizen.example", ca_bundle=ca_file, api_key="k", **settings)
    assert result.status == "ok"
    assert [(seen.method, seen.path) for seen in proxy.seen] == [("CONNECT", "kaizen.example:443")]
    assert service.seen[0].headers["x-api-key"] == "k"
    with pytest.raises(KaizenConnectionError, match="KAIZEN_CA_BUNDLE"):
        await health(kind, "https://other.example", ca_bundle=ca_file, **settings)
    assert len(service.seen) == 1


@BOTH
async def test_a_client_of_the_users_own_brings_its_own_trust(kind: Any, secure_url: str, ca_file: Path) -> None:
    trusting = ssl.create_default_context(cafile=ca_file)
    own: Any = httpx.Client(verify=trusting) if kind is SyncKaizenClient else httpx.AsyncClient(verify=trusting)
    client = kind(base_url=secure_url, client=own)
    assert (await done(client.health())).status == "ok"
    await done(client.close())
    await done(own.close() if kind is SyncKaizenClient else own.aclose())
