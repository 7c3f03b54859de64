#!/usr/bin/python3
"""Makes the pictures of src/test/resources/io/github/octconv4j/image and what Pillow and torchvision make of them.

Debian: python3-pil python3-torchvision libjpeg-turbo-progs

    /usr/bin/python3 scripts/test_pictures.py

Each picture has a file NAME.pixels: a line "width height channels largest", then the samples (h, w, c), two bytes where the
largest is above 255. Files with opacity as their last channel have 2 or 4. torchvision.bin: see resized().
"""
import io
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

TARGET = Path(__file__).resolve().parent.parent / "src/test/resources/io/github/octconv4j/image"
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
APP0, APP1, APP2, APP14, DHT, SOF0, SOF2, SOS = 0xE0, 0xE1, 0xE2, 0xEE, 0xC4, 0xC0, 0xC2, 0xDA


def noise(width, height, channels):
    """Numbers that TorchvisionTest computes too."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels].astype(np.uint64)
    h = (x * 374761393 + y * 668265263 + c * 2246822519) % 2**32
    h = (h ^ (h >> np.uint64(13))) * 1274126177 % 2**32
    return ((x * 5 + y * 3 + c * 40 + (h >> np.uint64(26))) % 256).astype(np.uint8)


def picture(width=21, height=13):
    """Smooth and sharp, bright and dark."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(x * .3 + y * .1), 128 + 100 * np.cos(x * .15 - y * .35), (x * 7 + y * 5) % 256]
    values = np.stack(planes, 2)
    values[height // 3:height // 2, width // 4:width // 2] = [250, 10, 30]
    values += noise(width, height, 3) / 8.0 - 16
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def inks(width=21, height=13):
    values = np.array(picture(width, height).convert("CMYK"))
    values[..., 3] = (np.arange(height)[:, None] * 9 + np.arange(width) * 3) % 256
    return Image.fromarray(values, "CMYK")


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **{"quality": 90, **options})
    return out.getvalue()


def pipe(data, *command):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def cjpeg(image, *options):
    out = io.BytesIO()
    image.save(out, "PPM")
    return pipe(out.getvalue(), "cjpeg", "-quality", "90", *options)


def segments(data):
    """Marker, begin and end of each segment up to the first scan."""
    at = 2
    while True:
        end = at + 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
        yield data[at + 1], at, end
        if data[at + 1] == SOS:
            return
        at = end


def without(data, *markers):
    cut = [(at, end) for marker, at, end in segments(data) if marker in markers]
    for at, end in reversed(cut):
        data = data[:at] + data[end:]
    return data


def numbered(data, *ids):
    """The file with other numbers of its components."""
    data = bytearray(data)
    for marker, at, _ in segments(data):
        for i in range(data[at + 4] if marker == SOS else 3):
            if marker in (SOF0, SOF2):
                data[at + 10 + 3 * i] = ids[i]
            elif marker == SOS:
                data[at + 5 + 2 * i] = ids[i]
    return bytes(data)


def with_segment(data, marker, body):
    return data[:2] + struct.pack(">BBH", 255, marker, len(body) + 2) + body + data[2:]


def adobe(data, transform):
    return with_segment(without(data, APP14), APP14, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform))


def tiff(order, entries):
    """A directory of (tag, type, count, four bytes)."""
    e = "<" if order == b"II" else ">"
    data = order + struct.pack(e + "HIH", 42, 8, len(entries))
    for tag, kind, count, value in entries:
        data += struct.pack(e + "HHI", tag, kind, count) + value
    return data + struct.pack(e + "I", 0)


def orientation(number, order=b"MM", kind=3):
    e = "<" if order == b"II" else ">"
    value = struct.pack(e + ("HH" if kind == 3 else "I"), *([number, 0] if kind == 3 else [number]))
    other = (0x0100, 3, 1, struct.pack(e + "HH", 7, 0))
    return tiff(order, [other, (0x0112, kind, 1, value)])


def exif(data, body):
    return with_segment(data, APP1, b"Exif\0\0" + body)


