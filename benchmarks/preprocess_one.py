"""One measurement of the preprocessing bench, in a process of its own: ENGINE SOURCE WARM-UP."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.preprocess import measure_here

if __name__ == "__main__":
    engine, source, warm_up = sys.argv[1:]
    print(json.dumps(asdict(measure_here(engine, Path(source), Path(warm_up)))))
