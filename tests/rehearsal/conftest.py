"""Lives at random, and ways to set rules, are the same as where tickets, routing, automation and imports are tested."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / name) for name in ("tickets", "automation", "routing", "imports")]
