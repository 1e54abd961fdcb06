"""Export and import of 50,000 rows: ``python benchmarks/excel.py [ROWS]``. Seconds of three runs each, on SQLite in a folder that is thrown away."""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
RUNS = 3


def id_number(number: int) -> str:
    digits = (
        f"330624{1960 + number % 40}{1 + number // 40 % 12:02d}{1 + number // 480 % 28:02d}{number // 13440 % 1000:03d}"
    )
    return digits + "10X98765432"[sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits)) % 11]


def told(what: str, seconds: list[float]) -> None:
    print(f"{what}: median {statistics.median(seconds):.1f} s of {', '.join(f'{one:.1f}' for one in seconds)}")


def main() -> None:
    from niangjia.kernel.deployment import Deployment

    with tempfile.TemporaryDirectory() as place:
        deployment = Deployment.create(Path(place) / "bench", "330624")
        from niangjia.cli.console import open_deployment

        open_deployment(deployment.folder)
        from django.core.management import call_command

        from niangjia.adapters import excel
        from niangjia.apps.programs.tests import town
        from niangjia.jobs import import_workbook

        call_command("migrate", verbosity=0)
        viewer = town.build().county
        heads = [
            excel.Column(head) for head in ("身份证号", "姓名", "工会代码", "入会日期", "手机号码", "金额", "备注")
        ]
        rows = [
            [id_number(n), f"职工{n}", "XG", date(2020, 1, 1 + n % 28), f"139{n:08d}", Decimal(n), "一般情况"]
            for n in range(ROWS)
        ]
        exports, previews, imports, idle = [], [], [], []
        for run in range(RUNS):
            file = io.BytesIO()
            start = time.perf_counter()
            excel.write_list(file, title="会员", watermark="测速", columns=heads, rows=rows, count=ROWS)
            exports.append(time.perf_counter() - start)
            fresh = [[row[0], f"{row[1]}-{run}", *row[2:5]] for row in rows]  # every row says something new
            file = io.BytesIO()
            workbook = excel.open_workbook(file, title="会员")
            sheet = excel.Sheet(workbook, "会员")
            sheet.write_head(heads[:5])
            for row in fresh:
                sheet.write(row)
            workbook.close()
            now = datetime.now(UTC)
            asked = {"kind": "member", "name": "a.xlsx", "content": file.getvalue(), "now": now}
            start = time.perf_counter()
            number = import_workbook.receive(deployment, viewer, **asked)
            import_workbook.preview(deployment, viewer, number, now=now)
            previews.append(time.perf_counter() - start)
            start = time.perf_counter()
            done = import_workbook.confirm(deployment, viewer, number, now=now)
            imports.append(time.perf_counter() - start)
            assert done.new + done.changed == ROWS, done
            number = import_workbook.receive(deployment, viewer, **asked)
            start = time.perf_counter()
            assert import_workbook.preview(deployment, viewer, number, now=now).is_idle
            idle.append(time.perf_counter() - start)
    told(f"write {ROWS:,} rows of seven columns", exports)
    told(f"upload and look at {ROWS:,} members", previews)
    told(f"check anew and land {ROWS:,} members", imports)
    told(f"look at the same {ROWS:,} again", idle)


if __name__ == "__main__":
    main()
