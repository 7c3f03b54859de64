#!/usr/bin/python3
"""Trains the two demonstration networks of octconv4j on Fashion-MNIST: one with Octave Convolution, one dense.

Nobody needs this script to use the library: what it writes is committed. It shows where the embedded models come
from, and how the weights of a PyTorch model get names and metadata that the library reads.

Needs two Debian packages, and Debian's own Python (not one from pyenv, conda or a virtual environment):

    apt-get install python3-torch dataset-fashion-mnist
    /usr/bin/python3 scripts/train_fashion_mnist.py

An epoch of one network takes about 75 seconds on one core of an AMD EPYC (16 epochs: 20 minutes), so the command
above takes about 40 minutes. With two cores, train side by side in half of that; the committed files were made so:

    /usr/bin/python3 scripts/train_fashion_mnist.py --only octave &
    /usr/bin/python3 scripts/train_fashion_mnist.py --only dense & wait
    /usr/bin/python3 scripts/train_fashion_mnist.py --export

Seeds and the number of threads are fixed, so a run repeats bit by bit with the same PyTorch on the same kind of
processor, and comes out slightly different elsewhere.

Both networks are the family "oct-resnet-small" with the same widths; alpha is 0.5 in the octave network and 0 in its
dense twin. The number of epochs is fixed beforehand and the last epoch is exported: the test images are looked at
once, at the end. `--holdout N` keeps the last N training images aside for trying other settings.

Written below `--out` (the root of the project):

    src/main/resources/io/github/octconv4j/cli/demo/fashion/fashion_mnist_{octave,dense}.safetensors, ten images as PNG
    src/test/resources/io/github/octconv4j/nn/fashion_mnist_500.safetensors   test images with the logits of both

    --check FILE   trains nothing: runs a safetensors file that holds weights, an `input`, its `output` and
                   activations (`act.*`) through the modules below and prints the differences
    --export       trains nothing: reads the two exported models again and writes everything else anew
"""

import argparse
import ctypes
import gzip
import json
import re
import struct
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from safetensors_file import read_safetensors, state_arrays, write_safetensors

LABELS = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
MEAN, STD = 0.2860, 0.3530  # of the training images scaled to 0..1
SIZE = 28
BN_EPS = 1e-5
ALPHAS = {"octave": 0.5, "dense": 0.0}
# Half of every width is a multiple of 16: vector kernels want that of each branch.
WIDTHS = {
    "in_channels": 1,
    "first_channels": 32,
    "blocks": [(32, 64, 2), (32, 64, 1), (32, 128, 1)],  # mid, out, stride
    "last_channels": 128,
    "classes": len(LABELS),
}

BATCH = 128
PEAK_RATE = 0.2
WEIGHT_DECAY = 5e-4
LABEL_SMOOTHING = 0.05
SHIFT = 2  # pixels, at most, in every direction

DEMO_DIR = "src/main/resources/io/github/octconv4j/cli/demo/fashion"
TEST_DIR = "src/test/resources/io/github/octconv4j/nn"


# ---------------------------------------------------------------------------------------------------------- network


def split(channels, alpha):
    """The (high, low) channel counts; the low one is truncated."""
    low = int(alpha * channels)
    return channels - low, low


def pool(x):
    """2x2 average with stride 2; an odd last row or column is dropped."""
    return F.avg_pool2d(x, 2)


def up(x, like):
    """Nearest neighbour to the size of `like`: row i comes from row min(i/2, height-1), and so the columns."""
    y = F.interpolate(x, scale_factor=2, mode="nearest")
    rows, columns = like.shape[2] - y.shape[2], like.shape[3] - y.shape[3]
    return F.pad(y, (0, columns, 0, rows), mode="replicate") if rows or columns else y


