#!/usr/bin/python3
"""Exports small networks of kinds that torchvision does not have, with random weights, as ONNX tests, see onnx_export.py.

    apt-get install python3-torch
    /usr/bin/python3 scripts/export_kinds.py                # the committed ones
    /usr/bin/python3 scripts/export_kinds.py --out DIR      # somewhere else
    scripts/octconv onnx-test DIR

A reader of text lines (CRNN), a detector, transformers behind convolutions, cross correlation of two inputs, a
convolution with computed weights, transposed convolutions with instance norm, causal convolutions of sequences.
"""

import argparse
from pathlib import Path

import need_torch  # noqa: F401, before what it looks for
import torch
import torch.nn.functional as F
from torch import nn

import onnx_export

TEST_DIR = Path(__file__).resolve().parent.parent / "src/test/resources/io/github/octconv4j/onnx/kinds"
SEED = 20190410


class TextReader(nn.Module):
    """CRNN: convolutions, a bidirectional LSTM over columns, a classifier for each."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, 1, 1), nn.BatchNorm2d(8), nn.ReLU(),
            nn.MaxPool2d((2, 2), (2, 1), (0, 1)), nn.Conv2d(8, 12, (4, 2)), nn.ReLU())
        self.columns = nn.LSTM(12, 8, bidirectional=True)
        self.classes = nn.Linear(16, 7)

    def forward(self, x):
        y, _ = self.columns(self.features(x).squeeze(2).permute(2, 0, 1))
        return self.classes(y)


def block(channels_in, channels_out, kernel=1, stride=1):
    """As detectors have them."""
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False),
                         nn.BatchNorm2d(channels_out, eps=1e-3), nn.SiLU())


class Detector(nn.Module):
    """YOLO: slices of pixels, two scales, boxes by a grid that depends on the size."""

    def __init__(self):
        super().__init__()
        self.stem = block(12, 8, 3)
        self.fine = block(8, 8, 3, 2)
        self.coarse = block(8, 16, 3, 2)
        self.heads = nn.ModuleList([nn.Conv2d(24, 21, 1), nn.Conv2d(16, 21, 1)])
        self.register_buffer("anchors", torch.tensor([[10., 13, 16, 30, 33, 23], [30, 61, 62, 45, 59, 119]]).view(2, 1, 3, 1, 1, 2))

    def forward(self, x):
        x = torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)
        fine = self.fine(self.stem(x))
        coarse = self.coarse(fine)
        levels = torch.cat([F.interpolate(coarse, scale_factor=2, mode="nearest"), fine], 1), coarse
        found = []
        for i, (features, head) in enumerate(zip(levels, self.heads)):
            y = head(features)
            n, _, height, width = y.shape
            y = y.view(n, 3, 7, height, width).permute(0, 1, 3, 4, 2).sigmoid()
            rows, columns = torch.meshgrid(torch.arange(height, dtype=x.dtype), torch.arange(width, dtype=x.dtype), indexing="ij")
            place, size, rest = y.split((2, 2, 3), 4)
            place = (place * 2 + torch.stack((columns, rows), 2) - 0.5) * (4 * 2 ** i)
            found.append(torch.cat((place, (size * 2) ** 2 * self.anchors[i], rest), 4).view(n, -1, 7))
        return torch.cat(found, 1)


class Attention(nn.Module):
    """Heads of eight channels."""

    def __init__(self, channels, heads, einsum):
        super().__init__()
        self.heads, self.einsum = heads, einsum
        self.three = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x):
        n, count, channels = x.shape
        parts = self.three(x).reshape(n, count, 3, self.heads, channels // self.heads)
        if self.einsum:
            q, k, v = parts.unbind(2)
            weights = torch.einsum("bqhd,bkhd->bhqk", q, k).softmax(-1)
            return self.out(torch.einsum("bhqk,bkhd->bqhd", weights, v).reshape(n, count, channels))
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        y = (q * 0.35 @ k.transpose(-2, -1)).softmax(-1) @ v
        return self.out(y.transpose(1, 2).reshape(n, count, channels))


class Transformer(nn.Module):
    """Convolutions, then patches with a class token and attention; norm by its layer or written out."""

    def __init__(self, einsum):
        super().__init__()
        self.einsum = einsum
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 4, 4))
        self.token = nn.Parameter(torch.randn(1, 1, 16))
        self.places = nn.Parameter(torch.randn(1, 17, 16))
        self.norm = nn.LayerNorm(16)
        self.attention = Attention(16, 2, einsum)
        self.mixed = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))
        self.classes = nn.Linear(16, 5)

    def normed(self, x):
        if not self.einsum:
            return self.norm(x)
        moved = x - x.mean(-1, keepdim=True)
        return moved / torch.sqrt(moved.pow(2).mean(-1, keepdim=True) + 1e-6) * self.norm.weight + self.norm.bias

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.token.expand(x.shape[0], -1, -1), x), 1) + self.places
        x = x + self.attention(self.normed(x))
        return self.classes((x + self.mixed(self.normed(x)))[:, 0])


class Windows(nn.Module):
    """Swin: attention in shifted windows of 4x4, pixels merged."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 2, 2)
        self.attention = Attention(16, 2, False)
        self.merged = nn.Linear(64, 8)

    def forward(self, x):
        x = self.stem(x).permute(0, 2, 3, 1)
        n, height, width, c = x.shape
        y = torch.roll(x, (-2, -2), (1, 2)).view(n, height // 4, 4, width // 4, 4, c).permute(0, 1, 3, 2, 4, 5)
        y = self.attention(y.reshape(-1, 16, c)).view(n, height // 4, width // 4, 4, 4, c).permute(0, 1, 3, 2, 4, 5)
        x = x + torch.roll(y.reshape(n, height, width, c), (2, 2), (1, 2))
        return self.merged(torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], -1))


