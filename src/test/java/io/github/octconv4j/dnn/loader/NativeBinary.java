package io.github.octconv4j.dnn.loader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the headers of a shared library say, whatever platform it is for: ELF, Mach-O or PE, 64 bits
 * and little-endian.
 */
final class NativeBinary {
  private static final int ELF = 0x464c457f;
  private static final int MACH_O = 0xfeedfacf;
  private static final int PE = 0x5a4d;

  private final ByteBuffer file;

  /** Architecture as the classifiers write it. */
  private String architecture;

  /** Names of the symbols that it offers, without the underscore of Mach-O. */
  private final Set<String> exports = new TreeSet<>();

  /** Libraries that the system loads for it, as it names them. */
  private final Set<String> libraries = new TreeSet<>();

  /**
   * ELF: symbol versions that it asks for. PE: symbols that it asks for, {@code library!symbol}.
   */
  private final Set<String> needs = new TreeSet<>();

  /** ELF: folders in which its libraries are looked for. Mach-O: its own install name. */
  private String path = "";

  /** Mach-O: the oldest macOS that loads it. */
  private String system = "";

  private NativeBinary(ByteBuffer file) {
    this.file = file;
  }

  static NativeBinary read(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      ByteBuffer file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      NativeBinary binary = new NativeBinary(file.order(ByteOrder.LITTLE_ENDIAN));
      if (file.getInt(0) == ELF) {
        binary.readElf();
      } else if (file.getInt(0) == MACH_O) {
        binary.readMachO();
      } else if (file.getShort(0) == PE) {
        binary.readPe();
      } else {
        throw new IOException(path + " is neither ELF nor Mach-O nor PE");
      }
      return binary;
    }
  }

  String architecture() {
    return architecture;
  }

  Set<String> exports() {
    return exports;
  }

  Set<String> libraries() {
    return libraries;
  }

  Set<String> needs() {
    return needs;
  }

  String path() {
    return path;
  }

  String system() {
    return system;
  }

  private String string(long offset) {
    int begin = Math.toIntExact(offset);
    int end = begin;
    while (file.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - begin];
    file.get(begin, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  // ELF, see elf(5).

  private void readElf() {
    architecture = machine(file.getShort(18), 62, 183);
    long sections = file.getLong(40);
    int size = file.getShort(58);
    int count = file.getShort(60);
    for (int i = 0; i < count; i++) {
      int header = Math.toIntExact(sections + (long) i * size);
      long begin = file.getLong(header + 24);
      long end = begin + file.getLong(header + 32);
      int link = Math.toIntExact(sections + (long) file.getInt(header + 40) * size);
      switch (file.getInt(header + 4)) {
        case 11 -> readDynamicSymbols(begin, end, file.getLong(link + 24));
        case 6 -> readDynamic(begin, end, file.getLong(link + 24));
        case 0x6ffffffe -> readVersions(begin, file.getInt(header + 44), file.getLong(link + 24));
        default -> {} // not about symbols
      }
    }
  }

  private void readDynamicSymbols(long begin, long end, long names) {
    for (int symbol = Math.toIntExact(begin); symbol < end; symbol += 24) {
      boolean global = file.get(symbol + 4) >> 4 != 0;
      boolean visible = (file.get(symbol + 5) & 3) == 0;
      boolean defined = file.getShort(symbol + 6) != 0;
      if (global && visible && defined) {
        exports.add(string(names + file.getInt(symbol)));
      }
    }
  }

  private void readDynamic(long begin, long end, long names) {
    for (int entry = Math.toIntExact(begin); entry < end; entry += 16) {
      long tag = file.getLong(entry);
      if (tag == 1) {
        libraries.add(string(names + file.getLong(entry + 8)));
      } else if (tag == 15 || tag == 29) {
        path = string(names + file.getLong(entry + 8));
      }
    }
  }

  private void readVersions(long begin, int count, long names) {
    int need = Math.toIntExact(begin);
    for (int i = 0; i < count; i++) {
      int version = need + file.getInt(need + 8);
      for (int j = 0; j < file.getShort(need + 2); j++) {
        needs.add(string(names + file.getInt(version + 8)));
        version += file.getInt(version + 12);
      }
      need += file.getInt(need + 12);
    }
  }

  // Mach-O, see mach-o/loader.h.

  private void readMachO() {
    architecture = machine(file.getInt(4), 0x01000007, 0x0100000c);
    int command = 32;
    for (int i = 0; i < file.getInt(16); i++) {
      switch (file.getInt(command)) {
        case 0x0c -> libraries.add(string(command + file.getInt(command + 8)));
        case 0x0d -> path = string(command + file.getInt(command + 8));
        case 0x32 -> {
          int oldest = file.getInt(command + 12);
          system = (oldest >> 16) + "." + ((oldest >> 8) & 0xff);
        }
        case 0x80000022 -> readTrie(file.getInt(command + 40), 0, "");
        case 0x80000033 -> readTrie(file.getInt(command + 8), 0, "");
        default -> {} // not about symbols
      }
      command += file.getInt(command + 4);
    }
  }

  private void readTrie(int trie, int node, String prefix) {
    int at = trie + node;
    long size = number(at);
    at += width(at);
    if (size > 0) {
      exports.add(prefix.replaceFirst("^_", ""));
    }
    at += Math.toIntExact(size);
    int children = file.get(at++);
    for (int i = 0; i < (children & 0xff); i++) {
      String edge = string(at);
      at += edge.length() + 1;
      readTrie(trie, Math.toIntExact(number(at)), prefix + edge);
      at += width(at);
    }
  }

  /** A number of seven bits a byte, lowest first. */
  private long number(int at) {
    long value = 0;
    for (int i = 0; i < width(at); i++) {
      value |= (file.get(at + i) & 0x7fL) << (7 * i);
    }
    return value;
  }

  private int width(int at) {
    int width = 1;
    while (file.get(at + width - 1) < 0) {
      width++;
    }
    return width;
  }

  // PE, see the specification of the PE format.

  private void readPe() {
    int header = file.getInt(0x3c) + 4;
    architecture = machine(file.getShort(header), (short) 0x8664, (short) 0xaa64);
    int directories = header + 20 + 112;
    readExports(offset(header, file.getInt(directories)), header);
    readImports(offset(header, file.getInt(directories + 8)), header);
  }

  /** Where the file has what is at an address relative to the loaded image. */
  private int offset(int header, int address) {
    int section = header + 20 + file.getShort(header + 16);
    for (int i = 0; i < file.getShort(header + 2); i++, section += 40) {
      int begin = file.getInt(section + 12);
      if (address >= begin && address < begin + file.getInt(section + 16)) {
        return address - begin + file.getInt(section + 20);
      }
    }
    throw new IllegalStateException("no section holds address " + address);
  }

  private void readExports(int table, int header) {
    int names = offset(header, file.getInt(table + 32));
    for (int i = 0; i < file.getInt(table + 24); i++) {
      exports.add(string(offset(header, file.getInt(names + 4 * i))));
    }
  }

  private void readImports(int table, int header) {
    for (int at = table; file.getInt(at + 12) != 0; at += 20) {
      String library = string(offset(header, file.getInt(at + 12)));
      libraries.add(library);
      int lookup = offset(header, file.getInt(at));
      for (; file.getLong(lookup) != 0; lookup += 8) {
        if (file.getLong(lookup) > 0) { // by name, not by number
          needs.add(library + "!" + string(offset(header, file.getInt(lookup)) + 2));
        }
      }
    }
  }

  private static String machine(int code, int x86, int arm) {
    if (code == x86) {
      return "x86_64";
    }
    return code == arm ? "aarch_64" : "machine " + code;
  }
}
