package io.github.octconv4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.octconv4j.SameOnEveryProcessor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SameOnEveryProcessor
class ImageFilesTest {
  @TempDir private Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("picture.png"), bytes);
  }

  private Image read(byte[] bytes) throws IOException {
    return ImageFiles.read(file(bytes));
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(byte[] bytes)
      throws IOException {
    Path path = file(bytes);
    return assertThatThrownBy(() -> ImageFiles.read(path))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(path + ": is ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  private static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  private static byte[] noise(String format, int type) throws IOException {
    BufferedImage image = new BufferedImage(67, 45, type);
    Random random = new Random(4);
    for (int y = 0; y < 45; y++) {
      for (int x = 0; x < 67; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    return encode(image, format);
  }

  @Test
  void graySamplesComeThroughExactly() throws IOException {
    BufferedImage picture = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
    for (int x = 0; x < 256; x++) {
      picture.getRaster().setSample(x, 0, 0, x);
    }
    Image image = read(encode(picture, "png"));
    assertThat(image).hasToString("256 x 1 grey");
    for (int x = 0; x < 256; x++) {
      assertThat(image.at(0, 0, x)).isEqualTo(x / 255f);
    }
  }

  @Test
  void gammaAndProfileAreIgnored() throws IOException {
    byte[] png = PngBytes.of(1, 1, 8, PngBytes.GRAY).chunk("gAMA", 0, 1, 0x86, 0xA0).rows(0, 128);
    assertThat(read(png).toFloats()).containsExactly(128 / 255f);
  }

  @Test
  void rgb() throws IOException {
    byte[] png = PngBytes.of(2, 1, 8, PngBytes.RGB).rows(0, 10, 20, 30, 40, 50, 60);
    Image image = read(png);
    assertThat(image).hasToString("2 x 1 RGB");
    assertThat(image.toFloats())
        .containsExactly(10 / 255f, 40 / 255f, 20 / 255f, 50 / 255f, 30 / 255f, 60 / 255f);
  }

  @Test
  void alphaIsLaidOverBlack() throws IOException {
    byte[] rgba =
        PngBytes.of(2, 1, 8, PngBytes.RGB_ALPHA).rows(0, 10, 20, 30, 255, 100, 200, 50, 51);
    assertThat(read(rgba).toFloats())
        .containsExactly(
            new float[] {10 / 255f, 20 / 255f, 20 / 255f, 40 / 255f, 30 / 255f, 10 / 255f},
            within(1e-6f));
    byte[] graya = PngBytes.of(2, 1, 8, PngBytes.GRAY_ALPHA).rows(0, 200, 0, 200, 51);
    assertThat(read(graya)).hasToString("2 x 1 grey");
    assertThat(read(graya).toFloats()).containsExactly(new float[] {0, 40 / 255f}, within(1e-6f));
    byte[] key =
        PngBytes.of(2, 1, 8, PngBytes.RGB)
            .chunk("tRNS", 0, 10, 0, 20, 0, 30)
            .rows(0, 10, 20, 30, 40, 50, 60);
    assertThat(read(key).toFloats()).containsExactly(0, 40 / 255f, 0, 50 / 255f, 0, 60 / 255f);
  }

  @Test
  void palettes() throws IOException {
    byte[] color =
        PngBytes.of(3, 1, 8, PngBytes.PALETTE)
            .chunk("PLTE", 10, 20, 30, 40, 50, 60, 100, 100, 100)
            .chunk("tRNS", 255, 255, 51)
            .rows(0, 1, 0, 2);
    Image image = read(color);
    assertThat(image).hasToString("3 x 1 RGB");
    assertThat(image.toFloats())
        .containsExactly(
            new float[] {
              40 / 255f, 10 / 255f, 20 / 255f, 50 / 255f, 20 / 255f, 20 / 255f, 60 / 255f,
              30 / 255f, 20 / 255f
            },
            within(1e-6f));
    byte[] grays =
        PngBytes.of(2, 1, 8, PngBytes.PALETTE)
            .chunk("PLTE", 10, 10, 10, 128, 128, 128)
            .rows(0, 1, 0);
    assertThat(read(grays)).hasToString("2 x 1 grey");
    assertThat(read(grays).toFloats()).containsExactly(128 / 255f, 10 / 255f);
  }

  @Test
  void smallGraySamplesAreScaled() throws IOException {
    byte[] one = PngBytes.of(4, 1, 1, PngBytes.GRAY).rows(0, 0b0110_0000);
    assertThat(read(one)).hasToString("4 x 1 grey");
    assertThat(read(one).toFloats()).containsExactly(0, 1, 1, 0);
    byte[] two = PngBytes.of(4, 1, 2, PngBytes.GRAY).rows(0, 0b00_01_10_11);
    assertThat(read(two).toFloats()).containsExactly(0, 85 / 255f, 170 / 255f, 1);
  }

  @Test
  void sixteenBits() throws IOException {
    byte[] gray = PngBytes.of(2, 1, 16, PngBytes.GRAY).rows(0, 0xFF, 0xFF, 1, 2);
    assertThat(read(gray).toFloats()).containsExactly(1, 258 / 65535f);
    byte[] rgb = PngBytes.of(1, 1, 16, PngBytes.RGB).rows(0, 1, 0, 0, 2, 0xFF, 0xFF);
    assertThat(read(rgb).toFloats()).containsExactly(256 / 65535f, 2 / 65535f, 1);
  }

  @Test
  void jpeg() throws IOException {
    BufferedImage picture = new BufferedImage(16, 8, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 16; x++) {
        picture.setRGB(x, y, 0xFF8020);
      }
    }
    Image image = read(encode(picture, "jpeg"));
    assertThat(image).hasToString("16 x 8 RGB");
    assertThat(image.at(0, 4, 4)).isCloseTo(1, within(.02f));
    assertThat(image.at(1, 4, 4)).isCloseTo(128 / 255f, within(.02f));
    assertThat(image.at(2, 4, 4)).isCloseTo(32 / 255f, within(.02f));
    byte[] gray = noise("jpeg", BufferedImage.TYPE_BYTE_GRAY);
    assertThat(read(gray)).hasToString("67 x 45 grey");
  }

  @Test
  void streams() throws IOException {
    byte[] png = PngBytes.of(1, 1, 8, PngBytes.GRAY).rows(0, 255);
    InputStream in = new ByteArrayInputStream(png);
    assertThat(ImageFiles.read(in, "upload", 1).toFloats()).containsExactly(1);
    assertThatThrownBy(() -> ImageFiles.read(new ByteArrayInputStream(new byte[9]), "upload", 1))
        .isInstanceOf(IOException.class)
        .hasMessage("upload: is not a PNG or JPEG image");
  }

  @Test
  void writtenPngIsReadBack() throws IOException {
    Path path = folder.resolve("written.png");
    for (int channels : new int[] {1, 3}) {
      float[] values = new float[channels * 256];
      for (int i = 0; i < values.length; i++) {
        values[i] = (i * 7 % 256) / 255f;
      }
      Image image = Image.of(32, 8, channels, values);
      ImageFiles.writePng(path, image);
      assertThat(ImageFiles.read(path)).hasToString(image.toString());
      assertThat(ImageFiles.read(path).toFloats()).containsExactly(values);
    }
  }

  @Test
  void writingClampsAndRounds() throws IOException {
    Path path = folder.resolve("written.png");
    float[] values = {-1, 2, Float.NaN, Float.POSITIVE_INFINITY, .4f / 255, .6f / 255};
    ImageFiles.writePng(path, Image.of(6, 1, 1, values));
    assertThat(ImageFiles.read(path).toFloats()).containsExactly(0, 1, 0, 1, 0, 1 / 255f);
  }

  @Test
  void unwritablePlaces() {
    Image image = Image.of(1, 1, 1, new float[1]);
    Path nowhere = folder.resolve("no/folder.png");
    assertThatThrownBy(() -> ImageFiles.writePng(nowhere, image))
        .isInstanceOf(IOException.class)
        .hasMessage(nowhere + ": cannot be written, the folder does not exist");
    assertThatThrownBy(() -> ImageFiles.writePng(folder, image))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + ": cannot be written, is a directory");
  }

  @Test
  void whatIsNoImage() throws IOException {
    Path missing = folder.resolve("missing.png");
    assertThatThrownBy(() -> ImageFiles.read(missing))
        .isInstanceOf(IOException.class)
        .hasMessage(missing + ": no such file");
    assertThatThrownBy(() -> ImageFiles.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + ": is a directory, expected an image");
    String message = file(new byte[0]) + ": is not a PNG or JPEG image";
    assertRefused(new byte[0]).hasMessage(message);
    assertRefused("just text".getBytes(StandardCharsets.UTF_8)).hasMessage(message);
    assertRefused("GIF89a".getBytes(StandardCharsets.UTF_8)).hasMessage(message);
  }

  @Test
  void sizeIsCheckedBeforeDecoding() throws IOException {
    byte[] huge = PngBytes.of(100_000, 100_000, 8, PngBytes.RGB).rows(0);
    Assertions.assertTimeout(
        Duration.ofMinutes(1),
        () ->
            assertRefused(huge)
                .hasMessageEndingWith(
                    ": is 100000 x 100000 pixels large, more than the limit of 64000000 pixels"));
    byte[] longest = PngBytes.of(Integer.MAX_VALUE, Integer.MAX_VALUE, 16, 6).rows(0);
    assertRefused(longest).hasMessageContaining("more than the limit");

    Path path = file(PngBytes.of(2, 3, 8, PngBytes.GRAY).rows(0, 1, 2, 0, 3, 4, 0, 5, 6));
    assertThat(ImageFiles.read(path, 6)).hasToString("2 x 3 grey");
    assertThatThrownBy(() -> ImageFiles.read(path, 5))
        .isInstanceOf(IOException.class)
        .hasMessage(path + ": is 2 x 3 pixels large, more than the limit of 5 pixels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageFiles.read(path, 0))
        .withMessage("maxPixels is 0, expected at least 1");
  }

  @Test
  void endlessStreamsEnd() {
    byte[] start = PngBytes.of(2, 3, 8, PngBytes.GRAY).chunk("tEXt").rows(0);
    // A chunk of 2 GiB that nobody needs: the stream never gets to its end.
    byte[] header = Arrays.copyOf(start, 33 + 8);
    header[33] = 0x7F;
    InputStream endless =
        new InputStream() {
          private int position;

          @Override
          public int read() {
            return position < header.length ? header[position++] & 0xFF : 0;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            Arrays.fill(target, offset, offset + length, (byte) 0);
            for (int i = offset; i < offset + length && position < header.length; i++) {
              target[i] = (byte) read();
            }
            return length;
          }
        };
    assertThatThrownBy(() -> ImageFiles.read(endless, "upload", 100))
        .isInstanceOf(IOException.class)
        .hasMessage("upload: is larger than the limit of 268435456 bytes");
  }

  /** Ten bytes for each scan, and the decoder goes through all pixels again. */
  @Test
  void thereIsAnEndToScans() throws IOException {
    byte[] jpeg = progressive();
    assertThat(read(jpeg)).hasToString("64 x 64 grey");
    int last = jpeg.length - 2; // the end of image
    int scan = last;
    while (jpeg[scan] != (byte) 0xFF || jpeg[scan + 1] != (byte) 0xDA) {
      scan--;
    }
    for (int scans : new int[] {80, 1000}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.write(jpeg, 0, last);
      for (int i = 0; i < scans; i++) {
        bytes.write(jpeg, scan, last - scan);
      }
      bytes.write(jpeg, last, 2);
      if (scans == 80) {
        assertThat(read(bytes.toByteArray())).hasToString("64 x 64 grey");
      } else {
        assertRefused(bytes.toByteArray())
            .hasMessageEndingWith(": is a JPEG image of more scans than the limit of 100");
      }
    }
  }

  private static byte[] progressive() throws IOException {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
    Random random = new Random(7);
    for (int i = 0; i < 64 * 64; i++) {
      image.getRaster().setSample(i % 64, i / 64, 0, random.nextInt(256));
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam options = writer.getDefaultWriteParam();
    options.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), options);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** What looks like a scan inside a comment is none. */
  @Test
  void scansInMetadataAreNone() throws IOException {
    byte[] jpeg = noise("jpeg", BufferedImage.TYPE_BYTE_GRAY);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(jpeg, 0, 2);
    bytes.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xFE, 0x10, 0x02});
    for (int i = 0; i < 0x800; i++) {
      bytes.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xDA});
    }
    bytes.write(jpeg, 2, jpeg.length - 2);
    assertThat(read(bytes.toByteArray()).toFloats()).isEqualTo(read(jpeg).toFloats());
  }

  @Test
  void unpackingMetadataIsNotTried() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.writeBytes("Comment\0\0".getBytes(StandardCharsets.US_ASCII));
    text.writeBytes(PngBytes.deflate(new byte[100_000_000]));
    byte[] png = PngBytes.of(1, 1, 8, PngBytes.GRAY).chunk("zTXt", text.toByteArray()).rows(0, 255);
    assertThat(read(png).toFloats()).containsExactly(1);
  }

  @Test
  void truncatedFilesAreRefused() throws IOException {
    byte[] png = noise("png", BufferedImage.TYPE_3BYTE_BGR);
    for (int length = 8; length < png.length - 16; length += 97) {
      assertRefused(Arrays.copyOf(png, length))
          .hasMessageContaining("is a damaged or unsupported PNG image: ");
    }
    byte[] jpeg = noise("jpeg", BufferedImage.TYPE_3BYTE_BGR);
    for (int length = 3; length < jpeg.length; length += 53) {
      assertRefused(Arrays.copyOf(jpeg, length)).hasMessageContaining("JPEG image");
    }
    assertRefused(Arrays.copyOf(jpeg, jpeg.length / 2))
        .hasMessageEndingWith(": is a truncated JPEG image");
    assertRefused(Arrays.copyOf(jpeg, jpeg.length - 2))
        .hasMessageEndingWith(": is a truncated JPEG image");
  }

  @Test
  void randomDamageIsRefusedOrHarmless() throws IOException {
    byte[][] files = {
      noise("png", BufferedImage.TYPE_3BYTE_BGR),
      noise("png", BufferedImage.TYPE_BYTE_INDEXED),
      noise("png", BufferedImage.TYPE_BYTE_BINARY),
      noise("jpeg", BufferedImage.TYPE_3BYTE_BGR),
      noise("jpeg", BufferedImage.TYPE_BYTE_GRAY)
    };
    Random random = new Random(5);
    int read = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] damaged = files[i % files.length].clone();
      for (int k = random.nextInt(5); k >= 0; k--) {
        int position = random.nextInt(i % 2 == 0 ? damaged.length : Math.min(damaged.length, 200));
        damaged[position] = (byte) random.nextInt();
      }
      read += isRead("damage " + i, damaged) ? 1 : 0;
    }
    assertThat(read).as("of 1000").isBetween(50, 950);
  }

  /** Whether it is read: then all values are some of a picture. Else one line says what it is. */
  private static boolean isRead(String damage, byte[] bytes) {
    try {
      Image image = ImageFiles.read(new ByteArrayInputStream(bytes), "damaged", 1_000_000);
      for (float value : image.toFloats()) {
        assertThat(value).as(damage).isBetween(0f, 1f);
      }
      return true;
    } catch (IOException e) {
      assertThat(e).as(damage).hasMessageStartingWith("damaged: is ");
      assertThat(e.getMessage()).doesNotContain("\n");
      return false;
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = ImageFilesTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  @Test
  void orientationCanBeLeftOut() throws IOException {
    byte[] jpeg = resource("pictures/exif_MM_6.jpg");
    Path path = file(jpeg);
    Image raw = ImageFiles.read(path, ImageOptions.DEFAULT.upright(false));
    Image upright = ImageFiles.read(path, ImageOptions.DEFAULT);
    assertThat(raw).hasToString("21 x 13 RGB");
    assertThat(upright).hasToString("13 x 21 RGB");
    assertThat(raw.toFloats()).isEqualTo(read(resource("pictures/exif_none.jpg")).toFloats());
    for (int y = 0; y < 13; y++) {
      for (int x = 0; x < 21; x++) {
        assertThat(upright.at(1, x, 12 - y)).isEqualTo(raw.at(1, y, x));
      }
    }
    byte[] png = resource("pictures/exif_8.png");
    assertThat(read(png)).hasToString("9 x 5 RGB");
    Image stored =
        ImageFiles.read(new ByteArrayInputStream(png), "upload", new ImageOptions(45, false));
    assertThat(stored).hasToString("5 x 9 RGB");
    assertThatIllegalArgumentException().isThrownBy(() -> ImageOptions.DEFAULT.maxPixels(0));
  }

  /** A header that claims most, and too few bytes behind it. */
  @Test
  void sizesThatTheBytesCannotHold() throws IOException {
    assertRefused(resource("reports/lying_size.jpg"))
        .hasMessageEndingWith("data are too few for 7999 x 8000 pixels");
    for (String name :
        new String[] {
          "grey", "grey_progressive", "sampling_2x2", "cmyk_progressive", "scans_apart"
        }) {
      byte[] jpeg = resource("pictures/" + name + ".jpg");
      int frame = 2;
      while (jpeg[frame + 1] != (byte) 0xC0 && jpeg[frame + 1] != (byte) 0xC2) {
        frame += 2 + (((jpeg[frame + 2] & 0xFF) << 8) | (jpeg[frame + 3] & 0xFF));
      }
      jpeg[frame + 5] = jpeg[frame + 7] = 0x1F; // 7936 and some by 7936 and some
      assertRefused(jpeg).hasMessageMatching(".*: [0-9]+ bytes of data are too few for .* pixels");
    }
    byte[] png = PngBytes.of(7999, 8000, 8, PngBytes.RGB).rows(0, 1, 2, 3);
    assertRefused(png).hasMessageContaining("bytes of data are too few for 7999 x 8000 pixels");
  }

  @Test
  void progressiveScansTimesPixelsHaveAnEnd() throws IOException {
    // 99 scans of a grey picture whose first scan is as long as its size asks for.
    byte[] jpeg = resource("pictures/grey_progressive.jpg");
    int frame = 2;
    while (jpeg[frame + 1] != (byte) 0xC2) {
      frame += 2 + (((jpeg[frame + 2] & 0xFF) << 8) | (jpeg[frame + 3] & 0xFF));
    }
    int scan = frame;
    while (jpeg[scan + 1] != (byte) 0xDA) {
      scan += 2 + (((jpeg[scan + 2] & 0xFF) << 8) | (jpeg[scan + 3] & 0xFF));
    }
    jpeg[frame + 5] = jpeg[frame + 7] = 0x1F;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(jpeg, 0, scan + 10);
    bytes.writeBytes(new byte[200_000]); // all blocks of 7949 x 7957
    for (int i = 0; i < 98; i++) {
      bytes.writeBytes(
          new byte[] {(byte) 0xFF, (byte) 0xDA, 0, 8, 1, 1, 0, 1, 63, 0, 0x7F, 0x7F, 0x7F});
    }
    bytes.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD9});
    Assertions.assertTimeout(
        Duration.ofMinutes(1),
        () ->
            assertRefused(bytes.toByteArray())
                .hasMessageMatching(
                    ".*: is a JPEG image whose scans visit 1[0-9]{9} samples or more, more than"
                        + " the limit of 1536000000"));
  }

  @Test
  void kindsOfJpegThatAreNotDecoded() throws IOException {
    byte[] jpeg = resource("pictures/grey.jpg");
    int frame = 2;
    while (jpeg[frame + 1] != (byte) 0xC0) {
      frame += 2 + (((jpeg[frame + 2] & 0xFF) << 8) | (jpeg[frame + 3] & 0xFF));
    }
    String end = ", which is not supported; convert it with another program";
    int[] markers = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF};
    for (int marker : markers) {
      byte[] other = jpeg.clone();
      other[frame + 1] = (byte) marker;
      assertRefused(other).hasMessageContaining("is a JPEG image with").hasMessageEndingWith(end);
    }
    byte[] twelve = jpeg.clone();
    twelve[frame + 4] = 12;
    assertRefused(twelve).hasMessageEndingWith("is a JPEG image of 12 bits a sample" + end);
    byte[] noHeight = jpeg.clone();
    noHeight[frame + 5] = noHeight[frame + 6] = 0;
    assertRefused(noHeight).hasMessageContaining(" x 0 pixels" + end);
  }

  @Test
  void exifDataThatEndInTheirHeader() throws IOException {
    byte[] jpeg = resource("pictures/exif_none.jpg");
    byte[] plain = Arrays.copyOfRange(jpeg, 12, jpeg.length); // behind an EXIF segment without data
    for (int length = 0; length < 8; length++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE1, 0});
      bytes.write(8 + length);
      bytes.writeBytes("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
      bytes.write(new byte[] {'M', 'M', 0, 42, 0, 0, 0, 8}, 0, length);
      bytes.writeBytes(plain);
      assertThat(read(bytes.toByteArray()).toFloats()).isEqualTo(read(jpeg).toFloats());
    }
  }

  @Test
  void namesInMessagesAreVisibleAndShort() {
    InputStream in = new ByteArrayInputStream(new byte[9]);
    String name = "a\nFATAL\u001b[2J\u202e" + "b".repeat(5000);
    assertThatThrownBy(() -> ImageFiles.read(in, name, 1))
        .isInstanceOf(IOException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500).matches("[ -~]+"))
        .hasMessageStartingWith("a?FATAL?[2J?bbb")
        .hasMessageEndingWith(": is not a PNG or JPEG image");
    Path missing = folder.resolve("a\nb");
    for (ThrowingRead reading :
        new ThrowingRead[] {
          () -> ImageFiles.read(missing),
          () -> IdxFile.read(missing),
          () -> ImageFiles.writePng(missing.resolve("c\td"), Image.of(1, 1, 1, new float[1]))
        }) {
      assertThatThrownBy(reading::run)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a?b")
          .satisfies(e -> assertThat(e.getMessage()).matches("[ -~]+"));
    }
  }

  private interface ThrowingRead {
    void run() throws IOException;
  }
}
