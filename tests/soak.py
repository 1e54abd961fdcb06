"""Whether this is `make soak` (``NIANGJIA_NEW_CASES``): then tests take more cases, drawn anew, and nobody waits for them."""

import os

IS_SOAK = bool(os.environ.get("NIANGJIA_NEW_CASES"))
