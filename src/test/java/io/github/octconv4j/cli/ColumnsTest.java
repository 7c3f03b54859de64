package io.github.octconv4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnsTest {
  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "dog face, 8",
    "\uD83D\uDC36, 2", // dog face
    "\u2615, 2", // hot beverage, of one char
    "\u2764\uFE0F, 2", // a heart in text, made an emoji
    "\u2764, 1",
    "\u26BD\uFE0F, 2", // an emoji anyway
    "e\u0301, 1", // an accent of its own
    "\u5B57\u3042\uD55C\uFF21, 8", // ideograph, kana, hangul, a wide A
    "\uFF76, 1", // a kana of half the width
    "\u00FC\u0416\u03B1, 3",
  })
  void widthOnATerminal(String text, int columns) {
    assertThat(Columns.of(text)).isEqualTo(columns);
  }

  @Test
  void tablesAreAlignedByWhatIsSeen() {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    new Table("lr").row("\u2615 cup", "1").row("abcdefg", "22").print(out);
    out.flush();
    assertThat(text.toString().lines()).containsExactly("\u2615 cup    1", "abcdefg  22");
  }

  @Test
  void symbolsAreThereWhereTheEncodingHasThem() {
    List<String> two = List.of("\uD83D\uDC36", "\u00A9");
    assertThat(new Symbols(two, StandardCharsets.UTF_8).before(0)).isEqualTo("\uD83D\uDC36 ");
    assertThat(new Symbols(two, StandardCharsets.US_ASCII).before(0)).isEmpty();
    assertThat(new Symbols(two, StandardCharsets.ISO_8859_1).before(0)).isEmpty();
    assertThat(new Symbols(two, StandardCharsets.ISO_8859_1).before(1)).isEqualTo("\u00A9 ");
    assertThat(new Symbols(List.of(), StandardCharsets.UTF_8).before(0)).isEmpty();
  }
}
