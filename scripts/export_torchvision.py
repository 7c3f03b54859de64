#!/usr/bin/python3
"""Exports torchvision's convolutional networks with random weights as ONNX tests, see onnx_export.py.

    apt-get install python3-torch python3-torchvision
    /usr/bin/python3 scripts/export_torchvision.py --out DIR                  # one or two of each family, 1.6 GB
    /usr/bin/python3 scripts/export_torchvision.py --out DIR resnet18 vgg16   # these ones; --list names all that there are
    /usr/bin/python3 scripts/export_torchvision.py small                      # the committed ones, made of the same blocks
    scripts/octconv onnx-test DIR

Each network is at its own image size (224, 299 for Inception) unless --size says another one. --dynamic leaves batch,
height and width open, and adds a second set of data of another size.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

import need_torch  # noqa: F401, before what it looks for
import torch
import torchvision
from torch import nn
from torchvision.models import (ConvNeXt, EfficientNet, MobileNetV3, RegNet, ShuffleNetV2, inception,
                                mobilenetv2, resnet, segmentation, squeezenet, vgg)
from torchvision.models.convnext import CNBlockConfig
from torchvision.models.densenet import _DenseBlock, _Transition
from torchvision.models.efficientnet import FusedMBConvConfig, MBConvConfig
from torchvision.models.googlenet import Inception
from torchvision.models.mnasnet import _stack
from torchvision.models.mobilenetv3 import InvertedResidualConfig
from torchvision.models.regnet import BlockParams
from torchvision.ops import Conv2dNormActivation

import onnx_export
from recognition import printable

TEST_DIR = Path(__file__).resolve().parent.parent / "src/test/resources/io/github/octconv4j/onnx/torchvision"
SEED = 20190410
FAMILIES = ("alexnet", "convnext", "deeplabv3", "densenet", "efficientnet", "fcn", "googlenet", "inception_v3", "lraspp",
            "mnasnet", "mobilenet", "regnet", "resnet", "resnext", "shufflenet", "squeezenet", "vgg", "wide_resnet")
FOREIGN = ("rcnn", "quantized", "retinanet", "maxvit")
USUAL = ("alexnet", "convnext_tiny", "deeplabv3_mobilenet_v3_large", "deeplabv3_resnet50", "densenet121", "efficientnet_b0",
         "efficientnet_v2_s", "fcn_resnet50", "googlenet", "inception_v3", "lraspp_mobilenet_v3_large", "mnasnet1_0",
         "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "regnet_x_400mf", "regnet_y_400mf", "resnet18",
         "resnet50", "resnext50_32x4d", "shufflenet_v2_x1_0", "squeezenet1_0", "squeezenet1_1", "vgg11", "vgg11_bn",
         "wide_resnet50_2")
CLASSES = 6


def available():
    """The names of all that are convolutional networks of images."""
    return [name for name in torchvision.models.list_models()
            if name.startswith(FAMILIES) and not any(part in name for part in FOREIGN)]


def build(name):
    """A network without anybody's weights."""
    options = {"weights": None}
    if name.startswith(("deeplabv3", "fcn", "lraspp")):
        options["weights_backbone"] = None
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    return torchvision.models.get_model(name, **options)


# ------------------------------------------------------------------------------------- small ones, of the same blocks


def small_resnet():
    """Both kinds of blocks, with groups, and as ResNet ends."""
    def shortcut(channels_in, channels_out, stride):
        return nn.Sequential(resnet.conv1x1(channels_in, channels_out, stride), nn.BatchNorm2d(channels_out))

    return nn.Sequential(
        nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
        resnet.BasicBlock(8, 8),
        resnet.Bottleneck(8, 4, 2, shortcut(8, 16, 2), groups=2),
        resnet.Bottleneck(16, 4, dilation=2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, CLASSES))


