"""Fitting the judge of faded tones: true slopes, damage that is as said, and something learned in a few rounds."""

from pathlib import Path

import numpy as np

from rekindle.imaging.steps.tone_model import Network
from tests.damages import sample
from training.tone_levels import _back, _start, fade, fit, gains, lot, pixels_of, regret, slope, told, united

PHOTOS = [sample(name)[::4, ::4] for name in ("coffee", "china", "flower", "astronaut")]


def test_fading_is_repeatable_narrows_the_range_and_keeps_grey_grey() -> None:
    clean = pixels_of(PHOTOS, 3, np.random.default_rng(1))
    one, again = (fade(clean, np.random.default_rng(2)) for _ in range(2))
    assert np.array_equal(one, again)
    assert np.mean(np.ptp(one, axis=(1, 2)) < np.ptp(clean, axis=(1, 2))) > 0.7
    grey = np.repeat(clean[..., :1], 3, axis=2)
    assert np.ptp(fade(grey, np.random.default_rng(2)), axis=2).max() < 1e-6


def test_slopes_through_the_layers_are_those_of_small_steps() -> None:
    random = np.random.default_rng(3)
    layers = [layer.astype(np.float64) for layer in _start(5, random)]
    network = Network(np.zeros(5), np.ones(5), [layer.astype(np.float32) for layer in layers])
    given, wanted = random.normal(size=(7, 5)).astype(np.float32), random.normal(size=(7, 8)).astype(np.float32)
    slopes = _back(network.layers, network.values(given), wanted)
    for number, place in ((0, (2, 3)), (2, (4, 1)), (4, (0, 5))):
        base = float(np.sum(network.values(given)[-1] * wanted))
        network.layers[number][place] += 1e-2
        moved = float(np.sum(network.values(given)[-1] * wanted))
        network.layers[number][place] -= 1e-2
        assert np.isclose((moved - base) / 1e-2, slopes[number][place], rtol=0.05, atol=0.02)


def test_a_few_rounds_teach_something() -> None:
    random = np.random.default_rng(4)
    pictures = lot(pixels_of(PHOTOS, 2, random), 6, random)
    network = fit(pictures, random, rounds=150)
    before = np.zeros((len(pictures.features), 8), np.float32)
    after = network.values(pictures.features)[-1]
    assert regret(after, pictures).mean() < regret(before, pictures).mean()
    assert gains(after, pictures).mean() > 2
    assert np.all(np.isfinite(slope(after, pictures)))
    assert "mean +" in told("seen", gains(after, pictures))


def test_a_committee_gives_what_each_member_gives(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    members = [Network(np.zeros(4, np.float32), np.ones(4, np.float32), _start(4, random)) for _ in range(3)]
    given = random.normal(size=(6, 4)).astype(np.float32)
    together = united(members).values(given)[-1]
    assert together.shape == (3, 6, 8)
    for member, outputs in zip(members, together, strict=True):
        assert np.allclose(member.values(given)[-1], outputs, atol=1e-5)
    united(members).write(tmp_path / "weights.npz")
    assert (tmp_path / "weights.npz").stat().st_size > 1000
