"""Rewrites networks of 8 bits that were saved as ONNX so that they compute the same in four fifths of the time.

Usage: python -m training.networks.lighten FILE.onnx...

The runtime has no form in 8 bits for a transposed convolution, and moves single numbers where it makes channels of
squares of 2 x 2. Here the first is a convolution of 1 x 1 whose channels are laid out side by side, and both move whole
pixels, with the channels last, as the runtime holds them anyway. Networks of 32 bits gain nothing by it.
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Weights = NDArray[Any]


def flattened(weights: Weights) -> Weights:
    """Weights (in, out, 2, 2) of a transposed convolution as those of a plain one (4 out, in, 1, 1): first all channels
    of the upper left pixels of the squares, then of the upper right ones, the lower left ones, the lower right ones.
    """
    return np.ascontiguousarray(weights.transpose(2, 3, 1, 0).reshape(-1, weights.shape[0], 1, 1))


def regrouped(weights: Weights) -> Weights:
    """Weights (out, 4 in, k, k) for squares of 2 x 2 whose channels come one after the other, as those for squares
    whose pixels do.
    """
    out, deep, *kernel = weights.shape
    return np.ascontiguousarray(weights.reshape(out, deep // 4, 4, *kernel).swapaxes(1, 2).reshape(weights.shape))


def lighten(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network, rewritten in place. What is in that form already stays."""
    graph = _Graph(model)
    for node in [node for node in model.graph.node if node.op_type == "ConvTranspose"]:
        _up(graph, node)
    for node in [node for node in model.graph.node if node.op_type == "Unsqueeze"]:
        _head(graph, node)
    del model.graph.value_info[:]
    graph.prune()
    onnx.checker.check_model(model)
    return model