def small_mobilenet_v2():
    """ReLU6, blocks with and without a residual."""
    block = mobilenetv2.InvertedResidual
    return nn.Sequential(Conv2dNormActivation(3, 8, stride=2, activation_layer=nn.ReLU6), block(8, 4, 1, 1), block(4, 8, 2, 2),
                         block(8, 8, 1, 4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(), nn.Linear(8, CLASSES))


def small_mobilenet_v3():
    """Squeeze-and-excitation, HardSwish and HardSigmoid."""
    config = partial(InvertedResidualConfig, dilation=1, width_mult=1)
    blocks = [config(8, 3, 8, 8, True, "RE", 2), config(8, 5, 16, 8, True, "HS", 1), config(8, 3, 16, 16, False, "HS", 2)]
    return MobileNetV3(blocks, 32, num_classes=CLASSES)


def small_efficientnet():
    """SiLU, and blocks of both versions."""
    return EfficientNet([FusedMBConvConfig(2, 3, 2, 8, 8, 1), MBConvConfig(2, 5, 1, 8, 8, 2)], 0.1, num_classes=CLASSES,
                        last_channel=16)


def small_convnext():
    """LayerNorm over channels, GELU, scaled residuals."""
    return ConvNeXt([CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 1)], num_classes=CLASSES)


def small_regnet():
    """Groups, and squeeze-and-excitation between convolutions."""
    return RegNet(BlockParams([1, 1], [8, 16], [4, 8], [1, 1], [2, 2], 0.25), num_classes=CLASSES, stem_width=8)


def small_shufflenet():
    """Channels that are shuffled."""
    return ShuffleNetV2([2, 1, 1], [8, 8, 16, 16, 16], num_classes=CLASSES)


