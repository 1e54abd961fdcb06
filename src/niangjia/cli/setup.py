"""Database and packs made ready; the server started."""

from __future__ import annotations

import itertools
import logging
import socket
import threading
import time

from django.core.management import call_command

from niangjia.cli.clock import now
from niangjia.cli.console import out
from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import area_prefix
from niangjia.kernel.deployment import Deployment, programs_folder
from niangjia.kernel.problems import Refusal


def prepare_database() -> None:
    """Migrate and install the packs of the home area and of the areas around and in it; safe to repeat. Examples stay on the shelf."""
    call_command("migrate", interactive=False, verbosity=0)
    from django.conf import settings

    from niangjia.apps.programs import actions as programs
    from niangjia.engines import policy

    folder = programs_folder()
    vocabulary = policy.load_vocabulary(folder)
    packs = [policy.load_pack(path.parent, vocabulary) for path in policy.list_packs(folder)]
    home = settings.DEPLOYMENT.home if settings.DEPLOYMENT else ""
    programs.install_packs([pack for pack in packs if belongs(pack, home)], now=now())


def belongs(pack: Pack, home: str) -> bool:
    """Whether a deployment at `home` installs the pack by itself: one area lies in the other, and it is meant to be paid by."""
    here = area_prefix(home)
    return pack.status != "example" and (here.startswith(pack.area) or pack.area.startswith(here))


_WORKERS_FIRST = 10
_SECONDS, _MESSAGES_A_TICK = 30, 20  # somebody waits for the code of an address; nobody for a reminder


def keep_ticking(deployment: Deployment) -> None:
    """
    Beside the server: every half minute messages, every ten minutes reminders, escalations, an audit anchor too.

    Its modules are imported before the thread begins, and it begins after the workers were forked: one forked in the middle of an
    import, or of a tick, would wait for ever for a lock that nobody is left to give back.
    """
    from django.db import connection

    from niangjia.jobs import deliver, tick
    from niangjia.portals.cockpit.figures import warming

    def run() -> None:
        time.sleep(_WORKERS_FIRST)
        for turn in itertools.count():
            try:
                if turn % _MESSAGES_A_TICK == 0:
                    tick.tick(deployment, now=now(), answer=warming.answer)
                else:
                    deliver.run(deployment, now=now())
            except Exception:
                logging.getLogger(__name__).exception("tick failed; it is tried again")
            finally:
                connection.close()
            time.sleep(_SECONDS)

    threading.Thread(target=run, name="tick", daemon=True).start()


def run_server(deployment: Deployment, host: str, port: int, workers: int) -> None:
    """Serve until interrupted. The address is printed first."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    port = port or _free_port(host)
    if not _is_free(host, port):
        raise Refusal(
            f"端口 {port} 已被占用。请用 --port 0 任选空闲端口。",
            f"Port {port} is taken. Use --port 0 for any free port.",
        )
    out.print(f"\n[bold]控制台 · console[/]  http://{host}:{port}/   （Ctrl-C 停止 · to stop）")
    if deployment.is_demo:
        show_logins(deployment)
    keep_ticking(deployment)
    Granian(
        "niangjia.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=8,
        backpressure=64,
        log_level=LogLevels.error,
    ).serve()


def show_logins(deployment: Deployment) -> None:
    import json

    from rich.table import Table

    path = deployment.folder / "demo-logins.json"
    if not path.exists():
        return
    table = Table("岗位 · role", "用户名 · user", "口令 · password", box=None, header_style="bold")
    for login in json.loads(path.read_text(encoding="utf-8")):
        table.add_row(login["title"], login["username"], login["password"])
    out.print(table)
    out.print("[dim]演示数据，人物均为虚构 · every person is invented[/]")


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((host, port)) != 0
