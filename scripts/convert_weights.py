#!/usr/bin/python3
"""Turns a PyTorch checkpoint (.pth) into a safetensors file that the library builds its network from.

    apt-get install python3-torch python3-torchvision
    /usr/bin/python3 scripts/convert_weights.py oct_resnet50_cosine.pth oct_resnet50.safetensors --labels imagenet.txt

Understood are the names of d-li14/octconv.pytorch in octave networks and those of torchvision in dense ones; see
docs/models.md. The state dict may be nested, for instance under "state_dict" or "model", and before its names may
stand what DataParallel ("module."), torch.compile ("_orig_mod."), Lightning ("model.", "net.") and others leave there.
Where a checkpoint has averaged weights beside the trained ones, --weights says which are taken. Architecture, alpha,
width and number of classes are found from names and shapes, and can be given where a guess is wrong; the rule for
stride 2 leaves no trace in the weights. All tensors are compared with the reference network: what is missing,
superfluous or misshapen is listed, and nothing is written; nor is it where a value is not finite or a variance is
negative. What was written is read back and compared bit by bit.

How pictures are prepared leaves no trace in the weights either: --resize, --image-size (the crop), --interpolation, --mean
and --std say what the network was validated with, or --preprocessing with the name of torchvision's weights, whose values
those beside it override.

Everything is stored as float32; num_batches_tracked is dropped. Only tensors and plain containers are unpickled
(weights_only=True). That guard had a hole until PyTorch 2.6 (CVE-2025-32434): convert files of people you trust.
"""

import argparse
import io
import json
import os
import pickle
import pickletools
import sys
import traceback
import warnings
import zipfile
from pathlib import Path

import need_torch  # noqa: F401, before what it looks for
import numpy as np
import torch

import architectures
import octave_models
import preprocessing
import recognition
from recognition import ConversionError, listed, printable
from safetensors_file import read_safetensors, write_safetensors

LONGEST_PATH = 400
MOST_DIFFERENCES = 100


def load_checkpoint(path, weights=None):
    """The tensors of a .pth file by name, as float32 arrays, without prefixes and counters, and a note or None.

    `weights` is "trained", "averaged" or None, see recognition.choose.
    """
    shown = printable(path, LONGEST_PATH)
    checkpoint = load(path, shown)
    try:
        state, under = recognition.choose(checkpoint, weights)
        if not isinstance(state, dict) or not state:
            empty = "an empty" if isinstance(state, dict) else "a"
            raise ConversionError(f"holds no state dict but {empty} {type(state).__name__}")
        foreign = [name for name, value in state.items() if not isinstance(value, torch.Tensor)]
        if foreign:
            raise ConversionError(f"a state dict holds tensors only; these entries are none: {listed(foreign)}")
        plain = recognition.plain_names(state, weights)
        arrays = {short: array(name, state[name]) for short, name in plain.items()}
    except ConversionError as e:
        raise ConversionError(f"{shown}: {e}") from e
    return arrays, note(checkpoint, state, plain, under)


def note(checkpoint, state, plain, under):
    """What to say of averaged weights, or None."""
    averaged = recognition.has_averaged(checkpoint, state)
    if averaged is None:
        return None
    if averaged in under or any(name.startswith(averaged) for name in plain.values()):
        return f"these are the averaged weights ({printable(averaged)})"
    return f"these are the trained weights; --weights averaged takes those of {printable(averaged)}"


def load(path, shown):
    """What a file holds, or a ConversionError of one line, whatever is wrong with it."""
    if path.is_dir():
        raise ConversionError(f"{shown}: is a folder, expected a checkpoint")
    if not path.exists():
        raise ConversionError(f"{shown}: there is no such file")
    if not path.is_file():
        raise ConversionError(f"{shown}: is no regular file, expected a checkpoint")
    if path.stat().st_size == 0:
        raise ConversionError(f"{shown}: is empty, expected a checkpoint")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_safely(path)
    except OSError as e:
        raise ConversionError(f"{shown}: cannot be read: {printable(e.strerror or e)}") from e
    except pickle.UnpicklingError as e:
        reason = str(e).rpartition("WeightsUnpickler error: ")[2]
        raise ConversionError(f"{shown}: holds more than tensors and plain values, or is no checkpoint "
                              f"({printable(reason)}); where it was trained, torch.save(model.state_dict(), ...) "
                              f"saves the tensors alone") from e
    except Exception as e:  # whatever pickle and zipfile make of bytes that are no checkpoint
        reason = f"{type(e).__name__} {e}" if str(e) else type(e).__name__
        raise ConversionError(f"{shown}: cannot be read as a checkpoint, it is none or is cut off: "
                              f"{printable(reason)}") from e


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


