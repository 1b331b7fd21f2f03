"""How far a restoration may go."""

from enum import StrEnum


class Strength(StrEnum):
    """`auto` tries careful and strong and takes what the checks like best; the others try one and keep the input as
    way out.
    """

    AUTO = "auto"
    CAREFUL = "careful"
    STRONG = "strong"
