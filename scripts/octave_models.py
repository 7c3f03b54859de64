"""Reference networks in PyTorch: Oct-ResNets, Oct-ResNeXt, Oct-SE-ResNet and Oct-MobileNets, and their dense twins.

They are written from the definition of octave convolution (Chen et al., "Drop an Octave", ICCV 2019) to check the
Java library against, and use no code of it. Alpha 0 gives the dense networks of torchvision, or what torchvision has
no class for, in its style. Run as a program, the file prints parameters and multiply-adds:

    apt-get install python3-torch python3-torchvision
    /usr/bin/python3 scripts/octave_models.py oct_resnet50 --alpha 0.5 --stride-rule KEEP_LOW
"""

import argparse
import re

import need_torch  # noqa: F401, before what it looks for
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models import MobileNetV2
from torchvision.models.resnet import BasicBlock as DenseBasicBlock
from torchvision.models.resnet import Bottleneck as DenseBottleneck
from torchvision.models.resnet import ResNet as TorchvisionResNet
from torchvision.ops import SqueezeExcitation

from architectures import (ARCHITECTURES, BN_EPS, GROUPS, LEAST_SIZE, LEAST_WIDTH, MOBILENET_V1, MOBILENET_V1_LAST,
                           MOBILENET_V2, MOBILENET_V2_OCTAVE, MOST_CLASSES, MOST_SIZE, MOST_WIDTH, RESNETS, SLIM_RESNET,
                           SLIM_STAGES, SLIM_STEM, SQUEEZE, STRIDE_RULES, split)


# ------------------------------------------------------------------------------------------------ octave convolution


def pool(x):
    """2x2 average with stride 2; an odd last row or column is dropped."""
    return F.avg_pool2d(x, 2)


def up(x, like):
    """Nearest neighbour to the size of `like`: row i comes from row min(i/2, height-1), and so the columns."""
    y = F.interpolate(x, scale_factor=2, mode="nearest")
    rows, columns = like.shape[2] - y.shape[2], like.shape[3] - y.shape[3]
    return F.pad(y, (0, columns, 0, rows), mode="replicate") if rows or columns else y


def pair(x):
    """A pair (high, low) as it is; a tensor alone is the high one."""
    return x if isinstance(x, tuple) else (x, None)


def both(function, x):
    """A function applied to each branch that is there."""
    return tuple(None if branch is None else function(branch) for branch in x)


def add(x, y):
    """The sums of the branches."""
    return tuple(None if a is None else a + b for a, b in zip(x, y))


class OctaveConv2d(nn.Module):
    """An octave convolution without bias; x and y are pairs (high, low) in which low may be None.

    Stride 2 pools and then convolves with stride 1. `rule` says what happens to the low input on its way to the high
    output then: POOL_ALL pools, convolves and upsamples it, KEEP_LOW only convolves it. A depthwise convolution
    (as many groups as channels) does not exchange between the branches; other groups are the same on all paths.
    """

    def __init__(self, in_channels, out_channels, kernel, alpha_in, alpha_out, stride=1, groups=1, rule="KEEP_LOW"):
        super().__init__()
        if rule not in STRIDE_RULES:
            raise ValueError(f"stride rule must be one of {STRIDE_RULES}, was {rule!r}")
        self.stride, self.rule = stride, rule
        depthwise = groups > 1 and groups == in_channels == out_channels
        for s, s_channels in zip("hl", split(in_channels, alpha_in)):
            for d, d_channels in zip("hl", split(out_channels, alpha_out)):
                if s_channels and d_channels and (s == d or not depthwise):
                    conv = nn.Conv2d(s_channels, d_channels, kernel, padding=kernel // 2, bias=False,
                                     groups=s_channels if depthwise else groups)
                    self.add_module(f"conv_{s}2{d}", conv)

    def path(self, name):
        """The convolution of one path ("h2l": high to low), or None where there is none."""
        return self._modules.get(f"conv_{name}")

    def forward(self, x):
        high, kept = pair(x)
        low = kept
        if self.stride == 2:
            high = pool(high)
            low = None if low is None else pool(low)
        y_high = self.path("h2h")(high)
        if self.path("l2h"):
            if self.stride == 2 and self.rule == "KEEP_LOW":
                y_high = y_high + self.path("l2h")(kept)
            else:
                y_high = y_high + up(self.path("l2h")(low), like=y_high)
        y_low = None
        if self.path("h2l"):
            y_low = self.path("h2l")(pool(high))
        if self.path("l2l"):
            from_low = self.path("l2l")(low)
            y_low = from_low if y_low is None else y_low + from_low
        return y_high, y_low


