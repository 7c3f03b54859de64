package io.github.octconv4j.cli.shapes;

/**
 * Texts that can be read so often in all: some regular expressions take exponential time on a short
 * one, and there is no other way to stop them.
 */
final class Patience {
  private long left;

  Patience(long reads) {
    this.left = reads;
  }

  /** The texts were read too often. */
  static final class LostException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** The text, for a matcher. */
  CharSequence with(String text) {
    return new Text(text);
  }

  private final class Text implements CharSequence {
    private final String text;

    Text(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new LostException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Text(text.substring(start, end));
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
