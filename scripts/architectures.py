"""The tables of the architectures: plain Python, without PyTorch, so that names and shapes can be told from them."""

# Blocks of stages 2 to 5, which torchvision calls layer1 to layer4.
DEPTHS = {26: (2, 2, 2, 2), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3), 200: (3, 24, 36, 3)}
RESNETS = {
    **{f"resnet{depth}": (blocks, False, False) for depth, blocks in DEPTHS.items()},
    "resnext50_32x4d": (DEPTHS[50], True, False),
    "resnext101_32x4d": (DEPTHS[101], True, False),
    "se_resnet50": (DEPTHS[50], False, True),
}  # blocks, grouped, squeeze and excitation
GROUPS, SQUEEZE = 32, 16
RESNET_STEM, RESNET_PLANES = 64, (64, 128, 256, 512)

# A ResNet of basic blocks with few parameters, for pictures of 64 to 256 pixels: two strided 3x3 before its stages.
SLIM_RESNET = "slim_resnet13"
SLIM_STEM, SLIM_STAGES = 32, ((64, 2), (128, 2), (192, 1))  # channels and blocks of each stage

# Output channels and stride of the depthwise separable blocks of MobileNet v1.
MOBILENET_V1_STEM = 32
MOBILENET_V1 = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1),
                (512, 1), (1024, 2), (1024, 1))
MOBILENET_V1_LAST = 11  # the block whose 1x1 is the last octave layer

# Expansion, output channels, blocks and stride of the stages of MobileNet v2.
MOBILENET_V2_STEM, MOBILENET_V2_TOP = 32, 1280
MOBILENET_V2 = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                (6, 320, 1, 1))
MOBILENET_V2_OCTAVE = range(2, 14)  # the blocks with octave layers

DENSE = (*RESNETS, SLIM_RESNET, "mobilenet_v1", "mobilenet_v2")
ARCHITECTURES = tuple(sorted((*DENSE, *(f"oct_{name}" for name in DENSE))))
STRIDE_RULES = ("KEEP_LOW", "POOL_ALL")

BN_EPS = 1e-5
LEAST_WIDTH, MOST_WIDTH = 1 / 32, 16
MOST_CLASSES = 100_000
LEAST_SIZE, MOST_SIZE = 32, 8192


def split(channels, alpha):
    """The (high, low) channel counts; the low one is truncated."""
    low = int(alpha * channels)
    return channels - low, low


def truncated(channels, width):
    """How ResNets and MobileNet v1 scale a channel count."""
    return int(channels * width)


def divisible(channels, width):
    """How MobileNet v2 scales a channel count: the nearest multiple of 8 that is at least 90 % of the product."""
    value = channels * width
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded
