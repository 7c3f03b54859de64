#!/usr/bin/python3
"""Exports reference networks: random weights, an input, and what every stage and the whole network make of it.

The Java networks are tested against these files. The batch norms get statistics, scales and offsets that make folding
matter. PyTorch computes in float64 from the values that the file holds; everything is stored as float32.

    apt-get install python3-torch python3-torchvision
    /usr/bin/python3 scripts/export_network.py small               # the committed test resources, narrow networks
    /usr/bin/python3 scripts/export_network.py full --out DIR      # full width, up to 113 MB each
    /usr/bin/python3 scripts/export_network.py oct_resnet101 --alpha 0.125 --image-size 96 --out DIR
    /usr/bin/python3 scripts/export_network.py check FILE...       # runs files through PyTorch again, in float32

A file holds the tensors of the state dict, `input` (n, 3, size, size), `act.STAGE.h` and `act.STAGE.l` (the branches
after a stage; only `.h` where there is no low one), `act.pooled.h` (n, c) and `output` (n, classes), the logits.
Stages are `stem` (after the max pool) and `layer1` to `layer4`, in MobileNets `features.0` and so on.
"""

import argparse
import sys
from pathlib import Path

import need_torch  # noqa: F401, before what it looks for
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import octave_models
from recognition import printable
from safetensors_file import read_safetensors, state_arrays, write_safetensors

TEST_DIR = Path(__file__).resolve().parent.parent / "src/test/resources/io/github/octconv4j/nn/models"
SEED = 20190410
CALIBRATION_IMAGES = 32

# Architecture, alpha, stride rule, width, image size, batch. 96 ends in 3x3, made of low branches of odd size.
SMALL = (
    ("oct_resnet50", 0.5, "KEEP_LOW", 1 / 8, 64, 2),
    ("oct_resnet50", 0.25, "KEEP_LOW", 1 / 16, 64, 1),
    ("oct_resnet50", 0.25, "POOL_ALL", 1 / 16, 96, 1),
    ("oct_resnext50_32x4d", 0.25, "KEEP_LOW", 1 / 16, 64, 1),
    ("oct_se_resnet50", 0.5, "KEEP_LOW", 1 / 16, 64, 1),
    ("oct_slim_resnet13", 0.5, "KEEP_LOW", 1 / 4, 64, 1),
    ("oct_mobilenet_v1", 0.5, "KEEP_LOW", 1 / 8, 64, 1),
    ("oct_mobilenet_v2", 0.5, "KEEP_LOW", 1 / 8, 64, 1),
    ("slim_resnet13", 0.0, "KEEP_LOW", 1 / 8, 64, 1),
    ("resnet50", 0.0, "KEEP_LOW", 1 / 16, 64, 1),
    ("resnext50_32x4d", 0.0, "KEEP_LOW", 1 / 16, 64, 1),
    ("se_resnet50", 0.0, "KEEP_LOW", 1 / 16, 64, 1),
    ("mobilenet_v1", 0.0, "KEEP_LOW", 1 / 8, 64, 1),
    ("mobilenet_v2", 0.0, "KEEP_LOW", 1 / 8, 64, 1),
)
SMALL_CLASSES = 10
FULL = (
    ("oct_resnet50", 0.5, "KEEP_LOW", 1.0, 64, 1),
    ("oct_resnet50", 0.25, "KEEP_LOW", 1.0, 96, 1),
    ("oct_resnet50", 0.25, "POOL_ALL", 1.0, 96, 1),
    ("oct_resnext50_32x4d", 0.25, "KEEP_LOW", 1.0, 64, 1),
    ("oct_se_resnet50", 0.25, "KEEP_LOW", 1.0, 64, 1),
    ("oct_mobilenet_v1", 0.5, "KEEP_LOW", 1.0, 64, 1),
    ("oct_mobilenet_v2", 0.5, "KEEP_LOW", 1.0, 64, 1),
    ("resnet50", 0.0, "KEEP_LOW", 1.0, 64, 1),
    ("resnext50_32x4d", 0.0, "KEEP_LOW", 1.0, 64, 1),
    ("se_resnet50", 0.0, "KEEP_LOW", 1.0, 64, 1),
    ("mobilenet_v1", 0.0, "KEEP_LOW", 1.0, 64, 1),
    ("mobilenet_v2", 0.0, "KEEP_LOW", 1.0, 64, 1),
)