def sampled(files):
    for sampling in ("1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2", "3x1", "2x2,1x2,2x1", "1x1,2x2,1x1", "2x2,1x1,2x2"):
        name = sampling.replace(",", "_")
        files[f"sampling_{name}.jpg"] = cjpeg(picture(), "-sample", sampling)
        files[f"sampling_{name}_progressive.jpg"] = cjpeg(picture(), "-sample", sampling, "-progressive")
    for width, height in ((1, 1), (2, 3), (3, 2), (4, 4), (5, 17), (17, 5), (16, 16), (33, 17)):
        files[f"size_{width}x{height}.jpg"] = cjpeg(picture(width, height), "-sample", "2x2")
        files[f"size_{width}x{height}_across.jpg"] = cjpeg(picture(width, height), "-sample", "2x1", "-restart", "1")
        files[f"size_{width}x{height}_down.jpg"] = cjpeg(picture(width, height), "-sample", "1x2", "-progressive")
    files["quality_1.jpg"] = cjpeg(picture(), "-quality", "1")  # tables of 16 bits
    files["quality_100.jpg"] = cjpeg(picture(), "-quality", "100", "-optimize")
    files["grey.jpg"] = jpeg(picture().convert("L"))
    files["grey_progressive.jpg"] = jpeg(picture().convert("L"), progressive=True)
    base = jpeg(picture(45, 37), subsampling=1)
    for name, script in {
        "apart": "0;\n1;\n2;\n",
        "bits": "0: 0-0, 0, 2;\n1 2: 0-0, 0, 1;\n0: 1-63, 0, 3;\n1: 1-5, 0, 2;\n1: 6-63, 0, 0;\n2: 1-63, 0, 1;\n"
                "0: 1-63, 3, 2;\n0: 0-0, 2, 1;\n0: 1-63, 2, 1;\n1: 1-5, 2, 1;\n1: 1-5, 1, 0;\n2: 1-63, 1, 0;\n"
                "0: 0-0, 1, 0;\n1: 0-0, 1, 0;\n2: 0-0, 1, 0;\n0: 1-63, 1, 0;\n",
    }.items():
        path = TARGET / "scans.txt"
        path.write_text(script)
        files[f"scans_{name}.jpg"] = pipe(base, "jpegtran", "-scans", str(path))
        files[f"scans_{name}_restart.jpg"] = pipe(base, "jpegtran", "-scans", str(path), "-restart", "1")
        path.unlink()


def colored(files):
    cmyk = jpeg(inks())
    files["cmyk.jpg"] = cmyk
    files["cmyk_no_adobe.jpg"] = without(cmyk, APP14)
    files["cmyk_progressive.jpg"] = jpeg(inks(), progressive=True)
    files["ycck.jpg"] = adobe(cmyk, 2)
    files["ycck_progressive.jpg"] = pipe(adobe(cmyk, 2), "jpegtran", "-progressive")
    files["inks_adobe_1.jpg"] = adobe(cmyk, 1)
    jfif = jpeg(picture())
    plain = without(jfif, APP0)
    for name, ids in {"012": (0, 1, 2), "123": (1, 2, 3), "RGB": b"RGB", "rgb": b"rgb", "BGR": b"BGR", "000": (0, 0, 0)}.items():
        files[f"ids_{name}.jpg"] = numbered(plain, *ids)
        files[f"ids_{name}_jfif.jpg"] = numbered(jfif, *ids)
        for transform in (0, 1, 2):
            files[f"ids_{name}_adobe_{transform}.jpg"] = adobe(numbered(plain, *ids), transform)
    files["ids_RGB_jfif_adobe_0.jpg"] = adobe(numbered(jfif, *b"RGB"), 0)
    files["jfif_short.jpg"] = with_segment(numbered(plain, *b"RGB"), APP0, b"JFIF\0\1\1")
    files["no_huffman.jpg"] = without(jfif, DHT)
    files["no_huffman_grey.jpg"] = without(jpeg(picture().convert("L")), DHT)
    files["no_huffman_restart.jpg"] = without(cjpeg(picture(), "-restart", "1"), DHT)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for name, image in {"": picture(), "_grey": picture().convert("L"), "_cmyk": inks()}.items():
        whole = jpeg(image, icc_profile=lab)
        files[f"profile{name}.jpg"] = whole
        files[f"profile_wrong_count{name}.jpg"] = with_segment(jpeg(image), APP2, b"ICC_PROFILE\0\3\2" + lab)
        files[f"profile_cut{name}.jpg"] = with_segment(jpeg(image), APP2, b"ICC_PROFILE\0\1\1" + lab[:50])


def turned(files):
    base = jpeg(picture(), subsampling=1)
    for number in range(10):
        for order in (b"II", b"MM"):
            kind = 3 if number % 2 else 4
            files[f"exif_{order.decode()}_{number}.jpg"] = exif(base, orientation(number, order, kind))
        png = io.BytesIO()
        picture(5, 9).save(png, "PNG", exif=orientation(number))
        files[f"exif_{number}.png"] = png.getvalue()
    files["exif_6_progressive.jpg"] = exif(jpeg(picture(1, 9), progressive=True), orientation(6))
    files["exif_8_grey.jpg"] = exif(jpeg(picture(9, 1).convert("L")), orientation(8))
    right = orientation(6)
    for name, body in {
        "cut": right[:33],
        "cut_value": right[:30],
        "none": b"",
        "nowhere": right[:4] + b"\xff\xff\xff\xff" + right[8:],
        "many": right[:8] + b"\xff\xff" + right[10:],
        "no_order": b"XX" + right[2:],
        "no_values": tiff(b"MM", [(0x0112, 3, 0, b"\0\6\0\0")]),
        "two_values": tiff(b"MM", [(0x0112, 3, 2, b"\0\6\0\1")]),
        "far_values": tiff(b"MM", [(0x0112, 3, 9, b"\x7f\xff\xff\xff")]),
        "text": tiff(b"MM", [(0x0112, 2, 2, b"6\0\0\0")]),
        "large": tiff(b"MM", [(0x0112, 4, 1, b"\xff\xff\xff\xff")]),
        "twice": tiff(b"MM", [(0x0112, 3, 1, b"\0\3\0\0"), (0x0112, 3, 1, b"\0\6\0\0")]),
    }.items():
        files[f"exif_{name}.jpg"] = exif(base, body)