class OctaveConv2d(nn.Module):
    """An octave convolution without bias; x and y are pairs (high, low) in which low may be None.

    A first layer has alpha_in 0, a last one alpha_out 0, and with both 0 it is a plain convolution. Stride 2 follows
    the rule POOL_ALL: both inputs are 2x2 average-pooled first, and the convolutions themselves have stride 1.
    """

    def __init__(self, in_channels, out_channels, kernel, alpha_in, alpha_out, stride=1):
        super().__init__()
        self.stride = stride
        sources = dict(zip("hl", split(in_channels, alpha_in)))
        targets = dict(zip("hl", split(out_channels, alpha_out)))
        for s, s_channels in sources.items():
            for d, d_channels in targets.items():
                if s_channels and d_channels:
                    conv = nn.Conv2d(s_channels, d_channels, kernel, padding=kernel // 2, bias=False)
                    self.add_module(f"{s}2{d}", conv)

    def path(self, name):
        """The convolution of one path ("h2l": high to low), or None where there is none."""
        return self._modules.get(name)

    def forward(self, x):
        high, low = x
        if self.stride == 2:
            high = pool(high)
            low = None if low is None else pool(low)
        y_high = self.path("h2h")(high)
        if self.path("l2h"):
            y_high += up(self.path("l2h")(low), like=y_high)
        y_low = None
        if self.path("h2l"):
            y_low = self.path("h2l")(pool(high))
            if self.path("l2l"):
                y_low += self.path("l2l")(low)
        return y_high, y_low


class ConvBn(nn.Module):
    """An octave convolution, a batch norm for each branch, and a ReLU if asked for."""

    def __init__(self, in_channels, out_channels, kernel, alpha_in, alpha_out, stride=1, relu=True):
        super().__init__()
        self.relu = relu
        self.conv = OctaveConv2d(in_channels, out_channels, kernel, alpha_in, alpha_out, stride)
        high, low = split(out_channels, alpha_out)
        self.bn_h = nn.BatchNorm2d(high, eps=BN_EPS)
        self.bn_l = nn.BatchNorm2d(low, eps=BN_EPS) if low else None

    def forward(self, x):
        high, low = self.conv(x)
        high = self.bn_h(high)
        low = None if low is None else self.bn_l(low)
        return relu_both((high, low)) if self.relu else (high, low)


class Bottleneck(nn.Module):
    """1x1, 3x3 (with the stride) and 1x1, added to a 1x1 on the shortcut, which is always there; ReLU after the sum."""

    def __init__(self, in_channels, mid, out, stride, alpha):
        super().__init__()
        self.c1 = ConvBn(in_channels, mid, 1, alpha, alpha)
        self.c2 = ConvBn(mid, mid, 3, alpha, alpha, stride)
        self.c3 = ConvBn(mid, out, 1, alpha, alpha, relu=False)
        self.down = ConvBn(in_channels, out, 1, alpha, alpha, stride, relu=False)

    def forward(self, x):
        high, low = self.c3(self.c2(self.c1(x)))
        high_short, low_short = self.down(x)
        return relu_both((high + high_short, None if low is None else low + low_short))


class GlobalMean(nn.Module):
    """The mean over height and width."""

    def forward(self, x):
        return F.avg_pool2d(x, x.shape[2:]).flatten(1)  # keeps channels_last in its gradient, which mean() does not


class OctResNetSmall(nn.Module):
    """First octave convolution 3x3, N bottleneck blocks, last octave convolution 1x1, global mean, linear."""

    def __init__(self, in_channels, first_channels, blocks, last_channels, classes, alpha):
        super().__init__()
        self.first = ConvBn(in_channels, first_channels, 3, 0, alpha)
        self.block_names = []
        channels = first_channels
        for number, (mid, out, stride) in enumerate(blocks, 1):
            self.block_names.append(f"block{number}")
            self.add_module(f"block{number}", Bottleneck(channels, mid, out, stride, alpha))
            channels = out
        self.last = ConvBn(channels, last_channels, 1, alpha, 0)
        self.pool = GlobalMean()
        self.fc = nn.Linear(last_channels, classes)

    def forward(self, x):
        y = self.first((x, None))
        for name in self.block_names:
            y = getattr(self, name)(y)
        high, _ = self.last(y)
        return self.fc(self.pool(high))


def relu_both(x):
    """ReLU on a pair whose second half may be None."""
    high, low = x
    return F.relu_(high), None if low is None else F.relu_(low)


def initialise(model):
    """He's initialisation, with the fan-in of a whole output: both paths into a branch count."""
    for layer in model.modules():
        if isinstance(layer, OctaveConv2d):
            for d in "hl":
                weights = [conv.weight for s in "hl" if (conv := layer.path(f"{s}2{d}"))]
                fan_in = sum(w[0].numel() for w in weights)
                for w in weights:
                    nn.init.normal_(w, std=(2 / fan_in) ** 0.5)


# ------------------------------------------------------------------------------------------------------------ files


def load_model(path):
    """Rebuilds a network from the metadata of a safetensors file and loads its weights: (model, tensors, metadata)."""
    tensors, metadata = read_safetensors(path)
    if metadata.get("kind") != "oct-resnet-small":
        sys.exit(f"{path}: kind is {metadata.get('kind')!r}, expected 'oct-resnet-small'")
    if float(metadata["bn_eps"]) != BN_EPS:
        sys.exit(f"{path}: bn_eps is {metadata['bn_eps']}, expected {BN_EPS}")
    blocks = []
    while f"block{len(blocks) + 1}_mid" in metadata:
        prefix = f"block{len(blocks) + 1}"
        stride = metadata.get(f"{prefix}_stride", "1" if not blocks else "2")
        blocks.append((int(metadata[f"{prefix}_mid"]), int(metadata[f"{prefix}_out"]), int(stride)))
    counts = {key: int(metadata[key]) for key in ("in_channels", "first_channels", "last_channels", "classes")}
    model = OctResNetSmall(blocks=blocks, alpha=float(metadata["alpha"]), **counts)
    state = {name: torch.from_numpy(tensors[name]) for name in tensors
             if name.endswith(("weight", "bias", "running_mean", "running_var"))}
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        sys.exit(f"{path}: missing {missing}, unexpected {unexpected}")
    return model.eval(), tensors, metadata


def check(path):
    """Compares the modules with a file of weights, input and expected values; returns whether all agree to 1e-4."""
    model, tensors, _ = load_model(path)
    if "input" not in tensors or "output" not in tensors:
        sys.exit(f"{path}: holds no input and output to compare with")
    actual = {}

    def record(name):
        def hook(_module, _inputs, output):
            if isinstance(output, tuple):
                actual.update({f"act.{name}.h": output[0], f"act.{name}.l": output[1], f"act.{name}": output[0]})
            else:
                actual[f"act.{name}"] = output
        return hook

    for name, module in model.named_children():
        module.register_forward_hook(record(name))
    with torch.no_grad():
        actual["output"] = model(torch.from_numpy(tensors["input"]))

    agree = True
    for name in sorted(name for name in tensors if name.startswith("act.") or name == "output"):
        expected = tensors[name]
        error = np.abs(actual[name].numpy() - expected).max() / np.abs(expected).max()
        agree &= bool(error <= 1e-4)
        print(f"{name:16} {str(list(expected.shape)):18} largest error / largest value {error:.1e}")
    print("agrees" if agree else "DIFFERS")
    return agree


# ------------------------------------------------------------------------------------------------------------- data


def read_idx(path):
    """An array of bytes from a gzipped file in the IDX format of the MNIST family."""
    with gzip.open(path, "rb") as file:
        raw = file.read()
    zero, kind, dimensions = struct.unpack_from(">HBB", raw)
    if zero != 0 or kind != 8:
        sys.exit(f"{path}: not an IDX file of bytes")
    shape = struct.unpack_from(f">{dimensions}I", raw, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def read_data(folder, part):
    """The images [n, 28, 28] and labels [n], as bytes, of "train" or "t10k"."""
    images = read_idx(Path(folder) / f"{part}-images-idx3-ubyte.gz")
    labels = read_idx(Path(folder) / f"{part}-labels-idx1-ubyte.gz")
    return torch.from_numpy(images.copy()), torch.from_numpy(labels.copy())


def normalise(images):
    """Bytes [n, 28, 28] to the network's input [n, 1, 28, 28]."""
    x = images.unsqueeze(1).float() / 255
    return (x - MEAN) / STD


def augment(padded, picked, generator):
    """Images from a set padded by SHIFT on all sides, each shifted at random and flipped left to right or not."""
    n = len(picked)
    top = torch.randint(0, 2 * SHIFT + 1, (n, 1), generator=generator)
    left = torch.randint(0, 2 * SHIFT + 1, (n, 1), generator=generator)
    flip = torch.rand(n, 1, generator=generator) < 0.5
    steps = torch.arange(SIZE).unsqueeze(0)
    rows = top + steps
    columns = left + torch.where(flip, SIZE - 1 - steps, steps)
    return padded[picked.view(n, 1, 1), rows.unsqueeze(2), columns.unsqueeze(1)]


# --------------------------------------------------------------------------------------------------------- training


def optimiser(model, epochs, steps):
    """SGD with Nesterov momentum and a one-cycle schedule; only convolutions and the linear weight decay."""
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0}]
    sgd = torch.optim.SGD(groups, lr=PEAK_RATE, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        sgd, PEAK_RATE, total_steps=epochs * steps, pct_start=0.2, cycle_momentum=False)
    return sgd, schedule


