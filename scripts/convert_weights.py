#!/usr/bin/python3
"""Turns a PyTorch checkpoint (.pth) into a safetensors file that the library builds its network from.

    apt-get install python3-torch python3-torchvision
    /usr/bin/python3 scripts/convert_weights.py oct_resnet50_cosine.pth oct_resnet50.safetensors --labels imagenet.txt

Understood are the names of d-li14/octconv.pytorch in octave networks and those of torchvision in dense ones; see
docs/models.md. The state dict may be nested under "state_dict", and its names may begin with "module.", as
DataParallel leaves them. Architecture, alpha, width and number of classes are found from names and shapes, and can be
given where a guess is wrong; the rule for stride 2 leaves no trace in the weights. All tensors are compared with the
reference network: what is missing, superfluous or misshapen is listed, and nothing is written. What was written is
read back and compared bit by bit.

Everything is stored as float32; num_batches_tracked is dropped. Only tensors and plain containers are unpickled
(weights_only=True). That guard had a hole until PyTorch 2.6 (CVE-2025-32434): convert files of people you trust.
"""

import argparse
import io
import json
import pickle
import pickletools
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch

import octave_models
from safetensors_file import read_safetensors, write_safetensors

NESTED = ("state_dict", "model_state_dict", "model")
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class ConversionError(Exception):
    """What is wrong with a checkpoint, in words for its owner."""


def load_checkpoint(path):
    """The tensors of a .pth file by name, as float32 arrays, without prefixes and counters."""
    try:
        state = load_safely(path)
    except pickle.UnpicklingError as e:
        reason = str(e).rpartition("WeightsUnpickler error: ")[2]
        raise ConversionError(f"{path} holds more than tensors and plain values, or is no checkpoint ({reason}); where "
                              f"it was trained, torch.save(model.state_dict(), ...) saves the tensors alone") from e
    except (RuntimeError, EOFError, ValueError, zipfile.BadZipFile) as e:
        raise ConversionError(f"{path} cannot be read as a checkpoint: {str(e).splitlines()[0]}") from e
    while isinstance(state, dict):
        inner = next((state[key] for key in NESTED if isinstance(state.get(key), dict)), None)
        if inner is None:
            break
        state = inner
    if not isinstance(state, dict) or not state:
        raise ConversionError(f"{path} holds no state dict but a {type(state).__name__}")
    foreign = sorted(str(name) for name, value in state.items() if not isinstance(value, torch.Tensor))
    if foreign:
        raise ConversionError(f"{path}: a state dict holds tensors only; these entries are none: {', '.join(foreign)}")
    return {plain_name(name): array(value) for name, value in state.items() if not name.endswith("num_batches_tracked")}


def load_safely(path):
    """What torch.load makes of a file without running code that the file names.

    PyTorch 1.13 refuses any float number, such as a learning rate beside the weights: it is read as None instead.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as e:
        if f"Unsupported operand {pickle.BINFLOAT[0]}" not in str(e):
            raise
    return torch.load(without_floats(path.read_bytes()), map_location="cpu", weights_only=True)


def without_floats(raw):
    """A checkpoint, zipped or of the format before PyTorch 1.6, with None in place of each float number."""
    def replace(data, pickles):
        stream, chunks, copied = io.BytesIO(data), [], 0
        for _ in range(pickles):
            for opcode, _, position in pickletools.genops(stream):
                if opcode.code.encode("latin-1") == pickle.BINFLOAT:
                    chunks += [data[copied:position], pickle.NONE]
                    copied = stream.tell()
        return b"".join([*chunks, data[copied:]])

    if not zipfile.is_zipfile(io.BytesIO(raw)):
        return io.BytesIO(replace(raw, 5))  # magic number, version, system, content, keys; then raw data
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(result, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            target.writestr(info.filename, replace(data, 1) if info.filename.endswith("/data.pkl") else data)
    result.seek(0)
    return result


def plain_name(name):
    """A tensor's name without "module." and with MobileNet v1's "model.N" as "features.N"."""
    name = re.sub(r"^(module\.)+", "", name)
    return re.sub(r"^model\.(?=\d)", "features.", name)


def array(value):
    """A tensor as a float32 array."""
    return value.detach().float().contiguous().numpy().astype("<f4")


def recognise(state):
    """Architecture, alpha, width and classes, as far as names and shapes tell: a dictionary."""
    found = {}

    def channels(name):
        return state[name].shape[0] if name in state and state[name].ndim else None

    def width_and_alpha(stem, published, layer):
        if channels(stem):
            found["width"] = channels(stem) / published
        low, high = channels(f"{layer}.bn_l.bias"), channels(f"{layer}.bn_h.bias")
        found["alpha"] = low / (low + high) if low and high else 0.0

    octave = "oct_" if any(".conv_h2l." in name for name in state) else ""
    blocks = {}
    for name in state:
        match = re.match(r"layer([1-4])\.(\d+)\.", name)
        if match:
            stage, number = map(int, match.groups())
            blocks[stage] = max(blocks.get(stage, 0), number + 1)
    if blocks:
        found["classes"] = channels("fc.bias")
        width_and_alpha("conv1.weight", 64, "layer3.0.conv3")
        kernel = state.get("layer1.0.conv2.conv.conv_h2h.weight", state.get("layer1.0.conv2.weight"))
        inputs = channels("layer1.0.conv2.bn_h.bias") or channels("layer1.0.bn2.bias")
        grouped = kernel is not None and kernel.ndim == 4 and inputs is not None and kernel.shape[1] < inputs
        squeezed = any(".se.fc1." in name for name in state)
        table = tuple(blocks.get(stage, 0) for stage in range(1, 5)), grouped, squeezed
        names = [name for name, row in octave_models.RESNETS.items() if row == table]
        if names:
            found["arch"] = octave + names[0]
    elif "fc.weight" in state and any(name.startswith("features.13.") for name in state):
        found.update(arch=f"{octave}mobilenet_v1", classes=channels("fc.bias"))
        width_and_alpha("features.0.0.weight", 32, "features.6.1")
    elif "classifier.1.weight" in state and any(name.startswith("features.17.") for name in state):
        found.update(arch=f"{octave}mobilenet_v2", classes=channels("classifier.1.bias"))
        width_and_alpha("features.0.0.weight", 32, "features.13.conv.1")
    return {key: value for key, value in found.items() if value is not None}


def differences(state, model):
    """A line for each tensor that is missing, superfluous or has another shape than the model's."""
    expected = {name: tuple(value.shape) for name, value in model.state_dict().items()
                if not name.endswith("num_batches_tracked")}
    lines = [f"missing {name} {list(shape)}" for name, shape in expected.items() if name not in state]
    lines += [f"superfluous {name} {list(state[name].shape)}" for name in state if name not in expected]
    lines += [f"misshapen {name} {list(state[name].shape)}, expected {list(shape)}"
              for name, shape in expected.items() if name in state and state[name].shape != shape]
    return lines


