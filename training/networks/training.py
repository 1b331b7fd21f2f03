"""One training loop for every network: by the clock, resumable, on a processor or a GPU, with curves as a picture."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

Batch = tuple[Tensor, ...]
Loss = Callable[[nn.Module, Batch], Tensor]
Validate = Callable[[nn.Module], dict[str, float]]
_AVERAGE = 0.999


@dataclass(frozen=True, slots=True)
class Recipe:
    """`minutes` of training on this machine, all sessions together; the rate follows half a cosine over them."""

    folder: Path
    minutes: float
    rate: float = 1e-3
    validate_every: float = 6.0
    threads: int = 2


@dataclass(slots=True)
class State:
    """What a checkpoint holds beside the weights. `spent` is in minutes."""

    step: int = 0
    spent: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


def device() -> torch.device:
    """A CUDA device where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def loader(data: IterableDataset[Batch], batch: int, workers: int | None = None) -> Iterator[Batch]:
    """Endless batches made by other processes: one here beside a trainer on two cores, most cores beside a GPU."""
    cores = os.cpu_count() or 1
    count = workers if workers is not None else (max(1, cores - 1) if torch.cuda.is_available() else 1)
    made = DataLoader(
        data, batch_size=batch, num_workers=count, prefetch_factor=8, pin_memory=torch.cuda.is_available()
    )
    return iter(made)


def train(net: nn.Module, batches: Iterator[Batch], loss_of: Loss, validate: Validate, recipe: Recipe) -> nn.Module:
    """Train until the minutes are over; returns the running average of the weights, which is what is exported.

    A checkpoint is written at each validation and read at the start, so an interrupted run goes on where it was.
    """
    torch.set_num_threads(recipe.threads)
    recipe.folder.mkdir(parents=True, exist_ok=True)
    place = device()
    net = net.to(place, memory_format=torch.channels_last)
    average = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_AVERAGE)
    )
    optimizer = torch.optim.AdamW(net.parameters(), recipe.rate, betas=(0.9, 0.99), weight_decay=1e-4)
    state = _resume(recipe.folder / "checkpoint.pt", net, average, optimizer)
    last = state.spent
    clock = time.monotonic()
    running = 0.0
    while state.spent < recipe.minutes:
        batch = tuple(t.to(place, non_blocking=True) for t in next(batches))
        _set_rate(optimizer, recipe, state)
        with torch.autocast(place.type, dtype=torch.bfloat16):
            loss = loss_of(net, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        average.update_parameters(net)
        state.step += 1
        now = time.monotonic()
        state.spent, clock = state.spent + (now - clock) / 60, now
        value = float(loss.detach())
        running = value if running == 0 else 0.98 * running + 0.02 * value
        if state.spent - last >= recipe.validate_every or state.spent >= recipe.minutes:
            last = state.spent
            _note(state, running, validate(average.module.eval()), recipe)
            _save(recipe.folder / "checkpoint.pt", net, average, optimizer, state)
            clock = time.monotonic()
    return average.module.eval()


def _set_rate(optimizer: torch.optim.Optimizer, recipe: Recipe, state: State) -> None:
    done = min(1.0, state.spent / recipe.minutes)
    warm = min(1.0, (state.step + 1) / 100)
    rate = recipe.rate * warm * (0.01 + 0.99 * 0.5 * (1 + float(torch.cos(torch.tensor(torch.pi * done)))))
    for group in optimizer.param_groups:
        group["lr"] = rate


def _note(state: State, loss: float, figures: dict[str, float], recipe: Recipe) -> None:
    row = {"step": state.step, "minutes": round(state.spent, 2), "loss": round(loss, 5), **figures}
    state.history.append(row)
    print(json.dumps(row), flush=True)
    (recipe.folder / "history.json").write_text(json.dumps(state.history, indent=1))


def _save(path: Path, net: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer, state: State) -> None:
    whole = {
        "net": net.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
        "state": {"step": state.step, "spent": state.spent, "history": state.history},
    }
    part = path.with_suffix(".part")
    torch.save(whole, part)
    part.replace(path)


def _resume(path: Path, net: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer) -> State:
    if not path.exists():
        return State()
    whole = torch.load(path, map_location=device(), weights_only=True)
    net.load_state_dict(whole["net"])
    average.load_state_dict(whole["average"])
    optimizer.load_state_dict(whole["optimizer"])
    return State(**whole["state"])
