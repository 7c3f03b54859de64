package io.github.octconv4j.onnx;

import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.text.Printable;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads tensors. Elements stay in the file until they are asked for, but for small tensors and
 * those that are stored as lists of numbers. Nothing is allocated before the file was seen to have
 * as much.
 */
final class TensorProto {
  private static final long EAGER = 1 << 12; // bytes that are read at once
  private static final int MOST_DIMENSIONS = 64;

  /** A tensor and what the file calls it. */
  record Named(String name, TensorData data) {}

  /** Part of another file. */
  interface External {
    /** The elements, which are {@code bytes} long. */
    TensorData.Reader open(Map<String, String> where, long bytes) throws IOException;
  }

  private final Wire wire;
  private final External external;
  private final List<Long> dims = new ArrayList<>();
  private final Map<String, String> where = new LinkedHashMap<>();
  private long typeNumber;
  private String name = "";
  private boolean isExternal;
  private Message.@Nullable Extent raw;
  private Message.@Nullable Extent packed; // floats or doubles
  private long[] numbers = new long[0];
  private int count;
  private int field; // of the numbers

  private TensorProto(Wire wire, External external) {
    this.wire = wire;
    this.external = external;
  }

  static Named read(Wire wire, Message message, External external)
      throws IOException, UnsupportedException {
    TensorProto tensor = new TensorProto(wire, external);
    tensor.fields(message);
    try {
      return new Named(tensor.name, tensor.data());
    } catch (UnsupportedException e) {
      throw new UnsupportedException(String.valueOf(e.getMessage()), tensor.name);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException(
          String.format(Locale.ROOT, "tensor %s: %s", Printable.quote(tensor.name), e.getMessage()),
          e);
    }
  }

  private void fields(Message message) throws IOException, UnsupportedException {
    while (message.next()) {
      switch (message.field()) {
        case 1 ->
            message.integers(
                dim -> {
                  if (dims.size() <= MOST_DIMENSIONS) {
                    dims.add(dim);
                  }
                });
        case 2 -> typeNumber = message.integer();
        case 4 -> reals(message, Float.BYTES);
        case 5, 7, 11 -> integers(message);
        case 6 -> message.bytes(); // strings, whose type is refused
        case 8 -> name = message.text();
        case 9 -> raw = message.bytes();
        case 10 -> reals(message, Double.BYTES);
        case 13 -> message.message().entry(where);
        case 14 -> isExternal = message.integer() == 1;
        default -> {}
      }
    }
  }

  private void reals(Message message, int bytes) throws IOException {
    field = message.field();
    if (message.isPacked() && count == 0 && packed == null) {
      packed = message.bytes();
    } else {
      message.reals(bytes, this::add);
    }
  }

  private void integers(Message message) throws IOException {
    field = message.field();
    if (message.isPacked()) {
      int room = (int) Math.min(message.bytes().length(), expected() - count);
      numbers = Arrays.copyOf(numbers, count + Math.max(0, room));
    }
    message.integers(this::add);
  }

  /** How many elements there should be, as far as it is known yet. */
  private long expected() {
    long product = 1;
    for (long dim : dims) {
      product = dim <= 0 ? 0 : Math.min(product, Integer.MAX_VALUE) * Math.min(dim, 1 << 30);
    }
    return Math.min(product, Integer.MAX_VALUE - 8);
  }

  private void add(long number) {
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, Math.max(8, count + count / 2));
    }
    numbers[count++] = number;
  }

  private TensorData data() throws IOException, UnsupportedException {
    ElementType element = Elements.of(typeNumber);
    long[] sizes = dims.stream().mapToLong(Long::longValue).toArray();
    TensorType type = TensorType.of(element, sizes); // checks their number
    long bytes = element.bytes(product(sizes));
    if (isExternal) {
      return TensorData.stored(element, external.open(where, bytes), sizes);
    }
    Message.Extent extent = raw != null ? raw : packed;
    if (extent != null && count == 0) {
      if (raw == null) {
        requireFieldOf(type);
      }
      if (extent.length() != bytes) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "tensor %s is %s, %d bytes, but has %d",
                Printable.quote(name),
                Printable.text(type.toString()),
                bytes,
                extent.length()));
      }
      return stored(element, extent, sizes);
    }
    if (count != product(sizes)) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "tensor %s is %s, but has %d elements",
              Printable.quote(name),
              Printable.text(type.toString()),
              count));
    }
    if (count > 0) {
      requireFieldOf(type);
    }
    return listed(element, sizes);
  }

  private void requireFieldOf(TensorType type) throws IOException {
    if (field != fieldOf(type.element())) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "tensor %s is %s, but has its elements in field %d",
              Printable.quote(name),
              type,
              field));
    }
  }

  /** The field in which a list of such elements stands. */
  private static int fieldOf(ElementType element) {
    return switch (element) {
      case F32 -> 4;
      case F64 -> 10;
      case I64 -> 7;
      case U32, U64 -> 11;
      default -> 5;
    };
  }

  private static long product(long[] sizes) {
    long product = 1;
    for (long size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "dimensions are %s", Printable.text(Arrays.toString(sizes))));
      }
      product = Math.multiplyExact(product, size);
    }
    return product;
  }

  private TensorData stored(ElementType element, Message.Extent extent, long[] sizes) {
    DataFile file = wire.file();
    if (extent.length() > EAGER) {
      return TensorData.stored(
          element, (begin, target) -> file.read(extent.offset() + begin, target), sizes);
    }
    byte[] bytes = new byte[(int) extent.length()];
    file.read(extent.offset(), bytes, bytes.length);
    return TensorData.of(element, MemorySegment.ofArray(bytes), sizes);
  }

  /** Numbers as ONNX lists them: floats by their bits, small types in integers of 32 bits. */
  private TensorData listed(ElementType element, long[] sizes) {
    MemorySegment to = MemorySegment.ofArray(new byte[Math.toIntExact(element.bytes(count))]);
    for (int i = 0; i < count; i++) {
      long number = numbers[i];
      switch (element.bits()) {
        case 8 -> to.set(ValueLayout.JAVA_BYTE, i, (byte) number);
        case 16 -> to.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, (short) number);
        case 32 -> to.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, (int) number);
        default -> to.set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i, number);
      }
    }
    return TensorData.of(element, to, sizes);
  }
}
