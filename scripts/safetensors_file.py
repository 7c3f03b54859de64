"""Reads and writes safetensors files; Debian has no package for the format."""

import json
import os
import struct
from pathlib import Path

import numpy as np

from recognition import printable

DTYPES = {"F32": np.dtype("<f4"), "I64": np.dtype("<i8"), "U8": np.dtype("u1")}


def write_safetensors(path, tensors, metadata):
    """Writes numpy arrays: header length (8 bytes, little-endian), JSON header, data.

    The header is padded with spaces to a multiple of 8 and the widest types come first, so all data is aligned.
    A file that is there already is replaced when the new one is complete.
    """
    names = {dtype: name for name, dtype in DTYPES.items()}
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
    """The tensors (as numpy arrays) and the metadata of a file; raises SafetensorsError for what is none."""
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
        if entry["dtype"] not in DTYPES:
            raise ValueError(f"tensor {printable(name)} is {printable(entry['dtype'])}, expected {', '.join(DTYPES)}")
        if not 0 <= start <= end <= len(raw) - 8 - length:
            raise ValueError(f"tensor {printable(name)} lies outside the file")
        data = raw[8 + length + start:8 + length + end]
        tensors[name] = np.frombuffer(data, DTYPES[entry["dtype"]]).reshape(entry["shape"]).copy()
    return tensors, metadata


def state_arrays(model):
    """The weights and batch norm statistics of a PyTorch model as float32 arrays, under PyTorch's names."""
    return {name: value.detach().contiguous().numpy().astype("<f4")
            for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}
