"""How often a second the limiter of several processes answers, beside redis-benchmark with the same script.

    python -m benchmarks.limiter [--seconds S] [--rounds N] [--callers N]

Both ask one Valkey or Redis server of their own, over a socket file, for tokens out of a thousand buckets, with as many
callers at once. redis-benchmark is C and does nothing with the answers; ours goes through the client, asks its own
process first, and makes a verdict of each answer. Returns 1 when ours has less than a fifth of that rate, and 0 where
no redis-benchmark is installed.
"""

import argparse
import asyncio
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from redis import Redis

from rekindle.infra.limits.embedded import LocalLimiter
from rekindle.infra.limits.redis import RedisLimiter
from rekindle.infra.limits.rules import Bucket
from rekindle.infra.limits.script import TAKE
from tests.valkey import Valkey, valkey

LEAST = 0.2
"""Of the rate of redis-benchmark."""
KEYS, REQUESTS = 1000, 60_000
PLENTY = Bucket("account", 1_000_000, 1000.0)
"""Nothing is refused, so that every answer takes its way to the server."""


def bare(server: Valkey, program: str, callers: int) -> float:
    """Answers a second that redis-benchmark gets."""
    path = server.url.removeprefix("unix://")
    with Redis(unix_socket_path=path) as client:
        digest = str(client.script_load(TAKE))
    asked = ["EVALSHA", digest, "1", "b:__rand_int__", "bucket", str(PLENTY.quota), str(PLENTY.step), "1", "1"]
    options = ["-s", path, "-c", str(callers), "-n", str(REQUESTS), "-r", str(KEYS), "-q", "--csv"]
    said = subprocess.run([program, *options, *asked], capture_output=True, text=True, check=True).stdout
    line = next(each for each in reversed(said.splitlines()) if "EVALSHA" in each.upper())
    return float(line.split('","')[1].strip('"'))


async def ours(server: Valkey, seconds: float, callers: int) -> tuple[float, float]:
    """Answers a second that the limiter gives, and the seconds within which 99 of 100 came."""
    limiter = RedisLimiter(server.url, near=LocalLimiter(), seconds=5.0)
    waited: list[float] = []
    until = time.perf_counter() + seconds

    async def caller(number: int) -> None:
        turn = 0
        while (began := time.perf_counter()) < until:
            verdict = await limiter.take(PLENTY, f"b:{(number * 7919 + turn) % KEYS}")
            assert verdict.allowed
            waited.append(time.perf_counter() - began)
            turn += 1

    async with asyncio.TaskGroup() as group:
        for number in range(callers):
            group.create_task(caller(number))
    await limiter.aclose()
    return len(waited) / seconds, statistics.quantiles(waited, n=100)[98]


def main(arguments: Sequence[str]) -> int:
    """Measure in turns; 1 when the aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each turn of ours")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, default=50)
    options = parser.parse_args(arguments)
    program = shutil.which("redis-benchmark") or shutil.which("valkey-benchmark")
    if program is None:
        print("Neither redis-benchmark nor valkey-benchmark is installed, so there is nothing to compare with.")
        return 0
    shares: list[float] = []
    print("| round | redis-benchmark/s | the limiter/s | p99 ms | share |\n| --: | --: | --: | --: | --: |")
    with valkey() as server:
        for turn in range(options.rounds):
            most = bare(server, program, options.callers)
            rate, slow = asyncio.run(ours(server, options.seconds, options.callers))
            shares.append(rate / most)
            print(f"| {turn + 1} | {most:.0f} | {rate:.0f} | {1000 * slow:.1f} | {rate / most:.2f} |", flush=True)
    share = statistics.median(shares)
    print(f"\n{share:.2f} of redis-benchmark's rate, {LEAST} is the aim: {'reached' if share >= LEAST else 'missed'}.")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
