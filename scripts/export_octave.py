#!/usr/bin/python3
"""Exports small octave networks in the ways that people write them, and traps, as ONNX tests (see onnx_export.py).

    apt-get install python3-torch python3-torchvision
    /usr/bin/python3 scripts/export_octave.py                     # the committed test resources
    /usr/bin/python3 scripts/export_octave.py --out DIR --width 4 --size 56 keep_low residual
    scripts/octconv explain net DIR/keep_low/model.onnx

In a trap something looks like an octave convolution and is none. The names that are printed end with how many octave
convolutions there are to recognise.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

import need_torch  # noqa: F401, before what it looks for
import torch
import torch.nn.functional as F
from torch import nn

import onnx_export
from export_torchvision import number
from recognition import printable

TEST_DIR = Path(__file__).resolve().parent.parent / "src/test/resources/io/github/octconv4j/onnx/octave"
SEED = 20190410
CLASSES = 5


# ------------------------------------------------------------------------------------------------ ways to pool and repeat


def pool(x):
    """As everybody does."""
    return F.avg_pool2d(x, 2)


def adaptive_pool(x):
    """To half the size."""
    return F.adaptive_avg_pool2d(x, (x.shape[2] // 2, x.shape[3] // 2))


def up(x, _like):
    """As everybody does."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


def up_to(x, like):
    """To the size of what it is added to."""
    return F.interpolate(x, size=like.shape[2:], mode="nearest")


def up_by(mode, **options):
    """Another interpolation."""
    return lambda x, _like: F.interpolate(x, scale_factor=2, mode=mode, **options)


def repeated(x, _like):
    """By new axes that are widened."""
    n, c, h, w = x.shape
    return x[:, :, :, None, :, None].expand(n, c, h, 2, w, 2).reshape(n, c, 2 * h, 2 * w)


def replicated(x, like):
    """Twice, and an odd last row and column once more."""
    y = F.interpolate(x, scale_factor=2, mode="nearest")
    return F.pad(y, (0, like.shape[3] - y.shape[3], 0, like.shape[2] - y.shape[2]), mode="replicate")


