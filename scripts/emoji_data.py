#!/usr/bin/python3
"""Renders emoji of seven sets of drawings: the data that scripts/train_emoji.py trains and tests on.

    apt-get install python3-gi python3-gi-cairo gir1.2-rsvg-2.0 python3-numpy npm
    /usr/bin/python3 scripts/emoji_data.py fetch       # 0.1 to 14 MB a package, from npm, checked by their SHA-512
    /usr/bin/python3 scripts/emoji_data.py render      # 128x128 pixels of every class and set, half a minute
    /usr/bin/python3 scripts/emoji_data.py sheet sheet.png --classes dog,pizza,rocket   # what it looks like
    /usr/bin/python3 scripts/emoji_data.py pictures DIR   # the test pictures of the unseen set, DIR/<class>/noto.png

The networks learn from the sets of `TRAINED`. `UNSEEN` is drawn by a vendor of whom they never see a picture; its
pictures may be shipped. `MEASURED` is a second such set, whose licence is for measuring only: nothing that is shipped
is made of it, neither pictures nor weights.

A class is an emoji that all vendors draw and that is one to the eye: no flags, skin tones, persons, clock faces and
signs, see `is_class`. Classes are chosen by names alone, never by how well a network tells them apart.

Written below `--data`: the packages, `classes.json` with the classes' characters and names, and a `.npy` for each set
with bytes [class, 128, 128, RGBA] (colours multiplied by alpha; all zero where a set has no such drawing).
"""

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

SIZE = 128
MARGIN = 8  # pixels on each side that a drawing leaves free
DATA = Path(__file__).resolve().parent.parent / "target" / "emoji"


