"""A virtual environment for each peer, since they conflict with each other and with the product.

The requirement files pin every package, so nothing is resolved: what is listed is installed, no more.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from benchmarks.peers.tools import Tool


class CannotInstallError(Exception):
    """The peer's packages cannot be installed on this machine; the text is the last lines of pip's output."""


def python_of(tool: Tool, folder: Path) -> Path:
    """The peer's own Python, its environment made or brought up to date first. CannotInstallError if that fails."""
    home = folder / tool.name
    python = home / "bin" / "python"
    mark = home / ".installed"
    wanted = hashlib.sha256(tool.requirements.read_bytes()).hexdigest()
    if python.exists() and mark.exists() and mark.read_text() == wanted:
        return python
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(home)],
        [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(tool.requirements)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotInstallError(" ".join(done.stderr.strip().splitlines()[-3:])[-400:])
    mark.write_text(wanted)
    return python
