"""
The product's command line, without the second that each new process spends on imports: a process that has the libraries
and no deployment forks a child for each command, and the child is the command from its first word to its exit code.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


class CommandLine:
    """The other end of `main`."""

    def __init__(self) -> None:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("NIANGJIA_", "DJANGO_"))
        }
        environment |= {"PYTHONPATH": str(REPOSITORY / "src"), "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.oracle.commands"],
            cwd=REPOSITORY, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def run(self, *words: object) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self.process.stdin.flush()
        code, out, err = json.loads(self.process.stdout.readline())
        return code, out, err

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(timeout=30)


def main() -> None:
    import cryptography.fernet  # noqa: F401 — what every command would import again
    import django.db.models  # noqa: F401
    import duckdb  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from niangjia.cli import main as niangjia
    from niangjia.engines import policy, sensing  # noqa: F401

    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                _become(niangjia, json.loads(line), out.fileno(), err.fileno())
            _, status = os.waitpid(child, 0)
            said = []
            for file in (out, err):
                file.seek(0)
                said.append(file.read().decode())
        print(json.dumps([os.waitstatus_to_exitcode(status), *said]), flush=True)


def _become(niangjia, words: list[str], out: int, err: int) -> None:
    """The child's whole life; never returns."""
    code = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        niangjia(words, prog_name="niangjia")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
