package io.github.octconv4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SameOnEveryProcessor
class IdxFileTest {
  @TempDir private Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("data.idx"), bytes);
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      byte[] bytes, String message) throws IOException {
    Path path = file(bytes);
    return assertThatThrownBy(() -> IdxFile.read(path))
        .isInstanceOf(IOException.class)
        .hasMessage(path + ": " + message);
  }

  /** A file of these dimensions and this many bytes of data: 0, 1, 2... */
  private static byte[] idx(int dataBytes, int... dims) {
    byte[] file = new byte[4 + 4 * dims.length + dataBytes];
    ByteBuffer buffer = ByteBuffer.wrap(file).putInt(0x800 + dims.length);
    for (int dim : dims) {
      buffer.putInt(dim);
    }
    for (int i = 0; i < dataBytes; i++) {
      buffer.put((byte) i);
    }
    return file;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  @Test
  void images() throws IOException {
    byte[] bytes = idx(240, 20, 4, 3);
    for (byte[] stored : new byte[][] {bytes, gzip(bytes)}) {
      IdxFile file = IdxFile.read(file(stored));
      assertThat(file.dims()).containsExactly(20, 4, 3);
      assertThat(file.count()).isEqualTo(20);
      assertThat(file.toBytes()).hasSize(240).startsWith(0, 1, 2);
      assertThat(file.image(0)).hasToString("3 x 4 grey");
      assertThat(file.image(0).at(0, 1, 2)).isEqualTo(5 / 255f);
      assertThat(file.image(19).at(0, 3, 2)).isEqualTo(239 / 255f);
      assertThat(file).hasToString(folder.resolve("data.idx") + " [20, 4, 3]");
      assertThatThrownBy(() -> file.image(20)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.image(-1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatIllegalStateException()
          .isThrownBy(() -> file.label(0))
          .withMessageEndingWith(": has dimensions [20, 4, 3], a file of labels has 1");
    }
  }

  @Test
  void labels() throws IOException {
    IdxFile file = IdxFile.read(file(gzip(idx(256, 256))));
    assertThat(file.dims()).containsExactly(256);
    assertThat(file.label(9)).isEqualTo(9);
    assertThat(file.label(255)).isEqualTo(255);
    assertThatThrownBy(() -> file.label(256)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatIllegalStateException()
        .isThrownBy(() -> file.image(0))
        .withMessageEndingWith(": has dimensions [256], a file of images has 3");
  }

  @Test
  void contentCannotBeChanged() throws IOException {
    IdxFile file = IdxFile.read(file(idx(6, 2, 3)));
    file.dims()[0] = 9;
    file.toBytes()[0] = 9;
    assertThat(file.dims()).containsExactly(2, 3);
    assertThat(file.toBytes()).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void noImagesAreAFile() throws IOException {
    assertThat(IdxFile.read(file(idx(0, 0, 28, 28))).count()).isZero();
  }

  @Test
  void whatIsNoFile() {
    Path missing = folder.resolve("missing.gz");
    assertThatThrownBy(() -> IdxFile.read(missing))
        .isInstanceOf(IOException.class)
        .hasMessage(missing + ": no such file");
    assertThatThrownBy(() -> IdxFile.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + ": is a directory, expected an IDX file");
  }

  @Test
  void wrongHeaders() throws IOException {
    assertRefused(new byte[0], "expected 4 bytes of magic number, found 0");
    assertRefused(new byte[3], "expected 4 bytes of magic number, found 3");
    String expected = ", expected 00000801 to 00000803: IDX, unsigned bytes, 1 to 3 dimensions";
    assertRefused("some text".getBytes(StandardCharsets.UTF_8), "starts with 736f6d65" + expected);
    assertRefused(PngBytes.bytes(0, 0, 13, 1, 0, 0, 0, 0), "starts with 00000d01" + expected);
    assertRefused(PngBytes.bytes(0, 0, 8, 0), "starts with 00000800" + expected);
    assertRefused(PngBytes.bytes(0, 0, 8, 4), "starts with 00000804" + expected);
    assertRefused(PngBytes.bytes(0, 0, 8, 0xFF), "starts with 000008ff" + expected);
    assertRefused(
        PngBytes.bytes(0, 0, 8, 3, 0, 0, 0, 1), "expected 12 bytes of dimensions, found 4");
  }

  @Test
  void lyingDimensions() throws IOException {
    for (boolean packed : new boolean[] {false, true}) {
      byte[] tooShort = idx(23, 2, 3, 4);
      assertRefused(
          packed ? gzip(tooShort) : tooShort,
          "expected 24 bytes of data for dimensions [2, 3, 4], found 23");
      byte[] tooLong = idx(25, 2, 3, 4);
      assertRefused(
          packed ? gzip(tooLong) : tooLong,
          "expected 24 bytes of data for dimensions [2, 3, 4], found more");
      // Passes the limit, so only the data decide: nothing near 1 GiB may be allocated.
      byte[] largest = idx(5, 1 << 30);
      assertRefused(
          packed ? gzip(largest) : largest,
          "expected 1073741824 bytes of data for dimensions [1073741824], found 5");
    }
    assertRefused(idx(0, -1), "dimension 0 of [-1] is -1, expected at least 0");
    assertRefused(idx(0, 1, 0, 5), "dimension 1 of [1, 0, 5] is 0, expected at least 1");
    assertRefused(idx(0, 1, 5, -7), "dimension 2 of [1, 5, -7] is -7, expected at least 1");
    int max = Integer.MAX_VALUE;
    assertRefused(
        idx(0, max, max, max),
        "dimensions [2147483647, 2147483647, 2147483647] are more than the limit of 1073741824"
            + " bytes");
    assertRefused(
        idx(0, 1 << 15, 1 << 15, 2),
        "dimensions [32768, 32768, 2] are more than the limit of 1073741824 bytes");
  }

  @Test
  void theLimitCanBeSet() throws IOException {
    Path path = folder.resolve("limited");
    Files.write(path, new byte[] {0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9});
    assertThat(IdxFile.read(path, 3).toBytes()).containsExactly(7, 8, 9);
    assertThatThrownBy(() -> IdxFile.read(path, 2))
        .isInstanceOf(IOException.class)
        .hasMessage(path + ": dimensions [3] are more than the limit of 2 bytes");
    for (long limit : new long[] {0, -1, (1L << 30) + 1}) {
      assertThatThrownBy(() -> IdxFile.read(path, limit))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("maxBytes is " + limit + ", expected 1 to 1073741824");
    }
  }

  @Test
  void damagedGzip() throws IOException {
    byte[] packed = gzip(idx(240, 20, 4, 3));
    for (int length = 2; length < packed.length; length++) {
      assertRefused(Arrays.copyOf(packed, length), "its gzip data are damaged or truncated");
    }
    byte[] wrongSum = packed.clone();
    wrongSum[packed.length - 8] ^= 1;
    assertRefused(wrongSum, "its gzip data are damaged or truncated");
    byte[] noGzip = {0x1F, (byte) 0x8B, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
    assertRefused(noGzip, "its gzip data are damaged or truncated");
  }
}
