"""``python -m niangjia.engines.simulation FOLDER``: the work that lies in the folder."""

import os
import sys
from pathlib import Path

from niangjia.engines.simulation.working import work
from niangjia.kernel.problems import Refusal

if __name__ == "__main__":
    os.nice(10)  # the console goes first
    try:
        work(Path(sys.argv[1]))
    except Refusal as refusal:
        sys.exit(str(refusal))
