#!/usr/bin/env python3
"""Tests of what needs no PyTorch: names, widths, alphas, labels, how pictures are prepared. Any Python from 3.9 on."""

import json
import tempfile
import unittest
from pathlib import Path

import architectures
import preprocessing
import recognition
from recognition import ConversionError


def shapes(arch, width=1.0, alpha=0.0, classes=10):
    """The shapes that recognition looks at, made from the tables."""
    octave, result = arch.startswith("oct_"), {}
    name = arch[4:] if octave else arch

    def norm(layer, dense, channels, low=True):
        if octave:
            high, below = architectures.split(channels, alpha if low else 0)
            result[f"{layer}.bn_h.bias"] = (high,)
            if below:
                result[f"{layer}.bn_l.bias"] = (below,)
                result[f"{layer}.conv.conv_h2l.weight"] = (below, 8, 1, 1)
        else:
            result[f"{dense}.bias"] = (channels,)

    if name == "mobilenet_v1":
        result["features.0.0.weight"] = (int(32 * width), 3, 3, 3)
        for number, (published, _) in enumerate(architectures.MOBILENET_V1, 1):
            norm(f"features.{number}.1", f"features.{number}.4", int(published * width), number < 11)
        result["fc.weight"], result["fc.bias"] = (classes, int(1024 * width)), (classes,)
    elif name == "mobilenet_v2":
        result["features.0.0.weight"] = (architectures.divisible(32, width), 3, 3, 3)
        number = 0
        for expansion, published, count, _ in architectures.MOBILENET_V2:
            for _ in range(count):
                number += 1
                last = 1 if expansion == 1 else 2
                out = architectures.divisible(published, width)
                norm(f"features.{number}.conv.{last}", f"features.{number}.conv.{last + 1}", out, False)
                if expansion != 1:
                    norm(f"features.{number}.conv.0", f"features.{number}.conv.0.1", 6 * out, 2 <= number <= 13)
        result["features.18.0.weight"] = (architectures.divisible(1280, max(1.0, width)), 8, 1, 1)
        result["classifier.1.weight"], result["classifier.1.bias"] = (classes, 8), (classes,)
    elif name == architectures.SLIM_RESNET:
        result["conv1.weight"] = (int(32 * width), 3, 3, 3)
        norm("conv2", "bn2", int(64 * width))
        result["conv2.conv.conv_h2h.weight" if octave else "conv2.weight"] = (int(64 * width), 8, 3, 3)
        for stage, (published, count) in enumerate(architectures.SLIM_STAGES, 1):
            for block in range(count):
                norm(f"layer{stage}.{block}.conv1", f"layer{stage}.{block}.bn1", int(published * width))
                norm(f"layer{stage}.{block}.conv2", f"layer{stage}.{block}.bn2", int(published * width), stage < 3)
        result["fc.weight"], result["fc.bias"] = (classes, int(192 * width)), (classes,)
    else:
        blocks, grouped, squeezed = architectures.RESNETS[name]
        result["conv1.weight"] = (int(64 * width), 3, 7, 7)
        for stage, count in enumerate(blocks, 1):
            planes = int(64 * width) << (stage - 1)
            for block in range(count):
                norm(f"layer{stage}.{block}.conv3", f"layer{stage}.{block}.bn3", 4 * planes, stage < 4)
                norm(f"layer{stage}.{block}.conv2", f"layer{stage}.{block}.bn2", planes * (2 if grouped else 1), stage < 4)
            if squeezed:
                result[f"layer{stage}.0.se.fc1.weight"] = (4, 4 * planes, 1, 1)
        inputs = result[("layer1.0.conv2.bn_h" if octave else "layer1.0.bn2") + ".bias"][0]
        groups = int(32 * width) if grouped else 1
        kernel = "layer1.0.conv2.conv.conv_h2h.weight" if octave else "layer1.0.conv2.weight"
        result[kernel] = (inputs, inputs // groups, 3, 3)
        result["fc.weight"], result["fc.bias"] = (classes, 4 * planes), (classes,)
    return result


class Recognition(unittest.TestCase):
    """Architecture, width, alpha and classes from names and shapes."""

    def assert_found(self, arch, width=1.0, alpha=0.0):
        found = recognition.recognise(shapes(arch, width, alpha))
        self.assertEqual({"arch": arch, "width": width, "alpha": alpha, "classes": 10}, found)

    def test_every_architecture(self):
        for name in architectures.DENSE:
            self.assert_found(name)
            self.assert_found(f"oct_{name}", 1.0, 0.25)

    def test_published_widths(self):
        for width in (0.25, 0.35, 0.5, 0.75, 1.0, 1.3, 1.4):
            self.assert_found("mobilenet_v2", width)
            self.assert_found("oct_mobilenet_v2", width, 0.5)
        for width in (0.25, 0.5, 0.75, 1.0):
            self.assert_found("mobilenet_v1", width)
            self.assert_found("oct_mobilenet_v1", width, 0.25)
        for width in (1 / 16, 0.125, 0.25, 0.5, 2.0):
            self.assert_found("resnet50", width)
            self.assert_found("oct_resnet26", width, 0.5)
            self.assert_found("oct_slim_resnet13", width, 0.5)
            self.assert_found("slim_resnet13", width)
            self.assert_found("resnext50_32x4d", max(width, 0.125))

    def test_other_widths_give_the_same_channels(self):
        for width in (0.1, 0.2, 0.3, 0.37, 0.6, 0.9, 1.1, 1.25, 1.7, 2.2, 3.0):
            for arch in ("mobilenet_v1", "mobilenet_v2"):
                expected = shapes(arch, width)
                found = recognition.recognise(expected)["width"]
                self.assertEqual(expected, shapes(arch, found), f"{arch} {width} {found}")

    def test_simplest_alpha(self):
        for alpha in (0.1, 0.125, 0.2, 0.25, 0.3, 0.375, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.875):
            self.assert_found("oct_resnet50", 1.0, alpha)
            self.assert_found("oct_mobilenet_v1", 1.0, alpha)
        for alpha in (0.1, 0.3, 0.7):
            found = recognition.recognise(shapes("oct_resnet50", 0.0625, alpha))["alpha"]
            self.assertEqual(shapes("oct_resnet50", 0.0625, alpha), shapes("oct_resnet50", 0.0625, found))

    def test_strange_shapes_are_no_error(self):
        self.assertEqual({}, recognition.recognise({}))
        self.assertEqual({"alpha": 0.0}, recognition.recognise({"layer1.0.x": (), "fc.bias": (), "conv1.weight": ()}))
        recognition.recognise({"layer1.0.conv2.weight": (0, 0, 0, 0), "conv1.weight": (0, 3), "fc.bias": (0,),
                               "layer1.0.bn2.bias": (5,), "a.bn_l.bias": (0,), "a.bn_h.bias": (0,)})


class Names(unittest.TestCase):
    """Prefixes and nesting."""

    NAMES = ("conv1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer1.0.se.fc1.weight", "fc.weight", "fc.bias")

    def assert_plain(self, prefix, *others, weights=None):
        names = [prefix + name for name in self.NAMES] + list(others)
        self.assertEqual({name: prefix + name for name in self.NAMES}, recognition.plain_names(names, weights), prefix)

    def test_prefixes(self):
        for prefix in ("", "module.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod.", "module.module.", "model.",
                       "net.", "backbone.", "model._orig_mod.", "_orig_mod.model.", "model.net.", "module.model.module.",
                       "model.module._orig_mod.", "model_ema.module.", "ema_model.", "network.encoder."):
            self.assert_plain(prefix)

    def test_counters_are_dropped(self):
        self.assert_plain("module.", "n_averaged", "module.bn1.num_batches_tracked", "module.total_ops", "total_params")

    def test_wrappers_inside(self):
        names = ["conv1.weight", "layer1._orig_mod.0.conv1.weight", "layer2.module.0.conv1.weight"]
        self.assertEqual(["conv1.weight", "layer1.0.conv1.weight", "layer2.0.conv1.weight"],
                         list(recognition.plain_names(names)))

    def test_mobilenets(self):
        for prefix in ("", "model.", "module.", "net."):
            for first in ("features", "model"):
                names = [f"{prefix}{first}.0.0.weight", f"{prefix}{first}.13.0.weight", f"{prefix}fc.weight"]
                self.assertEqual(["features.0.0.weight", "features.13.0.weight", "fc.weight"],
                                 list(recognition.plain_names(names)), prefix + first)

    def test_the_first_tensor_may_be_missing(self):
        names = ["model.module.bn1.bias", "model.fc.weight", "model.layer1.0.conv1.weight"]
        self.assertEqual(["bn1.bias", "fc.weight", "layer1.0.conv1.weight"], list(recognition.plain_names(names)))

    def test_what_is_foreign_stays(self):
        plain = recognition.plain_names(["model.conv1.weight", "model.fc.bias", "criterion.weight"])
        self.assertEqual(["conv1.weight", "fc.bias", "criterion.weight"], list(plain))

    def test_trained_and_averaged_side_by_side(self):
        averaged = [f"ema_model.module.{name}" for name in self.NAMES]
        trained = [f"model.{name}" for name in self.NAMES]
        for weights, expected in ((None, trained), ("trained", trained), ("averaged", averaged)):
            plain = recognition.plain_names(trained + averaged, weights)
            self.assertEqual(dict(zip(self.NAMES, expected)), plain, weights)
        with self.assertRaisesRegex(ConversionError, "averaged weights alone, named ema_model"):
            recognition.plain_names(averaged, "trained")
        with self.assertRaisesRegex(ConversionError, "several networks, whose names begin with student., teacher."):
            recognition.plain_names(["student.conv1.weight", "teacher.conv1.weight"])

    def test_names_that_are_none(self):
        with self.assertRaisesRegex(ConversionError, "names of tensors must be texts, there are 0, 1"):
            recognition.plain_names([0, 1])
        with self.assertRaisesRegex(ConversionError, "module.fc.bias are both named fc.bias"):
            recognition.plain_names(["conv1.weight", "fc.bias", "module.fc.bias"])

    def test_nesting(self):
        state, other = {"fc.bias": 1}, {"fc.bias": 2}
        for checkpoint in (state, {"state_dict": state, "epoch": 3}, {"model": {"state_dict": state}}, {"net": state},
                           {"model_state_dict": state, "optimizer": {"state": {}}}):
            self.assertIs(state, recognition.choose(checkpoint, None)[0])
        for key in recognition.AVERAGED_KEYS:
            both = {"state_dict": state, key: other}
            self.assertIs(state, recognition.choose(both, None)[0], key)
            self.assertIs(state, recognition.choose(both, "trained")[0], key)
            self.assertIs(other, recognition.choose(both, "averaged")[0], key)
            self.assertIs(other, recognition.choose({key: other, "epoch": 3}, None)[0], key)
            self.assertEqual(key, recognition.has_averaged(both, state))
            with self.assertRaisesRegex(ConversionError, f"averaged weights alone, under {key}; --weights averaged"):
                recognition.choose({key: other}, "trained")
        self.assertIsNone(recognition.has_averaged({"state_dict": state}, state))


class Texts(unittest.TestCase):
    """Labels and messages."""

    def labels(self, raw):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "labels.txt")
            path.write_bytes(raw)
            return recognition.read_labels(path)

    def test_labels(self):
        for raw in (b"a\nb c\n", b"a\nb c", b"a\r\nb c\r\n\r\n\r\n", b"\xef\xbb\xbfa\nb c\n\n \n", b"a\rb c\r", b" a \nb c"):
            self.assertEqual(["a", "b c"], self.labels(raw), raw)
        self.assertEqual(["a\u0301 \u732b"], self.labels("a\u0301 \u732b\n".encode()))
        self.assertEqual([], self.labels(b"\n"))
        self.assertEqual([], self.labels(b""))

    def test_labels_that_are_none(self):
        for raw, message in ((b"a\ncaf\xe9\n", "labels.txt: line 2 is not UTF-8 .byte 0xe9.; if it is Latin-1, iconv"),
                             ("a".encode("utf-16"), "labels.txt: line 1 is not UTF-8 .byte 0xff"),
                             (b"a\n\nb\n", "labels.txt: line 2 is empty"),
                             (b"a\nb\x1b[2J\n", "line 2 has characters that cannot be seen: b.\\[2J"),
                             (b"a\x00", "line 1 has characters"),
                             ("a\u2028b".encode(), "line 1 has characters"),
                             (b"a\n" * (9 << 20), "has more than 16777216 bytes")):
            with self.assertRaisesRegex(ConversionError, message):
                self.labels(raw)

    def test_printable(self):
        self.assertEqual("a?b?[31m?", recognition.printable("a\nb\x1b[31m\u202e"))
        self.assertEqual("k\u00f6r \u732b", recognition.printable("k\u00f6r \u732b"))
        self.assertEqual("a" * 117 + "...", recognition.printable("a" * 200))
        self.assertEqual("1, 2, and 3 more", recognition.listed(range(1, 6), 2))