def keep_freed_memory():
    """Tells glibc to reuse large blocks instead of returning them to the system, which halves the training time."""
    trim_threshold, mmap_threshold = -1, -3  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of malloc.h
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):  # another C library
        return
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(mmap_threshold, 2**30)


def train(name, images, labels, epochs, seed, holdout):
    """Trains one network for a fixed number of epochs and returns it."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = OctResNetSmall(alpha=ALPHAS[name], **WIDTHS)
    initialise(model)
    model = model.to(memory_format=torch.channels_last)
    print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters", flush=True)

    count = len(images) - holdout
    padded = F.pad(images, (SHIFT,) * 4)
    targets = labels.long()
    steps = count // BATCH
    sgd, schedule = optimiser(model, epochs, steps)
    begin = time.time()
    for epoch in range(1, epochs + 1):
        model.train()
        order = torch.randperm(count, generator=generator)
        loss_sum, correct = 0.0, 0
        for picked in order[:steps * BATCH].view(steps, BATCH):
            x = normalise(augment(padded, picked, generator)).contiguous(memory_format=torch.channels_last)
            logits = model(x)
            loss = F.cross_entropy(logits, targets[picked], label_smoothing=LABEL_SMOOTHING)
            sgd.zero_grad(set_to_none=True)
            loss.backward()
            sgd.step()
            schedule.step()
            loss_sum += loss.item()
            correct += int((logits.argmax(1) == targets[picked]).sum())
        line = f"{name}: epoch {epoch}/{epochs}  loss {loss_sum / steps:.4f}  train {correct / (steps * BATCH):.4f}"
        if holdout:
            guesses = evaluate(model, images[count:]).argmax(1)
            line += f"  held out {float((guesses == targets[count:]).float().mean()):.4f}"
        print(f"{line}  {time.time() - begin:.0f} s", flush=True)
    return model.to(memory_format=torch.contiguous_format)


def evaluate(model, images, dtype=torch.float32):
    """The logits of all images, in eval mode."""
    model = model.eval().to(dtype)
    with torch.no_grad():
        logits = [model(normalise(batch).to(dtype)) for batch in images.split(250)]
    model.to(torch.float32)
    return torch.cat(logits)


# ----------------------------------------------------------------------------------------------------------- export


def export_model(path, name, model, seed, epochs, correct, total):
    """Writes the weights with everything that is needed to build and use the network."""
    metadata = {
        "name": f"fashion_mnist_{name}",
        "kind": "oct-resnet-small",
        "in_channels": WIDTHS["in_channels"],
        "height": SIZE,
        "width": SIZE,
        "first_channels": WIDTHS["first_channels"],
    }
    for number, (mid, out, stride) in enumerate(WIDTHS["blocks"], 1):
        metadata.update({f"block{number}_mid": mid, f"block{number}_out": out, f"block{number}_stride": stride})
    metadata.update({
        "last_channels": WIDTHS["last_channels"],
        "classes": WIDTHS["classes"],
        "alpha": ALPHAS[name],
        "bn_eps": BN_EPS,
        "mean": f"{MEAN:.4f}",
        "std": f"{STD:.4f}",
        "labels": json.dumps(LABELS),
        "layout": "NCHW",
        "test_accuracy": f"{correct / total:.4f}",
        "test_correct": correct,
        "seed": seed,
        "epochs": epochs,
        "torch_version": torch.__version__,
    })
    write_safetensors(path, state_arrays(model), {key: str(value) for key, value in metadata.items()})
    print(f"{path}: {Path(path).stat().st_size} bytes")


def write_png(path, image):
    """An 8-bit grey PNG of an array of bytes [h, w]."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)  # filter 0 in front of every row
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    Path(path).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                           + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def export_images(folder, images, labels, logits):
    """One PNG a class: the first test image of the class, in the order of the data set, that both models get right."""
    right = torch.stack([values.argmax(1) == labels for values in logits.values()]).all(0)
    for number, label in enumerate(LABELS):
        index = int(torch.nonzero(right & (labels == number))[0])
        name = f"{number}_{re.sub('[^a-z-]', '_', label.lower())}.png"
        write_png(Path(folder) / name, images[index].numpy())
        print(f"{name}: test image {index}")


