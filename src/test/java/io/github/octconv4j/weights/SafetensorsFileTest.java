package io.github.octconv4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.ChildJvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsFileTest {
  private static final String LONG_NAME = "n".repeat(60_000);

  @TempDir private Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("net.safetensors"), bytes);
  }

  private static SafetensorsWriter small() {
    return new SafetensorsWriter()
        .metadata("name", "small")
        .metadata("quote \" and \\ and \n", "tab\tü 漢 😀")
        .floats("z.weight", new float[] {1, -2, 3.5f, Float.NaN, 0, -0f}, 2, 3)
        .tensor("odd", "U8", new byte[] {1, 2, -1}, 3)
        .floats("a.bias", new float[] {4, 5}, 2)
        .floats("scalar", new float[] {6})
        .floats("none", new float[0], 0, 7);
  }

  @Test
  void roundTrip() throws IOException {
    Path path = small().write(folder.resolve("small.safetensors"));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.path()).isEqualTo(path);
      assertThat(file.metadata())
          .containsExactly(entry("name", "small"), entry("quote \" and \\ and \n", "tab\tü 漢 😀"));
      assertThat(file.names()).containsExactly("z.weight", "odd", "a.bias", "scalar", "none");
      assertThat(file.tensors())
          .extracting(TensorView::name)
          .containsExactlyElementsOf(file.names());
      assertThat(file.contains("odd")).isTrue();
      assertThat(file.contains("even")).isFalse();
      assertThat(file).hasToString(path + ": 5 tensors");

      TensorView weight = file.tensor("z.weight");
      assertThat(weight.name()).isEqualTo("z.weight");
      assertThat(weight.type()).isEqualTo(ElementType.F32);
      assertThat(weight.shape()).containsExactly(2, 3);
      assertThat(weight.elementCount()).isEqualTo(6);
      assertThat(weight.toFloats()).containsExactly(1, -2, 3.5f, Float.NaN, 0, -0f);
      assertThat(weight).hasToString("z.weight F32 [2, 3]");

      // Behind three bytes, so not aligned.
      assertThat(file.tensor("a.bias").toFloats()).containsExactly(4, 5);
      assertThat(file.tensor("scalar").shape()).isEmpty();
      assertThat(file.tensor("scalar").toFloats()).containsExactly(6);
      assertThat(file.tensor("none").shape()).containsExactly(0, 7);
      assertThat(file.tensor("none").toFloats()).isEmpty();
    }
  }

  @Test
  void segmentsAreReadOnlyCopies() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(file(small().toBytes()))) {
      MemorySegment segment = file.tensor("z.weight").segment();
      assertThat(segment.isMapped()).isFalse();
      assertThat(segment.isNative()).isTrue();
      assertThat(segment.isReadOnly()).isTrue();
      assertThat(segment.byteSize()).isEqualTo(24);
      assertThat(segment.address() % 64).isZero();
      assertThat(file.tensor("z.weight").segment()).isSameAs(segment);
      ValueLayout.OfFloat f32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
      assertThat(segment.get(f32, 8)).isEqualTo(3.5f);
      assertThatThrownBy(() -> segment.set(f32, 0, 1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> segment.get(f32, 24)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(file.tensor("none").segment().byteSize()).isZero();

      file.close();
      assertThatIllegalStateException().isThrownBy(() -> segment.get(f32, 8));
    }
  }

  @Test
  void largeTensorsAreReadInBlocks() throws IOException {
    float[] values = new float[300_001];
    byte[] bytes = new byte[300_001 * 3];
    new Random(1).nextBytes(bytes);
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Path path =
        new SafetensorsWriter()
            .tensor("bytes", "U8", bytes, bytes.length)
            .floats("floats", values, values.length)
            .write(folder.resolve("large.safetensors"));
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensor("floats").toFloats()).isEqualTo(values);
      long[] longs = file.tensor("bytes").toLongs();
      for (int i = 0; i < bytes.length; i++) {
        assertThat(longs[i]).isEqualTo(bytes[i] & 0xFF);
      }
      assertThat(file.tensor("bytes").segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
    }
  }

  /** In a JVM of its own, which a mapped file could end. */
  @Test
  void aFileThatIsShortenedWhileItIsReadEndsNoProcess() {
    ChildJvm.Result result =
        ChildJvm.of(ShortenedMain.class)
            .library(JsonFactory.class)
            .option("-XX:ErrorFile=" + folder.resolve("hs_err.log"))
            .run(folder.toString(), "500");
    assertThat(result.output().lines())
        .containsExactly(
            "oneDNN: 1048576.0",
            String.format(
                Locale.ROOT,
                "Java: %s: was shortened while it was open: it had 8388765 bytes, now it has 1000",
                folder.resolve("net.safetensors")),
            String.format(
                Locale.ROOT,
                "late: %s: was shortened while it was open: it had 8388765 bytes, now it has 1000",
                folder.resolve("net.safetensors")),
            "reads went on: true",
            "late again: other values");
    assertThat(result.exit()).isZero();
    assertThat(folder.resolve("hs_err.log")).doesNotExist();
  }

  @Test
  void anInterruptDoesNotCloseTheFile() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(file(small().toBytes()))) {
      Thread.currentThread().interrupt();
      assertThat(file.tensor("a.bias").toFloats()).containsExactly(4, 5);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(file.tensor("a.bias").toFloats()).containsExactly(4, 5);
    }
  }

  @Test
  void aFileThatIsReplacedIsReadAsItWas() throws IOException {
    Path path = file(small().toBytes());
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Path other = Files.write(folder.resolve("other"), new byte[10]);
      Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
      assertThat(file.tensor("a.bias").toFloats()).containsExactly(4, 5);
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void symbolicLinks() throws IOException {
    Path path = file(small().toBytes());
    Path link = Files.createSymbolicLink(folder.resolve("link"), path);
    try (SafetensorsFile file = SafetensorsFile.open(link)) {
      assertThat(file.tensor("a.bias").toFloats()).containsExactly(4, 5);
    }
    Files.delete(path);
    assertThatThrownBy(() -> SafetensorsFile.open(link)).hasMessage(link + ": no such file");
    Path loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    assertThatThrownBy(() -> SafetensorsFile.open(loop)).hasMessage(loop + ": no such file");
    Path device = Files.createSymbolicLink(folder.resolve("device"), Path.of("/dev/zero"));
    assertThatThrownBy(() -> SafetensorsFile.open(device))
        .hasMessage(device + ": is not a regular file, expected a safetensors file");
    Files.delete(device);
  }

  /** A file of 1 TiB that takes no space: nothing is allocated for it before it is asked for. */
  @Test
  void sizesOfSparseFilesAllocateNothing() throws IOException {
    long bytes = 1L << 40;
    String json =
        String.format(
            Locale.ROOT,
            "{\"t\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}",
            bytes / 4,
            bytes);
    Path path = file(SafetensorsWriter.raw(json, new byte[0]));
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(file.length() + bytes);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      TensorView tensor = file.tensor("t");
      assertThat(tensor.elementCount()).isEqualTo(bytes / 4);
      assertThatIllegalArgumentException()
          .isThrownBy(tensor::toFloats)
          .withMessageEndingWith("has 274877906944 elements, more than an array holds: use copyTo");
      assertThatThrownBy(tensor::segment).isInstanceOf(OutOfMemoryError.class);
    }
  }

  @Test
  void metadataAndNamesCannotBeChanged() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(file(small().toBytes()))) {
      assertThatThrownBy(() -> file.metadata().put("a", "b"))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> file.names().clear())
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> file.tensors().clear())
          .isInstanceOf(UnsupportedOperationException.class);
      file.tensor("z.weight").shape()[0] = 99;
      assertThat(file.tensor("z.weight").shape()).containsExactly(2, 3);
    }
  }

  @Test
  void emptyFileOfNoTensors() throws IOException {
    try (SafetensorsFile file =
        SafetensorsFile.open(file(SafetensorsWriter.raw("{}  \n", new byte[0])))) {
      assertThat(file.names()).isEmpty();
      assertThat(file.metadata()).isEmpty();
    }
  }

  @Test
  void tensorsNeedNotBeListedInTheOrderOfTheData() throws IOException {
    String header =
        """
        {"b":{"data_offsets":[4,8],"shape":[1],"dtype":"F32"},
         "e":{"dtype":"I64","shape":[0],"data_offsets":[4,4]},
         "a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}\
        """;
    byte[] data = SafetensorsWriter.buffer(8).putFloat(1).putFloat(2).array();
    try (SafetensorsFile file = SafetensorsFile.open(file(SafetensorsWriter.raw(header, data)))) {
      assertThat(file.names()).containsExactly("b", "e", "a");
      assertThat(file.tensor("a").toFloats()).containsExactly(1);
      assertThat(file.tensor("b").toFloats()).containsExactly(2);
    }
  }

  @Test
  void missingTensorOffersCloseNames() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(file(small().toBytes()))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.tensor("z.weigth"))
          .withMessage(
              file.path() + ": has no tensor \"z.weigth\" among its 5 (close to: \"z.weight\")");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.tensor("quite another"))
          .withMessage(file.path() + ": has no tensor \"quite another\" among its 5");
    }
  }

  @Test
  void useAfterClose() throws IOException {
    SafetensorsFile file = SafetensorsFile.open(file(small().toBytes()));
    TensorView tensor = file.tensor("odd");
    file.close();
    file.close();
    String message = file.path() + ": is closed, open it again to read from it";
    assertThatIllegalStateException().isThrownBy(file::names).withMessage(message);
    assertThatIllegalStateException().isThrownBy(file::metadata).withMessage(message);
    assertThatIllegalStateException().isThrownBy(file::tensors).withMessage(message);
    assertThatIllegalStateException().isThrownBy(() -> file.contains("odd")).withMessage(message);
    assertThatIllegalStateException().isThrownBy(() -> file.tensor("odd")).withMessage(message);
    assertThat(file).hasToString(file.path() + ": 5 tensors, closed");

    assertThat(tensor).hasToString("odd U8 [3]");
    assertThat(tensor.elementCount()).isEqualTo(3);
    String gone = "tensor odd U8 [3] is gone: its file was closed, read it before closing the file";
    assertThatIllegalStateException().isThrownBy(tensor::toFloats).withMessage(gone);
    assertThatIllegalStateException().isThrownBy(tensor::toLongs).withMessage(gone);
    assertThatIllegalStateException()
        .isThrownBy(() -> tensor.copyTo(MemorySegment.ofArray(new float[3])))
        .withMessage(gone);
    assertThatIllegalStateException().isThrownBy(tensor::segment).withMessage(gone);
  }

  @Test
  void closeWhileOthersRead() throws Exception {
    Path path =
        new SafetensorsWriter().floats("t", new float[1 << 20], 1 << 20).write(folder.resolve("t"));
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 20; i++) {
        SafetensorsFile file = SafetensorsFile.open(path);
        TensorView tensor = file.tensor("t");
        CountDownLatch reading = new CountDownLatch(2);
        Callable<String> reader =
            () -> {
              reading.countDown();
              try {
                while (true) {
                  tensor.toFloats();
                }
              } catch (IllegalStateException e) {
                return "closed";
              }
            };
        Future<String> first = threads.submit(reader);
        Future<String> second = threads.submit(reader);
        reading.await();
        file.close();
        assertThat(first.get(5, TimeUnit.MINUTES)).isEqualTo("closed");
        assertThat(second.get(5, TimeUnit.MINUTES)).isEqualTo("closed");
      }
    }
  }

  @Test
  void whatIsNoRegularFile() throws IOException {
    Path missing = folder.resolve("missing.safetensors");
    assertThatThrownBy(() -> SafetensorsFile.open(missing))
        .isInstanceOf(IOException.class)
        .hasMessage(missing + ": no such file");
    assertThatThrownBy(() -> SafetensorsFile.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + ": is a directory, expected a safetensors file");
    Path device = Path.of("/dev/null");
    if (Files.exists(device)) {
      assertThatThrownBy(() -> SafetensorsFile.open(device))
          .isInstanceOf(IOException.class)
          .hasMessage(device + ": is not a regular file, expected a safetensors file");
    }
  }

  private static Arguments malformed(String what, byte[] bytes, String message) {
    return Arguments.of(what, bytes, message);
  }

  private static Arguments header(String what, String json, int dataBytes, String message) {
    return malformed(what, SafetensorsWriter.raw(json, new byte[dataBytes]), message);
  }

  /** A header of one F32 tensor "t" whose values are these JSON texts. */
  private static String one(String dtype, String shape, String offsets) {
    return String.format(
        Locale.ROOT,
        "{\"t\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}}",
        dtype,
        shape,
        offsets);
  }

  private static String two(String offsetsA, String offsetsB) {
    String tensor = "\"%s\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":%s}";
    return "{"
        + String.format(Locale.ROOT, tensor, "a", offsetsA)
        + ","
        + String.format(Locale.ROOT, tensor, "b", offsetsB)
        + "}";
  }

  static Stream<Arguments> malformedFiles() {
    byte[] none = new byte[0];
    String f32 = "\"F32\"";
    String offsets =
        "tensor \"t\": data_offsets are %s, expected [begin, end] with begin <= end <= 4, the"
            + " length of the data";
    return Stream.of(
        malformed("empty", none, "has 0 bytes, a safetensors file has at least 8"),
        malformed("7 bytes", new byte[7], "has 7 bytes, a safetensors file has at least 8"),
        malformed(
            "text",
            "Hello, safetensors!".getBytes(StandardCharsets.UTF_8),
            "its first 8 bytes announce a header of 8295679370688488776 bytes, more than the limit"
                + " of 100000000; is this a safetensors file?"),
        malformed(
            "length 2^64 - 1",
            SafetensorsWriter.buffer(10).putLong(-1).array(),
            "its first 8 bytes announce a header of 18446744073709551615 bytes, more than the limit"
                + " of 100000000; is this a safetensors file?"),
        malformed(
            "length beyond the file",
            SafetensorsWriter.buffer(10).putLong(3).array(),
            "announces a header of 3 bytes, but only 2 follow; the file is truncated, or no"
                + " safetensors file"),
        malformed(
            "no header",
            new byte[8],
            "the header does not start with '{', is this a safetensors file?"),
        header(
            "array", "[1]", 0, "the header does not start with '{', is this a safetensors file?"),
        header(
            "space first",
            " {}",
            0,
            "the header does not start with '{', is this a safetensors file?"),
        malformed(
            "not UTF-8",
            SafetensorsWriter.raw(new byte[] {'{', '"', (byte) 0xFF, '"'}, none),
            "the header is not valid UTF-8"),
        malformed(
            "overlong UTF-8",
            SafetensorsWriter.raw(
                new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'}, none),
            "the header is not valid UTF-8"),
        header(
            "half a surrogate pair",
            "{\"\\ud800\":1}",
            0,
            "the header has an unpaired surrogate in \"?\""),
        header(
            "unclosed",
            "{",
            0,
            "the header is not valid JSON at character 1: Unexpected end-of-input"),
        header(
            "no colon",
            "{\"a\" 1}",
            0,
            "the header is not valid JSON at character 5: Unexpected character"),
        header(
            "comment",
            "{/**/}",
            0,
            "the header is not valid JSON at character 1: Unexpected character"),
        header("trailing comma", "{\"a\":{},}", 0, "tensor \"a\" has no dtype"),
        header("two objects", "{}{}", 0, "the header goes on after its closing '}'"),
        header(
            "text behind",
            "{} x",
            0,
            "the header is not valid JSON at character 3: Unrecognized token"),
        header(
            "zero behind",
            "{}\0",
            0,
            "the header is not valid JSON at character 3: Illegal character"),
        header(
            "deep",
            "{\"t\":{\"x\":" + "[".repeat(126) + "]".repeat(126) + "}}",
            0,
            "the header is not valid JSON: Document nesting depth (128) exceeds"),
        header(
            "nested shape",
            "{\"t\":{\"shape\":[[[1]]]}}",
            0,
            "tensor \"t\": shape is [..., expected an array of integers of at least 0"),
        header(
            "name twice",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{}}",
            0,
            "the header is not valid JSON at character 56: Duplicate"),
        header(
            "key twice",
            "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}",
            0,
            "the header is not valid JSON at character 26: Duplicate"),
        header(
            "metadata twice",
            "{\"__metadata__\":{},\"__metadata__\":{}}",
            0,
            "the header is not valid JSON at character 33: Duplicate"),
        header(
            "very long name",
            "{\"" + LONG_NAME + "\":{}}",
            0,
            "the header is not valid JSON: Name length ("),
        header(
            "metadata no object",
            "{\"__metadata__\":[\"a\"]}",
            0,
            "__metadata__ is [..., expected an object of strings, or null"),
        header(
            "metadata of numbers",
            "{\"__metadata__\":{\"epoch\":7}}",
            0,
            "__metadata__ \"epoch\" is 7, expected a string"),
        header(
            "metadata nested",
            "{\"__metadata__\":{\"a\":{}}}",
            0,
            "__metadata__ \"a\" is {..., expected a string"),
        header("tensor no object", "{\"t\":1}", 0, "tensor \"t\" is 1, expected an object"),
        header(
            "foreign key that does not end",
            "{\"t\":{\"dtype\":\"F32\",\"strides\":[1",
            0,
            "the header is not valid JSON at character 32: Unexpected end-of-input"),
        header(
            "foreign key twice",
            "{\"t\":{\"strides\":[1],\"strides\":[1]}}",
            0,
            "the header is not valid JSON at character 29: Duplicate"),
        header(
            "metadata of null",
            "{\"__metadata__\":{\"a\":null}}",
            0,
            "__metadata__ \"a\" is null, expected a string"),
        header("tensor null", "{\"t\":null}", 0, "tensor \"t\" is null, expected an object"),
        header(
            "half a byte",
            one("\"F4\"", "[3]", "[0,2]"),
            2,
            "tensor \"t\": 3 elements of F4 end inside a byte, expected whole bytes"),
        header(
            "half a byte of six bits",
            one("\"F6_E2M3\"", "[2]", "[0,2]"),
            2,
            "tensor \"t\": 2 elements of F6_E2M3 end inside a byte, expected whole bytes"),
        header(
            "empty tensor inside another",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
                + "\"e\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[1,1]}}",
            2,
            "tensors \"a\" and \"e\" overlap in the data, at offset 1"),
        header("no dtype", "{\"t\":{\"shape\":[]}}", 0, "tensor \"t\" has no dtype"),
        header("no shape", "{\"t\":{\"dtype\":\"F32\"}}", 0, "tensor \"t\" has no shape"),
        header(
            "no offsets",
            "{\"t\":{\"dtype\":\"F32\",\"shape\":[]}}",
            0,
            "tensor \"t\" has no data_offsets"),
        header(
            "unknown dtype",
            one("\"F128\"", "[1]", "[0,4]"),
            4,
            "tensor \"t\": dtype \"F128\" is unknown, expected one of [F64, F32, F16, BF16, I64,"
                + " I32, I16, I8, U64, U32, U16, U8, BOOL, C64, F8_E4M3, F8_E5M2, F8_E8M0,"
                + " F8_E4M3FNUZ, F8_E5M2FNUZ, F6_E2M3, F6_E3M2, F4]"),
        header(
            "dtype a number",
            one("32", "[1]", "[0,4]"),
            4,
            "tensor \"t\": dtype is 32, expected a string"),
        header(
            "shape no array",
            one(f32, "1", "[0,4]"),
            4,
            "tensor \"t\": shape is 1, expected an array of integers of at least 0"),
        header(
            "shape of strings",
            one(f32, "[\"1\"]", "[0,4]"),
            4,
            "tensor \"t\": shape is 1, expected an array of integers of at least 0"),
        header(
            "shape of floats",
            one(f32, "[1.0]", "[0,4]"),
            4,
            "tensor \"t\": shape is 1.0, expected an array of integers of at least 0"),
        header(
            "shape negative",
            one(f32, "[-1]", "[0,4]"),
            4,
            "tensor \"t\": shape has the entry -1, expected 0 to 9223372036854775807"),
        header(
            "shape over long",
            one(f32, "[9223372036854775808]", "[0,4]"),
            4,
            "tensor \"t\": shape has the entry 9223372036854775808, expected 0 to"
                + " 9223372036854775807"),
        header(
            "shape of many digits",
            one(f32, "[1" + "0".repeat(1000) + "]", "[0,4]"),
            4,
            "the header is not valid JSON: Number value length (1001) exceeds"),
        header(
            "product overflows",
            one(f32, "[4294967296, 4294967296]", "[0,4]"),
            4,
            "tensor \"t\": shape [4294967296, 4294967296] of F32 is too large, its size in bits"
                + " overflows"),
        header(
            "bytes overflow",
            one(f32, "[4611686018427387904]", "[0,4]"),
            4,
            "tensor \"t\": shape [4611686018427387904] of F32 is too large, its size in bits"
                + " overflows"),
        header(
            "very many dimensions",
            one(f32, "[" + "1,".repeat(1_000_000) + "1]", "[0,4]"),
            4,
            "tensor \"t\": shape has more than 64 entries"),
        header("one offset", one(f32, "[1]", "[0]"), 4, String.format(Locale.ROOT, offsets, "[0]")),
        header(
            "three offsets",
            one(f32, "[1]", "[0,4,4]"),
            4,
            String.format(Locale.ROOT, offsets, "[0, 4, 4]")),
        header(
            "offsets turned",
            one(f32, "[1]", "[4,0]"),
            4,
            String.format(Locale.ROOT, offsets, "[4, 0]")),
        header(
            "offset beyond",
            one(f32, "[2]", "[0,8]"),
            4,
            String.format(Locale.ROOT, offsets, "[0, 8]")),
        header(
            "offset negative",
            one(f32, "[1]", "[-4,0]"),
            4,
            "tensor \"t\": data_offsets has the entry -4, expected 0 to 9223372036854775807"),
        header(
            "size does not match",
            one(f32, "[2]", "[0,4]"),
            4,
            "tensor \"t\": data_offsets [0, 4] span 4 bytes, expected 8 for F32 [2]"),
        header(
            "overlap",
            two("[0,2]", "[1,3]"),
            3,
            "tensors \"a\" and \"b\" overlap in the data, at offset 1"),
        header(
            "same place",
            two("[0,2]", "[0,2]"),
            2,
            "tensors \"a\" and \"b\" overlap in the data, at offset 0"),
        header(
            "hole",
            two("[0,2]", "[3,5]"),
            5,
            "there is a hole of 1 bytes in the data before tensor \"b\""),
        header(
            "hole at the beginning",
            two("[1,3]", "[3,5]"),
            5,
            "there is a hole of 1 bytes in the data before tensor \"a\""),
        header(
            "remainder",
            two("[0,2]", "[2,4]"),
            9,
            "the tensors take 4 bytes, but the file has 9 bytes of data: no tensor owns the last"
                + " 5"),
        header(
            "hostile name",
            "{\"a\\nb\\u001b[31m\":1}",
            0,
            "tensor \"a?b?[31m\" is 1, expected an object"));
  }

  /** Jackson writes numbers in the user's digits. */
  private static String inDigitsFrom0To9(String text) {
    return text.codePoints()
        .map(c -> Character.isDigit(c) ? '0' + Character.digit(c, 10) : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedFiles")
  void malformedFileIsRefusedInOneLine(String what, byte[] bytes, String message)
      throws IOException {
    Path path = file(bytes);
    assertThatThrownBy(() -> SafetensorsFile.open(path).close())
        .as(what)
        .isExactlyInstanceOf(IOException.class)
        .extracting(Throwable::getMessage)
        .satisfies(
            text ->
                assertThat(inDigitsFrom0To9(text))
                    .startsWith(path + ": " + message)
                    .doesNotContain("\n")
                    .hasSizeLessThan(400 + path.toString().length()));
    Files.delete(path); // which Windows refuses while the file is open
  }

  /** Files of other writers, which the format's own reader takes. */
  @Test
  void whatTheFormatsOwnReaderTakes() throws Exception {
    for (String name : new String[] {"meta_null", "extra_key", "dtype_C64"}) {
      Path path = Path.of(getClass().getResource(name + ".safetensors").toURI());
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        assertThat(file.metadata()).as(name).isEmpty();
        assertThat(file.tensor("a").toFloats()).as(name).containsExactly(0);
      }
    }
    String nested = "[".repeat(120) + "1e-7" + "]".repeat(120);
    String header =
        String.format(
            Locale.ROOT,
            """
        {"t":{"x":{"y":[null,true,-1.50,{"z":{}}]},"dtype":"F32","deep":%s,"shape":[1],\
        "long":1.%s,"data_offsets":[0,4]},"e":{"dtype":"F64","shape":[3,0],"data_offsets":[4,4]}}\
        """,
            nested,
            "0123456789".repeat(50));
    try (SafetensorsFile file =
        SafetensorsFile.open(
            file(SafetensorsWriter.raw(header, new byte[] {0, 0, (byte) 128, 63})))) {
      assertThat(file.tensor("t").toFloats()).containsExactly(1);
      assertThat(file.tensor("e").elementCount()).isZero();
    }
  }

  @Test
  void everyTypeOfTheFormatIsListedAndCopied() throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (ElementType type : ElementType.values()) {
      byte[] bytes = new byte[type.bits()];
      Arrays.fill(bytes, (byte) type.name().hashCode());
      writer.tensor(type.name(), type.name(), bytes, 8);
    }
    try (SafetensorsFile file = SafetensorsFile.open(file(writer.toBytes()))) {
      for (ElementType type : ElementType.values()) {
        TensorView tensor = file.tensor(type.name());
        assertThat(tensor.type()).isEqualTo(type);
        assertThat(tensor.elementCount()).isEqualTo(8);
        assertThat(tensor.segment().byteSize()).isEqualTo(type.bits());
        assertThat(tensor.segment().get(ValueLayout.JAVA_BYTE, type.bits() - 1))
            .isEqualTo((byte) type.name().hashCode());
        if (!type.isConvertible()) {
          assertThatIllegalArgumentException()
              .isThrownBy(tensor::toFloats)
              .withMessage(
                  "tensor %s %s [8] cannot be converted to floats, store it as F32, F16 or BF16",
                  type, type);
        }
      }
    }
  }

  /** Of 20 to 100 MB each, in a JVM that has 64 MB. */
  @Test
  void largeHeadersAreRefusedEarly() {
    ChildJvm.Result result =
        ChildJvm.of(LargeHeadersMain.class)
            .library(JsonFactory.class)
            .option("-Xmx64m")
            .run(folder.toString());
    // How far Jackson reads before it counts is its own affair.
    assertThat(
            result.output().lines().map(line -> line.replaceFirst("length \\(\\d+\\)", "length")))
        .containsExactly(
            "metadata: the header has more than 100000 keys",
            "foreign: the header has more than 100000 keys",
            "nested: the header has more than 100000 keys",
            "tensors: the header has more than 100000 keys",
            "names: names and metadata have more than 16777216 characters",
            "text: the header is not valid JSON: String value length exceeds the maximum"
                + " allowed (16777216, from `StreamReadConstraints.getMaxStringLength()`)",
            "blanks: 0 tensors");
    assertThat(result.exit()).isZero();
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] bytes = small().toBytes();
    for (int length = 0; length < bytes.length; length++) {
      Path path = file(Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> SafetensorsFile.open(path).close())
          .as("length %d", length)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(path + ": ");
    }
  }

  @Test
  void randomDamageIsRefusedOrHarmless() throws IOException {
    byte[] bytes = small().toBytes();
    Random random = new Random(1);
    int read = 0;
    for (int i = 0; i < 500; i++) {
      byte[] damaged = bytes.clone();
      for (int k = random.nextInt(3); k >= 0; k--) {
        damaged[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Path path = file(damaged);
      read += isRead("damage " + i, path) ? 1 : 0;
    }
    assertThat(read).as("of 500").isBetween(25, 475);
  }

  /** Whether it is read, all of it. Else one line says what it is. */
  private static boolean isRead(String damage, Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (TensorView tensor : file.tensors()) {
        if (tensor.type().isConvertible()) {
          assertThat(tensor.toFloats()).as(damage).hasSize((int) tensor.elementCount());
        }
      }
      return true;
    } catch (IOException e) {
      assertThat(e).as(damage).hasMessageStartingWith(path + ": ");
      assertThat(e.getMessage()).doesNotContain("\n");
      return false;
    }
  }
}