class Package(NamedTuple):
    """A package of npm: its name there, its version, what `npm pack` calls the file, and its SHA-512."""

    name: str
    version: str
    integrity: str

    @property
    def file(self):
        """The file's name."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


def iconify(name, version, integrity):
    """A set of drawings, as Iconify packs it."""
    return Package(f"@iconify-json/{name}", version, integrity)


SETS = {
    "twemoji": iconify("twemoji", "1.2.5",  # CC-BY-4.0, Twitter and others
                       "uKpuIEV0v6K5BW3Mjdyl+XKFVAbbcPxAgifKvEMtZoUZB5+YiY5zaMm2uNNCxyXzAWU9yNLlj41WU6/mvgALsw=="),
    "fluent-emoji-flat": iconify("fluent-emoji-flat", "1.2.6",  # MIT, Microsoft
                                 "RY47RgPb47fYUiyrA64sIOL0+UU02s29sXpNBbIQRBUlPlfNFTKUmZDERGuxDs/7yNGWqQYvuaSYM1M4fRXlUw=="),
    "fluent-emoji": iconify("fluent-emoji", "1.2.7",  # MIT, Microsoft
                            "D8G6bKAyIsyxP1rzZtIWr/gg/fO4Rg1+DyCWlfqKK4h8W+4Em/Y0P6QYgJUQTlUcagzJvSyg+9OBv4hz4Hc/QA=="),
    "emojione": iconify("emojione", "1.2.3",  # CC-BY-4.0, Emoji One 2 as kept by EmojiTwo
                        "T9+T3HIbJNLKKsmxYKlaYhvnHYkz/HNYTV7SHCXVZPfeUi4FqskY70YeN8yYAZT8cCv7w5vJxS4Q1m8zb9CMMg=="),
    "fxemoji": iconify("fxemoji", "1.2.2",  # Apache-2.0, Mozilla; has only some of the classes
                       "UAasRaxzFUKfIGSmLwnoarsssA4LX0VLLuEmplIqM6ZNQqIQRtav8tZ4H1neTlBreXuMQyAifr5jP4kn78DpiQ=="),
    "noto": iconify("noto", "1.2.9",  # Apache-2.0, Google
                    "DQiuXENbun41ch+XPSV55H9FaWKpHTyz46YIKtSaKYD4fIDDzL1tR6H4np/T38jfrTAeI3rcKF0mqHYeZVAuaw=="),
    "openmoji": iconify("openmoji", "1.2.29",  # CC-BY-SA-4.0, HfG Schwäbisch Gmünd
                        "vXdhkqcXVSO6suy+m9LbcUM3OdVyuNOtpV8/als/WqfkQIRxevL5Geb/g+6GH/Qwnq1OqksEmaDGTCmZ5nFKJQ=="),
}
NAMES = Package("unicode-emoji-json", "0.9.0",  # MIT
                "HdrQW/7SdbXUsTd8uTATv7LvQJkCSgbAgRCDCtOhQ6xn3EAx+xZHQtRniOXWJK3ywIqPegkNhP4U4EbuFsiQng==")

TRAINED = ("twemoji", "fluent-emoji-flat", "fluent-emoji", "emojione", "fxemoji")
UNSEEN = "noto"
MEASURED = "openmoji"
PARTIAL = ("fluent-emoji", "fxemoji")  # need not have a class; all others do

RSVG = "2.54.7"  # Debian 12's, which the hashes below are of
HASHES = {
    "twemoji": "5c77ddde9d7380291419d614ec50ee1152eb6cb7ed493f61c682188278c161ac",
    "fluent-emoji-flat": "3ce9bf4386affb8068ebfa84018ca9fbe4e8b69865b75ff6bfa5f45dc5db88f3",
    "fluent-emoji": "8d787656d72fb54e10bf17f36ad92b9874ee980923893956bbba741371a35390",
    "emojione": "7c93ed77386451d91f6021d494f8f42c70c0be73f9aa118653d4aba9ac496057",
    "fxemoji": "fe8169be83b1c9e7621139245c617286d0e9c9358757079b815b0286cd0c1191",
    "noto": "2913443c1784326b4f22a9ceb56a362e8d28ba1b59d76014148f1cbad1994dd0",
    "openmoji": "974dd969de9014bf659346abcf3dadcbdf92ce034afaf84b809a86006acb86ab",
}


class DataError(Exception):
    """What is wrong with the data, in words for who wants them."""


# --------------------------------------------------------------------------------------------------------- packages


def verify(path, package):
    """Refuses a file that is not the pinned one."""
    found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    if found != package.integrity:
        raise DataError(f"{path}: SHA-512 is {found}, expected {package.integrity}; delete the file and fetch it again")


def fetch(data):
    """Gets the packages that are not there, with npm as it is set up."""
    data.mkdir(parents=True, exist_ok=True)
    for package in (*SETS.values(), NAMES):
        path = data / package.file
        if not path.exists():
            subprocess.run(["npm", "pack", "--silent", "--pack-destination", data, f"{package.name}@{package.version}"],
                           check=True, stdout=subprocess.DEVNULL)
        verify(path, package)
        print(f"{path}: {path.stat().st_size} bytes")


def read_json(data, package, member):
    """A JSON file in a package."""
    path = data / package.file
    if not path.exists():
        raise DataError(f"{path}: is missing; emoji_data.py fetch gets it")
    verify(path, package)
    with tarfile.open(path) as archive:
        return json.load(archive.extractfile(f"package/{member}"))


# ---------------------------------------------------------------------------------------------------------- classes

JOINER, VARIATION, WOMAN, MAN = 0x200D, 0xFE0F, 0x2640, 0x2642
GROUPS = ("Smileys & Emotion", "Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects")
# Of "People & Body": what is no person.
PARTS = frozenset("""
    waving hand; raised back of hand; hand with fingers splayed; raised hand; vulcan salute; OK hand; victory hand;
    crossed fingers; sign of the horns; call me hand; backhand index pointing left; backhand index pointing right;
    backhand index pointing up; backhand index pointing down; middle finger; index pointing up; thumbs up; thumbs down;
    raised fist; oncoming fist; left-facing fist; right-facing fist; clapping hands; raising hands; open hands;
    handshake; folded hands; writing hand; nail polish; selfie; flexed biceps; ear; nose; eyes; eye; tongue; mouth;
    footprints; speaking head; bust in silhouette""".replace("\n   ", "").strip().split("; "))
# What differs from another emoji in too little: the direction of a hand or a wave more.
ALIKE = frozenset("""
    sun behind small cloud; sun behind large cloud; speaker low volume; speaker medium volume; hourglass not done;
    closed mailbox with lowered flag; open mailbox with lowered flag; magnifying glass tilted right; snow-capped mountain;
    globe showing Americas; globe showing Asia-Australia; new moon face; first quarter moon face; envelope with arrow;
    camera with flash; blue book; orange book; yen banknote; euro banknote; pound banknote; tram car;
    """.replace("\n   ", "").strip(" ;").split("; "))


class Emoji(NamedTuple):
    """A class: its characters, name and group."""

    characters: str
    name: str
    group: str

    @property
    def points(self):
        """The code points that say what is drawn, as in the names of files: without variation selectors."""
        return "-".join(f"{ord(c):x}" for c in self.characters if ord(c) != VARIATION)


def is_class(emoji):
    """Whether an emoji is one to the eye, going by its name."""
    sequence = JOINER in map(ord, emoji.characters)
    if emoji.group == "People & Body":
        return emoji.name in PARTS
    return (emoji.group in GROUPS and not sequence and emoji.name not in ALIKE
            and "o’clock" not in emoji.name and "-thirty" not in emoji.name)


class Drawings:
    """One set: finds the drawing of an emoji."""

    def __init__(self, data, name, names):
        self.icons = read_json(data, SETS[name], "icons.json")
        points = read_json(data, SETS[name], "chars.json")
        self.by_points = {"-".join(p for p in key.split("-") if p != f"{VARIATION:x}"): icon
                          for key, icon in points.items()}
        self.by_name = {icon.replace("-", ""): icon for icon in (*self.icons["icons"], *self.icons.get("aliases", {}))}
        self.names = names

    def find(self, emoji):
        """The name of its drawing here, or None: by its code points, else by one of its names in other sets."""
        if emoji.points in self.by_points:
            return self.by_points[emoji.points]
        for name in self.names(emoji):
            found = self.by_name.get(name.replace("-", ""))
            if found:
                return found
        return None

    def svg(self, name):
        """A drawing as a text in SVG."""
        return svg_text(self.icons, name)


def svg_text(icons, name):
    """The drawing of a name in a file of Iconify, of which a second name may be a mirrored picture."""
    alias = icons.get("aliases", {}).get(name, {})
    icon = icons["icons"][alias.get("parent", name)]
    left, top, width, height = (icon.get(key, icons.get(key, default)) for key, default in
                                (("left", 0), ("top", 0), ("width", 16), ("height", 16)))
    body = icon["body"]
    if set(alias) - {"parent", "hFlip"}:
        raise DataError(f"{name}: is turned in a way that is not known here: {alias}")
    if alias.get("hFlip"):
        body = f'<g transform="translate({2 * left + width} 0) scale(-1 1)">{body}</g>'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" '
            f'height="{height}" viewBox="{left} {top} {width} {height}">{body}</svg>')


class Collection:
    """All sets and the classes that they have in common."""

    def __init__(self, data):
        known = read_json(data, NAMES, "data-by-emoji.json")
        self.sets = {}

        def names(emoji):
            slug = emoji.name.replace("“", "").replace("”", "").replace("’", "").replace(" ", "-").lower()
            return slug, *(s.by_points[emoji.points] for s in self.sets.values() if emoji.points in s.by_points)

        for name in sorted(SETS, key=lambda key: key in ("fluent-emoji", "emojione", "fxemoji")):  # names come first
            self.sets[name] = Drawings(data, name, names)
        candidates = (Emoji(characters, entry["name"], entry["group"]) for characters, entry in known.items())
        self.classes = [emoji for emoji in candidates if is_class(emoji)
                        and all(s.find(emoji) for name, s in self.sets.items() if name not in PARTIAL)]


# ------------------------------------------------------------------------------------------------------- rendering


def renderer():
    """A function that renders a text in SVG to bytes [SIZE, SIZE, RGBA], with librsvg and cairo, and librsvg's version.

    It raises DataError for what librsvg cannot draw.
    """
    try:
        import cairo
        import gi
        gi.require_version("Rsvg", "2.0")
        gi.require_foreign("cairo")
        from gi.repository import GLib, Rsvg
    except (ImportError, ValueError) as e:
        raise DataError(f"{e}; on Debian apt-get install python3-gi python3-gi-cairo gir1.2-rsvg-2.0, and run this "
                        f"with /usr/bin/python3") from e
    version = f"{Rsvg.MAJOR_VERSION}.{Rsvg.MINOR_VERSION}.{Rsvg.MICRO_VERSION}"

    def render(svg):
        surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, SIZE, SIZE)
        area = Rsvg.Rectangle()
        area.x = area.y = MARGIN
        area.width = area.height = SIZE - 2 * MARGIN
        try:
            Rsvg.Handle.new_from_data(svg.encode()).render_document(cairo.Context(surface), area)
        except GLib.Error as e:
            raise DataError(f"librsvg {version}: {e.message}") from e
        surface.flush()
        pixels = np.frombuffer(surface.get_data(), np.dtype("=u4")).reshape(SIZE, SIZE)
        return np.stack([(pixels >> shift & 255).astype(np.uint8) for shift in (16, 8, 0, 24)], -1)

    return render, version


def sha256(array):
    """The SHA-256 of an array's bytes."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def render_all(data):
    """Renders every class of every set; returns whether the arrays are the known ones."""
    collection = Collection(data)
    render, version = renderer()
    classes = collection.classes
    (data / "classes.json").write_text(json.dumps([emoji._asdict() for emoji in classes], ensure_ascii=False, indent=0))
    print(f"{len(classes)} classes, librsvg {version}")
    known = True
    for name, drawings in collection.sets.items():
        array = np.zeros((len(classes), SIZE, SIZE, 4), np.uint8)
        for index, emoji in enumerate(classes):
            icon = drawings.find(emoji)
            if not icon:
                continue
            try:
                array[index] = render(drawings.svg(icon))
            except DataError as e:  # two umbrellas whose filters take more memory than librsvg allows
                if name not in PARTIAL:
                    raise
                print(f"{name}: {icon} is left out: {e}")
        np.save(data / f"{name}.npy", array)
        found = sha256(array)
        verdict = "as expected" if found == HASHES.get(name) else f"expected {HASHES.get(name)}"
        known &= found == HASHES.get(name)
        print(f"{name}: {int(array.any((1, 2, 3)).sum())} drawings, SHA-256 {found}, {verdict}", flush=True)
    if not known and version != RSVG:
        print(f"librsvg {RSVG} made the expected arrays; another version may round a few pixels otherwise")
    return known or version != RSVG


