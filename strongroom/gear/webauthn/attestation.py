"""What a key says about its make, and what that is worth (Web Authentication Level 3, 7.1 steps 21 to 24).

Nothing here stops an enrolment: whatever goes wrong lowers the verdict. A certificate of a key is never shown or
logged, for those of some old keys are one person's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.attestation.packed import PackedAttestation
from fido2.attestation.u2f import FidoU2FAttestation
from fido2.webauthn import Aaguid, AttestationObject

from strongroom.terms.security_keys import KeyAttestationVerdict, Registration

AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
"""id-fido-gen-ce-aaguid (section 8.2.1): an octet string of 16 bytes."""

LONGEST_CHAIN = 4

_OCTETS_16 = b"\x04\x10"
_WRITABLE_BY_OTHERS = 0o022


@dataclass(frozen=True)
class Anchors:
    """The certificates that the operator trusts: of makers, or of single batches of keys."""

    certificates: frozenset[x509.Certificate] = frozenset()

    @property
    def makers(self) -> list[x509.Certificate]:
        """Those that may vouch for others. The certificate of a batch vouches for its own keys alone."""
        return [one for one in self.certificates if _is_maker(one)]


def load_anchors(folder: Path | None) -> Anchors:
    """Read every ``*.pem`` file of the operator's folder; no folder, no anchors.

    Raises OSError or ValueError when one cannot be read, and PermissionError when others could have written it (ASVS
    6.7.1): a check that was asked for is not skipped.
    """
    if folder is None:
        return Anchors()
    found: set[x509.Certificate] = set()
    for path in [folder, *sorted(path for path in folder.iterdir() if path.suffix == ".pem")]:
        if path.stat().st_mode & _WRITABLE_BY_OTHERS:
            raise PermissionError(f"{path} can be written by others: run chmod go-w on it, after looking what is in it")
        if path != folder:
            found.update(_read_certificates(path))
    return Anchors(frozenset(found))


def _read_certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} holds no certificate that can be read") from error


def judge_key_attestation(registration: Registration, *, anchors: Anchors) -> KeyAttestationVerdict:
    """What the key's word about its make is worth. Never raises: what cannot be verified is not trusted."""
    if registration.fmt == "none":
        return KeyAttestationVerdict.NONE
    try:
        return _judge(AttestationObject(registration.attestation_object), registration.client_data_hash, anchors)
    except Exception:  # noqa: BLE001 - certificates are hostile input, and their parsers raise whatever they like
        return KeyAttestationVerdict.UNTRUSTED


def _judge(made: AttestationObject, client_data_hash: bytes, anchors: Anchors) -> KeyAttestationVerdict:
    credential = made.auth_data.credential_data
    chain = [x509.load_der_x509_certificate(der) for der in made.att_stmt.get("x5c", [])[:LONGEST_CHAIN]]
    # Steps 21 and 22. The formats of platforms (tpm, apple, android-key) say nothing of a security key's make.
    if made.fmt == "packed":
        PackedAttestation().verify(made.att_stmt, made.auth_data, client_data_hash)
        if not chain:
            return KeyAttestationVerdict.SELF  # whoever makes the credential can sign it: never trusted
        is_named = _aaguid_of(chain[0]) in {None, credential.aaguid if credential else None}
    elif made.fmt == "fido-u2f":
        FidoU2FAttestation().verify(made.att_stmt, made.auth_data, client_data_hash)
        # Section 8.6: one certificate, of a P-256 key. The signature does not cover the AAGUID, and U2F knows none.
        is_named = credential is not None and credential.aaguid == Aaguid.NONE
        is_named = is_named and len(chain) == 1 and _is_p256(chain[0])
    else:
        return KeyAttestationVerdict.UNTRUSTED
    # Steps 23 and 24
    is_pinned = is_named and _leads_to(chain, anchors)
    return KeyAttestationVerdict.PINNED if is_pinned else KeyAttestationVerdict.UNTRUSTED


def _leads_to(chain: Sequence[x509.Certificate], anchors: Anchors) -> bool:
    """Whether the first certificate is pinned itself, or was signed, link by link, by a maker that is.

    The days of validity are not asked: a key is used long after the certificate of its batch has run out, and an
    operator who has lost trust in a maker takes the pin away. Nor is anybody asked whether it was revoked.
    """
    if chain[0] in anchors.certificates:  # a batch certificate may be its own root
        return True
    for at, certificate in enumerate(chain):
        if at and not (_is_maker(certificate) and _is_signed_by(chain[at - 1], certificate)):
            return False
        if any(_is_signed_by(certificate, maker) for maker in anchors.makers):
            return True
    return False


def _is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 - as above; another maker may still have signed it
        return False
    return True


def _is_maker(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _is_p256(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _aaguid_of(certificate: x509.Certificate) -> bytes | None:
    """Which model the certificate is for; nothing when it does not say. Raises ValueError when it says it wrongly."""
    try:
        extension = certificate.extensions.get_extension_for_oid(AAGUID_EXTENSION).value
    except x509.ExtensionNotFound:
        return None
    if not isinstance(extension, x509.UnrecognizedExtension) or not extension.value.startswith(_OCTETS_16):
        raise ValueError("the AAGUID extension is not an octet string of 16 bytes")
    return extension.value[len(_OCTETS_16) :]
