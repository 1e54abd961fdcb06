"""``python -m niangjia.engines.scheduling FOLDER [LOCK]``: the bus plan that lies in the folder; LOCK: a descriptor of the lock taken for it."""

import os
import sys
from pathlib import Path

from niangjia.engines.scheduling.working import work
from niangjia.kernel.problems import Refusal

if __name__ == "__main__":
    os.nice(10)  # the console goes first
    try:
        work(Path(sys.argv[1]), lock=int(sys.argv[2]) if len(sys.argv) > 2 else None)
    except Refusal as refusal:
        sys.exit(str(refusal))