def read_classes(data):
    """The classes, in the order of the arrays."""
    path = data / "classes.json"
    if not path.exists():
        raise DataError(f"{path}: is missing; emoji_data.py render makes it")
    return [Emoji(**entry) for entry in json.loads(path.read_text())]


def read_set(data, name):
    """The bytes [class, SIZE, SIZE, RGBA] of a set."""
    return np.load(data / f"{name}.npy")


# ----------------------------------------------------------------------------------------------------- test pictures


def stretch(grid):
    """A grid of colours [k, k, 3] drawn out to [SIZE, SIZE, 3], straight lines between the grid's points."""
    k = len(grid)
    at = np.linspace(0, k - 1, SIZE)
    low = np.minimum(at.astype(int), max(k - 2, 0))
    share = (at - low)[:, None]
    high = np.minimum(low + 1, k - 1)
    rows = grid[low] * (1 - share[..., None]) + grid[high] * share[..., None]
    return rows[:, low] * (1 - share) + rows[:, high] * share


def on_background(drawing, seed):
    """Bytes [SIZE, SIZE, RGB]: a drawing [SIZE, SIZE, RGBA] on a background of 1, 4 or 9 colours that run together.

    Of four backgrounds that are drawn at random, the one that differs most from the drawing's colours.
    """
    random = np.random.RandomState(seed)  # MT19937, whose numbers are the same in every version of numpy
    alpha = drawing[..., 3:] / 255.0
    colours = drawing[..., :3] / 255.0
    best, best_contrast = None, -1.0
    for _ in range(4):
        k = random.randint(1, 4)
        background = stretch(random.random_sample((k, k, 3)))
        contrast = np.abs(colours - background * alpha).sum() / max(alpha.sum(), 1.0)
        if contrast > best_contrast:
            best, best_contrast = background, contrast
    return np.floor((colours + best * (1 - alpha)) * 255 + 0.5).clip(0, 255).astype(np.uint8)


