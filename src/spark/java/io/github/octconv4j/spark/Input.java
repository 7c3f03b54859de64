package io.github.octconv4j.spark;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.image.ImageOptions;
import io.github.octconv4j.nn.NetworkInfo;
import io.github.octconv4j.nn.Predictor;
import io.github.octconv4j.text.Printable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/** What a column has for each row, as Spark hands it to Java. */
enum Input {
  /** {@code binary}: the bytes of a PNG or JPEG file. */
  FILE {
    @Override
    void set(Predictor predictor, NetworkInfo info, int index, Object value)
        throws RejectedRowException {
      try {
        ByteArrayInputStream in = new ByteArrayInputStream((byte[]) value);
        predictor.setImage(index, ImageFiles.read(in, "picture", ImageOptions.DEFAULT));
      } catch (IOException | IllegalArgumentException e) {
        throw new RejectedRowException(Printable.line(String.valueOf(e.getMessage())), e);
      }
    }
  },

  /** A struct of Spark's image source: bytes row by row, in the order blue, green, red. */
  IMAGE {
    @Override
    void set(Predictor predictor, NetworkInfo info, int index, Object value)
        throws RejectedRowException {
      try {
        predictor.setImage(index, image((Row) value));
      } catch (IllegalArgumentException e) {
        throw new RejectedRowException(Printable.line(String.valueOf(e.getMessage())), e);
      }
    }
  },

  /** {@code array<float>}: normalised values (c, h, w), as the network takes them. */
  VALUES {
    @Override
    void set(Predictor predictor, NetworkInfo info, int index, Object value)
        throws RejectedRowException {
      Seq<?> values = (Seq<?>) value;
      int channels = info.channels();
      int plane = info.height() * info.width();
      if (values.length() != channels * plane) {
        throw new RejectedRowException(
            String.format(
                Locale.ROOT,
                "array must have %d values (%dx%dx%d), had %d",
                channels * plane,
                channels,
                info.height(),
                info.width(),
                values.length()));
      }
      float[] checked = new float[channels * plane];
      for (int i = 0; i < checked.length; i++) {
        Object element = values.apply(i);
        checked[i] = finite(element, i);
      }
      MemorySegment to = predictor.input().segment(); // (n, h, w, c)
      long first = (long) index * channels * plane;
      for (int c = 0; c < channels; c++) {
        for (int i = 0; i < plane; i++) {
          to.setAtIndex(
              ValueLayout.JAVA_FLOAT, first + (long) i * channels + c, checked[c * plane + i]);
        }
      }
    }
  };

  private static float finite(@Nullable Object element, int index) throws RejectedRowException {
    return switch (element) {
      case Float number when Float.isFinite(number) -> number;
      case Float number ->
          throw new RejectedRowException(
              String.format(
                  Locale.ROOT, "array must have finite values, has %s at index %d", number, index));
      case null ->
          throw new RejectedRowException(
              String.format(Locale.ROOT, "array must have values, has null at index %d", index));
      default -> // a fault of the query, not of the row
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "array must be array<float>, has %s of type %s at index %d; cast it: cast(... AS array<float>)",
                  element,
                  element.getClass().getSimpleName(),
                  index));
    };
  }

  private static final int MOST_PIXELS = (int) ImageFiles.MAX_PIXELS;

  /**
   * Puts a row's input into the predictor's memory.
   *
   * @param index in the batch
   * @param value not null
   */
  abstract void set(Predictor predictor, NetworkInfo info, int index, Object value)
      throws RejectedRowException;

  /** Returns what a column of this type has; empty where it is nothing that can be scored. */
  static Optional<Input> of(DataType type) {
    return Optional.ofNullable(
        switch (type) {
          case BinaryType _ -> FILE;
          case ArrayType array when array.elementType() instanceof FloatType -> VALUES;
          case StructType struct when isImage(struct) -> IMAGE;
          default -> null;
        });
  }

  /**
   * Returns what a value is that came without a type, as functions get it.
   *
   * @throws IllegalArgumentException if it is nothing that can be scored
   */
  static Input ofValue(Object value) {
    return switch (value) {
      case byte[] _ -> FILE;
      case Row row when row.schema() != null && isImage(row.schema()) -> IMAGE;
      case Seq<?> _ -> VALUES;
      default ->
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT, "expected %s, was %s", EXPECTED, value.getClass().getSimpleName()));
    };
  }

  /** The types that can be scored, for messages. */
  static final String EXPECTED =
      "binary (a PNG or JPEG file), a struct of Spark's image source, or array<float> (normalised values)";

  /** By names and types: who made the column may have said of others whether they can be null. */
  private static boolean isImage(StructType struct) {
    return struct.catalogString().equals(ImageSchema.columnSchema().catalogString());
  }

  /**
   * Returns the picture of a struct.
   *
   * @throws IllegalArgumentException if it is none; the message says why
   */
  static Image image(Row row) {
    requireValues(row);
    int width = ImageSchema.getWidth(row);
    int height = ImageSchema.getHeight(row);
    int samples = ImageSchema.getNChannels(row);
    byte[] data = ImageSchema.getData(row);
    requireMode(ImageSchema.getMode(row), samples);
    if (width < 1 || height < 1 || (long) width * height > MOST_PIXELS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "image must have 1 to %d pixels, was %d x %d",
              MOST_PIXELS,
              width,
              height));
    }
    long bytes = (long) width * height * samples;
    if (data.length != bytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "image of %d x %d pixels with %d channels must have %d bytes of data, had %d",
              width,
              height,
              samples,
              bytes,
              data.length));
    }
    int plane = width * height;
    int channels = samples == 1 ? 1 : 3;
    float[] values = new float[channels * plane];
    for (int i = 0; i < plane; i++) {
      // Transparent pixels lie over black, as those of PNG files do.
      float opacity = samples == 4 ? (data[i * samples + 3] & 0xFF) / 255f : 1;
      for (int c = 0; c < channels; c++) {
        int sample = data[i * samples + (channels - 1 - c)] & 0xFF;
        values[c * plane + i] = sample / 255f * opacity;
      }
    }
    return Image.of(width, height, channels, values);
  }

  /** Only the origin may be null: it says where the picture came from. */
  private static void requireValues(Row row) {
    StructType schema = ImageSchema.columnSchema();
    for (String name : schema.fieldNames()) {
      if (!name.equals("origin") && row.isNullAt(schema.fieldIndex(name))) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "image must have values, its %s is null", name));
      }
    }
  }

  /** Modes are those of OpenCV: of 8 bits without a sign, 8 for each channel but the first. */
  private static void requireMode(int mode, int samples) {
    boolean known = samples == 1 || samples == 3 || samples == 4;
    if (!known || mode != 8 * (samples - 1)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "image must be of mode 0 (1 channel), 16 (3) or 24 (4), was %d with %d channels",
              mode,
              samples));
    }
  }
}
