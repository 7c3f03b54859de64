package io.github.octconv4j.cli.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.octconv4j.SameOnEveryProcessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SameOnEveryProcessor
class ProblemParserTest {
  private static Problem conv(String text) {
    return ProblemParser.parse(Driver.CONV, text);
  }

  @Test
  void readsAllFields() {
    Problem p =
        conv(
            "g2mb3_ic4id5ih6iw7_oc8od9oh10ow11_kd2kh3kw4_sd1sh2sw3_pd4ph5pw16"
                + "_dd1dh2dw3_n\"all*2\"");

    assertThat(p.groups()).isEqualTo(2);
    assertThat(p.grouped()).isTrue();
    assertThat(p.batch()).isEqualTo(3);
    assertThat(p.inputChannels()).isEqualTo(4);
    assertThat(p.outputChannels()).isEqualTo(8);
    assertThat(p.axes())
        .containsExactly(
            new Axis(5, 9, 2, 1, 1, 4), new Axis(6, 10, 3, 2, 2, 5), new Axis(7, 11, 4, 3, 3, 16));
    assertThat(p.name()).isEqualTo("all");
    assertThat(p.repeats()).isEqualTo(2);
    assertThat(p.srcDims()).containsExactly(3, 4, 5, 6, 7);
    assertThat(p.dstDims()).containsExactly(3, 8, 9, 10, 11);
    assertThat(p.weightsDims()).containsExactly(2, 4, 2, 2, 3, 4);
  }

  @Test
  void hasDefaults() {
    Problem p = conv("ic3oc4iw5kw1");

    assertThat(p.batch()).isEqualTo(2);
    assertThat(p.groups()).isEqualTo(1);
    assertThat(p.grouped()).isFalse();
    assertThat(p.weightsDims()).containsExactly(4, 3, 1);
    assertThat(p.axes()).containsExactly(new Axis(5, 5, 1, 1, 0, 0));
    assertThat(p.name()).isEmpty();
    assertThat(p.repeats()).isEqualTo(1);
  }

  @Test
  void oneGroupGivesTheWeightsADimension() {
    assertThat(conv("g1ic3oc4iw5kw1").weightsDims()).containsExactly(1, 4, 3, 1);
  }

  @ParameterizedTest
  @CsvSource({
    // output from padding, which counts on both sides
    "iw5kw3, 3, 0, 0",
    "iw5kw3pw1, 5, 1, 1",
    "iw8kw3pw1sw2, 4, 1, 0",
    "iw9kw3dw1, 5, 0, 0",
    "iw9kw2dw3pw3, 11, 3, 3",
    // padding from the output: half of it, the rest is on the right
    "iw5ow5kw3, 5, 1, 1",
    "iw224ow112kw7sw2, 112, 2, 3",
    "iw32ow16kw3sw2, 16, 0, 1",
    "iw10ow10kw2, 10, 0, 1",
    "iw10ow10kw4, 10, 1, 2",
    "iw9ow9kw3dw1, 9, 2, 2",
    // both given: the right padding is what is left, and may leave inputs unread
    "iw13ow12kw3pw0, 12, 0, 1",
    "iw13ow13kw3pw0, 13, 0, 2",
    "iw8ow5kw3pw3sw2, 5, 3, 0",
    "iw13ow11kw3pw0, 11, 0, 0",
    "iw20ow9kw3pw0sw2, 9, 0, -1",
    "iw1ow1kw1pw0, 1, 0, 0",
    // a division rounds to zero, also below it: one output of a kernel that is too large by one
    "iw4kw5sw2, 1, 0, 1",
  })
  void deducesOutputAndPadding(String axis, long output, long left, long right) {
    Axis w = conv("ic1oc1" + axis).axes().getFirst();

    assertThat(w.output()).isEqualTo(output);
    assertThat(w.left()).isEqualTo(left);
    assertThat(w.right()).isEqualTo(right);
  }

  @Test
  void aMissingWidthIsACopyOfTheHeight() {
    Axis h = new Axis(17, 9, 3, 2, 1, 2);

    assertThat(conv("ic1oc1ih17oh9kh3sh2dh1ph2").axes()).containsExactly(h, h);
  }

  @Test
  void missingHeightAndWidthAreCopiesOfTheDepth() {
    Axis d = new Axis(8, 4, 3, 2, 0, 1);

    assertThat(conv("ic1oc1id8od4kd3pd1sd2").axes()).containsExactly(d, d, d);
  }

  @Test
  void aDimensionOfOneIsADimension() {
    Problem p = conv("ic65oc65_id5od5kd3pd1_ih1oh1kh1_iw1ow1kw1");

    assertThat(p.srcDims()).containsExactly(2, 65, 5, 1, 1);
    assertThat(p.axis(2)).isEqualTo(Axis.UNIT);
  }

  @Test
  void dimensionsAreNumberedFromTheInnermost() {
    Problem p = conv("ic1oc1iw5kw3");

    assertThat(p.axis(0)).isEqualTo(Axis.UNIT);
    assertThat(p.axis(1)).isEqualTo(Axis.UNIT);
    assertThat(p.axis(2)).isEqualTo(new Axis(5, 3, 3, 1, 0, 0));
  }

