#!/usr/bin/python3
"""Tests of the reference networks, of the exported files and of the conversion; in about a minute, on one core.

    apt-get install python3-torch python3-torchvision
    /usr/bin/python3 scripts/test_models.py
"""

import json
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import need_torch  # noqa: F401, before what it looks for
import numpy as np
import torch
import torchvision

import convert_weights
import export_network
import octave_models
import preprocessing
from safetensors_file import read_safetensors

CASES = Path(__file__).resolve().parent.parent / "src/test/resources/cases"


class OctaveConvolution(unittest.TestCase):
    """The layer, against cases that were computed elsewhere (stride rule POOL_ALL)."""

    def test_cases(self):
        checked = []
        for path in sorted(CASES.glob("*.safetensors")):
            tensors, metadata = read_safetensors(path)
            layer = {key: int(metadata[key]) for key in ("kernel", "stride", "padding", "dilation", "groups",
                                                         "in_channels", "out_channels")}
            exchanges = "x_h" in tensors and "y_h" in tensors
            if metadata["bias"].lower() in ("1", "true") or layer["dilation"] != 1 or not exchanges \
                    or layer["padding"] != layer["kernel"] // 2:
                continue
            conv = octave_models.OctaveConv2d(
                layer["in_channels"], layer["out_channels"], layer["kernel"], float(metadata["alpha_in"]),
                float(metadata["alpha_out"]), layer["stride"], layer["groups"], "POOL_ALL").double()
            paths = [name for name in tensors if name.startswith("w_")]
            self.assertEqual(len(paths), len(list(conv.parameters())), path)
            with torch.no_grad():
                for name in paths:
                    conv.path(f"{name[2]}2{name[3]}").weight.copy_(torch.from_numpy(tensors[name]))
                low = tensors.get("x_l")
                y = conv((torch.from_numpy(tensors["x_h"]).double(),
                          None if low is None else torch.from_numpy(low).double()))
            for branch, actual in zip("hl", y):
                if actual is None:
                    self.assertNotIn(f"y_{branch}", tensors, path)
                else:
                    expected = tensors[f"y_{branch}"]
                    np.testing.assert_allclose(actual.numpy(), expected, rtol=1e-6, atol=1e-6, err_msg=str(path))
            checked.append(path.stem)
        self.assertGreaterEqual(len(checked), 10, checked)

    def test_keep_low_neither_pools_nor_upsamples(self):
        conv = octave_models.OctaveConv2d(2, 2, 1, 0.5, 0.5, stride=2, rule="KEEP_LOW")
        for path, weight in {"h2h": 1, "l2h": 10, "h2l": 100, "l2l": 1000}.items():
            torch.nn.init.constant_(conv.path(path).weight, weight)
        high = torch.arange(16.0).view(1, 1, 4, 4)
        low = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        with torch.no_grad():
            y_high, y_low = conv((high, low))
        # The 2x2 means of `high` are 2.5, 4.5, 10.5 and 12.5, their mean is 7.5; the mean of `low` is 2.5.
        self.assertEqual(y_high.tolist(), [[[[12.5, 24.5], [40.5, 52.5]]]])
        self.assertEqual(y_low.tolist(), [[[[750 + 2500]]]])


