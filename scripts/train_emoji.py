#!/usr/bin/python3
"""Trains networks that tell emoji: with octave convolution, and their dense twin, from the same batches.

    apt-get install python3-torch python3-torchvision
    /usr/bin/python3 scripts/train_emoji.py train                    # needs what scripts/emoji_data.py renders
    /usr/bin/python3 scripts/train_emoji.py export --out DIR
    /usr/bin/python3 scripts/train_emoji.py embed DIR                # into src/main and src/test: needs python3-pil

The networks are `slim_resnet13` of scripts/octave_models.py. They learn from the sets of drawings in
`emoji_data.TRAINED` and are tested on those of two vendors whose pictures they never see. The number of epochs is fixed
beforehand, nothing is chosen by the test pictures, and the averaged weights of the last step are exported.

All networks named by `--alphas` take every step together, so that at any time they have come equally far. A step's
batch depends on the seed and the step's number alone: networks trained at different times see the same pictures.
Training stops at any time (Ctrl-C, SIGTERM) and goes on where it was when it is started again with the same `--work`;
every few minutes all is saved. The number of threads may change between, which changes the rounding of sums.

Pictures grow: most epochs see 64x64 pixels, later ones 96 and 128. With `--bf16` convolutions are multiplied in BF16 (weights
and their steps stay in F32), which takes .6 of the time where the processor has it and is slow elsewhere.
"""

import argparse
import ctypes
import json
import math
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import need_torch  # noqa: F401, before what it looks for
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import emoji_data
import octave_models
from architectures import SLIM_RESNET
from safetensors_file import from_bf16, read_safetensors, state_arrays, to_bf16, write_safetensors

RULE = "KEEP_LOW"
MEAN, STD = 0.5, 0.25
FULL = emoji_data.SIZE
SIZES = ((64, 0.20), (96, 0.40), (FULL, 0.40))  # height and width of the pictures, and the share of the epochs

BATCH = 64
PEAK_RATE = 0.1
WARM_UP = 0.05  # share of the steps
WEIGHT_DECAY = 5e-4
LABEL_SMOOTHING = 0.1
AVERAGING = 0.998  # the share that averaged weights keep in a step
TURNED = ("left", "right", "waxing", "waning", "quarter", "crescent")  # words of classes that a mirror changes


# ------------------------------------------------------------------------------------------------------------- data


class Drawings:
    """All drawings of the training sets: bytes [n, RGBA, h, w] at full and half size, their classes, and what may turn."""

    def __init__(self, data):
        classes = emoji_data.read_classes(data)
        arrays, labels = [], []
        for name in emoji_data.TRAINED:
            array = emoji_data.read_set(data, name)
            there = np.flatnonzero(array.any((1, 2, 3)))
            arrays.append(array[there])
            labels.append(there)
        self.full = torch.from_numpy(np.concatenate(arrays)).permute(0, 3, 1, 2).contiguous()
        self.half = torch.cat([(F.avg_pool2d(part.float(), 2) + 0.5).byte() for part in self.full.split(256)])
        self.labels = torch.from_numpy(np.concatenate(labels))
        self.names = [emoji.name for emoji in classes]
        self.turns = torch.tensor([not any(word in name.lower() for word in TURNED) for name in self.names])

    def __len__(self):
        return len(self.labels)

    def source(self, size):
        """The drawings from which pictures of a size are made."""
        return self.half if size <= FULL // 2 else self.full


def test_pictures(data, name):
    """Bytes [class, RGB, h, w] of a set on the backgrounds of emoji_data.py."""
    pictures = emoji_data.test_pictures(emoji_data.read_set(data, name))
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous()


def scaled(pictures, size):
    """Bytes [n, RGB, FULL, FULL] as floats 0 to 1 of another size."""
    x = pictures.float() / 255
    return x if size == FULL else F.interpolate(x, size=(size, size), mode="bilinear", antialias=True)


