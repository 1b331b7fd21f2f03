"""What is known at a few pixels spreads as the equations say."""

import numpy as np
import pytest

from rekindle.imaging.planes import floats
from rekindle.imaging.steps.hints_solve import spread

RANDOM = np.random.default_rng(8)


def links(height, width, low=0.01):
    right, below = floats(RANDOM.uniform(low, 1, (height, width))), floats(RANDOM.uniform(low, 1, (height, width)))
    right[:, -1] = 0
    below[-1] = 0
    return right, below


def dense(mass, right, below, known):
    height, width = mass.shape
    matrix = np.diag(mass.ravel().astype(float))
    for y in range(height):
        for x in range(width):
            here = y * width + x
            for other, link in ((here + 1, right[y, x]), (here + width, below[y, x])):
                if link:
                    matrix[here, here] += link
                    matrix[other, other] += link
                    matrix[here, other] -= link
                    matrix[other, here] -= link
    return np.linalg.solve(matrix, (mass * known[0]).ravel()).reshape(height, width)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (12, 1), (7, 10), (16, 16), (21, 13)])
def test_it_is_the_solution_of_the_equations(shape):
    right, below = links(*shape)
    mass = np.full(shape, 1e-4, np.float32)
    known = np.zeros((1, *shape), np.float32)
    for value in (40.0, -25.0, 10.0):
        y, x = RANDOM.integers(shape[0]), RANDOM.integers(shape[1])
        mass[y, x], known[0, y, x] = 1000, value
    found = spread(mass, (right, below), known, rounds=60)
    assert np.abs(found[0] - dense(mass, right, below, known)).max() < 1


def test_a_field_known_everywhere_stays():
    known = floats(RANDOM.normal(size=(2, 20, 30)))
    mass = np.full((20, 30), 1e6, np.float32)
    assert np.allclose(spread(mass, links(20, 30), known, rounds=5), known, atol=1e-3)


def test_nothing_known_gives_nothing():
    mass = np.full((20, 30), 1e-3, np.float32)
    assert not spread(mass, links(20, 30), np.zeros((2, 20, 30), np.float32), rounds=5).any()
