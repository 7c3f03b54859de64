"""How pictures are prepared for a network, as metadata of its file: plain Python, without PyTorch and numpy.

The library reads `resize`, `image_size`, `interpolation`, `mean` and `std`: a picture is scaled so that its shorter side
has `resize` pixels, its middle of `image_size` squared is cut out, and of each channel, 0 to 1, `mean` is subtracted and
the difference divided by `std`; with a `resize` of 0 it is stretched to `image_size` squared instead.
"""

import json

import architectures
from recognition import ConversionError

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
INTERPOLATIONS = ("bilinear", "bicubic")
MOST_RESIZE = 16_384
LEAST_FLOAT, MOST_FLOAT = 2.0 ** -126, (2 - 2.0 ** -23) * 2.0 ** 127  # of 32 bits, not denormal

# What torchvision's weights of these networks were validated with, by the names of its weight enumerations.
TORCHVISION = {
    "IMAGENET1K_V1": {"resize": 256, "image_size": 224, "interpolation": "bilinear"},
    "IMAGENET1K_V2": {"resize": 232, "image_size": 224, "interpolation": "bilinear"},
}
DEFAULT = "IMAGENET1K_V1"
KEYS = ("preprocessing", "resize", "image_size", "interpolation", "mean", "std")


def metadata(given):
    """The metadata, with `image_size` as a number and all else as texts, or a ConversionError.

    `given` may hold KEYS; None counts as not given. What is given overrides what `preprocessing` stands for. With
    another image size `resize` keeps its ratio to it.
    """
    named = {key: value for key, value in given.items() if value is not None}
    preset = TORCHVISION[named.get("preprocessing", DEFAULT)]
    size = named.get("image_size", preset["image_size"])
    if not architectures.LEAST_SIZE <= size <= architectures.MOST_SIZE:
        raise ConversionError(f"image size must be {architectures.LEAST_SIZE} to {architectures.MOST_SIZE}, was {size}")
    resize = named.get("resize", int(preset["resize"] * size / preset["image_size"] + 0.5))
    if resize != 0 and not size <= resize <= MOST_RESIZE:
        raise ConversionError(f"resize must be 0, or {size} (the image size) to {MOST_RESIZE}, was {resize}")
    interpolation = named.get("interpolation", preset["interpolation"])
    if interpolation not in INTERPOLATIONS:
        raise ConversionError(f"interpolation must be {' or '.join(INTERPOLATIONS)}, was {interpolation}")
    mean, std = named.get("mean", IMAGENET_MEAN), named.get("std", IMAGENET_STD)
    for what, values in (("mean", mean), ("std", std)):
        least = LEAST_FLOAT if what == "std" else -MOST_FLOAT
        if len(values) != 3 or not all(least <= value <= MOST_FLOAT for value in values):
            raise ConversionError(f"{what} must be three finite numbers{', above 0' if what == 'std' else ''}, "
                                  f"were {tuple(values)}")
    return {"image_size": size, "resize": str(resize), "interpolation": interpolation, "mean": json.dumps(list(mean)),
            "std": json.dumps(list(std))}