def normalise(x):
    """Floats 0 to 1 to the network's input."""
    return ((x - MEAN) / STD).contiguous(memory_format=torch.channels_last)


# ----------------------------------------------------------------------------------------------------- augmentation


class Augmentation:
    """Makes pictures [n, RGB, size, size], 0 to 1, of drawings [n, RGBA, h, w] whose colours are multiplied by alpha."""

    def __init__(self, generator, size):
        self.generator = generator
        self.size = size

    def uniform(self, low, high, *shape):
        """Random numbers."""
        return low + (high - low) * torch.rand(*shape, generator=self.generator)

    def some(self, share, n):
        """True for about a share of n pictures, [n, 1, 1, 1]."""
        return torch.rand(n, 1, 1, 1, generator=self.generator) < share

    def __call__(self, drawings, turns):
        x = self.move(drawings, turns)
        x = self.draw_lines(x)
        x = self.colour(x)
        return self.spoil(self.lay_over_background(x))

    def move(self, x, turns):
        """Turns, scales, shears, shifts, and mirrors what `turns` allows."""
        n = len(x)
        angle = self.uniform(-0.45, 0.45, n)
        zoom = torch.exp(self.uniform(-0.2, 0.35, n))  # of the step from pixel to pixel: above 1 makes it smaller
        aspect = torch.exp(self.uniform(-0.15, 0.15, n))
        mirror = torch.where((torch.rand(n, generator=self.generator) < 0.5) & turns, -1.0, 1.0)
        shear = self.uniform(-0.2, 0.2, n)
        cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
        theta = torch.stack([mirror * cos * aspect, mirror * (shear * cos - sin), self.uniform(-0.15, 0.15, n),
                             sin * aspect, shear * sin + cos, self.uniform(-0.15, 0.15, n)], 1).view(n, 2, 3)
        grid = F.affine_grid(theta, (n, 4, self.size, self.size), align_corners=False)
        return F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)

    def draw_lines(self, x):
        """Contours around some, dark or light; edges inside some; some in white with dark lines."""
        n = len(x)
        colours, alpha = x[:, :3], x[:, 3:]
        grey = colours.mean(1, keepdim=True)
        edges = (6 * (grey - F.avg_pool2d(grey, 3, 1, 1)).abs()).clamp(max=1)
        colours = colours * (1 - edges * self.some(0.2, n))
        sketch = self.some(0.04, n)
        colours = torch.where(sketch, alpha * (1 - edges), colours)
        wide = F.max_pool2d(alpha, 3, 1, 1)
        wide = torch.where(self.some(0.4, n), F.max_pool2d(wide, 3, 1, 1), wide)
        contour = (wide - alpha) * self.some(0.3, n)
        return torch.cat([colours + contour * self.some(0.3, n), alpha + contour], 1)

    def colour(self, x):
        """Hue, saturation, brightness, contrast, light that falls unevenly; a few in grey."""
        n = len(x)
        colours, alpha = x[:, :3], x[:, 3:]
        grey = colours.mean(1, keepdim=True)
        angle = 0.2 * torch.randn(n, 1, 1, 1, generator=self.generator)
        turned = colours * torch.cos(angle) + (colours.roll(1, 1) - colours.roll(2, 1)) * torch.sin(angle) / math.sqrt(3)
        hue = turned + grey * (1 - torch.cos(angle))  # a turn around the grey axis
        saturation = torch.where(self.some(0.08, n), 0.0, self.uniform(0.5, 1.5, n, 1, 1, 1))
        colours = grey + (hue - grey) * saturation
        colours = colours * self.uniform(0.85, 1.15, n, 3, 1, 1)
        contrast = self.uniform(0.7, 1.3, n, 1, 1, 1)
        colours = colours * contrast + alpha * (0.5 * (1 - contrast) + self.uniform(-0.15, 0.15, n, 1, 1, 1))
        light = F.interpolate(self.uniform(-0.25, 0.25, n, 1, 3, 3), size=(self.size,) * 2, mode="bilinear",
                              align_corners=True)
        colours = colours * (1 + light * self.some(0.5, n))
        return torch.cat([torch.minimum(colours.clamp(min=0), alpha), alpha], 1)

    def backgrounds(self, n):
        """Fields of 1 to 16 colours that run together or stand side by side."""
        groups, start = [], 0
        for k in range(1, 5):
            count = (n - start) // (5 - k)
            start += count
            mode = {"mode": "nearest"} if k == 4 else {"mode": "bilinear", "align_corners": True}
            groups.append(F.interpolate(self.uniform(0, 1, count, 3, k, k), size=(self.size,) * 2, **mode))
        return torch.cat(groups)[torch.randperm(n, generator=self.generator)]

    def lay_over_background(self, x):
        """Of two backgrounds the one that differs more from the drawing."""
        colours, alpha = x[:, :3], x[:, 3:]
        first, second = self.backgrounds(len(x)), self.backgrounds(len(x))

        def contrast(background):
            return (colours - background * alpha).abs().sum((1, 2, 3), keepdim=True)

        return colours + torch.where(contrast(first) > contrast(second), first, second) * (1 - alpha)

    def spoil(self, x):
        """Blurs some, adds noise to some, hides a rectangle of some."""
        n = len(x)
        x = torch.where(self.some(0.15, n), F.avg_pool2d(x, 3, 1, 1, count_include_pad=False), x)
        deviation = self.uniform(0, 0.06, n, 1, 1, 1) * self.some(0.3, n)
        x = x + deviation * torch.randn(x.shape, generator=self.generator)
        steps = torch.arange(self.size) / self.size

        def inside(shape):
            start = self.uniform(-0.1, 0.9, n, 1, 1, 1)
            return (steps.view(shape) >= start) & (steps.view(shape) < start + self.uniform(0.1, 0.4, n, 1, 1, 1))

        hidden = inside((1, 1, 1, -1)) & inside((1, 1, -1, 1)) & self.some(0.3, n)
        return torch.where(hidden, torch.rand(n, 3, 1, 1, generator=self.generator), x).clamp(0, 1)