class ConvBn(nn.Module):
    """An octave convolution, a batch norm for each branch, and an activation (a module) if there is one."""

    def __init__(self, in_channels, out_channels, kernel, alpha_in, alpha_out, activation=None, **options):
        super().__init__()
        self.conv = OctaveConv2d(in_channels, out_channels, kernel, alpha_in, alpha_out, **options)
        high, low = split(out_channels, alpha_out)
        self.bn_h = nn.BatchNorm2d(high, eps=BN_EPS)
        self.bn_l = nn.BatchNorm2d(low, eps=BN_EPS) if low else None
        self.act = activation

    def forward(self, x):
        high, low = self.conv(x)
        y = self.bn_h(high), None if low is None else self.bn_l(low)
        return both(self.act, y) if self.act else y


class OctaveSqueezeExcitation(SqueezeExcitation):
    """One excitation for both branches: their means stand side by side, the high one first.

    So the weights have the shapes of the dense layer at every alpha.
    """

    def forward(self, x):
        branches = [branch for branch in x if branch is not None]
        means = torch.cat([branch.mean((2, 3), keepdim=True) for branch in branches], 1)
        scale = torch.sigmoid(self.fc2(F.relu(self.fc1(means))))
        scales = scale.split([branch.shape[1] for branch in branches], 1)
        scaled = [branch * factor for branch, factor in zip(branches, scales)]
        return scaled[0], scaled[1] if len(scaled) == 2 else None


def dense_conv_bn(in_channels, out_channels, kernel, stride, groups=1, activation=nn.ReLU):
    """A plain strided convolution, its batch norm and its activation."""
    return [nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(out_channels, eps=BN_EPS), activation()]


# ---------------------------------------------------------------------------------------------------------- networks


