"""How often a process looks for garbage."""

import gc
import subprocess
import sys

from rekindle.infra.garbage import OFTEN

SCRIPT = """
import gc
from rekindle.infra.garbage import settle
settle()
print(gc.get_freeze_count() > 1000, gc.get_threshold(), gc.isenabled())
"""


def test_what_is_there_at_the_start_is_not_looked_through_again_and_what_comes_is() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == f"True {OFTEN} True"
    assert gc.get_freeze_count() == 0, "in a process of its own"