# --------------------------------------------------------------------------------------------------------- training


class Plan:
    """Which pictures a step sees, and how large they are."""

    def __init__(self, drawings, epochs, seed, bf16):
        self.drawings, self.epochs, self.seed, self.bf16 = drawings, epochs, seed, bf16
        self.per_epoch = len(drawings) // BATCH
        self.steps = epochs * self.per_epoch

    def size(self, epoch):
        """Height and width of an epoch's pictures; epochs count from 0."""
        reached = 0.0
        for size, share in SIZES:
            reached += share
            if epoch < reached * self.epochs - 1e-9:
                return size
        return FULL

    def rate(self, step):
        """The learning rate: a straight way up, half a cosine down."""
        warm = max(1, round(WARM_UP * self.steps))
        if step < warm:
            return PEAK_RATE * (step + 1) / warm
        return PEAK_RATE * (1 + math.cos(math.pi * (step - warm) / (self.steps - warm))) / 2

    def batch(self, step):
        """The input and classes of a step, which depend on nothing but the seed and the step."""
        epoch, number = divmod(step, self.per_epoch)
        order = torch.randperm(len(self.drawings), generator=self.generator(1, epoch))
        picked = order[number * BATCH:(number + 1) * BATCH]
        classes = self.drawings.labels[picked]
        size = self.size(epoch)
        augmentation = Augmentation(self.generator(2, step), size)
        pictures = self.drawings.source(size)[picked].float() / 255
        return normalise(augmentation(pictures, self.drawings.turns[classes])), classes

    def arithmetic(self):
        """The type in which convolutions are multiplied."""
        return "bf16" if self.bf16 else "f32"

    def generator(self, purpose, number):
        """Random numbers of their own for each purpose and number."""
        return torch.Generator().manual_seed((self.seed * 8 + purpose) * 1_000_000_007 + number)