class Bottleneck(nn.Module):
    """1x1, 3x3 (with the stride) and 1x1, added to the shortcut; ReLU after the sum.

    `alpha_in` belongs to the block's input: where it differs from `alpha`, the first 1x1 and the shortcut change it.
    """

    def __init__(self, in_channels, mid, out, alpha_in, alpha, stride, groups, squeeze, rule):
        super().__init__()
        self.conv1 = ConvBn(in_channels, mid, 1, alpha_in, alpha, nn.ReLU())
        self.conv2 = ConvBn(mid, mid, 3, alpha, alpha, nn.ReLU(), stride=stride, groups=groups, rule=rule)
        self.conv3 = ConvBn(mid, out, 1, alpha, alpha)
        self.se = OctaveSqueezeExcitation(out, max(1, out // SQUEEZE)) if squeeze else None
        self.downsample = None
        if stride != 1 or in_channels != out:
            self.downsample = nn.Sequential(ConvBn(in_channels, out, 1, alpha_in, alpha, stride=stride, rule=rule))

    def forward(self, x):
        y = self.conv3(self.conv2(self.conv1(x)))
        if self.se:
            y = self.se(y)
        return both(F.relu, add(y, self.downsample(x) if self.downsample else x))


class OctResNet(nn.Module):
    """ResNet, ResNeXt or SE-ResNet; stem and max pool are dense, and so is stage 5 after its first 1x1 and shortcut."""

    def __init__(self, blocks, grouped, squeeze, alpha, rule, width, classes):
        super().__init__()
        channels = int(64 * width)
        groups = int(GROUPS * width) if grouped else 1
        self.conv1, self.bn1, self.relu = dense_conv_bn(3, channels, 7, 2)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        planes, alpha_in = channels, 0
        for stage, count in enumerate(blocks, 1):
            alpha_out = 0 if stage == len(blocks) else alpha
            layer = []
            for number in range(count):
                stride = 2 if stage > 1 and number == 0 else 1
                layer.append(Bottleneck(channels, planes * 2 if grouped else planes, planes * 4, alpha_in, alpha_out,
                                        stride, groups, squeeze, rule))
                channels, alpha_in = planes * 4, alpha_out
            self.add_module(f"layer{stage}", nn.Sequential(*layer))
            planes *= 2
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        high, _ = self.layer4(self.layer3(self.layer2(self.layer1((x, None)))))
        return self.fc(self.avgpool(high).flatten(1))


class SqueezeBottleneck(DenseBottleneck):
    """The bottleneck of torchvision with squeeze and excitation before the sum."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        channels = self.conv3.out_channels
        self.se = SqueezeExcitation(channels, max(1, channels // SQUEEZE))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.se(self.bn3(self.conv3(y)))
        return self.relu(y + (self.downsample(x) if self.downsample else x))


class DenseResNet(TorchvisionResNet):
    """The ResNet of torchvision, with its layers built anew where they are to be narrower."""

    def __init__(self, blocks, grouped, squeeze, width, classes):
        block = SqueezeBottleneck if squeeze else DenseBottleneck
        groups = int(GROUPS * width) if grouped else 1
        super().__init__(block, blocks, num_classes=classes, groups=groups,
                         width_per_group=128 // groups if grouped else 64)  # 128: 3x3 twice as wide as in ResNet
        if width == 1:
            return
        self.inplanes = channels = int(64 * width)
        self.conv1, self.bn1, self.relu = dense_conv_bn(3, channels, 7, 2)
        for stage, count in enumerate(blocks, 1):
            layer = self._make_layer(block, channels << (stage - 1), count, stride=1 if stage == 1 else 2)
            setattr(self, f"layer{stage}", layer)
        self.fc = nn.Linear(self.inplanes, classes)


class BasicBlock(nn.Module):
    """3x3 (with the stride) and 3x3, added to the shortcut; ReLU after the sum.

    `alpha_out` belongs to the block's output: where it differs from `alpha`, the second 3x3 and the shortcut change it.
    """

    def __init__(self, in_channels, out, alpha, alpha_out, stride, rule):
        super().__init__()
        self.conv1 = ConvBn(in_channels, out, 3, alpha, alpha, nn.ReLU(), stride=stride, rule=rule)
        self.conv2 = ConvBn(out, out, 3, alpha, alpha_out)
        self.downsample = None
        if stride != 1 or in_channels != out or alpha != alpha_out:
            self.downsample = nn.Sequential(ConvBn(in_channels, out, 1, alpha, alpha_out, stride=stride, rule=rule))

    def forward(self, x):
        y = self.conv2(self.conv1(x))
        return both(F.relu, add(y, self.downsample(x) if self.downsample else x))


class SlimResNet(nn.Module):
    """Two strided 3x3, basic blocks, the mean, a linear layer.

    The first 3x3 is dense; the second one is the first octave layer, and the last ones are the second 3x3 and the
    shortcut of the last block.
    """

    def __init__(self, alpha, rule, width, classes):
        super().__init__()
        stem, first = int(SLIM_STEM * width), int(SLIM_STAGES[0][0] * width)
        self.conv1, self.bn1, self.relu = dense_conv_bn(3, stem, 3, 2)
        if alpha:
            self.conv2 = ConvBn(stem, first, 3, 0, alpha, nn.ReLU(), stride=2, rule=rule)
        else:
            self.conv2, self.bn2, _ = dense_conv_bn(stem, first, 3, 2)
        self.octave, channels = bool(alpha), first
        for stage, (published, count) in enumerate(SLIM_STAGES, 1):
            out, layer = int(published * width), []
            for number in range(count):
                last = stage == len(SLIM_STAGES) and number == count - 1
                stride = 2 if stage > 1 and number == 0 else 1
                layer.append(BasicBlock(channels, out, alpha, 0 if last else alpha, stride, rule) if alpha
                             else self.dense_block(channels, out, stride))
                channels = out
            self.add_module(f"layer{stage}", nn.Sequential(*layer))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, classes)

    @staticmethod
    def dense_block(channels, out, stride):
        """The basic block of torchvision."""
        changes = stride != 1 or channels != out
        shortcut = nn.Sequential(*dense_conv_bn(channels, out, 1, stride)[:2]) if changes else None
        return DenseBasicBlock(channels, out, stride, shortcut)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.conv2(x) if self.octave else self.relu(self.bn2(self.conv2(x)))
        high, _ = pair(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(high).flatten(1))


class MobileNetV1(nn.Module):
    """MobileNet v1; with alpha, the first octave layer is block 1's 1x1, the last one that of the last 14x14 block."""

    def __init__(self, alpha, rule, width, classes):
        super().__init__()
        channels = int(32 * width)
        features = [nn.Sequential(*dense_conv_bn(3, channels, 3, 2))]
        alpha_in = 0
        for number, (published, stride) in enumerate(MOBILENET_V1, 1):
            out = int(published * width)
            if alpha:
                alpha_out = alpha if number < MOBILENET_V1_LAST else 0
                block = [ConvBn(channels, channels, 3, alpha_in, alpha_in, nn.ReLU(), stride=stride, groups=channels,
                                rule=rule),
                         ConvBn(channels, out, 1, alpha_in, alpha_out, nn.ReLU())]
                alpha_in = alpha_out
            else:
                block = [*dense_conv_bn(channels, channels, 3, stride, groups=channels),
                         *dense_conv_bn(channels, out, 1, 1)]
            features.append(nn.Sequential(*block))
            channels = out
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        high, _ = pair(self.features(x))
        return self.fc(self.avgpool(high).flatten(1))


class InvertedResidual(nn.Module):
    """1x1 that widens, depthwise 3x3 (with the stride), 1x1 without activation; only the wide channels are split."""

    def __init__(self, in_channels, out_channels, alpha, stride, expansion, rule):
        super().__init__()
        mid = in_channels * expansion
        self.shortcut = stride == 1 and in_channels == out_channels
        layers = [ConvBn(in_channels, mid, 1, 0, alpha, nn.ReLU6())] if expansion != 1 else []
        layers += [ConvBn(mid, mid, 3, alpha, alpha, nn.ReLU6(), stride=stride, groups=mid, rule=rule),
                   ConvBn(mid, out_channels, 1, alpha, 0)]
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        y, _ = self.conv(x)
        return x + y if self.shortcut else y


class OctMobileNetV2(MobileNetV2):
    """The MobileNet v2 of torchvision with octave convolution inside the blocks up to the last 14x14 one."""

    def __init__(self, alpha, rule, width, classes):
        number = iter(range(1, 18))

        def block(in_channels, out_channels, stride, expand_ratio, norm_layer):
            del norm_layer
            alpha_here = alpha if next(number) in MOBILENET_V2_OCTAVE else 0
            return InvertedResidual(in_channels, out_channels, alpha_here, stride, expand_ratio, rule)

        super().__init__(classes, width, MOBILENET_V2, block=block)


def build(arch, alpha=0.0, rule="KEEP_LOW", width=1.0, classes=1000):
    """A network in eval mode, with the random weights of PyTorch's constructors."""
    if arch not in ARCHITECTURES:
        raise ValueError(f"architecture must be one of {', '.join(ARCHITECTURES)}, was {arch!r}")
    if not 0 <= alpha < 1:
        raise ValueError(f"alpha must be at least 0 and below 1, was {alpha}")
    if not LEAST_WIDTH <= width <= MOST_WIDTH:
        raise ValueError(f"width must be {LEAST_WIDTH} to {MOST_WIDTH}, was {width}")
    if not 1 <= classes <= MOST_CLASSES:
        raise ValueError(f"classes must be 1 to {MOST_CLASSES}, was {classes}")
    octave, name = arch.startswith("oct_"), re.sub("^oct_", "", arch)
    if alpha and not octave:
        raise ValueError(f"{arch} is dense and needs alpha 0, was {alpha}; with octave convolution it is oct_{arch}")
    if name == SLIM_RESNET:
        model = SlimResNet(alpha, rule, width, classes)
    elif name == "mobilenet_v1":
        model = MobileNetV1(alpha, rule, width, classes)
    elif name == "mobilenet_v2":
        model = OctMobileNetV2(alpha, rule, width, classes) if alpha else MobileNetV2(classes, width, MOBILENET_V2)
    else:
        table = RESNETS[name]
        model = OctResNet(*table, alpha, rule, width, classes) if alpha else DenseResNet(*table, width, classes)
    return model.eval()


def require_image_size(size):
    """Raises ValueError for a size that the Java library would refuse."""
    if not LEAST_SIZE <= size <= MOST_SIZE:
        raise ValueError(f"image size must be {LEAST_SIZE} to {MOST_SIZE}, was {size}")


def stages(model):
    """The modules whose outputs are a network's stages, by name."""
    if hasattr(model, "features"):
        return {f"features.{name}": module for name, module in model.features.named_children()}
    stem = {"stem": model.maxpool} if hasattr(model, "maxpool") else {}
    return {**stem, **{name: module for name, module in model.named_children() if name.startswith("layer")}}


def classifier(model):
    """The linear layer."""
    return model.fc if hasattr(model, "fc") else model.classifier[-1]


# ------------------------------------------------------------------------------------------------------------ counts


def parameters(model):
    """The number of trained values."""
    return sum(values.numel() for values in model.parameters())


def multiply_adds(model, image_size):
    """The multiply-adds of convolutions and linear layers for one image."""
    total = 0

    def count(module, _inputs, output):
        nonlocal total
        positions = output.shape[2:].numel() if output.dim() == 4 else 1
        total += module.weight.numel() * positions

    hooks = [module.register_forward_hook(count) for module in model.modules()
             if isinstance(module, (nn.Conv2d, nn.Linear))]
    with torch.no_grad():
        model(torch.zeros(1, 3, image_size, image_size))
    for hook in hooks:
        hook.remove()
    return total


def add_model_arguments(parser):
    """The arguments that say which network is meant."""
    parser.add_argument("--alpha", default=0.0, type=float, help="share of the low-frequency channels")
    parser.add_argument("--stride-rule", default="KEEP_LOW", choices=STRIDE_RULES)
    parser.add_argument("--width", default=1.0, type=float, help="multiplier of the channel counts, and of groups")
    parser.add_argument("--classes", default=1000, type=int)
    parser.add_argument("--image-size", default=224, type=int)


def main():
    """Prints parameters and multiply-adds, and the names of the tensors if asked for."""
    parser = argparse.ArgumentParser(description="Prints parameters and multiply-adds of a reference network.")
    parser.add_argument("arch", choices=ARCHITECTURES, metavar="ARCH", help=", ".join(ARCHITECTURES))
    add_model_arguments(parser)
    parser.add_argument("--names", action="store_true", help="also print the names and shapes of the tensors")
    args = parser.parse_args()
    try:
        require_image_size(args.image_size)
        model = build(args.arch, args.alpha, args.stride_rule, args.width, args.classes)
    except ValueError as e:
        parser.error(str(e))
    if args.names:
        for name, values in model.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                print(name, list(values.shape))
    print(f"{args.arch} alpha {args.alpha}: {parameters(model)} parameters, "
          f"{multiply_adds(model, args.image_size) / 1e9:.3f} G multiply-adds at {args.image_size}x{args.image_size}")


if __name__ == "__main__":
    main()
