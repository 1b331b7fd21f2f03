"""What restorations cost at each rate follows from what was measured, and the page says the same."""

from pathlib import Path

from benchmarks.growth import Hosting, Measured, growth, month, providers, size_of

PAGE = Path(__file__).resolve().parents[3] / "docs/concepts/scaling.md"


def test_the_page_has_the_tables_as_they_are_reckoned() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "".join(growth()) in text
    assert "".join(providers()) in text


def test_more_work_needs_no_less_and_a_thousand_cost_no_more() -> None:
    measured, hosting = Measured(), Hosting()
    before = None
    for rate in (1, 7, 80, 900, 10_000):
        size = size_of(rate, measured, here=True)
        each = sum(month(rate, size, measured, hosting)) / rate
        if before is not None:
            assert size.workers >= before[0].workers
            assert each <= before[1] * 1.1
        before = size, each


def test_a_core_is_never_busier_than_said() -> None:
    measured = Measured(worker=2.0)
    size = size_of(3600, measured, here=False)
    assert 2.0 / size.workers <= 0.6
