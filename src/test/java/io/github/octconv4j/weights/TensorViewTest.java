package io.github.octconv4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SameOnEveryProcessor
class TensorViewTest {
  @TempDir private Path folder;

  /** The tensor behind one byte, so that nothing is aligned. */
  private SafetensorsFile open(String dtype, ByteBuffer data) throws IOException {
    byte[] bytes = new byte[data.capacity()];
    data.get(0, bytes);
    return SafetensorsFile.open(
        new SafetensorsWriter()
            .tensor("first", "U8", new byte[1], 1)
            .tensor("t", dtype, bytes, bytes.length * 8L / ElementType.of(dtype).bits())
            .write(folder.resolve(dtype + ".safetensors")));
  }

  private float[] floats(String dtype, ByteBuffer data) throws IOException {
    try (SafetensorsFile file = open(dtype, data)) {
      return file.tensor("t").toFloats();
    }
  }

  private long[] longs(String dtype, ByteBuffer data) throws IOException {
    try (SafetensorsFile file = open(dtype, data)) {
      return file.tensor("t").toLongs();
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return SafetensorsWriter.buffer(bytes);
  }

  @Test
  void doubles() throws IOException {
    ByteBuffer data = buffer(40).putDouble(.1).putDouble(-1e300).putDouble(Double.NaN);
    data.putDouble(1e-46).putDouble(-0.);
    assertThat(floats("F64", data))
        .containsExactly(.1f, Float.NEGATIVE_INFINITY, Float.NaN, 0, -0f);
  }

  @Test
  void halves() throws IOException {
    ByteBuffer data = buffer(10).putShort((short) 0x3C00).putShort((short) 0xC000);
    data.putShort((short) 0x7BFF).putShort((short) 0x0001).putShort((short) 0x7C00);
    assertThat(floats("F16", data))
        .containsExactly(1, -2, 65504, 0x1p-24f, Float.POSITIVE_INFINITY);
  }

  @Test
  void brainFloats() throws IOException {
    ByteBuffer data = buffer(8).putShort((short) 0x3F80).putShort((short) 0xC049);
    data.putShort((short) 0x7F80).putShort((short) 0x8000);
    assertThat(floats("BF16", data)).containsExactly(1, -3.140625f, Float.POSITIVE_INFINITY, -0f);
  }

  @Test
  void signedIntegers() throws IOException {
    ByteBuffer i64 = buffer(16).putLong(-3).putLong(Long.MAX_VALUE);
    assertThat(floats("I64", i64)).containsExactly(-3, 0x1p63f);
    assertThat(longs("I64", i64)).containsExactly(-3, Long.MAX_VALUE);
    ByteBuffer i32 = buffer(8).putInt(-3).putInt(Integer.MAX_VALUE);
    assertThat(floats("I32", i32)).containsExactly(-3, 0x1p31f);
    assertThat(longs("I32", i32)).containsExactly(-3, Integer.MAX_VALUE);
    ByteBuffer i16 = buffer(4).putShort((short) -3).putShort((short) 300);
    assertThat(floats("I16", i16)).containsExactly(-3, 300);
    assertThat(longs("I16", i16)).containsExactly(-3, 300);
    ByteBuffer i8 = buffer(2).put((byte) -3).put((byte) 100);
    assertThat(floats("I8", i8)).containsExactly(-3, 100);
    assertThat(longs("I8", i8)).containsExactly(-3, 100);
  }

  @Test
  void unsignedIntegers() throws IOException {
    ByteBuffer u64 = buffer(16).putLong(3).putLong(-1);
    assertThat(floats("U64", u64)).containsExactly(3, 0x1p64f);
    ByteBuffer u32 = buffer(8).putInt(3).putInt(-1);
    assertThat(floats("U32", u32)).containsExactly(3, 0x1p32f);
    assertThat(longs("U32", u32)).containsExactly(3, 0xFFFF_FFFFL);
    ByteBuffer u16 = buffer(4).putShort((short) 3).putShort((short) -1);
    assertThat(floats("U16", u16)).containsExactly(3, 65535);
    assertThat(longs("U16", u16)).containsExactly(3, 65535);
    ByteBuffer u8 = buffer(2).put((byte) 3).put((byte) -1);
    assertThat(floats("U8", u8)).containsExactly(3, 255);
    assertThat(longs("U8", u8)).containsExactly(3, 255);
    assertThat(longs("U64", buffer(8).putLong(3))).containsExactly(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> longs("U64", u64))
        .withMessage(
            "tensor t U64 [2] holds 18446744073709551615 at index 1, more than a long can hold");
  }

  @Test
  void unsignedLongsAreRoundedToTheNearestFloat() throws IOException {
    // 2^63 + 2^39 lies half way between two floats, one more does not.
    long half = (1L << 63) + (1L << 39);
    assertThat(floats("U64", buffer(16).putLong(half).putLong(half + 1)))
        .containsExactly(0x1p63f, Math.nextUp(0x1p63f));
  }

  @Test
  void booleans() throws IOException {
    ByteBuffer data = buffer(3).put((byte) 0).put((byte) 1).put((byte) 2);
    assertThat(floats("BOOL", data)).containsExactly(0, 1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> longs("BOOL", data))
        .withMessage("tensor t BOOL [3] does not hold integers, use toFloats()");
  }

  @Test
  void eightBitFloatsAreOnlyCopied() throws IOException {
    for (String dtype : new String[] {"F8_E4M3", "F8_E5M2", "F8_E8M0"}) {
      try (SafetensorsFile file = open(dtype, buffer(2))) {
        TensorView tensor = file.tensor("t");
        assertThat(tensor.segment().toArray(ValueLayout.JAVA_BYTE)).hasSize(2);
        String message =
            "tensor t "
                + dtype
                + " [2] cannot be converted to floats, store it as F32, F16 or BF16";
        assertThatIllegalArgumentException().isThrownBy(tensor::toFloats).withMessage(message);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> tensor.copyTo(MemorySegment.ofArray(new float[2])))
            .withMessage(message);
      }
    }
  }

