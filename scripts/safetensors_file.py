"""Reads and writes safetensors files; Debian has no package for the format."""

import json
import os
import struct
from pathlib import Path

import numpy as np

from recognition import printable

DTYPES = {"F32": np.dtype("<f4"), "I64": np.dtype("<i8"), "U8": np.dtype("u1")}
BF16 = "BF16"  # which numpy has no type for: its 16 bits are the upper ones of a float32
BITS = np.dtype("<u2")


def to_bf16(values):
    """The bits of finite float32 values rounded to BF16, ties to even."""
    bits = np.ascontiguousarray(values, "<f4").view("<u4").astype(np.uint64)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(BITS)


def from_bf16(bits):
    """The float32 values of bits in BF16."""
    return (bits.astype("<u4") << 16).view("<f4")


def write_safetensors(path, tensors, metadata, bf16=()):
    """Writes numpy arrays: header length (8 bytes, little-endian), JSON header, data.

    The header is padded with spaces to a multiple of 8 and the widest types come first, so all data is aligned.
    A file that is there already is replaced when the new one is complete. The float32 arrays named in `bf16` are
    rounded to BF16.
    """
    names = {**{dtype: name for name, dtype in DTYPES.items()}, BITS: BF16}
    tensors = {name: to_bf16(array) if name in bf16 else array for name, array in tensors.items()}
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].dtype.itemsize, item[0]))
    header, offset = {"__metadata__": metadata}, 0
    for name, array in ordered:
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=True).encode()
    text += b" " * (-len(text) % 8)
    part = Path(f"{path}.part")
    try:
        with open(part, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for _, array in ordered:
                file.write(np.ascontiguousarray(array).tobytes())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


class SafetensorsError(ValueError):
    """What is wrong with a file, in one line that begins with its path."""


def read_safetensors(path):
    """The tensors (as numpy arrays, BF16 as float32) and the metadata of a file.

    Raises SafetensorsError for what is none.
    """
    raw = Path(path).read_bytes()
    try:
        return parse_safetensors(raw)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, struct.error) as e:
        what = e if isinstance(e, ValueError) else f"{type(e).__name__} {e}"
        raise SafetensorsError(f"{printable(path, 400)}: is no safetensors file that can be read here: "
                               f"{printable(what)}") from e


def parse_safetensors(raw):
    """The tensors and the metadata of a file's bytes."""
    if len(raw) < 8:
        raise ValueError(f"has {len(raw)} bytes, expected at least 8")
    (length,) = struct.unpack_from("<Q", raw)
    if length > len(raw) - 8:
        raise ValueError(f"announces a header of {length} bytes, but {len(raw) - 8} follow")
    header = json.loads(raw[8:8 + length].decode("utf-8"))
    metadata = header.pop("__metadata__", None) or {}
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        if entry["dtype"] not in (*DTYPES, BF16):
            raise ValueError(f"tensor {printable(name)} is {printable(entry['dtype'])}, "
                             f"expected {', '.join((*DTYPES, BF16))}")
        if not 0 <= start <= end <= len(raw) - 8 - length:
            raise ValueError(f"tensor {printable(name)} lies outside the file")
        data = raw[8 + length + start:8 + length + end]
        array = np.frombuffer(data, DTYPES.get(entry["dtype"], BITS)).reshape(entry["shape"])
        tensors[name] = from_bf16(array) if entry["dtype"] == BF16 else array.copy()
    return tensors, metadata


def state_arrays(model):
    """The weights and batch norm statistics of a PyTorch model as float32 arrays, under PyTorch's names."""
    return {name: value.detach().contiguous().numpy().astype("<f4")
            for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}
