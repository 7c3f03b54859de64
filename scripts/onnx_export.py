"""Random networks as ONNX files with inputs and outputs, in the layout of ONNX's own backend tests.

A test is a folder: `model.onnx`, `test_data_set_N/input_0.pb` and `output_0.pb` and so on. PyTorch computes the outputs in
float64 from the float32 weights that the file holds; `scripts/octconv onnx-test FOLDER` compares with them.
"""

import copy
import shutil
import warnings
from pathlib import Path

import need_torch  # noqa: F401, before what it looks for
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

OPSETS = range(9, 18)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def images(shape, generator):
    """Noise of two scales, so that what pools and what halves have something to see."""
    count, channels, height, width = shape
    coarse = torch.randn(count, channels, max(2, height // 8), max(2, width // 8), generator=generator, dtype=torch.float64)
    fine = torch.randn(*shape, generator=generator, dtype=torch.float64)
    return F.interpolate(coarse, size=(height, width), mode="bilinear", align_corners=False) + 0.5 * fine


def randomise(model, shape, generator, count=8):
    """Gives a model random weights, scales, offsets and statistics of batch norms; leaves it in eval mode, in float32.

    Statistics are first measured on `count` images, which keeps the values of a deep network in bounds, and then moved:
    a norm that merely undid what is before it would hide mistakes.
    """
    model.double().eval()

    def normal(values, mean, deviation):
        values.copy_(mean + deviation * torch.randn(values.shape, generator=generator, dtype=torch.float64))

    def uniform(values, low, high):
        values.copy_(low + (high - low) * torch.rand(values.shape, generator=generator, dtype=torch.float64))

    norms = [module for module in model.modules() if isinstance(module, NORMS)]
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)):
                normal(module.weight, 0, (2 / module.weight[0].numel()) ** 0.5)
                if module.bias is not None:
                    normal(module.bias, 0, 0.3)
            elif isinstance(module, (nn.LayerNorm, nn.PReLU)):
                uniform(module.weight, 0.1, 1)
        for name, values in model.named_parameters():
            if name.endswith("layer_scale"):
                uniform(values, 0.1, 0.5)
        for norm in norms:
            uniform(norm.weight, 0.3, 1)
            normal(norm.bias, 0, 0.3)
            norm.momentum = None  # the statistics of what is seen, not a running average
            norm.train()
        model(images((max(2, count), *shape[1:]), generator))
        for norm in norms:
            norm.eval()
            shift = torch.empty_like(norm.running_mean)
            normal(shift, 0, 0.2)
            norm.running_mean += shift * norm.running_var.sqrt()
            factor = torch.empty_like(norm.running_var)
            uniform(factor, 0.7, 1.7)
            norm.running_var *= factor
    return model.float()


class Flat(nn.Module):
    """A network whose outputs are tensors one after the other, whatever it packs them into."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, *inputs):
        return flat(self.network(*inputs))


def flat(outputs):
    """Tensors out of tuples and dictionaries."""
    if isinstance(outputs, torch.Tensor):
        return (outputs,)
    values = outputs.values() if isinstance(outputs, dict) else outputs
    return tuple(tensor for part in values if part is not None for tensor in flat(part))


def varint(value):
    """A number as Protocol Buffers write it."""
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    result.append(value)
    return bytes(result)


def tensor_proto(values):
    """A TensorProto of float32: dims (1), data_type (2), raw_data (9)."""
    array = np.ascontiguousarray(values, "<f4")
    dims = b"".join(b"\x08" + varint(size) for size in array.shape)
    return dims + b"\x10\x01" + b"\x4a" + varint(array.nbytes) + array.tobytes()


def write_test(folder, network, inputs, opset=17, dynamic=None, names=(), fold=True):
    """Writes one test and prints a line about it.

    `inputs` are lists of tensors, one for each data set; the first one is traced. `dynamic` gives the names of open axes by
    input, as `torch.onnx.export` wants them. `names` are those of inputs, made up where they are empty.
    """
    folder = Path(folder)
    model = Flat(network).eval()
    reference = copy.deepcopy(model).double()
    with torch.no_grad():
        expected = [[y.numpy() for y in reference(*[x.double() for x in some])] for some in inputs]
    for outputs in expected:
        for y in outputs:
            if not np.isfinite(y).all() or np.abs(y).max() == 0:
                raise ValueError(f"{folder.name}: outputs are not finite, or nothing but zeros")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = list(names) or [f"input_{i}" if i else "input" for i in range(len(inputs[0]))]
    outputs = [f"output_{i}" if i else "output" for i in range(len(expected[0]))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model, tuple(inputs[0]), str(folder / "model.onnx"), opset_version=opset, input_names=names,
                          output_names=outputs, dynamic_axes=dynamic, do_constant_folding=fold)
    for number, (some, results) in enumerate(zip(inputs, expected)):
        place = folder / f"test_data_set_{number}"
        place.mkdir()
        for kind, tensors in (("input", some), ("output", results)):
            for i, tensor in enumerate(tensors):
                (place / f"{kind}_{i}.pb").write_bytes(tensor_proto(tensor))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    largest = max(np.abs(y).max() for y in expected[0])
    print(f"{folder}: opset {opset}, {size} bytes, outputs up to {largest:.3g}", flush=True)
    return folder