class Transposed(nn.Module):
    """A transposed convolution of ones for each channel: repeats, but as another operator."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.ConvTranspose2d(channels, channels, 2, 2, groups=channels, bias=False)
        nn.init.ones_(self.conv.weight)

    def forward(self, x, _like):
        return self.conv(x)


# --------------------------------------------------------------------------------------------------- octave convolution


class OctConv(nn.Module):
    """One layer; channels are pairs (high, low), of which low may be 0.

    `norm` is where batch norms are: "sum", "paths" or "none". `rule` says what stride 2 does with low values on their way
    to the high ones: "pool" them and repeat the result, or "keep" them, which have that size already.
    """

    def __init__(self, channels_in, channels_out, kernel=3, stride=1, groups=1, dilation=1, bias=False, norm="sum", rule="pool",
                 pool=pool, up=up, swapped=False, activation=nn.ReLU):
        super().__init__()
        self.stride, self.rule, self.pool, self.up, self.swapped = stride, rule, pool, up, swapped
        padding = dilation * (kernel // 2)

        def path(a, b):
            if not a or not b:
                return None
            layers = [nn.Conv2d(a, b, kernel, 1, padding, dilation, a if groups == "depthwise" else groups, bias)]
            if norm == "paths":
                layers.append(nn.BatchNorm2d(b))
            return nn.Sequential(*layers)

        (high_in, low_in), (high_out, low_out) = channels_in, channels_out
        self.hh, self.hl = path(high_in, high_out), path(high_in, low_out)
        self.lh, self.ll = path(low_in, high_out), path(low_in, low_out)
        self.norm_h = nn.BatchNorm2d(high_out) if norm == "sum" else nn.Identity()
        self.norm_l = nn.BatchNorm2d(low_out) if norm == "sum" and low_out else nn.Identity()
        self.act = activation()

    def sum(self, a, b):
        if a is None or b is None:
            return a if b is None else b
        return b + a if self.swapped else a + b

    def forward(self, x):
        high, low = x if isinstance(x, tuple) else (x, None)
        direct = low
        if self.stride == 2:
            high, low = self.pool(high), None if low is None else self.pool(low)
        y_h, to_h = self.hh(high), None
        if self.lh is not None and direct is not None:
            keeps = self.stride == 2 and self.rule == "keep"
            to_h = self.lh(direct) if keeps else self.up(self.lh(low), y_h)
        y_h = self.act(self.norm_h(self.sum(y_h, to_h)))
        y_l = self.sum(None if self.ll is None or low is None else self.ll(low),
                       None if self.hl is None else self.hl(self.pool(high)))
        return y_h if y_l is None else (y_h, self.act(self.norm_l(y_l)))


class Branches(nn.Module):
    """A module for each branch."""

    def __init__(self, high, low):
        super().__init__()
        self.high, self.low = high, low

    def forward(self, x):
        return self.high(x[0]), self.low(x[1])


class Residual(nn.Module):
    """Two octave convolutions and the sum with what they were given, on both branches."""

    def __init__(self, first, second, shortcut=None):
        super().__init__()
        self.first, self.second, self.shortcut = first, second, shortcut

    def forward(self, x):
        y = self.second(self.first(x))
        x = x if self.shortcut is None else self.shortcut(x)
        return F.relu(y[0] + x[0]), F.relu(y[1] + x[1])


class Read(nn.Module):
    """An octave convolution one of whose values on the way is read elsewhere as well: not to be taken away."""

    def __init__(self, layer, what):
        super().__init__()
        self.layer, self.what = layer, what

    def forward(self, x):
        y = self.layer(x)
        extra = {"low": lambda: self.layer.lh(x[1]), "pooled": lambda: F.avg_pool2d(x[0], 2)}[self.what]()
        return y[0] + extra.mean([2, 3], keepdim=True).mean(1, keepdim=True), y[1]


class Shared(nn.Module):
    """The values of one path leave as well: exporters write the convolution once."""

    def __init__(self, channels):
        super().__init__()
        self.layer = OctConv(channels, channels, norm="none")

    def forward(self, x):
        layer, (high, low) = self.layer, x
        path = layer.lh(low)
        y_l = layer.ll(low) + layer.hl(F.avg_pool2d(high, 2))
        return F.relu(layer.hh(high) + F.interpolate(path, scale_factor=2, mode="nearest")), F.relu(y_l + torch.tanh(path))


class Subtracted(nn.Module):
    """Paths that are subtracted."""

    def __init__(self, channels):
        super().__init__()
        self.layer = OctConv(channels, channels, norm="none")

    def forward(self, x):
        layer, (high, low) = self.layer, x
        return (F.relu(layer.hh(high) - up(layer.lh(low), None)), F.relu(layer.ll(low) - layer.hl(pool(high))))


class Network(nn.Module):
    """A first octave convolution, what is between, a last one, a mean, scores."""

    def __init__(self, between, channels, last=None, **options):
        super().__init__()
        self.first = OctConv((3, 0), channels, **options)
        self.between = nn.Sequential(*between)
        self.last = last or OctConv(channels, (sum(channels), 0), **options)
        self.fc = nn.Linear(sum(channels), CLASSES)

    def forward(self, x):
        return self.fc(self.last(self.between(self.first(x))).mean([2, 3]))


# ---------------------------------------------------------------------------------------------------------------- cases


def plain(layers=1, **options):
    """First, middle, last, all alike."""
    def build(c):
        return Network([OctConv((c, c), (c, c), **options) for _ in range(layers)], (c, c), **options)
    return build


def middle(layer):
    """Something between a usual first and last layer."""
    return lambda c: Network([layer(c)], (c, c))


def split(high, low):
    """Another share of low channels."""
    return lambda c: Network([OctConv((high * c, low * c), (high * c, low * c))], (high * c, low * c))


def residual(c):
    """Two blocks, the second one with stride 2 and an octave convolution as its shortcut."""
    pair, layer = (c, c), partial(OctConv, activation=nn.Identity)
    return Network([Residual(OctConv(pair, pair), layer(pair, pair)),
                    Residual(OctConv(pair, pair, stride=2), layer(pair, pair), layer(pair, pair, kernel=1, stride=2))], pair)


def separable(c):
    """1x1, depthwise on each branch alone, 1x1."""
    def depthwise():
        return nn.Sequential(nn.Conv2d(2 * c, 2 * c, 3, 1, 1, groups=2 * c, bias=False), nn.BatchNorm2d(2 * c), nn.ReLU6())
    return Network([OctConv((c, c), (2 * c, 2 * c), 1), Branches(depthwise(), depthwise()), OctConv((2 * c, 2 * c), (c, c), 1)],
                   (c, c))


def grouped(c):
    """Two groups."""
    return Network([OctConv((2 * c, 2 * c), (2 * c, 2 * c), groups=2)], (2 * c, 2 * c))


def strided(c):
    """High to low by a convolution that moves by 2."""
    layer = OctConv((c, c), (c, c), pool=nn.Identity())
    layer.hl[0].stride = (2, 2)
    return layer


ALL_AXES = {"input": {0: "n", 2: "h", 3: "w"}}

# Network of so many channels each; operator set; open axes; whether the exporter folds constants; how many there are.
CASES = {
    "seed_op9": (plain(), 9, None, True, 3),
    "seed_op10": (plain(swapped=True), 10, None, True, 3),
    "seed_op17": (plain(2), 17, None, True, 4),
    "bias_op11": (plain(bias=True, norm="none"), 11, None, True, 3),
    "bias_norm_op12": (plain(bias=True), 12, None, True, 3),
    "norm_paths_op12": (plain(norm="paths"), 12, None, True, 3),
    "size_op13": (plain(up=up_to), 13, None, True, 3),
    "size_unfolded_op11": (plain(up=up_to, swapped=True), 11, None, False, 3),
    "size_dynamic_op16": (plain(up=up_to), 16, ALL_AXES, True, 3),
    "adaptive_op14": (plain(pool=adaptive_pool), 14, None, True, 3),
    "unfolded_op17": (plain(bias=True), 17, None, False, 3),
    "dynamic_op15": (plain(bias=True), 15, ALL_AXES, False, 3),
    "batch_op9": (plain(norm="paths"), 9, {"input": {0: "n"}}, True, 3),
    "prelu_op13": (plain(activation=nn.PReLU), 13, None, True, 3),
    "silu_op14": (plain(activation=nn.SiLU), 14, None, True, 3),
    "quarter_op13": (split(3, 1), 13, None, True, 3),
    "three_quarters_op13": (split(1, 3), 13, None, True, 3),
    "pointwise_op13": (plain(kernel=1), 13, None, True, 3),
    "dilated_op13": (middle(lambda c: OctConv((c, c), (c, c), dilation=2)), 13, None, True, 3),
    "grouped_op13": (grouped, 13, None, True, 3),
    "wide_op13": (middle(lambda c: OctConv((c, c), (c, c), 5)), 13, None, True, 3),
    "depthwise_op13": (middle(lambda c: OctConv((c, c), (c, c), groups="depthwise")), 13, None, True, 3),
    "pool_all_op17": (middle(lambda c: OctConv((c, c), (c, c), stride=2, rule="pool")), 17, None, True, 3),
    "keep_low_op13": (middle(lambda c: OctConv((c, c), (c, c), stride=2, rule="keep")), 13, None, True, 3),
    "residual_op14": (residual, 14, None, True, 7),
    "separable_op13": (separable, 13, None, True, 4),
    "read_pooled_op13": (middle(lambda c: Read(OctConv((c, c), (c, c)), "pooled")), 13, None, True, 3),
    "replicated_op13": (plain(up=replicated), 13, None, True, 3),
    "trap_max_op13": (plain(pool=lambda x: F.max_pool2d(x, 2)), 13, None, True, None),
    "trap_wide_pool_op13": (plain(pool=lambda x: F.avg_pool2d(x, 3, 2, 1)), 13, None, True, None),
    "trap_strided_op13": (middle(strided), 13, None, True, None),
    "trap_bilinear_op11": (plain(up=up_by("bilinear", align_corners=False)), 11, None, True, None),
    "trap_aligned_op12": (plain(up=up_by("bilinear", align_corners=True)), 12, None, True, None),
    "trap_bicubic_op13": (plain(up=up_by("bicubic", align_corners=False)), 13, None, True, None),
    "trap_repeated_op13": (plain(up=repeated), 13, None, True, None),
    "trap_transposed_op13": (middle(lambda c: OctConv((c, c), (c, c), up=Transposed(c))), 13, None, True, None),
    "trap_shared_op13": (middle(lambda c: Shared((c, c))), 13, None, True, None),
    "trap_read_low_op13": (middle(lambda c: Read(OctConv((c, c), (c, c), norm="none"), "low")), 13, None, True, None),
    "trap_subtracted_op13": (middle(lambda c: Subtracted((c, c))), 13, None, True, None),
}


def export(folder, name, width, size, batch, seed):
    """Writes one network."""
    network, opset, axes, fold, count = CASES[name]
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    odd = name.startswith("replicated")
    shape = (batch, 3, size - odd, size - odd)
    model = onnx_export.randomise(network(width), shape, generator)
    sets = [[onnx_export.images(shape, generator).float()]]
    if axes:
        other = (batch + 1, 3, size + 4 * (2 in axes["input"]), size + 8 * (3 in axes["input"]))
        sets.append([onnx_export.images(other, generator).float()])
    onnx_export.write_test(folder / name, model, sets, opset, axes, fold=fold)
    print(f"  octave convolutions: {'none for sure but the first and last' if count is None else count}")


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description="Exports octave networks in many ways of writing them as ONNX tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(CASES)}; all where none is named")
    parser.add_argument("--out", type=Path, metavar="DIR", default=TEST_DIR, help="folder to write to")
    parser.add_argument("--width", type=number(1, 512), metavar="N", default=3, help="channels of each branch, 3 by default")
    parser.add_argument("--size", type=number(8, 1024), metavar="N", default=12, help="height and width, 12 by default")
    parser.add_argument("--batch", type=number(1, 256), metavar="N", default=1, help="images, 1 by default")
    parser.add_argument("--seed", type=number(0, 2**31), metavar="N", default=SEED)
    args = parser.parse_args()
    for name in args.names:
        if name not in CASES:
            parser.error(f"{printable(name)} is none of the networks; there are {', '.join(CASES)}")
    if args.size % 4:
        parser.error(f"--size must be a multiple of 4, so that halves have halves, was {args.size}")
    return args


def main():
    """Exports what the command line asks for."""
    args = parse_arguments()
    torch.set_num_threads(1)  # sums are ordered by the number of threads
    try:
        for name in args.names or CASES:
            export(args.out, name, args.width, args.size, args.batch, args.seed)
    except (ValueError, RuntimeError, OSError) as e:
        print(f"{Path(__file__).name}: {printable(e, 1000)}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
