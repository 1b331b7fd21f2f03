"""`python -m tests.simulators.stripe --port 4242 --webhook http://127.0.0.1:8000/...`: a Stripe to walk through."""

import argparse
import contextlib

import uvicorn

from tests.simulators.stripe.server import KEY, SECRET, create_app, listen
from tests.simulators.stripe.webhooks import new_endpoint
from tests.simulators.stripe.world import World


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.stripe", description=__doc__)
    parser.add_argument("--port", type=int, default=4242, help="0 for any free one")
    parser.add_argument("--webhook", metavar="URL", help="where events go; more can be added over the API")
    parser.add_argument("--secret", default=SECRET, help="what the events for --webhook are signed with")
    parser.add_argument("--seed", default="rekindle", help="ids are always the same for the same seed and calls")
    chosen = parser.parse_args()
    listener = listen(chosen.port)
    world = World(seed=chosen.seed, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    if chosen.webhook:
        new_endpoint(world, chosen.webhook, secret=chosen.secret)
    print(f"Stripe, simulated, is at {world.base_url}")
    print(f'StripeClient("{KEY}", base_addresses={{"api": "{world.base_url}"}}), webhook secret {chosen.secret}')
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(uvicorn.Config(create_app(world), log_level="warning", lifespan="on")).run(sockets=[listener])


if __name__ == "__main__":
    main()
