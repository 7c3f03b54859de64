"""What a checkpoint is, told from its names and shapes alone: plain Python, without PyTorch and numpy.

`plain_names` takes off what training leaves before the names, `recognise` finds architecture, alpha, width and classes,
`read_labels` reads a file of labels, and `printable` makes a stranger's text fit for a message.
"""

import math
import re
import unicodedata

import architectures

LONGEST_TEXT = 120
MOST_LISTED = 20
MOST_LABEL_BYTES = 16 << 20

# Components of names that wrap a module: DataParallel and AveragedModel, torch.compile.
WRAPPERS = ("module", "_orig_mod")
# What else is among the tensors: counters of batch norms, of AveragedModel, of thop.
COUNTERS = ("num_batches_tracked", "n_averaged", "total_ops", "total_params")
# The first tensor of each architecture, as it is called in a network alone.
STEM = re.compile(r"(.*?)(conv1\.weight|(?:features|model)\.0\.0\.weight)")
INNER = re.compile(r"(?:^|\.)(?:layer\d|features|se)(?:\.|$)")
TOP = re.compile(r"(?:conv[12]|bn[12]|layer\d+|fc|features|classifier)$")
AVERAGED = re.compile(r"(?:^|[._])(?:ema|averaged|swa)(?:[._]|$)", re.IGNORECASE)
# Keys under which checkpoints hold state dicts.
TRAINED_KEYS = ("state_dict", "model_state_dict", "model", "net", "network")
AVERAGED_KEYS = ("state_dict_ema", "ema_state_dict", "model_ema", "model_ema_state_dict", "model_state_dict_ema",
                 "ema_model", "ema", "averaged", "averaged_model", "swa_model", "swa_state_dict")

PUBLISHED_WIDTHS = (1.0, 0.75, 0.5, 0.25, 1.4, 1.3, 0.35)
PUBLISHED_ALPHAS = (0.5, 0.25, 0.125, 0.75)


class ConversionError(Exception):
    """What is wrong with a checkpoint, in words for its owner."""


def printable(text, longest=LONGEST_TEXT):
    """A text on one line, with '?' for what cannot be seen, cut where it is very long."""
    text = str(text)
    if len(text) > longest:
        text = text[:longest - 3] + "..."
    return "".join("?" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else c for c in text)


def listed(texts, most=MOST_LISTED, between=", "):
    """At most so many texts, and how many more there are."""
    texts = list(texts)
    more = [f"and {len(texts) - most} more"] if len(texts) > most else []
    return between.join([*map(printable, texts[:most]), *more])


# -------------------------------------------------------------------------------------------------------------- names


def choose(checkpoint, weights):
    """The state dict in a checkpoint and what it was found under; `weights` is "trained", "averaged" or None.

    None takes the trained weights, or the averaged ones where there are no others.
    """
    found, under = checkpoint, []
    while isinstance(found, dict):
        trained = [key for key in TRAINED_KEYS if isinstance(found.get(key), dict)]
        averaged = [key for key in AVERAGED_KEYS if isinstance(found.get(key), dict)]
        keys = averaged if weights == "averaged" and averaged else trained or averaged
        if weights == "trained" and not trained and averaged:
            raise ConversionError(f"there are averaged weights alone, under {listed(averaged)}; "
                                  f"--weights averaged takes them")
        if not keys:
            break
        found = found[keys[0]]
        under.append(keys[0])
    return found, under


def plain_names(names, weights=None):
    """A dictionary from the names of a network alone to those in a state dict, counters left out.

    Wrappers may stand anywhere in a name. What else stands before all names, such as Lightning's "model.", is taken
    off too. Where there are several networks, `weights` says which; None takes the trained one.
    """
    foreign = [name for name in names if not isinstance(name, str)]
    if foreign:
        raise ConversionError(f"the names of tensors must be texts, there are {listed(foreign)}")
    unwrapped = {name: ".".join(part for part in name.split(".") if part not in WRAPPERS) for name in names
                 if name.rpartition(".")[2] not in COUNTERS}
    prefix = network_prefix(list(unwrapped.values()), weights)
    other = [] if prefix is None else [p for p in prefixes(unwrapped.values()) if p != prefix]
    plain = {}
    for name, short in unwrapped.items():
        if prefix and short.startswith(prefix):
            short = short[len(prefix):]
        elif any(p and short.startswith(p) for p in other) or (prefix and "" in other and TOP.match(short.split(".")[0])):
            continue  # of the network that was not asked for
        short = re.sub(r"^model\.(?=\d)", "features.", short)
        if short in plain:
            raise ConversionError(f"{printable(plain[short])} and {printable(name)} are both named "
                                  f"{printable(short)} without prefixes")
        plain[short] = name
    return plain