class Preprocessing(unittest.TestCase):
    """What is written of how pictures are prepared, in the words that ModelFile of the library reads."""

    def test_by_default_as_torchvisions_first_weights(self):
        self.assertEqual({"image_size": 224, "resize": "256", "interpolation": "bilinear",
                          "mean": "[0.485, 0.456, 0.406]", "std": "[0.229, 0.224, 0.225]"},
                         preprocessing.metadata({key: None for key in preprocessing.KEYS}))

    def test_by_the_name_of_torchvisions_weights(self):
        for name, resize in (("IMAGENET1K_V1", "256"), ("IMAGENET1K_V2", "232")):
            found = preprocessing.metadata({"preprocessing": name})
            self.assertEqual((224, resize, "bilinear"), tuple(found[key] for key in ("image_size", "resize", "interpolation")))
        found = preprocessing.metadata({"preprocessing": "IMAGENET1K_V2", "interpolation": "bicubic", "resize": 235})
        self.assertEqual(("235", "bicubic"), (found["resize"], found["interpolation"]))

    def test_resize_keeps_its_ratio_to_another_image_size(self):
        for size, given, resize in ((64, {}, "73"), (288, {}, "329"), (299, {}, "342"), (448, {}, "512"), (224, {"resize": 224}, "224"),
                                    (448, {"preprocessing": "IMAGENET1K_V2"}, "464"), (32, {"resize": 0}, "0"),
                                    (8192, {}, "9362"), (8192, {"resize": 16384}, "16384")):
            self.assertEqual(resize, preprocessing.metadata({"image_size": size, **given})["resize"], (size, given))

    def test_mean_and_std_are_arrays(self):
        found = preprocessing.metadata({"mean": (0.5, 0, -1), "std": [1, 0.5, 2]})
        self.assertEqual([[0.5, 0, -1], [1, 0.5, 2]], [json.loads(found[key]) for key in ("mean", "std")])

    def test_what_the_library_would_refuse_is_not_written(self):
        nan, inf = float("nan"), float("inf")
        for given, message in (({"resize": 223}, r"resize must be 0, or 224 \(the image size\) to 16384, was 223"),
                               ({"resize": -1}, "resize .* was -1"), ({"resize": 16385}, "resize .* was 16385"),
                               ({"image_size": 257, "resize": 256}, "resize .* 257 .* was 256"),
                               ({"image_size": 31}, "image size must be 32 to 8192, was 31"),
                               ({"image_size": 8193}, "image size .* was 8193"),
                               ({"interpolation": "lanczos"}, "interpolation must be bilinear or bicubic, was lanczos"),
                               ({"mean": (nan, 0, 0)}, "mean must be three finite numbers, were"),
                               ({"mean": (0, 1e39, 0)}, "mean must be three finite numbers"),
                               ({"mean": (0, 0)}, "mean must be three"), ({"std": (1, 1, inf)}, "std must be three"),
                               ({"std": (1, 0, 1)}, "std must be three .*, above 0"), ({"std": (1, -1, 1)}, "std .* above 0"),
                               ({"std": (1, 1e-50, 1)}, "std .* above 0")):
            with self.assertRaisesRegex(ConversionError, message):
                preprocessing.metadata(given)


if __name__ == "__main__":
    unittest.main()
