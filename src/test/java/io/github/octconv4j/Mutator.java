package io.github.octconv4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages files: bits, bytes, numbers, cuts, repeats and words that mean something to a format. */
final class Mutator {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    32767,
    65535,
    65536,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    99_999_999
  };

  private final SplittableRandom random;
  private final List<String> words;
  private final Charset charset; // of the words in the file

  Mutator(long seed, List<String> words, Charset charset) {
    this.random = new SplittableRandom(seed);
    this.words = words;
    this.charset = charset;
  }

  /** A damaged copy of one of the files. */
  byte[] mutate(List<byte[]> files) {
    byte[] file = files.get(random.nextInt(files.size()));
    for (int i = random.nextInt(4); i >= 0; i--) {
      file = once(file, files.get(random.nextInt(files.size())));
    }
    return file;
  }

  private byte[] once(byte[] file, byte[] other) {
    int at = position(file);
    int end = Math.min(file.length, at + 1 + random.nextInt(1 << random.nextInt(10)));
    return switch (random.nextInt(10)) {
      case 0 -> set(file, at, (byte) (at < file.length ? file[at] ^ (1 << random.nextInt(8)) : 0));
      case 1 -> set(file, at, (byte) random.nextInt());
      case 2 -> splice(file, at, at + width(), number());
      case 3 -> Arrays.copyOf(file, at);
      case 4 -> splice(file, at, end, new byte[0]);
      case 5 -> splice(file, at, at, Arrays.copyOfRange(file, at, end));
      case 6 -> splice(file, at, at, word());
      case 7 -> splice(file, at, end, word());
      case 8 -> digits(file, at);
      default ->
          splice(file, at, file.length, Arrays.copyOfRange(other, position(other), other.length));
    };
  }

  /** Half of them near the beginning, where most that counts is said. */
  private int position(byte[] file) {
    return random.nextInt((random.nextBoolean() ? file.length : Math.min(file.length, 1000)) + 1);
  }

  private static byte[] set(byte[] file, int at, byte value) {
    byte[] copy = file.clone();
    if (at < copy.length) {
      copy[at] = value;
    }
    return copy;
  }

  private int width() {
    return 1 << random.nextInt(4);
  }

  private byte[] number() {
    long value = NUMBERS[random.nextInt(NUMBERS.length)];
    ByteOrder order = random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    ByteBuffer bytes = ByteBuffer.allocate(8).order(order).putLong(value);
    int width = width();
    int from = order == ByteOrder.LITTLE_ENDIAN ? 0 : 8 - width;
    return Arrays.copyOfRange(bytes.array(), from, from + width);
  }

  private byte[] word() {
    return words.get(random.nextInt(words.size())).getBytes(charset);
  }

  /** Another number in digits instead of the next one. */
  private byte[] digits(byte[] file, int at) {
    int from = at;
    while (from < file.length && !Character.isDigit(file[from])) {
      from++;
    }
    int to = from;
    while (to < file.length && Character.isDigit(file[to])) {
      to++;
    }
    String number = Long.toString(NUMBERS[random.nextInt(NUMBERS.length)]);
    return splice(file, from, to, number.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] splice(byte[] file, int from, int to, byte[] inserted) {
    int behind = Math.min(to, file.length);
    return ByteBuffer.allocate(file.length - (behind - from) + inserted.length)
        .put(file, 0, from)
        .put(inserted)
        .put(file, behind, file.length - behind)
        .array();
  }
}