def export_test_data(path, images, labels, models, count=500):
    """The first test images, raw, and the logits of both models, computed in float64 and rounded to float32."""
    tensors = {"images": images[:count].unsqueeze(1).numpy(), "labels": labels[:count].numpy()}
    for name, model in models.items():
        tensors[f"logits_{name}"] = evaluate(model, images[:count], torch.float64).numpy().astype("<f4")
    write_safetensors(path, tensors, {
        "name": f"fashion_mnist_{count}",
        "source": f"Fashion-MNIST, the first {count} test images in the order of the data set",
        "copyright": "Copyright (c) 2017 Zalando SE, https://tech.zalando.com",
        "licence": "MIT",
        "logits": "PyTorch, eval mode, input normalised in float32, then float64, rounded to float32",
        "torch_version": torch.__version__,
    })
    print(f"{path}: {Path(path).stat().st_size} bytes")


def export_rest(args, demo, test, images, labels):
    """Everything but the models, which are read from the exported files again."""
    models, logits = {}, {}
    for name in ALPHAS:
        path = demo / f"fashion_mnist_{name}.safetensors"
        models[name], _, metadata = load_model(path)
        logits[name] = values = evaluate(models[name], images)
        correct, best = int((values.argmax(1) == labels).sum()), values.topk(2).values
        print(f"{name}: {correct} of {len(labels)} right, "
              f"smallest distance of the two best logits {float((best[:, 0] - best[:, 1]).min()):.1e}")
        if str(correct) != metadata["test_correct"]:
            print(f"{path}: its metadata says {metadata['test_correct']}", file=sys.stderr)
        if args.predictions:
            Path(args.predictions).mkdir(parents=True, exist_ok=True)
            lines = "".join(f"{guess}\n" for guess in values.argmax(1).tolist())
            (Path(args.predictions) / f"predictions_{name}.txt").write_text(lines)
    export_images(demo, images, labels, logits)
    export_test_data(test / "fashion_mnist_500.safetensors", images, labels, models)