  @Test
  void theLastValueOfAFieldHolds() {
    assertThat(conv("ic1ic7oc1iw5kw3").inputChannels()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "n\"a:b\", a:b, 1",
        "_n\"a:b\", a:b, 1",
        "n\"a*4\", a, 4",
        "n\"a\"*4, a, 4",
        "nbare, bare, 1",
        "nbare*3, bare, 3",
        "n\"2 * 3 or *x\", 2 * 3 or *x, 1",
        "n\"*0\", *0, 1",
        "_, '', 1",
        "n, '', 1",
      })
  void readsNamesAndRepeats(String tail, String name, int repeats) {
    Problem p = conv("ic1oc1iw5kw3" + tail);

    assertThat(p.name()).isEqualTo(name);
    assertThat(p.repeats()).isEqualTo(repeats);
  }

  @Test
  void poolingHasOneNumberOfChannels() {
    Problem p = ProblemParser.parse(Driver.POOL, "mb1ic17_ih30oh16kh3sh2ph1_n\"tail\"");

    assertThat(p.srcDims()).containsExactly(1, 17, 30, 30);
    assertThat(p.dstDims()).containsExactly(1, 17, 16, 16);
    assertThat(p.axes().getFirst().right()).isEqualTo(2);
  }

  @Test
  void poolingMayLeaveAWholeStrideUnread() {
    assertThat(ProblemParser.parse(Driver.POOL, "ic1iw10ow4kw2sw2pw0").axes().getFirst().right())
        .isEqualTo(-2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> conv("ic1oc1iw10ow4kw2sw2pw0"))
        .withMessageContaining("padding of 0 and -2");
  }

  @Test
  void poolingIgnoresADilationWithoutDimension() {
    assertThat(ProblemParser.parse(Driver.POOL, "ic1iw10kw2dh1").axes()).hasSize(1);
  }

  @Test
  void resamplingHasSizesAlone() {
    Problem p = ProblemParser.parse(Driver.RESAMPLING, "mb12ic8_ih15oh3_iw5ow11");

    assertThat(p.srcDims()).containsExactly(12, 8, 15, 5);
    assertThat(p.dstDims()).containsExactly(12, 8, 3, 11);
  }

  @Test
  void readsProblemsThatNoMemoryHolds() {
    assertThat(conv("mb1ic1oc1iw4294967311kw3").dstDims()).containsExactly(1, 1, 4294967309L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "CONV|ic3oc16_iw5ow5kx3|'kx3' is not understood, expected a field of conv (g mb ic oc id",
        "CONV|x|'x' is not understood",
        "CONV|ic3__oc16iw5kw1|'_oc16iw5kw1' is not understood",
        "CONV|_ic3oc16iw5kw1|'_ic3oc16iw5kw1' is not understood",
        "CONV|ic3oc16iwkw1|iw has no number, expected one from 0 on instead of 'kw1'",
        "CONV|ic3oc16iw-5kw1|iw has no number, expected one from 0 on instead of '-5kw1'",
        "CONV|ic3oc16iw|iw has no number",
        "CONV|ic3oc16iw5kw99999999999|kw is 99999999999, expected a number from 0 to 2147483647",
        "CONV|ic3oc16iw99999999999999999999kw1|expected a number from 0 to 1099511627776",
        "CONV|oc16iw5kw1|ic is missing or 0, expected at least 1",
        "CONV|ic3iw5kw1|oc is missing or 0",
        "CONV|ic3oc16|no spatial dimension is given, expected at least one of id, ih, iw",
        "CONV|ic3oc16iw5|kw is missing or 0",
        "CONV|ic3oc16kw3|iw is missing or 0",
        "CONV|ic3oc16iw5kw3dh1|ih is missing or 0",
        "CONV|ic3oc16iw5kw3sw0|sw is missing or 0",
        "CONV|g0ic3oc16iw5kw3|g is missing or 0",
        "CONV|mb0ic3oc16iw5kw3|mb is missing or 0",
        "CONV|g2ic3oc16iw5kw3|g2 must divide ic3 and oc16",
        "CONV|ic3oc16iw5kw9|there is no output ow: a kernel that extends over 9 does not fit iw5",
        "CONV|ic3oc16iw9ow3kw1|ow3 leaves a padding of -3 and -3 around iw9, expected at least 0"
            + " and 0",
        "CONV|ic3oc16id5kd1ih5kh1|with d, expected both of h and w or none of them, only h is"
            + " given",
        "CONV|ic3oc16id5kd1iw5kw1|only w is given",
        "CONV|ic3oc16iw5kw1n\"open|the name n\"open is not closed, expected a second quote",
        "CONV|ic3oc16iw5kw1n\"a\"b|'b' follows the name, expected the end or *N",
        "CONV|ic3oc16iw5ow1000000000000kw1sw2000000000|its numbers are too large",
        "POOL|ic3oc16iw5kw1|'oc16iw5kw1' is not understood, expected a field of pool (mb ic id",
        "POOL|g2ic3iw5kw1|'g2ic3iw5kw1' is not understood",
        "RESAMPLING|ic3iw5ow6kw1|'kw1' is not understood, expected a field of resampling (mb ic id",
        "RESAMPLING|ic3iw5|ow is missing or 0",
        "RESAMPLING|ic3ow5|iw is missing or 0",
      })
  void refusesWhatIsNoProblem(Driver driver, String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProblemParser.parse(driver, text))
        .withMessageStartingWith(text + ": ")
        .withMessageContaining(message);
  }
}