def build(alpha, classes):
    """A network with He's initialisation, in which both paths into a branch count."""
    arch = f"oct_{SLIM_RESNET}" if alpha else SLIM_RESNET
    model = octave_models.build(arch, alpha, RULE, classes=classes)
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, octave_models.OctaveConv2d):
                for d in "hl":
                    weights = [conv.weight for s in "hl" if (conv := layer.path(f"{s}2{d}")) is not None]
                    fan_in = sum(w[0].numel() for w in weights)
                    for w in weights:
                        nn.init.normal_(w, std=(2 / fan_in) ** 0.5)
            elif isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, std=0.01)
                nn.init.zeros_(layer.bias)
        plain = [layer for layer in (model.conv1, model.conv2) if isinstance(layer, nn.Conv2d)]
        if not alpha:
            plain = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
        for layer in plain:
            nn.init.normal_(layer.weight, std=(2 / layer.weight[0].numel()) ** 0.5)
    return model.to(memory_format=torch.channels_last)


class Training:
    """One network on its way: weights, averaged weights, optimiser, steps done."""

    def __init__(self, alpha, seed, plan, work):
        self.alpha, self.plan = alpha, plan
        self.name = f"alpha_{alpha:g}_seed_{seed}"
        self.path = work / f"{self.name}.pt"
        torch.manual_seed(seed)
        self.model = build(alpha, len(plan.drawings.names)).train()
        self.averaged = build(alpha, len(plan.drawings.names)).eval()
        self.averaged.load_state_dict(self.model.state_dict())
        decayed = [p for p in self.model.parameters() if p.dim() > 1]
        others = [p for p in self.model.parameters() if p.dim() == 1]
        groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0}]
        self.sgd = torch.optim.SGD(groups, lr=PEAK_RATE, momentum=0.9, nesterov=True)
        self.step, self.seconds = 0, 0.0
        self.loss = self.right = self.seen = 0
        if self.path.exists():
            self.load()

    def load(self):
        """Goes on where a file says."""
        saved = torch.load(self.path)
        was = f"{saved['epochs']} epochs of {saved['drawings']} drawings in {saved['arithmetic']}"
        expected = f"{self.plan.epochs} epochs of {len(self.plan.drawings)} drawings in {self.plan.arithmetic()}"
        if was != expected:
            sys.exit(f"{self.path}: was trained for {was}, expected {expected}; give the same --epochs and --bf16, or "
                     "another --work")
        self.model.load_state_dict(saved["model"])
        self.averaged.load_state_dict(saved["averaged"])
        self.sgd.load_state_dict(saved["sgd"])
        self.step, self.seconds = saved["step"], saved["seconds"]
        self.loss, self.right, self.seen = saved["sums"]

    def save(self):
        """Writes all that is needed to go on; the file is replaced when the new one is complete."""
        part = self.path.with_suffix(".part")
        torch.save({"model": self.model.state_dict(), "averaged": self.averaged.state_dict(),
                    "sgd": self.sgd.state_dict(), "step": self.step, "seconds": self.seconds,
                    "sums": (self.loss, self.right, self.seen), "epochs": self.plan.epochs,
                    "drawings": len(self.plan.drawings), "arithmetic": self.plan.arithmetic()}, part)
        os.replace(part, self.path)

    def say_how_far(self, begin):
        """Prints a line inside an epoch; the epoch's own says more."""
        if self.seen:
            print(f"{self.name}: step {self.step} of {self.plan.steps}, loss {self.loss / self.seen:.4f} and right "
                  f"{self.right / self.seen:.4f} in this epoch so far, {self.seconds:.0f} s of processor time, "
                  f"{time.monotonic() - begin:.0f} s since the start", flush=True)

    def learn(self, x, classes):
        """Takes one step."""
        begin = time.process_time()
        for group in self.sgd.param_groups:
            group["lr"] = self.plan.rate(self.step)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.plan.bf16):
            logits = self.model(x)
        loss = F.cross_entropy(logits.float(), classes, label_smoothing=LABEL_SMOOTHING)
        self.sgd.zero_grad(set_to_none=True)
        loss.backward()
        self.sgd.step()
        self.step += 1
        with torch.no_grad():
            kept = min(AVERAGING, self.step / (self.step + 9))  # the first steps are soon forgotten
            for mean, value in zip(self.averaged.state_dict().values(), self.model.state_dict().values()):
                if mean.is_floating_point():
                    mean.lerp_(value, 1 - kept)
        self.loss += loss.item() * len(classes)
        self.right += int((logits.argmax(1) == classes).sum())
        self.seen += len(classes)
        self.seconds += time.process_time() - begin