# ------------------------------------------------------------------------------------------------------------- main


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description="Trains the demonstration networks of octconv4j on Fashion-MNIST.")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist", help="folder of the four IDX .gz files")
    parser.add_argument("--out", default=Path(__file__).resolve().parent.parent, type=Path, help="root of the project")
    parser.add_argument("--epochs", default=16, type=int)
    parser.add_argument("--seed", default=20190410, type=int)
    parser.add_argument("--threads", default=1, type=int, help="sums are ordered by it, so results differ")
    parser.add_argument("--only", choices=sorted(ALPHAS), help="train this network alone; write only its file")
    parser.add_argument("--holdout", default=0, type=int, metavar="N",
                        help="train without the last N training images, report on them, write nothing")
    parser.add_argument("--predictions", metavar="DIR", help="also write the predicted class of every test image")
    parser.add_argument("--export", action="store_true", help="train nothing, write all but the models anew")
    parser.add_argument("--check", metavar="FILE", help="compare with the values in a safetensors file, then stop")
    return parser.parse_args()


def main():
    """Trains, evaluates and exports."""
    args = parse_arguments()
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    if args.check:
        sys.exit(0 if check(args.check) else 1)
    keep_freed_memory()
    demo, test = args.out / DEMO_DIR, args.out / TEST_DIR
    if not args.holdout:
        demo.mkdir(parents=True, exist_ok=True)
        test.mkdir(parents=True, exist_ok=True)

    images, labels = read_data(args.data, "train")
    test_images, test_labels = read_data(args.data, "t10k")
    for name in [] if args.export else [args.only] if args.only else ALPHAS:
        model = train(name, images, labels, args.epochs, args.seed, args.holdout)
        if not args.holdout:
            correct = int((evaluate(model, test_images).argmax(1) == test_labels).sum())
            print(f"{name}: test accuracy {correct / len(test_labels):.4f}", flush=True)
            export_model(demo / f"fashion_mnist_{name}.safetensors", name, model, args.seed, args.epochs,
                         correct, len(test_labels))
    if not args.holdout and not args.only:
        export_rest(args, demo, test, test_images, test_labels)


if __name__ == "__main__":
    main()