def prefixes(names):
    """What stands before the first tensor of each network, in the order of the names."""
    found = []
    for name in names:
        match = STEM.fullmatch(name)
        if match and not INNER.search(match[1]) and match[1] not in found:
            found.append(match[1])
    return found


def network_prefix(names, weights):
    """What to take off: the prefix of the network that is asked for, or what all names share, or "" for nothing."""
    found = prefixes(names)
    averaged = [prefix for prefix in found if AVERAGED.search(prefix)]
    trained = [prefix for prefix in found if prefix not in averaged]
    if weights == "trained" and found and not trained:
        raise ConversionError(f"there are averaged weights alone, named {listed(averaged)}*; "
                              f"--weights averaged takes them")
    asked = averaged if weights == "averaged" and averaged else trained or averaged
    if len(asked) > 1:
        raise ConversionError(f"there are several networks, whose names begin with "
                              f"{listed(prefix or 'nothing' for prefix in asked)}; save one alone")
    if asked:
        return asked[0]
    shared = ""
    while names:  # the first tensor is missing
        heads = {name[len(shared):].partition(".")[0] for name in names}
        longer = all("." in name[len(shared):] for name in names)
        head = heads.pop()
        if heads or not longer or TOP.match(head):
            break
        shared += head + "."
    return shared


def has_averaged(checkpoint, state):
    """Under what a checkpoint holds averaged weights, or None."""
    keys = [key for key in AVERAGED_KEYS if isinstance(checkpoint, dict) and isinstance(checkpoint.get(key), dict)]
    found = [prefix for prefix in prefixes(name for name in state if isinstance(name, str)) if AVERAGED.search(prefix)]
    return (keys + found or [None])[0]


# ------------------------------------------------------------------------------------------------------------- shapes