  @Test
  void copiesIntoMemoryOfAnyAlignment() throws IOException {
    float[] values = new float[1000];
    Random random = new Random(2);
    ByteBuffer f32 = buffer(4000);
    ByteBuffer f64 = buffer(8000);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
      f32.putFloat(values[i]);
      f64.putDouble(values[i]);
    }
    try (Arena arena = Arena.ofConfined();
        SafetensorsFile singles = open("F32", f32);
        SafetensorsFile doubles = open("F64", f64)) {
      for (SafetensorsFile file : new SafetensorsFile[] {singles, doubles}) {
        MemorySegment memory = arena.allocate(4005, 4);
        memory.fill((byte) 7);
        file.tensor("t").copyTo(memory.asSlice(1));
        assertThat(memory.asSlice(1, 4000).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
            .containsExactly(values);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 4001)).isEqualTo((byte) 7);
        byte[] heap = new byte[4000];
        file.tensor("t").copyTo(MemorySegment.ofArray(heap));
        assertThat(MemorySegment.ofArray(heap).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
            .containsExactly(values);
      }
    }
  }

  @Test
  void unfitDestinations() throws IOException {
    try (SafetensorsFile file = open("F32", buffer(8))) {
      TensorView tensor = file.tensor("t");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.copyTo(MemorySegment.ofArray(new byte[7])))
          .withMessage(
              "destination has 7 bytes, expected at least 2 floats of 4 bytes for tensor t F32"
                  + " [2]");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.copyTo(MemorySegment.ofArray(new float[2]).asReadOnly()))
          .withMessage(
              "destination is read-only, expected memory that tensor t F32 [2] can be written to");
    }
  }

  @Test
  void tooManyElementsForAnArray() throws IOException {
    // 2 GiB of a sparse file, where the file system has such.
    Path path = folder.resolve("huge.safetensors");
    long size = 1L << 31;
    String header =
        "{\"t\":{\"dtype\":\"U8\",\"shape\":[" + size + "],\"data_offsets\":[0," + size + "]}}";
    byte[] start = SafetensorsWriter.raw(header, new byte[0]);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(start);
      file.setLength(start.length + size);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      TensorView tensor = file.tensor("t");
      assertThat(tensor.elementCount()).isEqualTo(size);
      String message =
          "tensor t U8 [2147483648] has 2147483648 elements, more than an array holds: use copyTo";
      assertThatIllegalArgumentException().isThrownBy(tensor::toFloats).withMessage(message);
      assertThatIllegalArgumentException().isThrownBy(tensor::toLongs).withMessage(message);
    }
  }

  @Test
  void everyTypeHasItsSize() {
    assertThat(ElementType.values())
        .extracting(ElementType::bits)
        .containsExactly(
            64, 32, 16, 16, 64, 32, 16, 8, 64, 32, 16, 8, 8, 64, 8, 8, 8, 8, 8, 6, 6, 4);
    for (ElementType type : ElementType.values()) {
      assertThat(ElementType.of(type.name())).isEqualTo(type);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ElementType.of("f32"))
        .withMessageStartingWith("dtype \"f32\" is unknown, expected one of [F64, F32,");
  }
}
