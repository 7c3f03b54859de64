package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.octave.plan.OctaveSizes;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The specification's parts, its errors, and the sizes that follow from it. */
@SameOnEveryProcessor
class OctaveConv2dTest {
  private static void refused(OctaveConv2dBuilder builder, String message) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void defaultsAreThoseOfAPlainPointwiseConvolution() {
    OctaveConv2d spec = OctaveConv2d.of(8, 12).build();
    assertThat(spec)
        .isEqualTo(
            new OctaveConv2d(
                new ChannelSplit(8, 0),
                new ChannelSplit(12, 0),
                1,
                1,
                1,
                new Padding(0, 0, 0, 0),
                1,
                1,
                Groups.DENSE,
                StrideRule.POOL_ALL,
                SizeRule.FLOOR));
    assertThat(spec.paths()).containsExactly(OctavePath.HH);
  }

  @Test
  void alphasDecideThePaths() {
    assertThat(paths(0, 0)).containsExactly(OctavePath.HH);
    assertThat(paths(0, 0.5)).containsExactly(OctavePath.HH, OctavePath.HL);
    assertThat(paths(0.5, 0)).containsExactly(OctavePath.HH, OctavePath.LH);
    assertThat(paths(0.5, 0.5)).containsExactly(OctavePath.values());
    assertThat(paths(1, 0)).containsExactly(OctavePath.LH);
    assertThat(paths(0, 1)).containsExactly(OctavePath.HL);
    assertThat(paths(1, 1)).containsExactly(OctavePath.LL);
    assertThat(paths(1, 0.5)).containsExactly(OctavePath.LH, OctavePath.LL);
    assertThat(paths(0.5, 1)).containsExactly(OctavePath.HL, OctavePath.LL);
  }

  private static Set<OctavePath> paths(double in, double out) {
    return OctaveConv2d.of(16, 16).alpha(in, out).build().paths();
  }

  @Test
  void pathsHaveNamesAndEnds() {
    assertThat(OctavePath.HL.shortName()).isEqualTo("hl");
    assertThat(OctavePath.HL.source()).isEqualTo(Frequency.HIGH);
    assertThat(OctavePath.HL.destination()).isEqualTo(Frequency.LOW);
    assertThat(OctavePath.LH.source()).isEqualTo(Frequency.LOW);
    assertThat(OctavePath.LH.destination()).isEqualTo(Frequency.HIGH);
  }

  @Test
  void weightsOfAPathWithoutChannelsAreNone() {
    OctaveConv2d depthwise =
        OctaveConv2d.of(6, 6).alpha(0).kernel(3).padding(1).groups(Groups.DEPTHWISE).build();
    assertThat(depthwise.weightsShape(OctavePath.HH)).containsExactly(6, 1, 3, 3);
    assertThat(depthwise.weightsShape(OctavePath.LH)).containsExactly(6, 0, 3, 3);
    assertThat(depthwise.weightsShape(OctavePath.LL)).containsExactly(0, 0, 3, 3);
  }

  @Test
  void weightsHaveTheShapeOfTheirPath() {
    OctaveConv2d spec =
        OctaveConv2d.of(20, 36)
            .alpha(0.25, 0.5)
            .kernel(3, 5)
            .padding(new Padding(1, 2, 1, 2))
            .build();
    assertThat(spec.weightsShape(OctavePath.HH)).containsExactly(18, 15, 3, 5);
    assertThat(spec.weightsShape(OctavePath.HL)).containsExactly(18, 15, 3, 5);
    assertThat(spec.weightsShape(OctavePath.LH)).containsExactly(18, 5, 3, 5);
    assertThat(spec.weightsShape(OctavePath.LL)).containsExactly(18, 5, 3, 5);
    OctaveConv2d grouped =
        OctaveConv2d.of(16, 24).alpha(0.25).kernel(3).padding(1).groups(2).build();
    assertThat(grouped.weightsShape(OctavePath.LH)).containsExactly(18, 2, 3, 3);
    assertThat(grouped.groups(OctavePath.LH)).isEqualTo(2);
  }

  @Test
  void depthwiseHasNoExchange() {
    OctaveConv2d spec =
        OctaveConv2d.of(14, 28)
            .alpha(0.25)
            .kernel(3)
            .padding(1)
            .groups(Groups.DEPTHWISE)
            .split(new ChannelSplit(11, 3), new ChannelSplit(22, 6))
            .build();
    assertThat(spec.paths()).containsExactly(OctavePath.HH, OctavePath.LL);
    assertThat(spec.groups(OctavePath.HH)).isEqualTo(11);
    assertThat(spec.groups(OctavePath.LL)).isEqualTo(3);
    assertThat(spec.weightsShape(OctavePath.HH)).containsExactly(22, 1, 3, 3);
    assertThat(spec.weightsShape(OctavePath.LL)).containsExactly(6, 1, 3, 3);
    refused(
        OctaveConv2d.of(14, 28)
            .kernel(3)
            .padding(1)
            .groups(Groups.DEPTHWISE)
            .split(new ChannelSplit(11, 3), new ChannelSplit(21, 7)),
        "groups 11 does not divide path hh, which has 11 input and 21 output channels");
  }