def test_pictures(drawings):
    """Bytes [class, SIZE, SIZE, RGB]: every drawing of a set on a background of its own."""
    return np.stack([on_background(drawing, seed) for seed, drawing in enumerate(drawings)])


# ------------------------------------------------------------------------------------------------------------- main


def sheet(data, out, names, raw):
    """A PNG with a row for each class and a column for each set."""
    from PIL import Image
    classes = read_classes(data)
    picked = [i for i, emoji in enumerate(classes) if not names or emoji.name in names]
    columns = []
    for name in (*TRAINED, UNSEEN, MEASURED):
        drawings = read_set(data, name)
        pictures = [(drawings[i][..., :3] + (255 - drawings[i][..., 3:])) if raw else on_background(drawings[i], i)
                    for i in picked]
        columns.append(np.concatenate(pictures))
    Image.fromarray(np.concatenate(columns, 1)).save(out)
    print(f"{out}: {', '.join(classes[i].name for i in picked)}; columns {', '.join((*TRAINED, UNSEEN, MEASURED))}")


def write_pictures(data, out, name, names):
    """Writes the test pictures of a set as `out`/<class>/<set>.png."""
    from PIL import Image
    known = {emoji.name: index for index, emoji in enumerate(read_classes(data))}
    unknown = set(names) - set(known)
    if unknown:
        raise DataError(f"--classes: there is no {', '.join(sorted(unknown))}")
    drawings = read_set(data, name)
    count = 0
    for label in names or known:
        drawing = drawings[known[label]]
        if drawing.any():
            folder = out / label
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(on_background(drawing, known[label])).save(folder / f"{name}.png", optimize=True)
            count += 1
    print(f"{out}: {count} pictures of {name}")


