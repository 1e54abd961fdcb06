"""The command line. Exit codes: 0 done, 1 refused or a problem with the data, 2 wrong use."""

from niangjia.cli import bench_simulating, programs_pages, programs_tools, simulating  # noqa: F401  commands of the groups `bench` and `programs`
from niangjia.cli.commands import main

__all__ = ["main"]