def array(name, value):
    """A tensor as a float32 array; what is not finite then, or no float, is refused."""
    what = f"tensor {printable(name)} {list(value.shape)}"
    if value.is_quantized or value.layout != torch.strided or not value.dtype.is_floating_point:
        kind = "quantized" if value.is_quantized else "sparse" if value.layout != torch.strided else "of another kind"
        raise ConversionError(f"{what} is {kind} ({str(value.dtype).replace('torch.', '')}), expected float32, float16, "
                              f"bfloat16 or float64; save the weights of the network that was trained")
    if value.is_meta:
        raise ConversionError(f"{what} has no values (device meta)")
    values = value.detach().float().contiguous().numpy().astype("<f4")
    if not np.isfinite(values).all():
        finite = bool(torch.isfinite(value.detach().float() if value.dtype != torch.float64 else value.detach()).all())
        reason = "are beyond float32" if finite else "are not finite"
        count = int((~np.isfinite(values)).sum())
        raise ConversionError(f"{what}: {count} of its values {reason}; the network was not trained to an end")
    if name.endswith("running_var") and values.size and values.min() + octave_models.BN_EPS <= 0:
        raise ConversionError(f"{what}: a variance is {values.min():g}, expected at least 0")
    return values


def differences(state, model):
    """A line for each tensor that is missing, superfluous or has another shape than the model's."""
    expected = {name: tuple(value.shape) for name, value in model.state_dict().items()
                if not name.endswith("num_batches_tracked")}
    lines = [f"missing {name} {list(shape)}" for name, shape in expected.items() if name not in state]
    lines += [f"superfluous {printable(name)} {list(state[name].shape)}" for name in state if name not in expected]
    lines += [f"misshapen {name} {list(state[name].shape)}, expected {list(shape)}"
              for name, shape in expected.items() if name in state and state[name].shape != shape]
    return lines


def convert(source, target, given, labels=None, name=None, weights=None, pictures=None):
    """Converts a file. `given` holds what overrides recognition; None in it counts as not given. `pictures` holds how
    pictures are prepared, see preprocessing.metadata.

    Returns the metadata that was written and a note or None; raises ConversionError, and writes nothing, where
    something does not fit.
    """
    shown = printable(source, LONGEST_PATH)
    if target.exists() and source.exists() and os.path.samefile(source, target):
        raise ConversionError(f"{shown}: is source and target, expected two files")
    prepared = preprocessing.metadata(pictures or {})
    state, said = load_checkpoint(source, weights)
    shapes = {tensor: values.shape for tensor, values in state.items()}
    network = {"stride_rule": "KEEP_LOW", "image_size": prepared.pop("image_size"), **recognition.recognise(shapes)}
    network.update({key: value for key, value in given.items() if value is not None})
    unknown = [key for key in ("arch", "alpha", "width", "classes") if key not in network]
    if unknown:
        raise ConversionError(f"{shown}: {' and '.join(unknown)} cannot be told from the names of its "
                              f"{len(state)} tensors ({listed(sorted(state), 4)}); "
                              f"give {' '.join('--' + key for key in unknown)}")
    try:
        octave_models.require_image_size(network["image_size"])
        model = octave_models.build(network["arch"], network["alpha"], network["stride_rule"], network["width"],
                                    network["classes"])
    except (ValueError, ZeroDivisionError) as e:
        raise ConversionError(f"{shown}: {description(network)}: {printable(e)}") from e
    wrong = differences(state, model)
    if wrong:
        more = [f"and {len(wrong) - MOST_DIFFERENCES} more"] if len(wrong) > MOST_DIFFERENCES else []
        raise ConversionError("\n  ".join([f"{shown} does not fit {description(network)}:", *wrong[:MOST_DIFFERENCES],
                                           *more]))
    if labels is not None and len(labels) != network["classes"]:
        raise ConversionError(f"there must be a label for each of {network['classes']} classes, were {len(labels)}")
    metadata = {"name": printable(name or Path(target).stem), **network, "bn_eps": octave_models.BN_EPS,
                **prepared}
    if labels is not None:
        metadata["labels"] = json.dumps(labels)
    metadata = {key: str(value) for key, value in metadata.items()}
    write_safetensors(target, state, metadata)
    verify(target, state, metadata)
    return metadata, said


