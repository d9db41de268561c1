"""Small real wheels and sdists, built on the spot: what a build backend would make of a one-module project."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from dataclasses import dataclass
from datetime import datetime

from strongroom.commands.demo.describing import Written

_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Sources:
    """A one-module project at one version."""

    name: str
    version: str
    summary: str
    author: str
    requires: tuple[str, ...]
    requires_python: str
    classifiers: tuple[str, ...]
    description: Written
    licence: str = "MIT"
    keywords: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @property
    def module(self) -> str:
        """The name that is imported, and that file names begin with."""
        return self.name.replace("-", "_").lower()

    @property
    def stem(self) -> str:
        """What wheel and sdist are named after."""
        return f"{self.module}-{self.version}"


def build_wheel(project: Sources) -> tuple[str, bytes]:
    """The wheel's file name and its bytes (binary distribution format 1.0)."""
    info = f"{project.stem}.dist-info"
    members = {
        f"{project.module}/__init__.py": _module(project),
        f"{project.module}/py.typed": b"",
        f"{info}/METADATA": _metadata(project),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: strongroom-demo\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in members.items()]
    members[f"{info}/RECORD"] = ("\n".join([*record, f"{info}/RECORD,,"]) + "\n").encode()
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(_zip_member(name), content)
    return f"{project.stem}-py3-none-any.whl", body.getvalue()


def build_sdist(project: Sources, *, at: datetime) -> tuple[str, bytes]:
    """The sdist's file name and its bytes (source distribution format, PEP 625)."""
    pyproject = (
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n'
        f'[project]\nname = "{project.name}"\nversion = "{project.version}"\n'
    )
    members = {
        "PKG-INFO": _metadata(project),
        "pyproject.toml": pyproject.encode(),
        f"src/{project.module}/__init__.py": _module(project),
    }
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(f"{project.stem}/{name}")
            member.size = len(content)
            member.mtime = int(at.timestamp())
            member.mode = 0o644
            archive.addfile(member, io.BytesIO(content))
    return f"{project.stem}.tar.gz", body.getvalue()


def _zip_member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _ZIP_EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member


def _module(project: Sources) -> bytes:
    return (
        f'"""{project.summary}"""\n\n__version__ = "{project.version}"\n\n\n'
        f'def describe() -> str:\n    """Say what this is."""\n    return "{project.name} {project.version}"\n'
    ).encode()


def _metadata(project: Sources) -> bytes:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project.name}",
        f"Version: {project.version}",
        f"Summary: {project.summary}",
        f"Author: {project.author}",
        f"License-Expression: {project.licence}",
        *([f"Keywords: {','.join(project.keywords)}"] if project.keywords else []),
        *(f"Project-URL: {label}, {address}" for label, address in project.links),
        *(f"Classifier: {classifier}" for classifier in project.classifiers),
        f"Requires-Python: {project.requires_python}",
        *(f"Requires-Dist: {requirement}" for requirement in project.requires),
        f"Description-Content-Type: {project.description.content_type}",
        "",
        project.description.text,
    ]
    return "\n".join(lines).encode()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
