package io.github.octconv4j.cli;

/**
 * How wide texts are on a terminal, where emoji and the characters of East Asia take two columns.
 */
final class Columns {
  private static final int EMOJI_STYLE = 0xFE0F; // makes an emoji of the character before it

  private Columns() {}

  /** Returns the columns that a text takes. */
  static int of(String text) {
    int columns = 0;
    int last = 0;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int character = text.codePointAt(i);
      if (character == EMOJI_STYLE) {
        columns += 2 - last;
        last = 2;
      } else {
        last = of(character);
        columns += last;
      }
    }
    return columns;
  }

  private static int of(int character) {
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(character) ? 2 : 1;
    };
  }

  private static boolean isWide(int character) {
    if (Character.isEmojiPresentation(character) || Character.isIdeographic(character)) {
      return true;
    }
    return switch (Character.UnicodeScript.of(character)) {
      case HANGUL, HIRAGANA, KATAKANA -> !isHalfWidth(character);
      default -> isFullWidth(character);
    };
  }

  private static boolean isHalfWidth(int character) {
    return character >= 0xFF61 && character <= 0xFFDC;
  }

  private static boolean isFullWidth(int character) {
    return (character >= 0x3000 && character <= 0x303E)
        || (character >= 0xFF01 && character <= 0xFF60);
  }
}
