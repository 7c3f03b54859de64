package io.github.octconv4j.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void whatCannotBeSeenBecomesQuestionMarks() {
    assertThat(Printable.text("a\nb\r\u0000c\u001b[2J\u007f\u0085d")).isEqualTo("a?b??c?[2J??d");
    assertThat(Printable.text("\u2028\u2029\u202e\u2066\u200b\ufeff")).isEqualTo("??????");
    assertThat(Printable.text("\ud800x\ue000\udbff\udfff")).isEqualTo("?x??");
  }

  @Test
  void wordsOfAllLanguagesStay() {
    String words = "Körperöffnung, кот, 猫, قطة, \uD83D\uDC08";
    assertThat(Printable.text(words)).isEqualTo(words);
    assertThat(Printable.line(words)).isEqualTo(words);
  }

  @Test
  void longTextsAreCut() {
    assertThat(Printable.text("a".repeat(120))).isEqualTo("a".repeat(120));
    assertThat(Printable.text("a".repeat(121))).isEqualTo("a".repeat(117) + "...");
    assertThat(Printable.text("a".repeat(116) + "\uD83D\uDC08".repeat(9)))
        .as("half of a pair")
        .isEqualTo("a".repeat(116) + "?...");
    assertThat(Printable.quote("a\"\n")).isEqualTo("\"a\"?\"");
    assertThat(Printable.text(List.of("a\n"))).isEqualTo("[a?]");
  }

  @Test
  void longPathsLoseTheirMiddle() {
    assertThat(Printable.path(Path.of("/tmp/a\nb"))).isEqualTo("/tmp/a?b");
    String path = Printable.path("/home" + "/folder".repeat(600) + "/net.safetensors");
    assertThat(path)
        .hasSizeLessThanOrEqualTo(Printable.LONGEST_PATH)
        .startsWith("/home/folder")
        .contains("...")
        .endsWith("/net.safetensors");
  }

  @Test
  void listsEnd() {
    assertThat(Printable.list(List.of())).isEmpty();
    assertThat(Printable.list(List.of("a", "b\n", 3))).isEqualTo("a, b?, 3");
    assertThat(Printable.list(Collections.nCopies(20, "a"))).doesNotContain("more");
    assertThat(Printable.list(Collections.nCopies(2_000_000, "a")))
        .hasSizeLessThan(100)
        .endsWith("a and 1999980 more");
  }

  @Test
  void messagesOfOthersAreOneLine() {
    assertThat(Printable.line("\n cannot read:\r\n\t\tfile \u202ebad\n"))
        .isEqualTo("cannot read: file bad");
    assertThat(Printable.line("a".repeat(5000))).hasSize(Printable.LONGEST_LINE).endsWith("a...");
  }
}
