package io.github.octconv4j.onnx;

import static io.github.octconv4j.onnx.OneNode.floats;
import static io.github.octconv4j.onnx.OneNode.waves;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What reads images at other places, with the numbers of ONNX's own tests and of PyTorch. */
class SamplingRulesTest {
  private static final TensorData SIX = floats(new float[] {0, 1, 2, 3, 4, 5}, 1, 1, 3, 2);

  @TempDir private Path folder;

  private OneNode node(int opset, String operator, Object... attributes) {
    return new OneNode(folder, opset, operator, attributes);
  }

  private static double[] doubles(String text) {
    return Arrays.stream(text.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static TensorData tensor(String text, long... dims) {
    double[] values = doubles(text);
    float[] f = new float[values.length];
    for (int i = 0; i < f.length; i++) {
      f[i] = (float) values[i];
    }
    return floats(f, dims);
  }

  @ParameterizedTest
  @CsvSource({
    "zeros, '0 0 1.7 0 0 1.7 0 0'",
    "border, '0 0 1.7 5 5 1.7 5 5'",
    "reflection, '2.5 0 1.7 2.5 2.5 1.7 5 2.5'"
  })
  void paddingOfGrids(String padding, String expected) throws IOException {
    TensorData grid = tensor("-10 -10 -5 -5 -.2 -.2 10 10 10 10 -.2 -.2 5 5 10 10", 1, 2, 4, 2);
    for (int opset : new int[] {16, 22}) {
      node(opset, "GridSample", "padding_mode", padding)
          .of(SIX, grid)
          .gives("F32[1, 1, 2, 4]", doubles(expected));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bilinear, 0, '0 .5 1.7 2.5 2.5 1.7 4.5 1.25'",
    "linear, 1, '0 1.25 2 2.5 2.5 2 3.75 5'",
    "nearest, 0, '0 0 2 2 2 2 5 0'",
    "bicubic, 0, '-.1406 .3828 1.7556 2.9688 2.9688 1.7556 5.1445 1.3906'"
  })
  void modesOfGrids(String mode, int aligned, String expected) throws IOException {
    TensorData grid = tensor("-1 -1 -.5 -.5 -.2 -.2 0 0 0 0 -.2 -.2 .5 .5 1 1", 1, 2, 4, 2);
    node(16, "GridSample", "mode", mode, "align_corners", aligned)
        .of(SIX, grid)
        .gives("F32[1, 1, 2, 4]", doubles(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "nearest, 0, '0 0 2 3 4 3 4 4'",
    "nearest, 1, '0 0 2 3 2 3 4 4'",
    "linear, 0, '0 .45 1.8 2.4 3.7 2.1 3.7 1'",
    "linear, 1, '.4 1.2 2.05 2.85 3.3 2.2 3.35 4'",
    "cubic, 0, '-.17325 .284265 1.923106 2.568 5.170375 2.284414 4.744844 1.046875'",
    "cubic, 1, '.304001 1.12875 2.26627 3.144844 4.5315 2.45536 4.599819 4'"
  })
  void otherGrids(String mode, int aligned, String expected) throws IOException {
    TensorData grid = tensor("-1 -.8 -.6 -.5 -.1 -.2 .7 0 0 .4 .2 -.2 -.3 .5 -1 1", 1, 2, 4, 2);
    node(20, "GridSample", "mode", mode, "align_corners", aligned)
        .of(SIX, grid)
        .gives("F32[1, 1, 2, 4]", doubles(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "nearest, 0, '1 5 1 0 5 12 5 5 5 0 5 0 12 9 0 8'",
    "nearest, 1, '1 5 1 2 5 12 5 5 5 7 5 8 12 9 12 8'",
    "linear, 0, '.125 3.4 2 .45 4.7 10.9 6.5 3 6.5 1.75 4.7 3.3 11 2.52 1.5 5.49'",
    "linear, 1, '1 6.7 3.75 2.4 5.4 9.3 6.5 6 6.5 7 5.4 6.6 9.25 8.4 12 6.1'"
  })
  void gridsOfThreeAxes(String mode, int aligned, String expected) throws IOException {
    TensorData x = tensor("1 2 3 4 5 6 7 8 9 10 11 12", 1, 1, 3, 2, 2);
    TensorData grid =
        tensor(
            "-1 -1 -1 -1 -.5 .3 -.5 -.5 -.5 1 -.6 -1 -.2 -.2 -.2 .4 .2 .6 0 0 0 -1 0 0"
                + " 0 0 0 -1 1 0 -.2 -.2 -.2 1 .4 -.2 .5 .5 .5 -1 -.8 .8 1 1 1 .4 .6 -.3",
            1,
            2,
            4,
            2,
            3);
    node(20, "GridSample", "mode", mode, "align_corners", aligned)
        .of(x, grid)
        .gives("F32[1, 1, 2, 4, 2]", doubles(expected));
  }

  /** Against PyTorch, also far outside, where coordinates are mirrored often. */
  @ParameterizedTest
  @CsvSource({
    "bilinear, zeros, 0, '0.00000 0.00000 0.00000 0.00000 0.00000 0.00000'",
    "bilinear, zeros, 1, '0.00000 0.00000 0.04328 0.25648 0.00506 0.00000'",
    "bilinear, border, 0, '-0.55252 -0.52972 0.24926 0.61866 0.00000 -0.00071'",
    "bilinear, border, 1, '-0.48290 -0.51748 0.51674 0.61866 0.03732 -0.36941'",
    "bilinear, reflection, 0, '0.26397 0.31160 0.25857 0.39500 0.46047 -0.27156'",
    "bilinear, reflection, 1, '0.17642 0.34749 -0.08682 -0.11994 0.62243 0.00589'",
    "bicubic, zeros, 0, '0.00000 0.00000 -0.01191 -0.01754 0.00518 0.00000'",
    "bicubic, zeros, 1, '0.07307 0.06598 0.04718 0.44690 -0.00491 0.05437'",
    "bicubic, reflection, 0, '0.45822 0.51125 0.38180 0.54969 0.69286 -0.35864'",
    "bicubic, reflection, 1, '0.37735 0.62598 -0.02852 -0.08028 0.75990 0.00603'",
    "nearest, zeros, 0, '0.00000 0.00000 0.00000 0.00000 0.00000 0.00000'",
    "nearest, zeros, 1, '0.00000 0.00000 0.00000 0.61866 0.00000 0.00000'",
    "nearest, border, 0, '-0.74065 -0.58269 0.00000 0.61866 0.00000 0.61866'",
    "nearest, border, 1, '-0.74065 -0.46851 0.79333 0.61866 0.00000 -0.77744'",
    "nearest, reflection, 0, '0.68733 -0.08691 0.63879 0.61866 0.79333 -0.58269'",
    "nearest, reflection, 1, '0.68733 0.79983 -0.55990 0.61866 0.79333 -0.08691'"
  })
  void gridsOfPyTorch(String mode, String padding, int aligned, String expected)
      throws IOException {
    float[] grid = waves(3, 1, 2, 3, 2).toFloats();
    for (int i = 0; i < grid.length; i++) {
      grid[i] *= 2.3f;
    }
    node(16, "GridSample", "mode", mode, "padding_mode", padding, "align_corners", aligned)
        .of(waves(0, 1, 1, 4, 5), floats(grid, 1, 2, 3, 2))
        .gives("F32[1, 1, 2, 3]", doubles(expected));
  }

  @Test
  void gridsOfOtherTypesAndStrangeNumbers() throws IOException {
    TensorData bytes = OneNode.of(ElementType.U8, new long[] {1, 1, 1, 2}, 7, 200);
    node(16, "GridSample", "mode", "nearest")
        .of(bytes, tensor("-.5 0 .5 0 1.4 0", 1, 1, 3, 2))
        .gives("U8[1, 1, 1, 3]", 7, 200, 0);
    TensorData grid = OneNode.of(ElementType.F64, new long[] {1, 1, 1, 2}, 0, 0);
    node(20, "GridSample")
        .of(OneNode.of(ElementType.F64, new long[] {1, 1, 1, 2}, 1, 2), grid)
        .gives("F64[1, 1, 1, 1]", 1.5);
    TensorData far = floats(new float[] {1e30f, Float.POSITIVE_INFINITY}, 1, 1, 1, 2);
    for (String padding : new String[] {"border", "reflection", "zeros"}) {
      TensorData one = tensor("3", 1, 1, 1, 1);
      node(20, "GridSample", "mode", "nearest", "padding_mode", padding)
          .of(one, far)
          .gives("F32[1, 1, 1, 1]", padding.equals("zeros") ? 0 : 3);
    }
    node(20, "GridSample").of(SIX, floats(new float[0], 1, 0, 2, 2)).gives("F32[1, 1, 0, 2]");
    assertThat(node(20, "GridSample").of(SIX, tensor("0 0 0", 1, 1, 1, 3)).refused())
        .contains("input is [1, 1, 3, 2] and grid [1, 1, 1, 3], expected (n, c, one to 3 sizes)");
    assertThat(node(20, "GridSample", "mode", "quadratic").of(SIX, far).refused())
        .contains("attribute mode=quadratic of GridSample (n_y)");
  }

  private static final TensorData IMAGE =
      tensor(
          ".2764 .7150 .1958 .3416 .4638 .0259 .2963 .6518 .4856 .7250"
              + " .9637 .0895 .2919 .6753 .0234 .6132 .8085 .5324 .8992 .4467"
              + " .3265 .8479 .9698 .2471 .9336 .1878 .4766 .4308 .3400 .2162"
              + " .0206 .1720 .2155 .4394 .0653 .3406 .7724 .3921 .2541 .5799"
              + " .4062 .2194 .4473 .4687 .7109 .9327 .9815 .6320 .1728 .6119"
              + " .3097 .1283 .4984 .5068 .4279 .0173 .4388 .0430 .4671 .7119"
              + " .1011 .8477 .4726 .1777 .9923 .4042 .1869 .7795 .9946 .9689"
              + " .1366 .3671 .7011 .6234 .9867 .5585 .6985 .5609 .8788 .9928"
              + " .5697 .8511 .6711 .9406 .8751 .7496 .1650 .1049 .1559 .2514"
              + " .7012 .4056 .7879 .3461 .0415 .2998 .5094 .3727 .5482 .0502",
          1,
          1,
          10,
          10);

  @ParameterizedTest
  @CsvSource({
    "avg, output_half_pixel, '.3022 .4305 .4696 .3978 .5423 .3656 .7050 .5165 .3172 .7015 .2912 .5059"
        + " .6476 .6235 .8299 .5916 .7389 .7048 .8372 .8893 .6227 .6153 .7097 .6154 .4585'",
    "avg, half_pixel, '.3070 .2187 .3337 .4880 .4870 .1871 .4914 .5561 .4192 .3686 .1433 .4608 .5971"
        + " .5310 .4982 .2788 .4386 .6022 .7000 .7524 .5774 .7024 .7251 .7338 .8163'",
    "max, output_half_pixel, '.30517 .50862 .31898 .40544 .47630 .50862 .8477 .37808 .24936 .79384"
        + " .17621 .29368 .44870 .49872 .63149 .51066 .8511 .53688 .9406 .70008 .44877 .51066 .50426"
        + " .56436 .42005'"
  })
  void regionsOfOnnx(String mode, String coordinates, String expected) throws IOException {
    TensorData y =
        node(
                16,
                "RoiAlign",
                "mode",
                mode,
                "coordinate_transformation_mode",
                coordinates,
                "output_height",
                5,
                "output_width",
                5,
                "sampling_ratio",
                2)
            .of(IMAGE, tensor("0 0 9 9 0 5 4 9 5 5 9 9", 3, 4), TensorData.ofLongs(0, 0, 0))
            .run()
            .get("y");
    assertThat(y.type()).hasToString("F32[3, 1, 5, 5]");
    assertThat(Arrays.copyOfRange(y.toDoubles(), 25, 50))
        .containsExactly(doubles(expected), OneNode.near(1e-4));
  }

  /** Regions that are partly outside, of another image, or tiny; as many samples as elements. */
  @ParameterizedTest
  @CsvSource({
    "half_pixel, '0.207222 -0.224019 0.185658 -0.206843 0.223999 -0.185973 0.052757 -0.161034 0.221970 -0.052127 0.160642 -0.221891 0.000000 -0.118988 -0.094951 0.000000 -0.002122 0.044850 0.000000 -0.123390 -0.070934 0.000000 0.105652 0.105620 -0.086195 -0.103091 -0.119986 -0.108610 -0.125001 -0.141391 -0.211212 -0.219797 -0.228382 -0.222806 -0.229863 -0.236920'",
    "output_half_pixel, '-0.165842 0.045255 0.097628 0.208725 -0.120590 -0.006691 -0.224153 0.180727 -0.086340 0.209681 -0.216138 0.166723 0.000000 -0.082655 0.083944 0.000000 -0.002122 0.125374 0.000000 0.017825 0.114208 0.000000 0.105652 0.105565 -0.153422 0.090302 0.334026 0.390170 0.320873 0.251576 0.147318 0.282268 0.417219 0.391571 0.176936 -0.037698'"
  })
  void regionsOfPyTorch(String coordinates, String expected) throws IOException {
    Object[] attributes = {
      "spatial_scale",
      .5f,
      "output_height",
      2,
      "output_width",
      3,
      "coordinate_transformation_mode",
      coordinates
    };
    TensorData regions = tensor("0 1 9 7 -3 2 2.5 20 2 2 2.2 2.1", 3, 4);
    node(16, "RoiAlign", attributes)
        .of(waves(0, 2, 2, 6, 5), regions, TensorData.ofLongs(0, 1, 1))
        .gives("F32[3, 2, 2, 3]", doubles(expected));
  }

  /** However large, a region costs no more than the image. */
  @Test
  void regionsWithoutEnd() throws IOException {
    float huge = Float.MAX_VALUE;
    TensorData regions =
        floats(
            new float[] {
              -1e9f, -1e9f, 1e9f, 1e9f, 0, 0, huge, huge, -huge, -huge, huge, huge, 5, 5, 1, 1
            },
            4,
            4);
    TensorData y =
        node(16, "RoiAlign").of(IMAGE, regions, TensorData.ofLongs(0, 0, 0, 0)).run().get("y");
    assertThat(y.toDoubles()).containsExactly(new double[4], OneNode.near(1e-12));
    float none = Float.NaN;
    node(10, "RoiAlign")
        .of(IMAGE, floats(new float[] {none, none, none, none}, 1, 4), TensorData.ofLongs(0))
        .gives("F32[1, 1, 1, 1]", 0);
    assertThat(
            node(16, "RoiAlign", "sampling_ratio", 1 << 30)
                .of(IMAGE, regions, TensorData.ofLongs(0))
                .refused())
        .contains("RoiAlign: sampling_ratio is 1073741824, expected 0 to 1024");
    assertThat(node(16, "RoiAlign").of(IMAGE, regions, TensorData.ofLongs(0)).refused())
        .contains("expected images (n, c, h, w), regions (r, 4) and their images (r)");
    assertThat(
            node(16, "RoiAlign", "mode", "min").of(IMAGE, regions, TensorData.ofLongs(0)).refused())
        .contains("attribute mode=min of RoiAlign (n_y)");
  }

  private static TensorData offsets(int channels, int h, int w, double... placesAndValues) {
    float[] values = new float[channels * h * w];
    for (int i = 0; i < placesAndValues.length; i += 2) {
      values[(int) placesAndValues[i]] = (float) placesAndValues[i + 1];
    }
    return floats(values, 1, channels, h, w);
  }

  @Test
  void deformedConvolutionsOfOnnx() throws IOException {
    TensorData x = tensor("0 1 2 3 4 5 6 7 8", 1, 1, 3, 3);
    TensorData w = tensor("1 1 1 1", 1, 1, 2, 2);
    node(19, "DeformConv", "kernel_shape", new long[] {2, 2}, "pads", new long[] {1, 1, 1, 1})
        .of(x, w, offsets(8, 4, 4, 0, .5, 5 * 16 + 6, -.1))
        .gives("F32[1, 1, 4, 4]", doubles("0 1 3 2 3 8 11.9 7 9 20 24 13 6 13 15 8"));
    TensorData moved = offsets(8, 2, 2, 0, .5, 5 * 4 + 1, -.1);
    node(19, "DeformConv").of(x, w, moved).gives("F32[1, 1, 2, 2]", 9.5, 11.9, 20, 24);
    float[] mask = new float[16];
    Arrays.fill(mask, 1);
    mask[2 * 4 + 3] = .2f;
    node(22, "DeformConv")
        .of(x, w, moved, tensor("1", 1), floats(mask, 1, 4, 2, 2))
        .gives("F32[1, 1, 2, 2]", 10.5, 12.9, 21, 19.4);
    node(19, "DeformConv", "offset_group", 2)
        .of(
            tensor("0 1 2 3 4 5 6 7 8 8 7 6 5 4 3 2 1 0", 1, 2, 3, 3),
            tensor("1 1 1 1 1 1 1 1", 1, 2, 2, 2),
            offsets(16, 2, 2, 0, .5, 13 * 4 + 1, -.1))
        .gives("F32[1, 1, 2, 2]", 33.5, 32.1, 32, 32);
    assertThat(node(19, "DeformConv").of(x, w, offsets(4, 2, 2)).refused())
        .contains("offsets are [1, 4, 2, 2], expected [1, 8, 2, 2]");
    assertThat(node(19, "DeformConv", "offset_group", 0).of(x, w, moved).refused())
        .contains("DeformConv: offset_group is 0, expected at least 1");
  }

  @Test
  void deformedConvolutionsOfPyTorch() throws IOException {
    float[] offsets = waves(2, 2, 24, 3, 4).toFloats();
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] *= 2;
    }
    node(
            19,
            "DeformConv",
            "group",
            2,
            "offset_group",
            2,
            "strides",
            new long[] {2, 1},
            "pads",
            new long[] {1, 1, 1, 1},
            "dilations",
            new long[] {1, 2})
        .of(
            waves(0, 2, 4, 5, 4),
            waves(1, 2, 2, 3, 2),
            floats(offsets, 2, 24, 3, 4),
            waves(4, 2),
            waves(3, 2, 12, 3, 4))
        .gives(
            "F32[2, 2, 3, 4]",
            doubles(
                "-0.479155 -0.630419 -0.350347 -2.164420 -0.795038 -0.570693 -1.300143 -1.354218 -0.735170 -1.504323 -0.860039 -0.684046 -0.524162 -0.305218 -1.149089 -0.460348 -1.941050 -0.960935 -0.737940 0.362222 0.684105 -0.633301 -0.269427 -0.106308 -0.972094 -0.561823 -0.466256 -0.438034 -0.603271 -0.586240 -0.094884 -2.028891 -0.343159 -0.385952 -0.805722 -0.821016 -0.506815 -0.728739 0.808596 -0.162567 1.331852 -0.391329 0.520407 -0.902921 -2.079480 -0.592170 0.123088 -0.791393"));
  }

  @Test
  void imagesOfWindows() throws IOException {
    TensorData five = TensorData.ofLongs(5, 5);
    node(18, "Col2Im")
        .of(
            tensor("1 6 11 16 21 2 7 12 17 22 3 8 13 18 23 4 9 14 19 24 5 0 15 20 25", 1, 5, 5),
            five,
            TensorData.ofLongs(1, 5))
        .gives(
            "F32[1, 1, 5, 5]",
            doubles("1 2 3 4 5 6 7 8 9 0 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25"));
    node(18, "Col2Im", "strides", new long[] {2, 2})
        .of(
            tensor(
                "0 0 0 0 1 1 1 1 1 1 1 1 1 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 0 0 0 0", 1, 9, 4),
            five,
            TensorData.ofLongs(3, 3))
        .gives("F32[1, 1, 5, 5]", doubles("0 1 1 1 1 1 0 1 0 0 0 2 1 2 1 1 0 1 0 0 0 1 0 1 0"));
    float[] counted = new float[75];
    for (int i = 0; i < 75; i++) {
      counted[i] = i / 15 + 1 + i % 15 * 5;
    }
    node(18, "Col2Im", "pads", new long[] {0, 1, 0, 1})
        .of(floats(counted, 1, 5, 15), five, TensorData.ofLongs(1, 5))
        .gives(
            "F32[1, 1, 5, 5]",
            doubles(
                "8 21 24 27 24 38 66 69 72 54 68 111 114 117 84 98 156 159 162 114 128 201 204 207 144"));
    node(18, "Col2Im", "dilations", new long[] {1, 5})
        .of(
            tensor("1 5 9 13 17 2 6 10 14 18 3 7 11 15 19 4 8 12 16 20", 1, 4, 5),
            TensorData.ofLongs(6, 6),
            TensorData.ofLongs(2, 2))
        .gives(
            "F32[1, 1, 6, 6]",
            doubles(
                "1 0 0 0 0 2 8 0 0 0 0 10 16 0 0 0 0 18 24 0 0 0 0 26 32 0 0 0 0 34 19 0 0 0 0 20"));
    float[] deep = new float[120];
    double[] image = new double[120];
    for (int i = 0; i < 120; i++) {
      deep[i] = i / 60 * 60 + i % 60 / 12 + 1 + i % 12 * 5;
      image[i] = i + 1;
    }
    node(18, "Col2Im")
        .of(floats(deep, 1, 10, 12), TensorData.ofLongs(3, 4, 5), TensorData.ofLongs(1, 1, 5))
        .gives("F32[1, 2, 3, 4, 5]", image);
    assertThat(node(18, "Col2Im", "strides", new long[] {0}).of(SIX, five, five).refused())
        .contains("Col2Im: strides are [0], expected 1 to 2^31 each");
  }
}
