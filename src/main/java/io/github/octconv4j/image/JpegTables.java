package io.github.octconv4j.image;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The tables of quantization and of Huffman codes that are in force at a place of the file. */
final class JpegTables {
  private static final int BLOCK = 64;
  private static final int[] ZIGZAG = zigzag();

  // The codes of the standard, annex K: webcams and Motion JPEG leave them out.
  private static final int[][] DC_COUNTS = {
    {0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0},
    {0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0}
  };
  private static final int[][] AC_COUNTS = {
    {0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D},
    {0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77}
  };
  private static final String DC_SYMBOLS = "000102030405060708090a0b";
  private static final String[] AC_SYMBOLS = {
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728"
        + "292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586"
        + "8788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6"
        + "d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a26"
        + "2728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a828384"
        + "85868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4"
        + "d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
  };

  private final int[] @Nullable [] quantization = new int[4][];
  private final @Nullable HuffmanTable[] dc = new HuffmanTable[4];
  private final @Nullable HuffmanTable[] ac = new HuffmanTable[4];

  /**
   * Where the coefficient at a place of the zigzag stands in a block, row by row. Damaged data can
   * go up to 16 places beyond the last one, which takes them all, as in libjpeg.
   */
  static int natural(int place) {
    return ZIGZAG[place];
  }

  private static int[] zigzag() {
    int[] places = new int[BLOCK + 16];
    int n = 0;
    for (int diagonal = 0; diagonal < 15; diagonal++) {
      for (int i = Math.max(0, diagonal - 7); i <= Math.min(7, diagonal); i++) {
        int down = diagonal % 2 == 0 ? diagonal - i : i; // even diagonals go up
        places[n++] = down * 8 + diagonal - down;
      }
    }
    Arrays.fill(places, BLOCK, places.length, BLOCK - 1);
    return places;
  }

  private static BadImageException damaged(String reason) {
    return new BadImageException("is a damaged JPEG image: " + reason);
  }

  /** Takes a segment of quantization tables. */
  void quantization(byte[] body) throws BadImageException {
    int at = 0;
    while (at < body.length) {
      int index = body[at] & 0xF;
      int bytes = (body[at] & 0xF0) == 0 ? 1 : 2;
      at++;
      if (index > 3 || at + BLOCK * bytes > body.length) {
        throw damaged("a quantization table is cut off");
      }
      int[] table = new int[BLOCK];
      for (int i = 0; i < BLOCK; i++) {
        int value = body[at++] & 0xFF;
        if (bytes == 2) {
          value = (value << 8) | (body[at++] & 0xFF);
        }
        table[ZIGZAG[i]] = value;
      }
      quantization[index] = table;
    }
  }

  /** Takes a segment of Huffman tables. */
  void huffman(byte[] body) throws BadImageException {
    int at = 0;
    while (at < body.length) {
      int type = body[at++] & 0xFF;
      int[] counts = new int[16];
      int sum = 0;
      for (int i = 0; i < counts.length && at < body.length; i++) {
        counts[i] = body[at++] & 0xFF;
        sum += counts[i];
      }
      if ((type & 0xEC) != 0 || sum > 256 || at + sum > body.length) {
        throw damaged("a Huffman table is cut off");
      }
      byte[] symbols = Arrays.copyOfRange(body, at, at + sum);
      at += sum;
      ((type & 0x10) == 0 ? dc : ac)[type & 3] = new HuffmanTable(counts, symbols);
    }
  }

  /** Sets the codes of the standard where the file has none. */
  void completeHuffman() throws BadImageException {
    for (int i = 0; i < 2; i++) {
      dc[i] = dc[i] == null ? standard(DC_COUNTS[i], DC_SYMBOLS) : dc[i];
      ac[i] = ac[i] == null ? standard(AC_COUNTS[i], AC_SYMBOLS[i]) : ac[i];
    }
  }

  private static HuffmanTable standard(int[] counts, String symbols) throws BadImageException {
    return new HuffmanTable(counts, HexFormat.of().parseHex(symbols));
  }

  int @Nullable [] quantization(int index) {
    return quantization[index];
  }

  HuffmanTable dc(int index) throws BadImageException {
    HuffmanTable table = dc[index];
    if (table == null || !table.isDc()) {
      throw damaged("Huffman table " + index + " for DC is missing or wrong");
    }
    return table;
  }

  HuffmanTable ac(int index) throws BadImageException {
    HuffmanTable table = ac[index];
    if (table == null) {
      throw damaged("Huffman table " + index + " for AC is missing");
    }
    return table;
  }
}
