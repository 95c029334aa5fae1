"""TLS as the settings ask for it, one context for all clients with the same settings."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

import certifi

from kaizen_client.exceptions import KaizenConfigError
from kaizen_client.transports import risks

if TYPE_CHECKING:
    from kaizen_client.config import KaizenClientConfig

#: What OpenSSL's users set to say which certificates to trust.
_FILE: Final = "SSL_CERT_FILE"
_DIRECTORY: Final = "SSL_CERT_DIR"


class _File(NamedTuple):
    """A file, and what tells that it was replaced."""

    path: str
    #: Inode, size, time of its content and time of its state: the last is set by a copy that keeps the others.
    marks: tuple[int, int, int, int]


class _Files(NamedTuple):
    """The files that a context is made of."""

    ca_bundle: _File | None
    client_cert: _File | None
    client_key: _File | None


def ssl_context(config: KaizenClientConfig) -> ssl.SSLContext:
    """Return the TLS settings, made once per process, since loading the certificates takes tens of milliseconds.

    Args:
        config: `verify_ssl`, `ca_bundle`, `client_cert` and `client_key` are used; where `ca_bundle` is not given, the
            variables SSL_CERT_FILE and SSL_CERT_DIR, else certifi's bundle.

    Raises:
        KaizenConfigError: a file does not hold what its setting says.
    """
    if config.client_key is not None and config.client_cert is None:
        raise KaizenConfigError("client_key is given without client_cert", setting="client_key")
    if not config.verify_ssl:
        risks.warn(
            "verify_ssl is off: whoever sits between here and the service can read and change everything, the key too; "
            "ca_bundle (KAIZEN_CA_BUNDLE) trusts a certificate of your own"
        )
    given = {name: getattr(config, name) for name in _Files._fields}
    files = _Files(**{name: path and _file(path, name) for name, path in given.items()})
    trusted = None if config.ca_bundle else os.environ.get(_FILE)
    return _made(
        config.verify_ssl, files, _file(trusted, _FILE) if trusted else None, os.environ.get(_DIRECTORY) or None
    )


def _file(path: str, setting: str) -> _File:
    try:
        found = Path(path).stat()
    except OSError as error:
        raise KaizenConfigError(f"{setting} ({path}) cannot be read: {error.strerror}", setting=setting) from None
    return _File(path, (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))


@lru_cache(maxsize=16)
def _made(verify: bool, files: _Files, trusted: _File | None, directory: str | None) -> ssl.SSLContext:
    if not verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = _trusting(files.ca_bundle, trusted, directory)
    if files.client_cert is not None:
        key = files.client_key.path if files.client_key else None
        try:
            context.load_cert_chain(files.client_cert.path, key, password=_no_passphrase)
        except _NeedsPassphrase:
            setting = "client_key" if key else "client_cert"
            text = f"{setting} ({key or files.client_cert.path}) needs a passphrase; give a key without one"
            raise KaizenConfigError(text, setting=setting) from None
        except (ssl.SSLError, OSError) as error:
            raise KaizenConfigError(
                f"client_cert ({files.client_cert.path}) and its key are not a pair in PEM form: {_reason(error)}"
                + ("" if key else "; a key in a file of its own is given as client_key (KAIZEN_CLIENT_KEY)"),
                setting="client_cert",
            ) from None
    return context


def _trusting(ca_bundle: _File | None, trusted: _File | None, directory: str | None) -> ssl.SSLContext:
    if ca_bundle is not None:
        setting, path = "ca_bundle", ca_bundle.path
    elif trusted is not None:
        setting, path = _FILE, trusted.path
    elif directory is not None:
        return ssl.create_default_context(capath=directory)
    else:
        setting, path = "", certifi.where()
    try:
        return ssl.create_default_context(cafile=path)
    except (ssl.SSLError, OSError) as error:
        raise KaizenConfigError(
            f"{setting} ({path}) is not a file of certificates in PEM form: {_reason(error)}", setting=setting or None
        ) from None


def _reason(error: OSError) -> str:
    return getattr(error, "reason", None) or error.strerror or type(error).__name__


class _NeedsPassphrase(Exception):
    """A key is encrypted."""


def _no_passphrase() -> NoReturn:
    # Without this OpenSSL would ask on the terminal, and a service would wait for ever.
    raise _NeedsPassphrase