class Networks(unittest.TestCase):
    """Counts that were published, and the agreement with torchvision."""

    def assert_counts(self, parameters, giga, arch, alpha=0.0, rule="KEEP_LOW"):
        model = octave_models.build(arch, alpha, rule)
        self.assertEqual(parameters, octave_models.parameters(model), arch)
        self.assertEqual(giga, round(octave_models.multiply_adds(model, 224) / 1e9, 3), arch)

    def test_published_counts(self):
        self.assert_counts(25_557_032, 4.089, "resnet50")
        self.assert_counts(25_557_032, 2.367, "oct_resnet50", 0.5)
        self.assert_counts(25_557_032, 3.104, "oct_resnet50", 0.25)
        self.assert_counts(28_088_024, 4.092, "se_resnet50")
        self.assert_counts(28_088_024, 3.106, "oct_se_resnet50", 0.25)
        self.assert_counts(25_028_904, 4.230, "resnext50_32x4d")
        self.assert_counts(25_028_904, 3.171, "oct_resnext50_32x4d", 0.25)
        self.assert_counts(4_231_976, 0.569, "mobilenet_v1")
        self.assert_counts(4_231_976, 0.318, "oct_mobilenet_v1", 0.5)
        self.assert_counts(3_504_872, 0.301, "mobilenet_v2")
        self.assert_counts(3_504_872, 0.230, "oct_mobilenet_v2", 0.5)

    def test_dense_ones_are_torchvision(self):
        x = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
        for arch in ("resnet50", "resnext50_32x4d", "mobilenet_v2"):
            theirs = getattr(torchvision.models, arch)().eval()
            ours = octave_models.build(arch)
            ours.load_state_dict(theirs.state_dict())
            with torch.no_grad():
                self.assertTrue(torch.equal(theirs(x), ours(x)), arch)

    def test_bad_arguments_are_named(self):
        with self.assertRaisesRegex(ValueError, "vgg16"):
            octave_models.build("vgg16")
        with self.assertRaisesRegex(ValueError, "resnet50 is dense.*0.5"):
            octave_models.build("resnet50", 0.5)
        with self.assertRaisesRegex(ValueError, "alpha.*1.5"):
            octave_models.build("oct_resnet50", 1.5)


class ExportedFiles(unittest.TestCase):
    """The committed test resources."""

    def test_files_hold_what_the_networks_compute(self):
        files = sorted(export_network.TEST_DIR.glob("*.safetensors"))
        self.assertEqual(len(export_network.SMALL), len(files))
        for path in files:
            for name, error in export_network.errors(path, torch.float64).items():
                self.assertLess(error, 2e-7, f"{path.name} {name}")  # the rounding to float32 is 6e-8
            for name, error in export_network.errors(path, torch.float32).items():
                self.assertLess(error, 2e-5, f"{path.name} {name}")

    def test_files_depend_on_the_input(self):
        path = export_network.TEST_DIR / "oct_resnet50_a50.safetensors"
        output = read_safetensors(path)[0]["output"]
        self.assertGreater(np.abs(output[0] - output[1]).max(), 0.1 * np.abs(output).max())

    def test_export_repeats(self):
        with tempfile.TemporaryDirectory() as folder:
            row = next(row for row in export_network.SMALL if row[0] == "oct_mobilenet_v1")
            path = export_network.export(Path(folder), *row, export_network.SMALL_CLASSES, export_network.SEED)
            tensors, metadata = read_safetensors(path)
        committed, texts = read_safetensors(export_network.TEST_DIR / path.name)
        if texts["torch_version"] == metadata["torch_version"]:
            self.assertEqual(texts, metadata)
        self.assertEqual(committed.keys(), tensors.keys())
        for name, values in committed.items():
            largest = np.abs(values).max()
            self.assertLess(np.abs(tensors[name] - values).max(), 1e-5 * largest, name)


