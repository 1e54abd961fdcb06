"""The command line. Exit codes: 0 done, 1 refused or a problem with the data, 2 wrong use."""

from niangjia.cli.commands import main

__all__ = ["main"]
