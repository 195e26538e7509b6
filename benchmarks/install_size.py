"""Installed size of a plain ``pip install`` (under 280 MB) and with ``[engine]`` (under 600 MB)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from machine import heading

ROOT = Path(__file__).resolve().parent.parent


def megabytes(folder: Path) -> float:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6


def installed(extra: str, folder: Path) -> float:
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    packages = next((folder / "lib").glob("python*/site-packages"))
    empty = megabytes(packages)
    subprocess.run(
        [
            str(python),
            "-m",
            "pip",
            "install",
            "-q",
            "--no-compile",
            "-c",
            str(ROOT / "constraints.txt"),
            f"{ROOT}{extra}",
        ],
        check=True,
    )
    return megabytes(packages) - empty


def main() -> None:
    print(heading("Installed size, without pip itself and without compiled bytecode"))
    with tempfile.TemporaryDirectory() as folder:
        print(f"  core      {installed('', Path(folder) / 'core'):6.0f} MB")
        print(f"  [engine]  {installed('[engine]', Path(folder) / 'engine'):6.0f} MB")


if __name__ == "__main__":
    main()
