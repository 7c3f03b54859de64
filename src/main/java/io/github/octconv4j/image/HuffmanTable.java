package io.github.octconv4j.image;

import java.util.Arrays;

/** A Huffman code of a JPEG file: bits to symbols. */
final class HuffmanTable {
  private static final int LONGEST = 16;
  private static final int FAST = 9; // codes up to this length are found at once

  private final short[] fast = new short[1 << FAST]; // length << 8 | symbol, 0 for longer codes
  private final int[] end = new int[LONGEST + 1]; // one after the last code of each length
  private final int[] offset = new int[LONGEST + 1]; // from a code to the index of its symbol
  private final byte[] symbols;

  /**
   * A code in the form of the file.
   *
   * @param counts of codes of 1 to 16 bits
   * @param symbols of the codes, shortest first
   * @throws BadImageException if there are more codes of a length than it has bits for
   */
  HuffmanTable(int[] counts, byte[] symbols) throws BadImageException {
    this.symbols = symbols;
    int code = 0;
    int index = 0;
    for (int length = 1; length <= LONGEST; length++) {
      int count = counts[length - 1];
      if (code + count > 1 << length) {
        throw new BadImageException("is a damaged JPEG image: a Huffman table has too many codes");
      }
      offset[length] = index - code;
      for (int i = 0; i < count && length <= FAST; i++) {
        int from = (code + i) << (FAST - length);
        short entry = (short) ((length << 8) | (symbols[index + i] & 0xFF));
        Arrays.fill(fast, from, from + (1 << (FAST - length)), entry);
      }
      code += count;
      index += count;
      end[length] = code;
      code <<= 1;
    }
  }

  /**
   * Returns the next symbol, 0 to 255. Bits that are no code give 0, as in libjpeg: the format has
   * no means to tell damage from data.
   */
  int next(EntropyBits bits) throws BadImageException {
    int ahead = bits.peek16();
    int entry = fast[ahead >> (LONGEST - FAST)];
    if (entry != 0) {
      bits.skip(entry >> 8);
      return entry & 0xFF;
    }
    for (int length = FAST + 1; length <= LONGEST; length++) {
      int code = ahead >> (LONGEST - length);
      if (code < end[length]) {
        bits.skip(length);
        return symbols[offset[length] + code] & 0xFF;
      }
    }
    bits.skip(LONGEST);
    bits.next(1);
    return 0;
  }

  /** Whether all symbols are numbers of bits that a DC coefficient can have. */
  boolean isDc() {
    for (byte symbol : symbols) {
      if (symbol < 0 || symbol > 15) {
        return false;
      }
    }
    return true;
  }
}