def recognise(shapes):
    """Architecture, alpha, width and classes, as far as names and shapes tell: a dictionary. `shapes`: by name."""
    found = {}

    def channels(name):
        shape = shapes.get(name, ())
        return shape[0] if len(shape) else None

    def total(octave_layer, dense_norm):
        high, low = channels(f"{octave_layer}.bn_h.bias"), channels(f"{octave_layer}.bn_l.bias")
        return channels(f"{dense_norm}.bias") if high is None else high + (low or 0)

    octave = "oct_" if any(".conv_h2l." in name for name in shapes) else ""
    blocks = {}
    for name in shapes:
        match = re.match(r"layer([1-4])\.(\d{1,3})\.", name)
        if match:
            stage, number = map(int, match.groups())
            blocks[stage] = max(blocks.get(stage, 0), number + 1)
    observed = []  # rule, published channels, channels
    slim = {stage: count for stage, (_, count) in enumerate(architectures.SLIM_STAGES, 1)}
    if blocks == slim and any(name.startswith("conv2.") for name in shapes):
        found.update(arch=f"{octave}{architectures.SLIM_RESNET}", classes=channels("fc.bias"))
        observed.append((architectures.truncated, architectures.SLIM_STEM, channels("conv1.weight")))
        for stage, (published, _) in enumerate(architectures.SLIM_STAGES, 1):
            out = total(f"layer{stage}.0.conv2", f"layer{stage}.0.bn2")
            observed.append((architectures.truncated, published, out))
    elif blocks:
        found["classes"] = channels("fc.bias")
        kernel = shapes.get("layer1.0.conv2.conv.conv_h2h.weight", shapes.get("layer1.0.conv2.weight"))
        inputs = channels("layer1.0.conv2.bn_h.bias") or channels("layer1.0.bn2.bias")
        grouped = kernel is not None and len(kernel) == 4 and inputs is not None and kernel[1] < inputs
        squeezed = any(".se.fc1." in name for name in shapes)
        table = tuple(blocks.get(stage, 0) for stage in range(1, 5)), grouped, squeezed
        names = [name for name, row in architectures.RESNETS.items() if row == table]
        if names:
            found["arch"] = octave + names[0]
        observed.append((architectures.truncated, architectures.RESNET_STEM, channels("conv1.weight")))
        for stage, planes in enumerate(architectures.RESNET_PLANES, 1):
            out = total(f"layer{stage}.0.conv3", f"layer{stage}.0.bn3")
            observed.append((lambda c, w: 4 * int(c * w), planes, out))
        if grouped and kernel[1]:
            observed.append((architectures.truncated, architectures.GROUPS, inputs // kernel[1]))
    elif "fc.weight" in shapes and any(name.startswith("features.13.") for name in shapes):
        found.update(arch=f"{octave}mobilenet_v1", classes=channels("fc.bias"))
        observed.append((architectures.truncated, architectures.MOBILENET_V1_STEM, channels("features.0.0.weight")))
        for number, (published, _) in enumerate(architectures.MOBILENET_V1, 1):
            out = total(f"features.{number}.1", f"features.{number}.4")
            observed.append((architectures.truncated, published, out))
    elif "classifier.1.weight" in shapes and any(name.startswith("features.17.") for name in shapes):
        found.update(arch=f"{octave}mobilenet_v2", classes=channels("classifier.1.bias"))
        observed.append((architectures.divisible, architectures.MOBILENET_V2_STEM, channels("features.0.0.weight")))
        number = 0
        for expansion, published, count, _ in architectures.MOBILENET_V2:
            number += 1
            last = 1 if expansion == 1 else 2
            layer = f"features.{number}.conv.{last}"
            out = total(layer, f"features.{number}.conv.{last + 1}")
            observed.append((architectures.divisible, published, out))
            number += count - 1
        observed.append((lambda c, w: architectures.divisible(c, max(1.0, w)), architectures.MOBILENET_V2_TOP,
                         channels("features.18.0.weight")))
    if observed:
        found["width"] = simplest_width(observed)
        found["alpha"] = simplest_alpha(shapes)
    return {key: value for key, value in found.items() if value is not None}


def simplest_width(observed):
    """The simplest factor that gives the channels of most layers; None where there is none."""
    observed = [row for row in observed if row[2]]
    if not observed:
        return None
    _, stem, channels = observed[0]
    exact = channels / stem
    decimals = (value for digits in (1, 2, 3) for value in decimals_near(exact, digits, 0.5))
    return simplest((*PUBLISHED_WIDTHS, exact), decimals, exact,
                    lambda width: width > 0 and all(rule(c, width) == n for rule, c, n in observed))


def simplest_alpha(shapes):
    """The simplest share that gives the low channels of all octave layers, 0 where there are none."""
    splits = set()
    for name, shape in shapes.items():
        match = re.fullmatch(r"(.*)\.bn_l\.bias", name)
        high = shapes.get(f"{match[1]}.bn_h.bias") if match else None
        if high and len(high) == 1 and len(shape) == 1 and shape[0] > 0:
            splits.add((high[0] + shape[0], shape[0]))
    if not splits:
        return 0.0
    channels, low = max(splits)
    exact = low / channels
    decimals = (value for digits in (1, 2, 3, 4) for value in decimals_near(exact, digits, 1.0))
    return simplest(PUBLISHED_ALPHAS, decimals, exact,
                    lambda alpha: 0 < alpha < 1 and all(int(alpha * c) == n for c, n in splits))


def decimals_near(value, digits, reach):
    """Numbers of so many decimal digits around a value, the closest first."""
    unit = 10 ** digits
    middle, span = round(value * unit), math.ceil(reach * unit)
    span = min(span, 200)
    return (number / unit for number in sorted(range(max(1, middle - span), middle + span + 1),
                                               key=lambda n: (abs(n / unit - value), n)))


def simplest(published, decimals, exact, fits):
    """The first that fits of published numbers, short decimals, and the exact ratio, which is the last resort."""
    for value in (*published, *decimals):
        if fits(value):
            return value
    return exact


# ------------------------------------------------------------------------------------------------------------- labels


def read_labels(path):
    """The lines of a UTF-8 file, without byte-order mark and without empty lines at the end."""
    with open(path, "rb") as file:
        raw = file.read(MOST_LABEL_BYTES + 1)
    if len(raw) > MOST_LABEL_BYTES:
        raise ConversionError(f"{printable(path, 400)}: has more than {MOST_LABEL_BYTES} bytes, is this a file of labels?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        raise ConversionError(f"{printable(path, 400)}: line {line} is not UTF-8 (byte 0x{raw[e.start]:02x}); if it is "
                              f"Latin-1, iconv -f latin1 -t utf-8 turns it") from e
    labels = [line.strip() for line in re.split(r"\r\n|\n|\r", text)]
    while labels and not labels[-1]:
        labels.pop()
    for number, label in enumerate(labels, 1):
        if not label:
            raise ConversionError(f"{printable(path, 400)}: line {number} is empty, expected a label on each line")
        if printable(label, len(label)) != label:
            raise ConversionError(f"{printable(path, 400)}: line {number} has characters that cannot be seen: "
                                  f"{printable(label)}")
    return labels