class _Graph:
    """A model whose nodes and tensors are found by name."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graph = model.graph

    def maker(self, name: str) -> onnx.NodeProto | None:
        """Which node gives a value."""
        return next((node for node in self.graph.node if name in node.output), None)

    def users(self, name: str) -> list[onnx.NodeProto]:
        """Which nodes take a value."""
        return [node for node in self.graph.node if name in node.input]

    def tensor(self, name: str) -> onnx.TensorProto | None:
        """The stored tensor of a name."""
        return next((tensor for tensor in self.graph.initializer if tensor.name == name), None)

    def change(self, name: str, how: Callable[[Weights], Weights]) -> None:
        """Replace the tensor that is stored under a name by what is made of it."""
        tensor = self.tensor(name)
        assert tensor is not None
        tensor.CopyFrom(numpy_helper.from_array(how(numpy_helper.to_array(tensor)), name))

    def stored(self, name: str) -> tuple[str, onnx.NodeProto | None]:
        """The tensor behind a value, and the node that widens it, where one does."""
        made = self.maker(name)
        return (name, None) if made is None else (made.input[0], made)

    def constants(self, name: str) -> Callable[..., str]:
        """What keeps whole numbers under a name that begins so, and returns that."""

        def keep(what: str, *numbers: int) -> str:
            self.graph.initializer.append(numpy_helper.from_array(np.array(numbers, np.int64), f"{name}_{what}"))
            return f"{name}_{what}"

        return keep

    def insert_after(self, place: onnx.NodeProto, nodes: list[onnx.NodeProto]) -> None:
        """Put nodes behind another."""
        names = [node.name for node in self.graph.node]
        for number, node in enumerate(nodes, names.index(place.name) + 1):
            self.graph.node.insert(number, node)

    def prune(self) -> None:
        """Take away what nobody uses."""
        wanted = {each.name for each in self.graph.output}
        kept = list[onnx.NodeProto]()
        for node in reversed(self.graph.node):
            if wanted.intersection(node.output):
                kept.insert(0, node)
                wanted.update(node.input)
        tensors = [tensor for tensor in self.graph.initializer if tensor.name in wanted]
        _replace(self.graph.node, kept)
        _replace(self.graph.initializer, tensors)


def _replace(field: Any, values: Iterable[Any]) -> None:
    copies = list(values)
    del field[:]
    field.extend(copies)


def _up(graph: _Graph, node: onnx.NodeProto) -> None:
    """A transposed convolution as a plain one, whose channels are laid out after they were rounded, if they are."""
    weights, widened = graph.stored(node.input[1])
    graph.change(weights, flattened)
    bias, bias_widened = graph.stored(node.input[2])
    repeated = [bias]
    for each in (widened, bias_widened):
        if each is not None and each.op_type == "DequantizeLinear":
            repeated += each.input[1:]
            each.attribute[0].CopyFrom(helper.make_attribute("axis", 0))
    for name in repeated:
        graph.change(name, lambda values: np.tile(values, 4) if values.ndim else values)
    name, users = node.name, graph.users(node.output[0])
    last = users[0] if len(users) == 1 and users[0].op_type == "QuantizeLinear" else node
    made, flat = last.output[0], f"{last.output[0]}_flat"
    last.output[0] = flat
    node.op_type = "Conv"
    for attribute in node.attribute:
        if attribute.name in ("kernel_shape", "strides"):
            attribute.CopyFrom(helper.make_attribute(attribute.name, [1, 1]))
    tensor = graph.tensor(weights)
    assert tensor is not None
    graph.insert_after(last, _laid_out(graph, name, flat, made, tensor.dims[0] // 4))


def _laid_out(graph: _Graph, name: str, flat: str, made: str, channels: int) -> list[onnx.NodeProto]:
    """What lays four times as many channels (n, 4 c, h, w) out side by side (n, c, 2 h, 2 w), with the channels last:
    so they stay together, which is quick, and the runtime has them last anyway.
    """
    node, constant = _Maker(name), graph.constants(name)
    return [
        node("Transpose", [flat], "last", perm=[0, 2, 3, 1]),
        node("Reshape", [f"{name}_last", constant("rows", 0, 0, 0, 2, 2 * channels)], "apart"),
        node("Transpose", [f"{name}_apart"], "beside", perm=[0, 1, 3, 2, 4]),
        node("Shape", [flat], "size"),
        node("Mul", [f"{name}_size", constant("twice", 1, 1, 2, 2)], "doubled"),
        node("Slice", [f"{name}_doubled", constant("from", 2), constant("to", 4)], "sides"),
        node("Concat", [constant("same", 0), f"{name}_sides", constant("deep", channels)], "shape", axis=0),
        node("Reshape", [f"{name}_beside", f"{name}_shape"], "whole"),
        node("Transpose", [f"{name}_whole"], made, perm=[0, 3, 1, 2]),
    ]


def _head(graph: _Graph, first: onnx.NodeProto) -> None:
    """Squares of 2 x 2 as channels, pixel after pixel, in the place of the five nodes from `first` on."""
    name, given, last = first.name, first.input[0], first
    while last.op_type != "Squeeze":
        (last,) = graph.users(last.output[0])
    made, convolution = last.output[0], last
    while convolution.op_type != "Conv":
        (convolution,) = graph.users(convolution.output[0])
    weights, _ = graph.stored(convolution.input[1])
    graph.change(weights, regrouped)
    tensor = graph.tensor(weights)
    assert tensor is not None
    channels = tensor.dims[1] // 4
    last.output[0] = f"{made}_unused"
    node, constant = _Maker(name), graph.constants(name)
    nodes = [
        node("Transpose", [given], "last", perm=[0, 2, 3, 1]),
        node("Reshape", [f"{name}_last", constant("columns", 0, 0, -1, 2 * channels)], "pairs"),
        node("Shape", [graph.graph.input[0].name], "size"),
        node("Slice", [f"{name}_size", constant("from", 3), constant("to", 4)], "width"),
        node("Div", [f"{name}_width", constant("two", 2)], "half"),
        node("Concat", [constant("rows", 0, -1, 2), f"{name}_half", constant("deep", 2 * channels)], "shape", axis=0),
        node("Reshape", [f"{name}_pairs", f"{name}_shape"], "apart"),
        node("Transpose", [f"{name}_apart"], "beside", perm=[0, 1, 3, 2, 4]),
        node("Reshape", [f"{name}_beside", constant("whole", 0, 0, 0, 4 * channels)], "squares"),
        node("Transpose", [f"{name}_squares"], made, perm=[0, 3, 1, 2]),
    ]
    graph.insert_after(last, nodes)


class _Maker:
    """Makes nodes that are named after one."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, kind: str, given: list[str], what: str, **attributes: Any) -> onnx.NodeProto:
        """A node whose output has its own name, or the one that it is to have."""
        named = what if what.startswith("/") else f"{self._name}_{what}"
        return helper.make_node(kind, given, [named], name=f"{self._name}_{what.rpartition('/')[2]}", **attributes)


def lighten_file(path: Path) -> None:
    """Rewrite a file where it lies."""
    onnx.save(lighten(onnx.load(str(path))), str(path))


def main() -> None:
    """Rewrite each file."""
    for name in sys.argv[1:]:
        lighten_file(Path(name))


if __name__ == "__main__":
    main()
