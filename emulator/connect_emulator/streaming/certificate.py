"""The key SNS posts are signed with and its certificate: made once, kept next to the state file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_LIVES = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Certificate:
    key: rsa.RSAPrivateKey
    pem: bytes

    @property
    def path(self) -> str:
        """Where SNS has it, on whatever host: `SigningCertURL` ends so, and the emulator answers there."""
        return f"/SimpleNotificationService-{hashlib.sha256(self.pem).hexdigest()[:32]}.pem"


def kept_beside(state: Path) -> Certificate:
    """FILE.sns.pem for everybody, FILE.sns.key for the emulator alone."""
    pem, key = state.with_name(state.name + ".sns.pem"), state.with_name(state.name + ".sns.key")
    if not (pem.exists() and key.exists()):
        _make(pem, key)
    loaded = _loaded(key.read_bytes())
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise TypeError(f"{key} holds no RSA key; delete it and start again")
    return Certificate(loaded, pem.read_bytes())


@lru_cache(maxsize=4)
def _loaded(pem: bytes) -> object:
    """Checking that its primes are primes takes 36 ms of CPU: once for each key, however many emulators sign with it."""
    return serialization.load_pem_private_key(pem, password=None)


def _make(pem: Path, key: Path) -> None:
    """The key first, then the certificate: half a pair is made again."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    _write(
        key,
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        0o600,
    )
    _write(pem, _self_signed(private).public_bytes(serialization.Encoding.PEM), 0o644)


def _self_signed(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com (emulator)")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIVES)
        .sign(key, hashes.SHA256())
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