def verify(path, state, metadata):
    """Raises ConversionError if a file does not read back as it was meant to be written."""
    tensors, texts = read_safetensors(path)
    wrong = sorted(tensors.keys() ^ state.keys())
    wrong += [name for name in tensors.keys() & state.keys() if tensors[name].shape != state[name].shape
              or not np.array_equal(tensors[name].view(np.int32), state[name].view(np.int32))]
    if wrong or texts != metadata:
        raise ConversionError(f"{printable(path, LONGEST_PATH)} reads back differently: {listed(wrong) or 'metadata'}")


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
    parser.add_argument("--arch", choices=architectures.ARCHITECTURES, metavar="ARCH",
                        help=f"default: recognised; {', '.join(architectures.ARCHITECTURES)}")
    parser.add_argument("--alpha", type=float, help="default: recognised")
    parser.add_argument("--width", type=float, help="default: recognised")
    parser.add_argument("--classes", type=int, help="default: recognised")
    parser.add_argument("--stride-rule", choices=octave_models.STRIDE_RULES,
                        help="what the network was trained with; default: KEEP_LOW, as in d-li14/octconv.pytorch")
    parser.add_argument("--preprocessing", choices=preprocessing.TORCHVISION, metavar="WEIGHTS",
                        help=f"as torchvision's weights of that name: {', '.join(preprocessing.TORCHVISION)}; default: "
                             f"{preprocessing.DEFAULT}")
    parser.add_argument("--resize", type=int, metavar="PIXELS",
                        help="what the shorter side of a picture is scaled to before its middle is cut out; 0 stretches "
                             "the picture to the image size; default: 8/7 of the image size, 256 for 224")
    parser.add_argument("--image-size", type=int, metavar="PIXELS", help="what is cut out; default: 224")
    parser.add_argument("--interpolation", choices=preprocessing.INTERPOLATIONS, help="default: bilinear")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="the names of the classes, one a line")
    parser.add_argument("--name", help="default: the target's name")
    parser.add_argument("--mean", type=float, nargs=3, help="default: ImageNet's")
    parser.add_argument("--std", type=float, nargs=3, help="default: ImageNet's")
    parser.add_argument("--weights", choices=("trained", "averaged"),
                        help="which weights, where there are averaged ones (EMA, SWA) too; default: trained, or what "
                             "there is")
    parser.add_argument("--debug", action="store_true", help="print the stack trace of a failure")
    return parser.parse_args()


def message(error):
    """A failure in words."""
    if isinstance(error, ConversionError):
        return error
    if isinstance(error, OSError) and error.filename is not None:
        return f"{printable(error.filename, LONGEST_PATH)}: {error.strerror}"
    return f"{type(error).__name__} {printable(error)}; --debug shows where"


def main():
    """Converts."""
    args = parse_arguments()
    given = {key: getattr(args, key) for key in ("arch", "alpha", "width", "classes", "stride_rule")}
    pictures = {key: getattr(args, key) for key in preprocessing.KEYS}
    try:
        labels = recognition.read_labels(args.labels) if args.labels else None
        metadata, said = convert(args.source, args.target, given, labels, args.name, args.weights, pictures)
    except Exception as e:  # one line for whatever it is
        if args.debug:
            traceback.print_exc()
        print(f"{Path(__file__).name}: {message(e)}", file=sys.stderr)
        sys.exit(2)
    network = {**metadata, "alpha": float(metadata["alpha"]), "width": float(metadata["width"])}
    if said:
        print(f"{Path(__file__).name}: {said}", file=sys.stderr)
    print(f"{printable(args.target, LONGEST_PATH)}: {description(network)}, {args.target.stat().st_size} bytes, reads back equal")


if __name__ == "__main__":
    main()
