"""python -m demo.town FOLDER --persons N: write the invented city's feed files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from demo.town import generate
from niangjia.kernel.months import Month
from niangjia.kernel.problems import Refusal


@click.command(help="写出虚构城市的逐月数据文件。Write the invented city's monthly feed files to FOLDER.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--persons", default=20_000, show_default=True, help="2,000 … 10,000,000")
@click.option("--first-month", default="2023-10", show_default=True)
@click.option("--months", default=3, show_default=True, help="months after the history")
@click.option("--history-months", default=14, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--form", type=click.Choice(["parquet", "csv", "mixed"]), default="parquet", show_default=True)
@click.option("--home", default="330600", show_default=True, help="a city or county of Zhejiang")
@click.option("--warts/--clean", default=True, show_default=True)
def main(
    folder: Path,
    persons: int,
    first_month: str,
    months: int,
    history_months: int,
    seed: int,
    form: str,
    home: str,
    warts: bool,
) -> None:
    try:
        report = generate(
            folder,
            persons=persons,
            first_month=Month(first_month),
            months=months,
            history_months=history_months,
            seed=seed,
            form=form,
            home=home,
            warts=warts,
            progress=lambda sentence, part: click.echo(f"\r{part:5.0%} {sentence:<40}", nl=False, err=True),  # type: ignore[arg-type]
        )
    except (Refusal, ValueError) as problem:
        click.echo(f"\n{problem}", err=True)
        sys.exit(1)
    click.echo(err=True)
    click.echo(report.invented)
    for feed, rows in report.rows.items():
        click.echo(f"{feed:<20}{rows:>14,}")
    click.echo(
        f"{report.persons:,} persons, {len(report.history)}+{len(report.months)} months, {report.seconds} s → {folder}"
    )


if __name__ == "__main__":
    main()