class Tracker(nn.Module):
    """What one input shows is searched in the other: its features are the kernel."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.BatchNorm2d(8), nn.ReLU())

    def forward(self, pattern, image):
        kernel, x = self.features(pattern), self.features(image)
        n, c = kernel.shape[:2]
        y = F.conv2d(x.view(1, n * c, x.size(2), x.size(3)), kernel.view(n * c, 1, kernel.size(2), kernel.size(3)), groups=n * c)
        return y.view(n, c, y.size(2), y.size(3))


class Modulated(nn.Module):
    """A generator whose kernels depend on its input, as StyleGAN's do."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(0.2 * torch.randn(8, 6, 3, 3))
        self.style = nn.Linear(10, 6)
        self.start = nn.Parameter(torch.randn(1, 6, 4, 4))

    def forward(self, z):
        n = z.size(0)
        weight = self.weight[None] * (self.style(z) + 1)[:, None, :, None, None]
        weight = weight * torch.rsqrt((weight ** 2).sum((2, 3, 4), keepdim=True) + 1e-8)
        x = self.start.expand(n, -1, -1, -1).reshape(1, n * 6, 4, 4)
        y = F.conv2d(x, weight.view(n * 8, 6, 3, 3), padding=1, groups=n).view(n, 8, 4, 4)
        return F.interpolate(F.leaky_relu(y, 0.2), scale_factor=2, mode="bilinear", align_corners=False)


class Images(nn.Module):
    """Rows of numbers as images of 4x4."""

    def forward(self, x):
        return x.view(-1, 8, 4, 4)


def generator():
    """Transposed convolutions of several kinds, instance norm, reflected borders."""
    return nn.Sequential(
        nn.Linear(10, 8 * 16), Images(), nn.ConvTranspose2d(8, 8, 4, 2, 1), nn.InstanceNorm2d(8, affine=True),
        nn.LeakyReLU(0.2), nn.ConvTranspose2d(8, 8, 3, 2, 1, 1, groups=2), nn.ELU(), nn.ReflectionPad2d(1), nn.Conv2d(8, 3, 3),
        nn.Tanh())


class Causal(nn.Module):
    """WaveNet: dilated convolutions of what was, gates, sums of all layers."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(2, 8, 1)
        self.gates = nn.ModuleList([nn.Conv1d(8, 16, 2, dilation=2 ** k) for k in range(3)])
        self.mixed = nn.ModuleList([nn.Conv1d(8, 8, 1) for _ in range(3)])

    def forward(self, x):
        x, total = self.first(x), 0
        for k, (gate, mixed) in enumerate(zip(self.gates, self.mixed)):
            a, b = gate(F.pad(x, (2 ** k, 0))).chunk(2, 1)
            y = mixed(torch.tanh(a) * torch.sigmoid(b))
            total, x = total + y, x + y
        return total


IMAGE = {0: "n", 2: "h", 3: "w"}
# Network, shapes of the inputs of each set, operator set, open axes.
KINDS = {
    "text_reader": (TextReader, [[(2, 1, 16, 20)], [(1, 1, 16, 28)]], 11, {"input": {0: "n", 3: "w"}}),
    "detector": (Detector, [[(1, 3, 32, 48)], [(2, 3, 32, 32)]], 12, {"input": IMAGE}),
    "transformer": (lambda: Transformer(False), [[(2, 3, 32, 32)], [(3, 3, 32, 32)]], 17, {"input": {0: "n"}}),
    "transformer_written_out": (lambda: Transformer(True), [[(2, 3, 32, 32)]], 13, None),
    "windows": (Windows, [[(2, 3, 16, 16)], [(1, 3, 16, 32)]], 16, {"input": IMAGE}),
    "tracker": (Tracker, [[(2, 3, 11, 11), (2, 3, 23, 23)]], 11, None),
    "modulated": (Modulated, [[(2, 10)]], 13, None),
    "generator": (generator, [[(2, 10)], [(1, 10)]], 14, {"input": {0: "n"}}),
    "causal": (Causal, [[(1, 2, 32)], [(2, 2, 21)]], 10, {"input": {0: "n", 2: "t"}}),
}


def build(make, seed):
    """A network with weights and statistics that depend on the seed alone."""
    torch.manual_seed(seed)
    network = make().eval()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.BatchNorm2d, nn.InstanceNorm2d, nn.LayerNorm)):
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.3)
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.5, 1.5)
    return network


def main():
    """Writes all of them."""
    parser = argparse.ArgumentParser(description="Exports small networks of many kinds as ONNX tests.")
    parser.add_argument("--out", type=Path, metavar="DIR", default=TEST_DIR, help="folder to write to")
    out = parser.parse_args().out
    torch.set_num_threads(1)  # sums are ordered by the number of threads
    for name, (make, shapes, opset, dynamic) in KINDS.items():
        network = build(make, SEED)
        sets = [[torch.randn(*shape) for shape in some] for some in shapes]
        onnx_export.write_test(out / name, network, sets, opset, dynamic)


if __name__ == "__main__":
    main()
