"""How often a process looks for garbage that refers to itself: the rest goes when nobody refers to it any more."""

import gc

OFTEN = (5_000, 20, 10)
"""Objects more than there were until the young are looked at, and how often these are until the older are; Python
begins with 700, 10 and 10.
"""


def settle() -> None:
    """To be called once a process has begun: what is there by then, code above all, stays, and is not looked through
    any more. Without that a fifth of the time of a thousand calls that wait goes into looking at it again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*OFTEN)