def logits_of(model, pictures, size, dtype=torch.float32):
    """The logits of pictures in bytes."""
    with torch.no_grad():
        return torch.cat([model(normalise(scaled(part, size)).to(dtype)) for part in pictures.split(64)])


def accuracy(logits):
    """The shares of classes in order that are right, and among the best five."""
    classes = torch.arange(len(logits)).unsqueeze(1)
    best = logits.topk(5).indices
    return float((best[:, :1] == classes).float().mean()), float((best == classes).any(1).float().mean())


def train(args):
    """Takes all steps of all networks that are left, or as many as there is time for."""
    drawings = Drawings(args.data)
    plan = Plan(drawings, args.epochs, args.seed, args.bf16)
    tests = {name: test_pictures(args.data, name) for name in (emoji_data.UNSEEN, emoji_data.MEASURED)}
    args.work.mkdir(parents=True, exist_ok=True)
    trainings = [Training(alpha, args.seed, plan, args.work) for alpha in args.alphas]
    print(f"{len(drawings.names)} classes, {len(drawings)} drawings, {plan.steps} steps of {BATCH}; "
          + ", ".join(f"{t.name} at step {t.step}" for t in trainings), flush=True)
    stopped = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.append(True))
    begin = saved = time.monotonic()
    for step in range(min(t.step for t in trainings), plan.steps):
        x, classes = plan.batch(step)
        for training in trainings:
            if training.step == step:
                training.learn(x, classes)
                if training.step % plan.per_epoch == 0:
                    report(args, training, tests, begin)
        done = stopped or (args.minutes and time.monotonic() - begin > 60 * args.minutes)
        if done or step + 1 == plan.steps or time.monotonic() - saved > args.save:
            saved = time.monotonic()
            for training in trainings:
                training.save()
                training.say_how_far(begin)
        if done:
            print(f"stopped after step {step + 1} of {plan.steps}; the same command goes on", flush=True)
            return


