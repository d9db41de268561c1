from __future__ import annotations

import subprocess
import sys

FORBIDDEN = ("django", "strongroom.projects", "strongroom.accounts", "strongroom.record", "strongroom.gear", "sqlite3")


def test_the_read_plane_never_imports_the_control_plane() -> None:
    code = """
import pkgutil, sys
import strongroom.reads
for module in pkgutil.iter_modules(strongroom.reads.__path__):
    __import__(f"strongroom.reads.{module.name}")
from strongroom.reads.clients import parse_client
parse_client("pip/26.3 {}")
print("\\n".join(sys.modules))
"""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = ran.stdout.split()
    assert "strongroom.reads.app" in loaded
    assert [name for name in loaded if name.startswith(FORBIDDEN)] == []
