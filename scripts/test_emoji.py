#!/usr/bin/python3
"""Tests of emoji_data.py and train_emoji.py; what lacks librsvg or PyTorch is skipped with a line that says so."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

import numpy as np

import emoji_data
from emoji_data import DataError, Emoji

try:
    import PIL.Image
except ImportError:
    PIL = None
try:
    import torch
    import torchvision  # noqa: F401
except ImportError:
    torch = None
else:
    import train_emoji
    from safetensors_file import read_safetensors, write_safetensors

DRAWINGS = Path(__file__).resolve().parent.parent / "src/test/resources/emoji/drawings.json"
RENDERED = {  # of librsvg 2.54.7
    "noto": "cf94d80b92c556050df01700239546e6755729d1247fbc2c19e15e88b665cce4",
    "twemoji": "f96e91dcffa6fd85c8c15b164645bb78b160d13e9b812524d7944741c89b0763",
    "fluent-emoji-flat": "b6983876e949e3bf4e1387a8dd6cf1cbe9d60aac872b63a242c808eb5b878aeb",
    "fluent-emoji": "c2d3327b1df2ab4688a10639111772e5637b28b1d491ae61267c2cd8bb01cb3c",
}
ON_BACKGROUND = "33b8be6c78812ccabe9a551ac6c1835a12dea327308117febfc8fd991836fa0c"


class Rendering(unittest.TestCase):
    """A few drawings of each kind: plain, with gradients, with filters, mirrored."""

    @classmethod
    def setUpClass(cls):
        cls.sets = json.loads(DRAWINGS.read_text(encoding="utf-8"))
        try:
            cls.render, cls.version = emoji_data.renderer()
        except DataError as e:
            raise unittest.SkipTest(str(e)) from e

    def rendered(self, name):
        icons = self.sets[name]
        names = (*icons["icons"], *icons.get("aliases", {}))
        return np.stack([type(self).render(emoji_data.svg_text(icons, icon)) for icon in names])

    def require_known_version(self):
        if self.version != emoji_data.RSVG:
            self.skipTest(f"the hashes are of librsvg {emoji_data.RSVG}, here is {self.version}")

    def test_every_pixel_is_as_it_was(self):
        self.require_known_version()
        for name, expected in RENDERED.items():
            self.assertEqual(expected, emoji_data.sha256(self.rendered(name)), name)

    def test_test_pictures_are_as_they_were(self):
        self.require_known_version()
        picture = emoji_data.on_background(self.rendered("noto")[1], 7)
        self.assertEqual(ON_BACKGROUND, emoji_data.sha256(picture))

    def test_drawings_leave_a_margin_and_have_colours_times_alpha(self):
        for name in RENDERED:
            array = self.rendered(name)
            inner = array[:, 8:-8, 8:-8]
            self.assertTrue(inner.any((1, 2, 3)).all(), name)
            self.assertEqual(int(inner.sum(dtype=np.int64)), int(array.sum(dtype=np.int64)), name)
            self.assertTrue((array[..., :3] <= array[..., 3:]).all(), name)

    def test_a_mirrored_drawing_is_one(self):
        left, right = self.rendered("fluent-emoji-flat")
        difference = np.abs(left[:, ::-1].astype(int) - right.astype(int))
        self.assertLess(difference.mean(), 0.2)
        self.assertGreater(np.abs(left.astype(int) - right.astype(int)).mean(), 10)


class Classes(unittest.TestCase):
    def test_what_is_a_class(self):
        def emoji(characters, name, group):
            return emoji_data.is_class(Emoji(characters, name, group))

        self.assertTrue(emoji("\U0001F436", "dog face", "Animals & Nature"))
        self.assertTrue(emoji("\U0001F44D", "thumbs up", "People & Body"))
        self.assertFalse(emoji("\U0001F468", "man", "People & Body"))
        self.assertFalse(emoji("\U0001F1E9\U0001F1EA", "flag Germany", "Flags"))
        self.assertFalse(emoji("\U0001F55B", "twelve o’clock", "Travel & Places"))
        self.assertFalse(emoji("\U0001F436\u200D\U0001F9BA", "service dog", "Animals & Nature"))
        self.assertFalse(emoji("\u2648", "Aries", "Symbols"))

    def test_variation_selectors_are_not_part_of_the_code_points(self):
        self.assertEqual("2764", Emoji("\u2764\ufe0f", "red heart", "Smileys & Emotion").points)

    def test_nothing_of_the_measured_and_the_unseen_set_is_trained_on(self):
        self.assertEqual(set(emoji_data.SETS),
                         {*emoji_data.TRAINED, emoji_data.UNSEEN, emoji_data.MEASURED})
        self.assertEqual(len(emoji_data.SETS), len(emoji_data.TRAINED) + 2)
        self.assertEqual(set(emoji_data.SETS), set(emoji_data.HASHES))

    def test_a_package_that_is_another_one_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, emoji_data.NAMES.file)
            path.write_bytes(b"another")
            with self.assertRaisesRegex(DataError, "SHA-512 is .*, expected HdrQW"):
                emoji_data.read_json(Path(folder), emoji_data.NAMES, "data-by-emoji.json")
            with self.assertRaisesRegex(DataError, "unicode-emoji-json-0.9.0.tgz: is missing; .* fetch gets it"):
                path.unlink()
                emoji_data.read_json(Path(folder), emoji_data.NAMES, "data-by-emoji.json")


class Backgrounds(unittest.TestCase):
    def test_colours_run_in_straight_lines(self):
        field = emoji_data.stretch(np.array([[[0.0], [1.0]], [[2.0], [3.0]]]))
        self.assertEqual((128, 128, 1), field.shape)
        self.assertEqual([0, 1, 2, 3], [field[y, x, 0] for y in (0, -1) for x in (0, -1)])
        self.assertAlmostEqual(32 / 127, field[0, 32, 0])
        self.assertTrue((emoji_data.stretch(np.full((1, 1, 3), 0.5)) == 0.5).all())

    def test_a_drawing_lies_over_its_background(self):
        drawing = np.zeros((128, 128, 4), np.uint8)
        drawing[:64] = 255
        picture = emoji_data.on_background(drawing, 3)
        self.assertTrue((picture[:64] == 255).all())
        self.assertLess(picture[64:].mean(), 200)  # of four backgrounds the one that is least like white
        self.assertTrue((picture == emoji_data.on_background(drawing, 3)).all())
        self.assertFalse((picture == emoji_data.on_background(drawing, 4)).all())


@unittest.skipUnless(PIL, "there is no PIL (Debian: python3-pil)")
class Files(unittest.TestCase):
    def test_pictures_are_named_after_their_classes(self):
        drawings = np.zeros((3, 128, 128, 4), np.uint8)
        drawings[0, 20:90, 30:100] = (200, 10, 10, 255)
        drawings[2, 20:90, 30:100] = (10, 10, 200, 255)
        classes = [{"characters": "\U0001F355", "name": name, "group": "Food & Drink"} for name in ("pizza", "pie", "tea")]
        with tempfile.TemporaryDirectory() as folder:
            data, out = Path(folder, "data"), Path(folder, "out")
            data.mkdir()
            (data / "classes.json").write_text(json.dumps(classes))
            np.save(data / "noto.npy", drawings)
            with contextlib.redirect_stdout(io.StringIO()) as said:
                emoji_data.write_pictures(data, out, "noto", [])
            self.assertEqual(f"{out}: 2 pictures of noto\n", said.getvalue())
            self.assertEqual(["pizza", "tea"], sorted(path.name for path in out.iterdir()))
            picture = np.asarray(PIL.Image.open(out / "tea" / "noto.png"))
            self.assertTrue((picture == emoji_data.on_background(drawings[2], 2)).all())
            with self.assertRaisesRegex(DataError, "--classes: there is no cake$"):
                emoji_data.write_pictures(data, out, "noto", ["tea", "cake"])


@unittest.skipUnless(torch, "there is no torch or torchvision (Debian: python3-torch, python3-torchvision)")
class Training(unittest.TestCase):
    class Drawings:
        """Three drawings of two classes, in place of thousands."""

        def __init__(self):
            random = np.random.RandomState(1)
            alpha = random.randint(0, 256, (130, 1, 128, 128))
            self.full = torch.from_numpy(np.concatenate([alpha // 2, alpha // 3, alpha, alpha], 1).astype(np.uint8))
            self.half = self.full[:, :, ::2, ::2]
            self.labels = torch.arange(130) % 2
            self.names = ["a", "b"]
            self.turns = torch.tensor([True, False])

        def __len__(self):
            return 130

        source = train_emoji.Drawings.source if torch else None

    def plan(self, epochs=20, seed=1, bf16=False):
        return train_emoji.Plan(self.Drawings(), epochs, seed, bf16)

    def test_pictures_grow_and_the_rate_rises_and_falls(self):
        plan = self.plan()
        self.assertEqual([64] * 4 + [96] * 8 + [128] * 8, [plan.size(epoch) for epoch in range(20)])
        self.assertEqual((2, 40), (plan.per_epoch, plan.steps))
        rates = [plan.rate(step) for step in range(40)]
        self.assertEqual([0.05, 0.1, 0.1], rates[:3])
        self.assertEqual(sorted(rates[2:], reverse=True), rates[2:])
        self.assertLess(rates[-1], 0.001)

    def test_a_batch_depends_on_seed_and_step_alone(self):
        x, classes = self.plan().batch(3)
        again, same = self.plan().batch(3)
        self.assertTrue(torch.equal(x, again) and torch.equal(classes, same))
        self.assertFalse(torch.equal(x, self.plan(seed=2).batch(3)[0]))
        self.assertFalse(torch.equal(x, self.plan().batch(5)[0]))
        self.assertEqual((64, 3, 64, 64), tuple(x.shape))
        self.assertEqual((64, 3, 128, 128), tuple(self.plan().batch(39)[0].shape))
        self.assertTrue(-2 <= float(x.min()) < float(x.max()) <= 2)

    def test_an_epoch_shows_no_drawing_twice(self):
        plan = self.plan()
        order = torch.randperm(130, generator=plan.generator(1, 0))
        seen = torch.cat([plan.batch(step)[1] for step in range(2)])
        self.assertEqual(plan.drawings.labels[order][:128].tolist(), seen.tolist())

    def test_hue_turns_around_grey(self):
        augmentation = train_emoji.Augmentation(torch.Generator().manual_seed(1), 8)
        grey = torch.full((64, 4, 8, 8), 0.5)
        grey[:, 3] = 1
        augmentation.uniform = lambda low, high, *shape: torch.full(shape, (low + high) / 2)
        self.assertTrue(torch.allclose(augmentation.colour(grey), grey, atol=1e-6))

    def test_stopping_and_going_on_is_training_at_once(self):
        with tempfile.TemporaryDirectory() as folder:
            torch.set_num_threads(1)
            plan = self.plan(epochs=1)
            at_once = train_emoji.Training(0.5, 7, plan, Path(folder))
            for step in range(2):
                at_once.learn(*plan.batch(step))
            first = train_emoji.Training(0.5, 7, plan, Path(folder))
            first.learn(*plan.batch(0))
            first.save()
            second = train_emoji.Training(0.5, 7, plan, Path(folder))
            self.assertEqual(1, second.step)
            second.learn(*plan.batch(1))
            for name, values in at_once.model.state_dict().items():
                self.assertTrue(torch.equal(values, second.model.state_dict()[name]), name)
            for name, values in at_once.averaged.state_dict().items():
                self.assertTrue(torch.equal(values, second.averaged.state_dict()[name]), name)

    def test_the_dense_twin_has_as_many_parameters(self):
        counts = {sum(p.numel() for p in train_emoji.build(alpha, 10).parameters()) for alpha in (0, 0.25, 0.5)}
        self.assertEqual(1, len(counts))

    def test_a_network_is_read_as_it_was_written(self):
        model = train_emoji.build(0.5, 3).eval()
        x = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
        arrays = train_emoji.state_arrays(model)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "file.safetensors")
            write_safetensors(path, arrays, {"alpha": "0.5", "classes": "3"})
            self.assertTrue(torch.equal(model(x), train_emoji.read_network(path)(x)))
            del arrays["fc.weight"]
            write_safetensors(path, arrays, {"alpha": "0.5", "classes": "3"})
            with self.assertRaisesRegex(DataError, r"file.safetensors: lacks \[.*'fc.weight'.*export it anew"):
                train_emoji.read_network(path)

    def test_bf16_rounds_to_even(self):
        values = np.array([1, 1 + 1 / 256, 1 + 3 / 256, -3.14159274, 0], "<f4")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "file.safetensors")
            write_safetensors(path, {"half": values, "whole": values}, {}, bf16=["half"])
            tensors, _ = read_safetensors(path)
        self.assertEqual([1, 1, 1 + 1 / 64, -3.140625, 0], tensors["half"].tolist())
        self.assertEqual(values.tolist(), tensors["whole"].tolist())
        self.assertEqual(torch.from_numpy(values).bfloat16().float().tolist(), tensors["half"].tolist())


if __name__ == "__main__":
    unittest.main()