def report(args, training, tests, begin):
    """Prints and keeps how an epoch went; tests after some, with the averaged weights."""
    epoch = training.step // training.plan.per_epoch
    size = training.plan.size(epoch - 1)
    line = {"network": training.name, "epoch": epoch, "epochs": training.plan.epochs, "size": size,
            "loss": round(training.loss / training.seen, 4), "train": round(training.right / training.seen, 4),
            "cpu_seconds": round(training.seconds, 1), "seconds": round(time.monotonic() - begin, 1)}
    training.loss = training.right = training.seen = 0
    if epoch % args.every == 0 or epoch == training.plan.epochs:
        for name, pictures in tests.items():
            first, five = accuracy(logits_of(training.averaged, pictures, size))
            line[name], line[f"{name}_top5"] = round(first, 4), round(five, 4)
    print(json.dumps(line), flush=True)
    with open(args.work / "log.jsonl", "a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


# ----------------------------------------------------------------------------------------------------------- export


def export(args):
    """Writes the averaged weights of each network, kernels in BF16, with what the library needs to use them."""
    classes = emoji_data.read_classes(args.data)
    tests = {name: test_pictures(args.data, name) for name in (emoji_data.UNSEEN, emoji_data.MEASURED)}
    args.out.mkdir(parents=True, exist_ok=True)
    for alpha in args.alphas:
        name = f"alpha_{alpha:g}_seed_{args.seed}"
        path = args.work / f"{name}.pt"
        if not path.exists():
            sys.exit(f"{path}: is missing; train_emoji.py train --alphas {alpha:g} makes it")
        saved = torch.load(path)
        model = build(alpha, len(classes)).eval()
        model.load_state_dict(saved["averaged"])
        arrays = state_arrays(model)
        kernels = [key for key, array in arrays.items() if array.ndim > 1]
        for key in kernels:
            arrays[key] = from_bf16(to_bf16(arrays[key]))
        model.load_state_dict({key: torch.from_numpy(array) for key, array in arrays.items()}, strict=False)
        metadata = {
            "name": f"emoji_{'octave_' + format(alpha, 'g')[2:] if alpha else 'dense'}",
            "arch": f"oct_{SLIM_RESNET}" if alpha else SLIM_RESNET,
            "alpha": f"{alpha:g}",
            "stride_rule": RULE,
            "width": "1",
            "classes": str(len(classes)),
            "image_size": str(FULL),
            "resize": str(FULL),
            "bn_eps": str(octave_models.BN_EPS),
            "mean": json.dumps([MEAN] * 3),
            "std": json.dumps([STD] * 3),
            "labels": json.dumps([emoji.name for emoji in classes]),
            "characters": json.dumps([emoji.characters for emoji in classes]),
            "trained_on": ", ".join(emoji_data.TRAINED),
            "seed": str(args.seed),
            "step": str(saved["step"]),
            "epochs": str(saved["epochs"]),
            "arithmetic": saved["arithmetic"],
            "torch_version": torch.__version__,
        }
        for test, pictures in tests.items():
            first, five = accuracy(logits_of(model, pictures, FULL))
            metadata[f"accuracy_{test}"], metadata[f"accuracy_{test}_top5"] = f"{first:.4f}", f"{five:.4f}"
        out = args.out / f"{metadata['name']}.safetensors"
        write_safetensors(out, arrays, metadata, bf16=kernels)
        print(f"{out}: {out.stat().st_size} bytes, step {saved['step']}, "
              + ", ".join(f"{key[9:]} {value}" for key, value in metadata.items() if key.startswith("accuracy_")))


# ------------------------------------------------------------------------------------------------------------ embed

PROJECT = Path(__file__).resolve().parent.parent
DEMO = PROJECT / "src/main/resources/io/github/octconv4j/cli/demo/emoji"
EXPECTED = PROJECT / "src/test/resources/io/github/octconv4j/nn"
EMBEDDED = ("emoji_octave_5", "emoji_dense")
SHOWN = ("face with tears of joy", "thumbs up", "dog face", "octopus", "pizza", "hot beverage", "bicycle", "rocket",
         "soccer ball", "guitar")  # named before any network had seen them
EVERY = 19  # one class of so many is in the sheet of the tests
COLUMNS = 8  # of the sheet


def read_network(path):
    """A network of a file that was exported."""
    tensors, metadata = read_safetensors(path)
    model = build(float(metadata["alpha"]), int(metadata["classes"])).eval()
    missing, unexpected = model.load_state_dict({key: torch.from_numpy(np.array(array)) for key, array in
                                                 tensors.items()}, strict=False)
    if unexpected or any(not key.endswith("num_batches_tracked") for key in missing):
        raise emoji_data.DataError(f"{path}: lacks {missing}, has {unexpected} beyond; export it anew")
    return model


def embed(args):
    """Writes what the jar shows and what tests expect: weights, pictures, and what PyTorch says of them in F32."""
    from PIL import Image
    names = [emoji.name for emoji in emoji_data.read_classes(args.data)]
    pictures = emoji_data.test_pictures(emoji_data.read_set(args.data, emoji_data.UNSEEN))
    networks = [read_network(args.weights / f"{name}.safetensors") for name in EMBEDDED]
    DEMO.mkdir(parents=True, exist_ok=True)
    for name in EMBEDDED:
        shutil.copyfile(args.weights / f"{name}.safetensors", DEMO / f"{name}.safetensors")
    shown = [names.index(name) for name in SHOWN]
    for name, index in zip(SHOWN, shown):
        Image.fromarray(pictures[index]).save(DEMO / f"{name.replace(' ', '_')}.png", optimize=True)
    some = list(range(0, len(names), EVERY))
    some = some[:len(some) // COLUMNS * COLUMNS]
    rows = [np.concatenate(pictures[some[i:i + COLUMNS]], 1) for i in range(0, len(some), COLUMNS)]
    Image.fromarray(np.concatenate(rows)).save(EXPECTED / "emoji_sheet.png", optimize=True)
    for file, picked in (("emoji_demo.csv", shown), ("emoji_sheet.csv", some)):
        inputs = torch.from_numpy(pictures[picked]).permute(0, 3, 1, 2).contiguous()
        best = [F.softmax(logits_of(model, inputs, FULL), 1).max(1) for model in networks]
        lines = ["shows," + ",".join(f"{name},probability" for name in EMBEDDED)]
        for i, index in enumerate(picked):
            lines.append(",".join([names[index], *(f"{names[b.indices[i]]},{b.values[i]:.6f}" for b in best)]))
        (EXPECTED / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        right = [int((b.indices == torch.tensor(picked)).sum()) for b in best]
        print(f"{EXPECTED / file}: {len(picked)} pictures, right: "
              + ", ".join(f"{name} {count}" for name, count in zip(EMBEDDED, right)))


# ------------------------------------------------------------------------------------------------------------- main


def keep_freed_memory():
    """Tells glibc to reuse large blocks instead of returning them to the system, which halves the training time."""
    trim_threshold, mmap_threshold = -1, -3  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of malloc.h
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):  # another C library
        return
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(mmap_threshold, 2**30)


def numbers(text):
    """Numbers separated by commas."""
    return [float(part) for part in text.split(",")]


def main():
    """Runs one of the commands."""
    parser = argparse.ArgumentParser(description="Trains networks that tell emoji, octave and dense ones alike.")
    commands = parser.add_subparsers(dest="command", required=True)
    learn = commands.add_parser("train", help="train, or go on")
    write = commands.add_parser("export", help="write the averaged weights as safetensors files")
    put = commands.add_parser("embed", help="put what was exported into the project, with what tests expect of it")
    for command in (learn, write, put):
        command.add_argument("--data", default=emoji_data.DATA, type=Path, metavar="DIR",
                             help="where emoji_data.py renders (%(default)s)")
        command.add_argument("--threads", default=2, type=int)
    for command in (learn, write):
        command.add_argument("--work", default=emoji_data.DATA / "train", type=Path, metavar="DIR",
                             help="where the state of training is kept (%(default)s)")
        command.add_argument("--alphas", default=[0.5, 0.25, 0.0], type=numbers,
                             help="networks, 0 is the dense one (0.5,0.25,0)")
        command.add_argument("--seed", default=20190410, type=int)
    learn.add_argument("--epochs", default=90, type=int)
    learn.add_argument("--bf16", action="store_true", help="multiply in BF16, on a processor that has it")
    learn.add_argument("--minutes", default=0, type=float, help="stop after so many; 0 goes on to the end")
    learn.add_argument("--every", default=10, type=int, metavar="EPOCHS", help="between tests")
    learn.add_argument("--save", default=240, type=float, metavar="SECONDS", help="between savings")
    write.add_argument("--out", required=True, type=Path, metavar="DIR")
    put.add_argument("weights", type=Path, metavar="DIR", help="where export wrote")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    keep_freed_memory()
    try:
        {"train": train, "export": export, "embed": embed}[args.command](args)
    except emoji_data.DataError as e:
        print(f"train_emoji.py: {e}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
