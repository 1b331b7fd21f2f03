"""The code tables of ITU-T H.264 that the encoder needs, as arrays of lengths and of bits."""

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int32]

ZIGZAG = np.array([0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15])
"""Order of the coefficients of a 4 x 4 block (8.5.6)."""

MULTIPLIERS = np.array(
    [
        [13107, 5243, 8066],
        [11916, 4660, 7490],
        [10082, 4194, 6554],
        [9362, 3647, 5825],
        [8192, 3355, 5243],
        [7282, 2893, 4559],
    ]
)
"""What quantization multiplies by, for each remainder of the step by 6: the reciprocals of `SCALES`."""

SCALES = np.array([[10, 16, 13], [11, 18, 14], [13, 20, 16], [14, 23, 18], [16, 25, 20], [18, 29, 23]])
"""Scaling of levels (8.5.9)."""

KINDS = np.array([[0, 2, 0, 2], [2, 1, 2, 1], [0, 2, 0, 2], [2, 1, 2, 1]])
"""Which of the three columns counts for a place in a block."""

PATTERNS = np.array(
    [0, 16, 1, 2, 4, 8, 32, 3, 5, 10, 12, 15, 47, 7, 11, 13, 14, 6, 9, 31, 35, 37, 42, 44, 33, 34, 36, 40, 39, 43, 45,
     46, 17, 18, 20, 24, 19, 21, 26, 28, 23, 27, 29, 30, 22, 25, 38, 41]
)  # fmt: skip
"""Coded block patterns of predicted macroblocks by their code number (Table 9-4)."""
PATTERN_CODES = np.argsort(PATTERNS).astype(np.int32)


def _table(rows: str) -> Table:
    """Rows of numbers, separated by semicolons, filled up with zeros."""
    parsed = [[int(each) for each in row.split()] for row in rows.split(";")]
    width = max(map(len, parsed))
    return np.array([row + [0] * (width - len(row)) for row in parsed], np.int32)


TOKEN_LENGTHS = np.stack(
    [
        _table(
            "1; 6 2; 8 6 3; 9 8 7 5; 10 9 8 6; 11 10 9 7; 13 11 10 8; 13 13 11 9; 13 13 13 10; 14 14 13 11;"
            "14 14 14 13; 15 15 14 14; 15 15 15 14; 16 15 15 15; 16 16 16 15; 16 16 16 16; 16 16 16 16"
        ),
        _table(
            "2; 6 2; 6 5 3; 7 6 6 4; 8 6 6 4; 8 7 7 5; 9 8 8 6; 11 9 9 6; 11 11 11 7; 12 11 11 9; 12 12 12 11;"
            "12 12 12 11; 13 13 13 12; 13 13 13 13; 13 14 13 13; 14 14 14 13; 14 14 14 14"
        ),
        _table(
            "4; 6 4; 6 5 4; 6 5 5 4; 7 5 5 4; 7 5 5 4; 7 6 6 4; 7 6 6 4; 8 7 7 5; 8 8 7 6; 9 8 8 7; 9 9 8 8;"
            "9 9 9 8; 10 9 9 9; 10 10 10 10; 10 10 10 10; 10 10 10 10"
        ),
        _table("6; 6 6; 6 6 6;" + ";".join(["6 6 6 6"] * 14)),
        _table("2; 6 1; 6 6 3; 6 7 7 6; 6 8 8 7;" + ";".join(["0"] * 12)),
    ]
)
"""Lengths of coeff_token by what surrounds the block, its coefficients and its trailing ones (Table 9-5)."""

TOKEN_BITS = np.stack(
    [
        _table(
            "1; 5 1; 7 4 1; 7 6 5 3; 7 6 5 3; 7 6 5 4; 15 6 5 4; 11 14 5 4; 8 10 13 4; 15 14 9 4; 11 10 13 12;"
            "15 14 9 12; 11 10 13 8; 15 1 9 12; 11 14 13 8; 7 10 9 12; 4 6 5 8"
        ),
        _table(
            "3; 11 2; 7 7 3; 7 10 9 5; 7 6 5 4; 4 6 5 6; 7 6 5 8; 15 6 5 4; 11 14 13 4; 15 10 9 4; 11 14 13 12;"
            "8 10 9 8; 15 14 13 12; 11 10 9 12; 7 11 6 8; 9 8 10 1; 7 6 5 4"
        ),
        _table(
            "15; 15 14; 11 15 13; 8 12 14 12; 15 10 11 11; 11 8 9 10; 9 14 13 9; 8 10 9 8; 15 14 13 13; 11 14 10 12;"
            "15 10 13 12; 11 14 9 12; 8 10 13 8; 13 7 9 12; 9 12 11 10; 5 8 7 6; 1 4 3 2"
        ),
        _table("3; 0 1; 4 5 6;" + ";".join(" ".join(str(4 * n + i) for i in range(4)) for n in range(2, 16))),
        _table("1; 7 1; 4 6 1; 3 3 2 5; 2 3 2 0;" + ";".join(["0"] * 12)),
    ]
)

ZEROS_LENGTHS = _table(
    "1 3 3 4 4 5 5 6 6 7 7 8 8 9 9 9; 3 3 3 3 3 4 4 4 4 5 5 6 6 6 6; 4 3 3 3 4 4 3 3 4 5 5 6 5 6;"
    "5 3 4 4 3 3 3 4 3 4 5 5 5; 4 4 4 3 3 3 3 3 4 5 4 5; 6 5 3 3 3 3 3 3 4 3 6; 6 5 3 3 3 2 3 4 3 6;"
    "6 4 5 3 2 2 3 3 6; 6 6 4 2 2 3 2 5; 5 5 3 2 2 2 4; 4 4 3 3 1 3; 4 4 2 1 3; 3 3 1 2; 2 2 1; 1 1"
)
"""Lengths of total_zeros by the number of coefficients, from 1, and of zeros before the last (Tables 9-7 and 9-8)."""
ZEROS_BITS = _table(
    "1 3 2 3 2 3 2 3 2 3 2 3 2 3 2 1; 7 6 5 4 3 5 4 3 2 3 2 3 2 1 0; 5 7 6 5 4 3 4 3 2 3 2 1 1 0;"
    "3 7 5 4 6 5 4 3 3 2 2 1 0; 5 4 3 7 6 5 4 3 2 1 1 0; 1 1 7 6 5 4 3 2 1 1 0; 1 1 5 4 3 3 2 1 1 0;"
    "1 1 1 3 3 2 2 1 0; 1 0 1 3 2 1 1 1; 1 0 1 3 2 1 1; 0 1 1 2 1 3; 0 1 1 1 1; 0 1 1 1; 0 1 1; 0 1"
)
FEW_ZEROS_LENGTHS, FEW_ZEROS_BITS = _table("1 2 3 3; 1 2 2; 1 1"), _table("1 1 1 0; 1 1 0; 1 0")
"""The same for the four constant parts of colour (Table 9-9)."""

RUN_LENGTHS = _table("1 1; 1 2 2; 2 2 2 2; 2 2 2 3 3; 2 2 3 3 3 3; 2 3 3 3 3 3 3; 3 3 3 3 3 3 3 4 5 6 7 8 9 10 11")
"""Lengths of run_before by the zeros that are left, from 1 to 7 and more, and the run (Table 9-10)."""
RUN_BITS = _table("1 0; 1 1 0; 3 2 1 0; 3 2 1 1 0; 3 2 3 2 1 0; 3 0 1 3 2 5 4; 7 6 5 4 3 2 1 1 1 1 1 1 1 1 1")