def small_densenet():
    """Concatenations, batch norms before convolutions, means with padding of zeros."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
        _DenseBlock(2, 8, 2, 4, 0), _Transition(16, 8), _DenseBlock(2, 8, 2, 4, 0), nn.BatchNorm2d(16), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, CLASSES))


def small_squeezenet():
    """Fire: two convolutions side by side; pools that round up."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), squeezenet.Fire(8, 4, 8, 8),
        nn.MaxPool2d(3, 2, ceil_mode=True), nn.Conv2d(16, CLASSES, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def small_inceptions():
    """Blocks of GoogLeNet and of Inception 3, the branches of which have kernels of 1x7 and 7x1."""
    b = inception.BasicConv2d
    block_b = inception.InceptionC(8, 4, partial(NarrowConv, b))
    return nn.Sequential(
        b(3, 8, kernel_size=3, stride=2), Inception(8, 4, 4, 4, 2, 4, 4),
        nn.MaxPool2d(3, 2, ceil_mode=True), nn.Conv2d(16, 8, 1), block_b, nn.AvgPool2d(3, 2), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(16, CLASSES))


class NarrowConv(nn.Module):
    """A convolution of Inception 3 with a 48th of its 192 channels."""

    def __init__(self, block, channels_in, channels_out, **options):
        super().__init__()
        self.conv = block(channels_in, channels_out // 48 or channels_out, **options)

    def forward(self, x):
        return self.conv(x)


def small_mnasnet():
    """Its inverted residuals, whose norms have another momentum, and a mean over the last two axes."""
    return nn.Sequential(Conv2dNormActivation(3, 8, stride=2), _stack(8, 8, 3, 2, 2, 2, 0.0003), _stack(8, 16, 5, 1, 3, 1, 0.0003),
                         Mean(), nn.Linear(16, CLASSES))


class Mean(nn.Module):
    """As MNASNet and ShuffleNet end."""

    def forward(self, x):
        return x.mean([2, 3])


class Segmentation(nn.Module):
    """Dilated pyramid, image pooling, bilinear upsampling, two outputs; as FCN and DeepLab have them."""

    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(Conv2dNormActivation(3, 8, stride=2), Conv2dNormActivation(8, 8, stride=2))
        self.pyramid = segmentation.deeplabv3.ASPP(8, [1, 2, 3], 8)
        self.classifier = nn.Conv2d(8, 4, 1)
        self.auxiliary = segmentation.fcn.FCNHead(8, 4)

    def forward(self, x):
        size, features = x.shape[-2:], self.backbone(x)
        heads = {"out": self.classifier(self.pyramid(features)), "aux": self.auxiliary(features)}
        return {name: nn.functional.interpolate(y, size=size, mode="bilinear", align_corners=False)
                for name, y in heads.items()}


# Network, image size, opset, whether sizes are open.
SMALL = {
    "resnet": (small_resnet, 25, 13, False),
    "mobilenet_v2": (small_mobilenet_v2, 16, 12, True),
    "mobilenet_v3": (small_mobilenet_v3, 24, 11, False),
    "efficientnet": (small_efficientnet, 24, 17, False),
    "densenet": (small_densenet, 24, 14, False),
    "squeezenet": (small_squeezenet, 25, 9, False),
    "shufflenet": (small_shufflenet, 16, 11, True),
    "inceptions": (small_inceptions, 24, 10, False),
    "mnasnet": (small_mnasnet, 24, 15, False),
    "regnet": (small_regnet, 24, 16, False),
    "vgg": (lambda: vgg.make_layers([4, "M", 8, "M"], batch_norm=True), 17, 13, False),
    "convnext": (small_convnext, 24, 17, False),
    "segmentation": (Segmentation, 13, 16, True),
}


def export(name, network, size, opset, dynamic, batch, folder, seed):
    """Writes one network."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    shape = (batch, 3, size, size)
    model = onnx_export.randomise(network(), shape, generator, 2 if size > 64 else 8)
    sets = [[onnx_export.images(shape, generator).float()]]
    axes = None
    if dynamic:
        sets.append([onnx_export.images((batch + 1, 3, size + 3, size + 6), generator).float()])
        axes = {"input": {0: "n", 2: "h", 3: "w"}}
    onnx_export.write_test(folder / name, model, sets, opset, axes)


def number(low, high):
    """What argparse turns a text into, which must lie between."""
    def parse(text):
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}, was {printable(text)}")
        return value

    return parse


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description="Exports torchvision's convolutional networks as ONNX tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="networks; some of each family where none is named; small "
                        "is the committed ones")
    parser.add_argument("--list", action="store_true", help="print the names that there are")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write to")
    parser.add_argument("--size", type=number(32, 2048), metavar="N", help="height and width of the images")
    parser.add_argument("--batch", type=number(1, 256), metavar="N", default=1, help="images, 1 by default")
    parser.add_argument("--opset", type=number(onnx_export.OPSETS[0], onnx_export.OPSETS[-1]), metavar="N", default=17,
                        help="operator set, 17 by default")
    parser.add_argument("--dynamic", action="store_true", help="leave batch, height and width open")
    parser.add_argument("--seed", type=number(0, 2**31), metavar="N", default=SEED)
    args = parser.parse_args()
    known = available()
    for name in args.names:
        if name not in known and args.names != ["small"]:
            parser.error(f"{printable(name)} is no convolutional network of torchvision {torchvision.__version__}; --list names "
                         f"all that there are")
    if not args.out and args.names != ["small"] and not args.list:
        parser.error("--out DIR is missing: where to write")
    return args


def main():
    """Exports what the command line asks for."""
    args = parse_arguments()
    torch.set_num_threads(1)  # sums are ordered by the number of threads
    if args.list:
        print("\n".join(available()))
        return
    try:
        if args.names == ["small"]:
            for name, (network, size, opset, dynamic) in SMALL.items():
                export(name, network, size, opset, dynamic, args.batch, args.out or TEST_DIR, args.seed)
            return
        for name in args.names or USUAL:
            size = args.size or (299 if name == "inception_v3" else 224)
            export(name, partial(build, name), size, args.opset, args.dynamic, args.batch, args.out, args.seed)
    except (ValueError, RuntimeError, OSError) as e:
        print(f"{Path(__file__).name}: {printable(e, 1000)}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