def png(width, height, bits, color, interlaced, chunks):
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    random = np.random.RandomState(width * 100 + bits + color)
    rows = b""
    for left, top, across, down in PASSES if interlaced else [(0, 0, 1, 1)]:
        columns = max(0, -(-(width - left) // across))
        for _ in range(max(0, -(-(height - top) // down)) if columns else 0):
            rows += bytes([random.randint(5)]) + random.bytes((columns * samples * bits + 7) // 8)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, interlaced)
    middle = [chunk(b"PLTE", random.bytes(3 << bits))] if color == 3 else []
    middle += [chunk(name, body) for name, body in chunks]
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(middle)
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def pngs(files):
    gamma = (b"gAMA", struct.pack(">I", 100_000))
    for color, depths in {0: (1, 2, 4, 8, 16), 2: (8,), 3: (1, 2, 4, 8), 4: (8,), 6: (8,)}.items():
        for bits in depths:
            for interlaced in (0, 1):
                files[f"png_{color}_{bits}_{interlaced}.png"] = png(11, 7, bits, color, interlaced, [gamma])
    for width, height in ((1, 1), (2, 1), (3, 5), (4, 4), (5, 1)):
        files[f"png_{width}x{height}.png"] = png(width, height, 8, 2, 1, [])
    opacities = (b"tRNS", bytes(range(0, 256, 17)))
    files["png_opacities_4.png"] = png(9, 6, 4, 3, 0, [opacities])
    files["png_opacities_8.png"] = png(9, 6, 8, 3, 1, [opacities])
    files["png_profile.png"] = png(9, 6, 8, 2, 0, [(b"iCCP", b"x\0\0" + zlib.compress(b"no profile"))])


def pixels(data):
    """What Pillow makes of a file: inks become red, green and blue; opacity stays."""
    image = Image.open(io.BytesIO(data))
    image.load()
    image = ImageOps.exif_transpose(image) or image
    if image.mode == "CMYK" or (image.mode == "P" and "transparency" not in image.info):
        image = image.convert("RGB")
    elif image.mode == "P":
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    values = np.asarray(image)
    largest = 65535 if image.mode.startswith("I") else 255
    values = values.reshape(values.shape[0], values.shape[1], -1)
    line = f"{values.shape[1]} {values.shape[0]} {values.shape[2]} {largest}\n"
    return line.encode() + values.astype(">u2" if largest > 255 else "u1").tobytes()


def resized():
    """Cases: width, height, channels, size of the shorter edge or 0, crop's height and width, 1 for bicubic; then the crop."""
    sizes = [(16, 16), (17, 16), (16, 17), (50, 33), (33, 50), (64, 64), (200, 31), (31, 200), (1, 1), (2, 3), (5, 90), (12, 9),
             (15, 16), (100, 75), (129, 97), (97, 130), (320, 213), (19, 400), (24, 32), (8, 8)]
    cases = [(w, h, 3, 16, 12, 12, bicubic) for w, h in sizes for bicubic in (0, 1)]
    cases += [(w, h, 1, 9, 5, 8, 0) for w, h in ((30, 20), (20, 31), (4, 7))]
    cases += [(23, 17, 1, 0, h, w, 0) for h in (14, 15, 16, 17, 18, 19, 22) for w in (19, 20, 21, 22, 23, 24, 25, 30)]
    for width, height, channels, shorter, rows, columns, bicubic in cases:
        image = Image.fromarray(noise(width, height, channels).squeeze(2) if channels == 1 else noise(width, height, 3))
        if shorter:
            image = F.resize(image, shorter, InterpolationMode.BICUBIC if bicubic else InterpolationMode.BILINEAR)
        crop = np.asarray(F.center_crop(image, [rows, columns]))
        yield struct.pack(">7h", width, height, channels, shorter, rows, columns, bicubic) + crop.tobytes()


def main():
    folder = TARGET / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    sampled(files)
    colored(files)
    turned(files)
    pngs(files)
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)
        (folder / (name + ".pixels")).write_bytes(pixels(data))
    (TARGET / "torchvision.bin").write_bytes(b"".join(resized()))
    large = F.center_crop(F.resize(Image.fromarray(noise(640, 427, 3)), 256), [224, 224])
    print(f"640 x 427 to 224: CRC {zlib.crc32(np.asarray(large).tobytes()):08x}")


if __name__ == "__main__":
    main()
