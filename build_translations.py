"""The build's one step of its own: translations compiled, so that the wheel and a checkout both speak French."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCALE = Path(__file__).parent / "strongroom" / "locale"


class CustomBuildHook(BuildHookInterface[Any]):
    """Compiles each catalogue beside its source before the files are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile them all."""
        del version, build_data
        compile_catalogues()


def compile_catalogues() -> None:
    """Write a .mo beside each .po."""
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as file:
            catalogue = read_po(file)
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)