def convert(source, target, given, labels=None, name=None, mean=IMAGENET_MEAN, std=IMAGENET_STD):
    """Converts a file. `given` holds what overrides recognition; None in it counts as not given.

    Returns the metadata that was written; raises ConversionError, and writes nothing, where something does not fit.
    """
    state = load_checkpoint(source)
    network = {"stride_rule": "KEEP_LOW", "image_size": 224, **recognise(state)}
    network.update({key: value for key, value in given.items() if value is not None})
    unknown = [key for key in ("arch", "alpha", "width", "classes") if key not in network]
    if unknown:
        raise ConversionError(f"{source}: {' and '.join(unknown)} cannot be told from the names of its "
                              f"{len(state)} tensors ({', '.join(sorted(state)[:4])}...); "
                              f"give {' '.join('--' + key for key in unknown)}")
    try:
        model = octave_models.build(network["arch"], network["alpha"], network["stride_rule"], network["width"],
                                    network["classes"])
    except ValueError as e:
        raise ConversionError(f"{source}: {e}") from e
    wrong = differences(state, model)
    if wrong:
        raise ConversionError("\n  ".join([f"{source} does not fit {description(network)}:", *wrong]))
    if labels is not None and len(labels) != network["classes"]:
        raise ConversionError(f"there must be a label for each of {network['classes']} classes, were {len(labels)}")
    metadata = {"name": name or Path(target).stem, **network, "bn_eps": octave_models.BN_EPS,
                "mean": json.dumps(mean), "std": json.dumps(std)}
    if labels is not None:
        metadata["labels"] = json.dumps(labels)
    metadata = {key: str(value) for key, value in metadata.items()}
    write_safetensors(target, state, metadata)
    verify(target, state, metadata)
    return metadata


def verify(path, state, metadata):
    """Raises ConversionError if a file does not read back as it was meant to be written."""
    tensors, texts = read_safetensors(path)
    wrong = sorted(tensors.keys() ^ state.keys())
    wrong += [name for name in tensors.keys() & state.keys() if tensors[name].shape != state[name].shape
              or not np.array_equal(tensors[name].view(np.int32), state[name].view(np.int32))]
    if wrong or texts != metadata:
        raise ConversionError(f"{path} reads back differently: {', '.join(wrong) or 'metadata'}")


def description(network):
    """A network in words."""
    rule = f", {network['stride_rule']}" if network["alpha"] else ""
    return (f"{network['arch']} (alpha {network['alpha']:g}, width {network['width']:g}, "
            f"{network['classes']} classes{rule})")


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description="Turns a PyTorch checkpoint into safetensors with metadata.")
    parser.add_argument("source", type=Path, metavar="FILE.pth")
    parser.add_argument("target", type=Path, metavar="FILE.safetensors")
    parser.add_argument("--arch", choices=octave_models.ARCHITECTURES, metavar="ARCH",
                        help=f"default: recognised; {', '.join(octave_models.ARCHITECTURES)}")
    parser.add_argument("--alpha", type=float, help="default: recognised")
    parser.add_argument("--width", type=float, help="default: recognised")
    parser.add_argument("--classes", type=int, help="default: recognised")
    parser.add_argument("--stride-rule", choices=octave_models.STRIDE_RULES,
                        help="what the network was trained with; default: KEEP_LOW, as in d-li14/octconv.pytorch")
    parser.add_argument("--image-size", type=int, help="default: 224")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="the names of the classes, one a line")
    parser.add_argument("--name", help="default: the target's name")
    parser.add_argument("--mean", type=float, nargs=3, default=IMAGENET_MEAN, help="default: ImageNet's")
    parser.add_argument("--std", type=float, nargs=3, default=IMAGENET_STD, help="default: ImageNet's")
    return parser.parse_args()


def main():
    """Converts."""
    args = parse_arguments()
    given = {key: getattr(args, key) for key in ("arch", "alpha", "width", "classes", "stride_rule", "image_size")}
    try:
        labels = args.labels.read_text(encoding="utf-8").splitlines() if args.labels else None
        metadata = convert(args.source, args.target, given, labels, args.name, args.mean, args.std)
    except (ConversionError, OSError) as e:
        print(f"{Path(__file__).name}: {e}", file=sys.stderr)
        sys.exit(2)
    network = {**metadata, "alpha": float(metadata["alpha"]), "width": float(metadata["width"])}
    print(f"{args.target}: {description(network)}, {args.target.stat().st_size} bytes, reads back equal")


if __name__ == "__main__":
    main()
