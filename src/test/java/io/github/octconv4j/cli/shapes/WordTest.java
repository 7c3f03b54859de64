package io.github.octconv4j.cli.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.SameOnEveryProcessor;
import org.junit.jupiter.api.Test;

@SameOnEveryProcessor
class WordTest {
  @Test
  void blanksSeparateWords() {
    assertThat(Word.of("a  b\tc\n\n  d\r\ne"))
        .containsExactly(
            new Word("a", 1),
            new Word("b", 1),
            new Word("c", 1),
            new Word("d", 3),
            new Word("e", 4));
  }

  @Test
  void aCommentBeginsWithAWordAndEndsWithTheLine() {
    assertThat(Word.of("# a b\na #b c\na#b\n#\n"))
        .extracting(Word::text)
        .containsExactly("a", "a#b");
  }

  @Test
  void quotesProtectBlanks() {
    assertThat(Word.of("an\"b # c\" d")).extracting(Word::text).containsExactly("an\"b # c\"", "d");
  }

  @Test
  void aBackslashJoinsWords() {
    assertThat(Word.of("a\\\n  b c \\\n\nd\\"))
        .containsExactly(new Word("ab", 1), new Word("c", 2), new Word("d", 4));
  }

  @Test
  void anEmptyFileHasNone() {
    assertThat(Word.of("")).isEmpty();
    assertThat(Word.of("\n \n# only this")).isEmpty();
  }
}