def comma_separated(text):
    """The parts of a text that are not empty."""
    return [part for part in text.split(",") if part]


def main():
    """Runs one of the commands."""
    parser = argparse.ArgumentParser(description="Fetches and renders the emoji that train_emoji.py learns from.")
    parser.add_argument("--data", default=DATA, type=Path, metavar="DIR", help="where all is kept (%(default)s)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch", help="get the packages from npm")
    commands.add_parser("render", help="render all classes of all sets")
    picture = commands.add_parser("sheet", help="draw classes of all sets side by side")
    picture.add_argument("out", metavar="PNG")
    files = commands.add_parser("pictures", help="write the test pictures of a set, in a folder for each class")
    files.add_argument("out", type=Path, metavar="DIR")
    files.add_argument("--set", default=UNSEEN, choices=SETS, help="whose drawings (%(default)s)")
    for command in (picture, files):
        command.add_argument("--classes", default=[], type=comma_separated,
                             help="names, separated by commas; all without it")
    picture.add_argument("--raw", action="store_true", help="on white instead of the test's backgrounds")
    args = parser.parse_args()
    try:
        if args.command == "fetch":
            fetch(args.data)
        elif args.command == "render":
            sys.exit(0 if render_all(args.data) else 1)
        elif args.command == "sheet":
            sheet(args.data, args.out, args.classes, args.raw)
        else:
            write_pictures(args.data, args.out, args.set, args.classes)
    except (DataError, subprocess.CalledProcessError) as e:
        print(f"emoji_data.py: {e}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