class Conversion(unittest.TestCase):
    """A checkpoint becomes a file that reads back equal, or a message that lists what does not fit."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source, self.target = Path(folder.name, "checkpoint.pth"), Path(folder.name, "net.safetensors")

    def model(self, arch, alpha=0.0, width=0.125):
        torch.manual_seed(7)
        model = octave_models.build(arch, alpha, "KEEP_LOW", width, 5)
        for name, values in model.state_dict().items():
            if name.endswith("running_mean"):
                values.normal_()
        return model

    def convert(self, weights=None, pictures=None, **given):
        labels = ["a", "b", "c", "d", "e"]
        return convert_weights.convert(self.source, self.target, given, labels, weights=weights, pictures=pictures)[0]

    def refused(self, message, content=None, **given):
        if content is not None:
            torch.save(content, self.source)
        with self.assertRaisesRegex(convert_weights.ConversionError, message) as raised:
            self.convert(**given)
        self.assertNotIn("\n", str(raised.exception))
        self.assertLess(len(str(raised.exception)), 1000)
        self.assertFalse(self.target.exists())

    def resnet(self):
        torch.manual_seed(7)
        return octave_models.build("resnet26", width=0.125, classes=5).state_dict()

    def test_reads_back_equal(self):
        for arch, alpha, width in (("oct_resnet50", 0.5, 0.125), ("oct_resnet26", 0.25, 0.125), ("resnet50", 0, 0.125),
                                   ("oct_resnext50_32x4d", 0.25, 0.125), ("resnext101_32x4d", 0, 0.125),
                                   ("oct_se_resnet50", 0.5, 0.125), ("se_resnet50", 0, 0.125),
                                   ("oct_slim_resnet13", 0.5, 0.25), ("slim_resnet13", 0, 0.25),
                                   ("oct_mobilenet_v1", 0.5, 0.25), ("mobilenet_v1", 0, 0.25),
                                   ("oct_mobilenet_v2", 0.5, 1), ("mobilenet_v2", 0, 1)):
            state = self.model(arch, alpha, width).state_dict()
            nested = {"epoch": 3, "best": 0.5, "state_dict": {f"module.{name}": value for name, value in state.items()}}
            torch.save(nested, self.source)
            metadata = self.convert()
            tensors, texts = read_safetensors(self.target)
            self.assertEqual(texts, metadata)
            self.assertEqual((arch, alpha, width, "5", "KEEP_LOW", "224"),
                             (texts["arch"], float(texts["alpha"]), float(texts["width"]), texts["classes"],
                              texts["stride_rule"], texts["image_size"]))
            self.assertEqual(["a", "b", "c", "d", "e"], json.loads(texts["labels"]))
            expected = {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}
            self.assertEqual(expected.keys(), tensors.keys())
            for name, value in expected.items():
                self.assertTrue(np.array_equal(value.numpy(), tensors[name]), name)

    def test_half_precision_and_the_format_before_torch_1_6(self):
        state = {name: value.half() for name, value in self.model("mobilenet_v1").state_dict().items()}
        state = {name.replace("features.", "model.", 1): value for name, value in state.items()}
        for content in (state, {"lr": [0.1, 0.01], "state_dict": state}):
            torch.save(content, self.source, _use_new_zipfile_serialization=False)
            self.assertEqual("mobilenet_v1", self.convert()["arch"])
            tensors, _ = read_safetensors(self.target)
            for name, value in state.items():
                if not name.endswith("num_batches_tracked"):
                    actual = tensors[name.replace("model.", "features.")]
                    self.assertTrue(np.array_equal(value.float().numpy(), actual), name)

    def test_lists_all_that_does_not_fit_and_writes_nothing(self):
        state = self.model("oct_resnet50", 0.5).state_dict()
        del state["layer2.0.conv1.conv.conv_l2h.weight"]
        state["layer9.weight"] = torch.zeros(3)
        state["fc.weight"] = torch.zeros(5, 7)
        torch.save(state, self.source)
        with self.assertRaises(convert_weights.ConversionError) as raised:
            self.convert()
        message = str(raised.exception)
        for line in ("missing layer2.0.conv1.conv.conv_l2h.weight [8, 16, 1, 1]", "superfluous layer9.weight [3]",
                     "misshapen fc.weight [5, 7], expected [5, 256]"):
            self.assertIn(line, message)
        self.assertFalse(self.target.exists())

    def test_what_is_no_state_dict(self):
        for raw, message in ((b"not a checkpoint", "checkpoint.pth: "), (b"", "is empty, expected a checkpoint"),
                             (b"\x80\x02", "cannot be read as a checkpoint|holds more"), (b"\0" * 1000, "checkpoint.pth: ")):
            self.source.write_bytes(raw)
            self.refused(message)
        with zipfile.ZipFile(self.source, "w") as archive:
            archive.writestr("readme.txt", "hello")
        self.refused("cannot be read as a checkpoint")
        for content, message in (([1, 2], "holds no state dict but a list"),
                                 (torch.zeros(3), "holds no state dict but a Tensor"),
                                 ({}, "holds no state dict but an empty dict"),
                                 ({"lr": 0.1}, "these entries are none: lr"),
                                 ({"weight": torch.zeros(2)}, "arch .* cannot be told"),
                                 ({0: torch.zeros(3), 1: torch.zeros(2)}, "names of tensors must be texts, there are 0, 1"),
                                 ({"a\n\x1b[2J" * 100: 1}, r"are none: a\?\?\[2J"),
                                 ({"folder": Path()}, "holds more than tensors")):
            self.refused(message, content)
        self.source.unlink()
        self.refused("there is no such file")
        self.source.mkdir()
        self.refused("is a folder")

    def test_every_truncation_is_one_line(self):
        state = self.resnet()
        for zipped in (True, False):
            torch.save(state, self.source, _use_new_zipfile_serialization=zipped)
            raw = self.source.read_bytes()
            for length in (1, 2, 10, 100, 1000, len(raw) // 2, len(raw) - 100, len(raw) - 1):
                self.source.write_bytes(raw[:length])
                self.refused("checkpoint.pth: ")

    def test_what_training_leaves_around_the_names(self):
        state = self.resnet()
        averaged = {name: value + 1 if value.is_floating_point() else value for name, value in state.items()}

        def prefixed(prefix, source=state):
            return {prefix + name: value for name, value in source.items()}

        def converted(content, weights=None):
            torch.save(content, self.source)
            self.assertEqual("resnet26", self.convert(weights)["arch"])
            value = read_safetensors(self.target)[0]["bn1.bias"][0]
            self.assertIn(value, (state["bn1.bias"][0], averaged["bn1.bias"][0]))
            return "averaged" if value == averaged["bn1.bias"][0] else "trained"

        for prefix in ("", "module.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod.", "model.", "net.",
                       "model._orig_mod.", "model.module.", "backbone."):
            self.assertEqual("trained", converted(prefixed(prefix)), prefix)
        self.assertEqual("trained", converted({"state_dict": prefixed("model."), "hyper_parameters": {"lr": 1}}))
        for key in ("state_dict_ema", "model_ema", "ema_state_dict", "averaged", "ema"):
            content = {"epoch": 3, key: {**prefixed("module.", averaged), "n_averaged": torch.tensor(3)}}
            self.assertEqual("averaged", converted(content), key)
            self.assertEqual("averaged", converted(content, "averaged"), key)
            content["model"] = state
            self.assertEqual("trained", converted(content), key)
            self.assertEqual("trained", converted(content, "trained"), key)
            self.assertEqual("averaged", converted(content, "averaged"), key)
        both = {"state_dict": {**prefixed("model."), **prefixed("ema_model.module.", averaged)}}
        self.assertEqual(["trained", "averaged"], [converted(both), converted(both, "averaged")])

    def test_types(self):
        state = self.resnet()
        for kind in (torch.float16, torch.bfloat16, torch.float64, torch.float32):
            torch.save({name: value.to(kind) for name, value in state.items()}, self.source)
            self.convert()
            tensors, _ = read_safetensors(self.target)
            self.assertTrue(np.array_equal(state["conv1.weight"].to(kind).float().numpy(), tensors["conv1.weight"]))
        self.target.unlink()
        weight = state["conv1.weight"]
        for value, message in ((weight.to(torch.complex64), "of another kind .complex64"),
                               (weight.to(torch.int8), "of another kind .int8"),
                               (torch.quantize_per_tensor(weight, 0.1, 0, torch.qint8), "quantized|holds more"),
                               (weight.to_sparse(), "sparse|holds more")):
            self.refused(message, {**state, "conv1.weight": value})

    def test_values_that_are_none(self):
        state = self.resnet()
        for name in ("conv1.weight", "layer2.0.bn1.running_var", "layer2.0.bn1.running_mean", "layer2.0.bn1.weight",
                     "layer2.0.bn1.bias", "fc.weight", "fc.bias"):
            for value in (float("nan"), float("inf"), float("-inf")):
                wrong = state[name].clone()
                wrong.view(-1)[-1] = value
                self.refused(f"tensor module.{name} .*: 1 of its values are not finite",
                             {f"module.{key}": wrong if key == name else tensor for key, tensor in state.items()})
        name = "layer2.0.bn1.running_var"
        self.refused(f"{name} .*: a variance is -1,", {**state, name: torch.full_like(state[name], -1)})
        self.refused("fc.bias .*: 5 of its values are beyond float32",
                     {**state, "fc.bias": torch.full((5,), 1e300, dtype=torch.float64)})

    def test_published_widths(self):
        for width in (0.35, 0.5, 0.75, 1.3, 1.4):
            torch.save(torchvision.models.MobileNetV2(num_classes=5, width_mult=width).state_dict(), self.source)
            self.assertEqual(str(width), self.convert()["width"])
        torch.save(octave_models.build("oct_resnet26", 0.3, width=0.25, classes=5).state_dict(), self.source)
        self.assertEqual(["0.3", "0.25"], [self.convert()[key] for key in ("alpha", "width")])

    def test_given_values_are_checked(self):
        for given, message in (({"width": float("nan")}, "width must be"), ({"width": -1.0}, "width must be"),
                               ({"alpha": 2.0}, "alpha must be"), ({"classes": 0}, "classes must be"),
                               ({"pictures": {"image_size": 5}}, "image size must be"),
                               ({"pictures": {"resize": 100}}, "resize must be 0, or 224"), ({"alpha": 0.5}, "resnet26 is dense")):
            self.refused(message, self.resnet(), **given)

    def test_how_pictures_are_prepared_is_written(self):
        torch.save(self.resnet(), self.source)
        given = {"image_size": 64, "resize": 80, "interpolation": "bicubic", "mean": (0.5, 0.25, 0.0), "std": (1.0, 2.0, 3.0)}
        self.convert(pictures=given)
        _, texts = read_safetensors(self.target)
        self.assertEqual(["64", "80", "bicubic", "[0.5, 0.25, 0.0]", "[1.0, 2.0, 3.0]"], [texts[key] for key in given])
        command = [sys.executable, convert_weights.__file__, self.source, self.target, "--preprocessing", "IMAGENET1K_V2"]
        subprocess.run(command, capture_output=True, check=True)
        _, texts = read_safetensors(self.target)
        self.assertEqual(["224", "232", "bilinear"], [texts[key] for key in ("image_size", "resize", "interpolation")])

    def test_presets_are_torchvisions(self):
        for name, preset in preprocessing.TORCHVISION.items():
            transforms = torchvision.models.get_weight(f"ResNet50_Weights.{name}").transforms()
            self.assertEqual(([preset["resize"]], [preset["image_size"]], preset["interpolation"]),
                             (transforms.resize_size, transforms.crop_size, transforms.interpolation.value))
            self.assertEqual([list(preprocessing.IMAGENET_MEAN), list(preprocessing.IMAGENET_STD)],
                             [transforms.mean, transforms.std])

    def test_the_command_says_one_line(self):
        folder = self.source.parent
        torch.save(self.resnet(), self.source)
        latin = Path(folder, "labels\n.txt")
        latin.write_bytes(b"caf\xe9\n")
        for arguments in ((self.source, self.target, "--labels", latin), (latin, self.target),
                          (self.source, self.target, "--labels", folder), (self.source, self.target, "--std", 0, 1, 1),
                          (self.source, Path(folder, "none", "net")), (self.source, self.source),
                          (self.source, folder), (folder, self.target)):
            command = [sys.executable, convert_weights.__file__, *map(str, arguments)]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual((2, "", 1), (run.returncode, run.stdout, len(run.stderr.splitlines())), run.stderr)
            self.assertTrue(run.stderr.startswith("convert_weights.py: "), run.stderr)
            self.assertFalse(self.target.exists())
        run = subprocess.run([*command, "--debug"], capture_output=True, text=True, check=False)
        self.assertIn("Traceback", run.stderr)

    def test_labels_must_be_as_many_as_classes(self):
        torch.save(self.model("mobilenet_v1").state_dict(), self.source)
        with self.assertRaisesRegex(convert_weights.ConversionError, "each of 5 classes, were 1"):
            convert_weights.convert(self.source, self.target, {}, ["one"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    unittest.main()