  @Test
  void refusesNumbersOutsideTheirRange() {
    OctaveConv2dBuilder any = OctaveConv2d.of(8, 8);
    refused(any.kernel(0), "kernel must be at least 1x1, was 0x0");
    refused(any.kernel(3, -1), "kernel must be at least 1x1, was 3x-1");
    any.kernel(1);
    refused(any.stride(0), "stride must be 1 or 2, was 0");
    refused(any.stride(3), "stride must be 1 or 2, was 3");
    any.stride(1);
    refused(any.dilation(0), "dilation must be at least 1 (1 is a dense kernel), was 0x0");
    any.dilation(1);
    assertThatThrownBy(() -> any.groups(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("groups must be at least 1, was 0");
    assertThatThrownBy(() -> new Groups(2, true))
        .hasMessage("count must be 1 where depthwise, was 2");
    assertThatThrownBy(() -> new Padding(0, -1, 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("padding must be at least 0, was top 0, left -1, bottom 2, right 3");
    assertThatThrownBy(() -> any.strideRule(null).build())
        .isInstanceOf(NullPointerException.class)
        .hasMessage("strideRule");
    any.strideRule(StrideRule.POOL_ALL);
    assertThatThrownBy(() -> any.padding(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> any.alpha(1.5)).hasMessage("alpha must be from 0 to 1, was 1.5");
    assertThatThrownBy(() -> OctaveConv2d.of(0, 8))
        .hasMessage("channels must be at least 1, was 0");
    assertThatThrownBy(() -> any.split(new ChannelSplit(4, 3), new ChannelSplit(4, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "splits must add up to 8 input and 8 output channels, were ChannelSplit[high=4, low=3]"
                + " and ChannelSplit[high=4, low=4]");
  }

  @Test
  void groupsMustDivideEachPath() {
    refused(
        OctaveConv2d.of(12, 12).alpha(0.25, 0.5).groups(2),
        "groups 2 does not divide path hh, which has 9 input and 6 output channels");
    refused(
        OctaveConv2d.of(12, 12).alpha(0.5, 0.25).groups(2),
        "groups 2 does not divide path hh, which has 6 input and 9 output channels");
    assertThat(OctaveConv2d.of(12, 12).alpha(0.5).groups(3).build().paths()).hasSize(4);
    // As many as there are channels does not mean depthwise.
    refused(
        OctaveConv2d.of(12, 12).alpha(0.5).groups(12),
        "groups 12 does not divide path hh, which has 6 input and 6 output channels;"
            + " DEPTHWISE convolves every channel alone");
    refused(
        OctaveConv2d.of(12, 12).alpha(0.5, 0).groups(Groups.DEPTHWISE),
        "depthwise needs both outputs where it has both inputs, was ChannelSplit[high=6, low=6]"
            + " to ChannelSplit[high=12, low=0]");
    // With one input they are the same.
    OctaveConv2d first = OctaveConv2d.of(6, 12).alpha(0, 0.5).groups(Groups.DEPTHWISE).build();
    assertThat(first.paths()).containsExactly(OctavePath.HH, OctavePath.HL);
    assertThat(first.groups(OctavePath.HL)).isEqualTo(6);
    assertThat(OctaveConv2d.of(6, 12).alpha(0, 0.5).groups(6).build().groups(OctavePath.HL))
        .isEqualTo(6);
    assertThat(first.groups()).hasToString("depthwise");
  }

  @Test
  void whatCannotBeAddedIsRefusedWithBothSizes() {
    String message =
        "padding 0 rows, 0 columns in all: high (h-2)x(w-2) and upsampled low (h-4)x(w-4) can't be"
            + " added; with kernel 3x3 and dilation 1x1 it must be 2 rows, 2 columns";
    refused(OctaveConv2d.of(8, 8).alpha(0.5).kernel(3), message);
    refused(OctaveConv2d.of(8, 8).alpha(0.5, 0).kernel(3), message);
    refused(
        OctaveConv2d.of(8, 8).alpha(0.5).kernel(3, 1).padding(new Padding(1, 2, 1, 1)),
        "padding 2 rows, 3 columns in all: high (h+0)x(w+3) and upsampled low (h+0)x(w+6) can't be"
            + " added; with kernel 3x1 and dilation 1x1 it must be 2 rows, 0 columns");
    refused(
        OctaveConv2d.of(8, 8).alpha(0.5).kernel(3, 5).dilation(2, 1).padding(1),
        "padding 2 rows, 2 columns in all: high (h-2)x(w-2) and upsampled low (h-4)x(w-4) can't be"
            + " added; with kernel 3x5 and dilation 2x1 it must be 4 rows, 4 columns");
    assertThat(
            OctaveConv2d.of(8, 8).alpha(0.5).kernel(3, 5).dilation(2, 1).padding(2).build().paths())
        .hasSize(4);
  }

  @Test
  void otherRolesTakeAnyPadding() {
    assertThat(OctaveConv2d.of(8, 8).alpha(0, 0.5).kernel(3).build().paths()).hasSize(2);
    assertThat(OctaveConv2d.of(8, 8).alpha(1, 0).kernel(3).padding(5).build().paths()).hasSize(1);
    assertThat(
            OctaveConv2d.of(8, 8)
                .alpha(0.5)
                .kernel(3)
                .padding(new Padding(2, 0, 0, 2))
                .build()
                .paths())
        .hasSize(4);
    assertThat(
            OctaveConv2d.of(8, 8)
                .alpha(0.5)
                .kernel(3)
                .stride(2)
                .strideRule(StrideRule.KEEP_LOW)
                .build()
                .paths())
        .hasSize(4);
  }

  private static OctaveShape output(OctaveConv2d spec, int height, int width) {
    return OctaveSizes.of(spec, OctaveShape.of(2, height, width, spec.sizeRule())).output();
  }

  private static OctaveConv2dBuilder same(double in, double out) {
    return OctaveConv2d.of(8, 8).alpha(in, out).kernel(3).padding(1);
  }

  @Test
  void sizesFollowTheRules() {
    OctaveConv2d floor = same(0.5, 0.5).build();
    assertThat(output(floor, 8, 6)).isEqualTo(new OctaveShape(2, 8, 6, 4, 3));
    assertThat(output(floor, 7, 9)).isEqualTo(new OctaveShape(2, 7, 9, 3, 4));
    OctaveConv2d ceil = same(0.5, 0.5).sizeRule(SizeRule.CEIL).build();
    assertThat(output(ceil, 7, 9)).isEqualTo(new OctaveShape(2, 7, 9, 4, 5));
    assertThat(output(ceil, 1, 1)).isEqualTo(new OctaveShape(2, 1, 1, 1, 1));
    OctaveConv2d strided = same(0.5, 0.5).stride(2).build();
    assertThat(output(strided, 17, 9)).isEqualTo(new OctaveShape(2, 8, 4, 4, 2));
    OctaveConv2d stridedCeil = same(0.5, 0.5).stride(2).sizeRule(SizeRule.CEIL).build();
    assertThat(output(stridedCeil, 17, 9)).isEqualTo(new OctaveShape(2, 9, 5, 5, 3));
    OctaveConv2d growing = OctaveConv2d.of(8, 8).alpha(0, 0.5).padding(1).build();
    assertThat(output(growing, 6, 10)).isEqualTo(new OctaveShape(2, 8, 12, 5, 7));
    OctaveConv2d shrinking = OctaveConv2d.of(8, 8).alpha(1, 0).kernel(3).build();
    assertThat(output(shrinking, 12, 10)).isEqualTo(new OctaveShape(2, 8, 6, 4, 3));
  }

  private static void noSize(OctaveConv2d spec, int height, int width, String message) {
    OctaveShape shape = OctaveShape.of(2, height, width, spec.sizeRule());
    assertThatThrownBy(() -> OctaveSizes.of(spec, shape))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void impossibleSizesAreExplained() {
    noSize(
        same(0.5, 0.5).build(),
        1,
        8,
        "the input of 1x8 would have a low part of 0x4 with the size rule FLOOR; CEIL keeps at"
            + " least 1x1");
    noSize(
        same(0, 0.5).build(),
        1,
        1,
        "the low output of 1x1 would have a low part of 0x0 with the size rule FLOOR; CEIL keeps at"
            + " least 1x1");
    noSize(
        same(0.5, 0.5).stride(2).build(),
        3,
        8,
        "the low output of 3x8 would have a low part of 0x2 with the size rule FLOOR; CEIL keeps at"
            + " least 1x1");
    noSize(
        same(0.5, 0).stride(2).build(),
        2,
        8,
        "the pooled low input of 2x8 would have a low part of 0x2 with the size rule FLOOR; CEIL"
            + " keeps at least 1x1");
    noSize(
        OctaveConv2d.of(8, 8).kernel(3).padding(1).stride(2).build(),
        1,
        8,
        "stride 2 leaves no high part of 1x8 with the size rule FLOOR");
    noSize(
        OctaveConv2d.of(8, 8).alpha(0, 0.5).kernel(5).dilation(2).build(),
        8,
        20,
        "kernel 5x5, dilation 2x2 and Padding[top=0, left=0, bottom=0, right=0] leave no output of"
            + " 8x20 (low 4x10): high 0x12, low -4x2");
    assertThatThrownBy(() -> new OctaveShape(0, 1, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape needs batch, height and width of at least 1, was batch 0, 1x1, low 1x1");
    assertThatThrownBy(() -> new OctaveShape(1, 1, 1, -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void halvesByRule() {
    assertThat(SizeRule.FLOOR.half(7)).isEqualTo(3);
    assertThat(SizeRule.CEIL.half(7)).isEqualTo(4);
    assertThat(SizeRule.FLOOR.half(1)).isZero();
    assertThat(SizeRule.CEIL.half(1)).isEqualTo(1);
    assertThat(SizeRule.CEIL.half(Integer.MAX_VALUE)).isEqualTo(1 << 30);
  }
}