def images(count, size, generator):
    """Noise of two scales, so that the low-frequency branches have something to see."""
    coarse = torch.randn(count, 3, max(2, size // 8), max(2, size // 8), generator=generator, dtype=torch.float64)
    fine = torch.randn(count, 3, size, size, generator=generator, dtype=torch.float64)
    return F.interpolate(coarse, size=(size, size), mode="bilinear", align_corners=False) + 0.5 * fine


def randomise(model, size, generator):
    """Gives a float64 model random weights, and batch norms that do not merely undo what comes before them.

    The statistics are first measured on images, which keeps the values of a deep network in bounds, then moved.
    """
    def normal(values, mean, deviation):
        values.copy_(mean + deviation * torch.randn(values.shape, generator=generator, dtype=torch.float64))

    def uniform(values, low, high):
        values.copy_(low + (high - low) * torch.rand(values.shape, generator=generator, dtype=torch.float64))

    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                normal(module.weight, 0, (2 / module.weight[0].numel()) ** 0.5)
                if module.bias is not None:
                    normal(module.bias, 0, 0.3)
        for norm in norms:
            uniform(norm.weight, 0.3, 1)
            normal(norm.bias, 0, 0.3)
            norm.momentum = None  # the statistics of what is seen, not a running average
            norm.train()
        model(images(CALIBRATION_IMAGES, size, generator))
        for norm in norms:
            norm.eval()
            shift = torch.empty_like(norm.running_mean)
            normal(shift, 0, 0.2)
            norm.running_mean += shift * norm.running_var.sqrt()
            factor = torch.empty_like(norm.running_var)
            uniform(factor, 0.7, 1.7)  # more and the network amplifies rounding, less and it forgets its input
            norm.running_var *= factor


def run(model, batch):
    """The activations after each stage and the logits, under their names in a file."""
    tensors = {}

    def record(name):
        def hook(_module, _inputs, output):
            high, low = octave_models.pair(output)
            tensors[f"act.{name}.h"] = high
            if low is not None:
                tensors[f"act.{name}.l"] = low
        return hook

    def record_pooled(_module, inputs):
        tensors["act.pooled.h"] = inputs[0]

    hooks = [module.register_forward_hook(record(name)) for name, module in octave_models.stages(model).items()]
    hooks.append(octave_models.classifier(model).register_forward_pre_hook(record_pooled))
    with torch.no_grad():
        tensors["output"] = model(batch)
    for hook in hooks:
        hook.remove()
    return {name: values.numpy().copy() for name, values in tensors.items()}


def export(folder, arch, alpha, rule, width, size, batch, classes, seed):
    """Writes one file and returns its path."""
    generator = torch.Generator().manual_seed(seed)
    model = octave_models.build(arch, alpha, rule, width, classes).double()
    randomise(model, size, generator)
    model.float().double()  # from here on exactly the values that the file holds
    x = images(batch, size, generator).float().double()
    computed = {name: values.astype("<f4") for name, values in run(model, x).items()}
    name = f"{arch}_a{f'{alpha:g}'[2:].ljust(2, '0')}" if alpha else arch
    if alpha and rule != "KEEP_LOW":
        name += f"_{rule.lower()}"
    path = folder / f"{name}.safetensors"
    metadata = {
        "name": name,
        "arch": arch,
        "alpha": alpha,
        "stride_rule": rule,
        "width": width,
        "classes": classes,
        "image_size": size,
        "bn_eps": octave_models.BN_EPS,
        "seed": seed,
        "torch_version": torch.__version__,
    }
    write_safetensors(path, {**state_arrays(model), **computed, "input": x.numpy().astype("<f4")},
                      {key: str(value) for key, value in metadata.items()})
    print(f"{path}: {path.stat().st_size} bytes, outputs up to {np.abs(computed['output']).max():.2f}", flush=True)
    return path


def errors(path, dtype):
    """The largest error of each activation and of the output over its largest value, recomputed from a file."""
    tensors, metadata = read_safetensors(path)
    model = octave_models.build(metadata["arch"], float(metadata["alpha"]), metadata["stride_rule"],
                                float(metadata["width"]), int(metadata["classes"]))
    expected = {name: values for name, values in tensors.items() if name.startswith("act.") or name == "output"}
    state = {name: torch.from_numpy(values) for name, values in tensors.items()
             if name not in expected and name != "input"}
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    actual = run(model.to(dtype), torch.from_numpy(tensors["input"]).to(dtype))
    if missing or unexpected or actual.keys() != expected.keys():
        raise ValueError(f"{path}: missing {missing}, unexpected {unexpected}, "
                         f"computed {sorted(actual)}, stored {sorted(expected)}")
    return {name: np.abs(actual[name] - values).max() / np.abs(values).max() for name, values in expected.items()}


def check(paths):
    """Prints how far PyTorch's float32 is from files; returns whether all agree to 1e-4."""
    agree = True
    for path in paths:
        found = errors(path, torch.float32)
        worst = max(found, key=found.get)
        agree &= bool(found[worst] <= 1e-4)
        print(f"{path}: largest error / largest value {found[worst]:.1e}, of {worst}")
    print("agrees" if agree else "DIFFERS")
    return agree


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description="Exports reference networks with inputs and outputs.")
    parser.add_argument("what", metavar="small|full|check|ARCH", help=", ".join(octave_models.ARCHITECTURES))
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="what to check")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write to")
    octave_models.add_model_arguments(parser)
    parser.add_argument("--batch", default=1, type=int)
    parser.add_argument("--seed", default=SEED, type=int)
    args = parser.parse_args()
    if args.what not in ("small", "full", "check", *octave_models.ARCHITECTURES):
        parser.error(f"what to export must be small, full, check or one of "
                     f"{', '.join(octave_models.ARCHITECTURES)}, was {args.what}")
    if bool(args.files) != (args.what == "check"):
        parser.error("files are named for check, and only for check")
    if args.what == "small":
        args.out = args.out or TEST_DIR
    elif args.what != "check" and not args.out:
        parser.error("--out DIR is missing: where to write")
    return args


def main():
    """Exports or checks."""
    args = parse_arguments()
    torch.set_num_threads(1)  # sums are ordered by the number of threads
    try:
        if args.what == "check":
            sys.exit(0 if check(args.files) else 1)
        export_all(args)
    except (ValueError, KeyError, OSError) as e:
        what = f"metadata key {e} is missing" if isinstance(e, KeyError) else e
        print(f"{Path(__file__).name}: {printable(what, 1000)}", file=sys.stderr)
        sys.exit(2)


def export_all(args):
    """Exports what the command line asks for."""
    octave_models.require_image_size(args.image_size)
    args.out.mkdir(parents=True, exist_ok=True)
    if args.what == "small":
        jobs = [(*row, SMALL_CLASSES) for row in SMALL]
    elif args.what == "full":
        jobs = [(*row, 1000) for row in FULL]
    else:
        jobs = [(args.what, args.alpha, args.stride_rule, args.width, args.image_size, args.batch, args.classes)]
    for job in jobs:
        export(args.out, *job, args.seed)


if __name__ == "__main__":
    main()
