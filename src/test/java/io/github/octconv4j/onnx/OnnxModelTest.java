package io.github.octconv4j.onnx;

import static io.github.octconv4j.onnx.Protos.floats;
import static io.github.octconv4j.onnx.Protos.graph;
import static io.github.octconv4j.onnx.Protos.message;
import static io.github.octconv4j.onnx.Protos.model;
import static io.github.octconv4j.onnx.Protos.node;
import static io.github.octconv4j.onnx.Protos.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Identity;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.OctaveConv;
import io.github.octconv4j.graph.Quantized;
import io.github.octconv4j.graph.Samples;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Unary;
import io.github.octconv4j.graph.UnaryFunction;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.weights.ElementType;
import io.github.octconv4j.weights.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SameOnEveryProcessor
class OnnxModelTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("m.onnx");
  }

  private Path write(MessageWriter model) throws IOException {
    return Files.write(file(), model.toBytes());
  }

  private double[] run(MessageWriter model) throws IOException {
    try (OnnxModel read = OnnxModel.open(write(model))) {
      float[] x = new float[24];
      for (int i = 0; i < x.length; i++) {
        x[i] = i;
      }
      Map<String, TensorData> y =
          new Interpreter(1 << 20).run(read.graph(), Map.of("x", TensorData.of(x, 2, 3, 4)));
      return y.get("y").toDoubles();
    }
  }

  private String refused(MessageWriter model) throws IOException {
    write(model);
    return refused(() -> OnnxModel.open(file()).close());
  }

  private String refused(ThrowingCallable call) {
    String[] message = new String[1];
    assertThatThrownBy(call)
        .isInstanceOf(IOException.class)
        .satisfies(e -> message[0] = e.getMessage());
    assertThat(message[0]).startsWith(folder.toString()).doesNotContain("\n");
    return message[0].replace(folder.toString() + "/", "");
  }

  @Test
  void whichFilesAreOnnx() throws IOException {
    assertThat(OnnxModel.isOnnx(Path.of("a", "net.onnx"))).isTrue();
    assertThat(OnnxModel.isOnnx(Path.of("NET.ONNX"))).isTrue();
    assertThat(OnnxModel.isOnnx(Path.of("net.onnx.safetensors"))).isFalse();
    assertThat(OnnxModel.isOnnx(folder)).isFalse();
    Path other = folder.resolve("net.bin");
    byte[] model = model(graph(node("Relu", "x", "y")), 17).toBytes();
    assertThat(OnnxModel.isOnnx(Files.write(other, model))).isTrue();
    assertThat(OnnxModel.isOnnx(Files.write(other, Arrays.copyOf(model, 30)))).isTrue();
    assertThat(OnnxModel.isOnnx(Files.write(other, new byte[0]))).isFalse();
    assertThat(OnnxModel.isOnnx(Files.write(other, new SafetensorsWriter().toBytes()))).isFalse();
    assertThat(OnnxModel.isOnnx(Path.of("README.md"))).isFalse();
  }

  @Test
  void eachOperationIsReadAsItWasWritten() throws IOException {
    for (Samples.Sample sample : Samples.all()) {
      boolean takenApart =
          sample.op() instanceof OctaveConv || sample.op().equals(Unary.of(UnaryFunction.SWISH));
      Graph graph = sample.graph();
      if (sample.op() instanceof Quantized) {
        assertThatThrownBy(() -> OnnxWriter.write(graph, file()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("ONNX has no operator for");
        continue;
      }
      OnnxWriter.write(graph, file());
      try (OnnxModel model = OnnxModel.open(file())) {
        Graph read = model.graph();
        if (!takenApart) {
          assertThat(read.nodes().getLast().op()).hasToString(sample.op().toString());
        }
        assertThat(read.inputs()).isEqualTo(graph.inputs());
        Map<String, TensorData> x = Map.of("i0", sample.inputs().getFirst());
        Map<String, TensorData> expected = new Interpreter(1 << 24).run(graph, x);
        Map<String, TensorData> actual = new Interpreter(1 << 24).run(read, x);
        expected.forEach(
            (name, data) -> {
              assertThat(actual.get(name).type()).isEqualTo(data.type());
              if (takenApart) {
                assertThat(actual.get(name).toDoubles())
                    .containsExactly(data.toDoubles(), Offset.offset(1e-5));
              } else {
                assertThat(actual.get(name).segment().mismatch(data.segment()))
                    .as(graph.toString())
                    .isEqualTo(-1);
              }
            });
      }
    }
  }

  @Test
  void whatTheFileSaysOfItself() throws IOException {
    MessageWriter model =
        model(graph(node("Relu", "x", "y")), 17)
            .text(2, "pytorch")
            .message(14, message().text(1, "labels").text(2, "cat dog"));
    try (OnnxModel read = OnnxModel.open(write(model))) {
      assertThat(read.irVersion()).isEqualTo(8);
      assertThat(read.opsets()).isEqualTo(Map.of("", 17L));
      assertThat(read.producer()).isEqualTo("pytorch");
      assertThat(read.metadata()).isEqualTo(Map.of("labels", "cat dog"));
      assertThat(read).hasToString(file() + ": IR 8, operator set 17, 1 nodes");
    }
    assertThat(OnnxModel.operators()).contains("Conv", "Upsample", "QLinearConv", "Gelu");
  }

  @Test
  void oldOperatorSets() throws IOException {
    assertThat(run(model(graph(node("Clip", "x", "y", "min", 2f, "max", 5f)), 6))[23]).isEqualTo(5);
    assertThat(run(model(graph(node("ReduceSum", "x", "y", "axes", new long[] {1, 2})), 11)))
        .containsExactly(66, 210);
    assertThat(run(model(graph(node("Unsqueeze", "x", "y", "axes", new long[] {0})), 11)))
        .hasSize(24);
    assertThat(
            run(
                model(
                    graph(
                        node(
                            "Slice",
                            "x",
                            "y",
                            "starts",
                            new long[] {1},
                            "ends",
                            new long[] {9},
                            "axes",
                            new long[] {2})),
                    9)))
        .startsWith(1, 2, 3, 5);
    assertThat(
            run(
                model(
                    graph(
                        node("Pad", "x", "y", "pads", new long[] {0, 0, 1, 0, 0, 0}, "value", 9f)),
                    2)))
        .startsWith(9, 0, 1, 2, 3, 9);
    assertThat(run(model(graph(node("Dropout", "x", "y mask", "ratio", 0.5f)), 9))).endsWith(23);
    // Before set 13 all axes from one on were one.
    double[] together = run(model(graph(node("Softmax", "x", "y")), 11));
    assertThat(Arrays.stream(together, 0, 12).sum()).isCloseTo(1, Offset.offset(1e-6));
    assertThat(Arrays.stream(run(model(graph(node("Softmax", "x", "y")), 13)), 0, 4).sum())
        .isCloseTo(1, Offset.offset(1e-6));
    MessageWriter add =
        graph(node("Add", "x b", "y", "broadcast", 1, "axis", 1))
            .message(5, floats("b", 100, 200, 300));
    assertThat(run(model(add, 6))).startsWith(100, 101, 102, 103, 204);
    MessageWriter scales = floats("s", 1, 1, 2);
    assertThat(run(model(graph(node("Upsample", "x s", "y")).message(5, scales), 9)))
        .startsWith(0, 0, 1, 1, 2, 2, 3, 3, 4);
  }

  /** Operators that are written out in others: x is 0 to 23, 2 by 3 by 4. */
  @Test
  void normalizationsWrittenOutInOthers() throws IOException {
    Offset<Double> close = Offset.offset(1e-6);
    double[] lengths = run(model(graph(node("LpNormalization", "x", "y")), 22));
    assertThat(lengths[0]).isZero();
    assertThat(lengths[1]).isCloseTo(1 / Math.sqrt(14), close);
    double[] sums = run(model(graph(node("LpNormalization", "x", "y", "axis", 0, "p", 1)), 1));
    assertThat(sums[0]).isZero(); // 0 of 0 and 12 is 0
    assertThat(sums[13]).isCloseTo(13 / 14.0, close);
    assertThat(refused(model(graph(node("LpNormalization", "x", "y", "p", 3)), 22)))
        .contains("attribute p=3 of LpNormalization");
    MessageWriter scaled =
        graph(node("RMSNormalization", "x s", "y", "epsilon", 0f, "axis", -2))
            .message(5, floats("s", 1, 2, 3, 4));
    double root = Math.sqrt((0 + 1 + 4 + 9 + 16 + 25 + 36 + 49 + 64 + 81 + 100 + 121) / 12.0);
    assertThat(run(model(scaled, 23))[7]).isCloseTo(4 * 7 / root, close);
  }

  @Test
  void hyperbolicFunctions() throws IOException {
    Offset<Double> close = Offset.offset(1e-6);
    assertThat(run(model(graph(node("Asinh", "x", "y")), 9))[3])
        .isCloseTo(Math.log(3 + Math.sqrt(10)), close);
    assertThat(run(model(graph(node("Acosh", "x", "y")), 9)))
        .startsWith(Double.NaN, 0)
        .contains(new double[] {Math.log(2 + Math.sqrt(3))}, close);
    assertThat(run(model(graph(node("Sinh", "x", "y"), node("Asinh", "y", "z")), 9))[2])
        .isCloseTo((Math.exp(2) - Math.exp(-2)) / 2, close);
    assertThat(run(model(graph(node("Cosh", "x", "y")), 9))).startsWith(1);
    assertThat(run(model(graph(node("Atanh", "x", "y")), 9))[1]).isInfinite();
  }

  @Test
  void initializersThatAreInputsToo() throws IOException {
    MessageWriter graph =
        graph(node("Mul", "x w", "y")).message(5, floats("w", 2)).message(11, value("w", 1, 1));
    assertThat(run(model(graph, 13))[3]).isEqualTo(6);
  }

  @Test
  void functionsTakeThePlaceOfTheirCalls() throws IOException {
    MessageWriter inner = node("LeakyRelu", "a", "b");
    inner.message(5, message().text(1, "alpha").text(21, "slope").integer(20, 1));
    MessageWriter function =
        message()
            .text(1, "Twice")
            .text(4, "a")
            .text(5, "c")
            .text(6, "slope")
            .message(7, inner)
            .message(7, node("Add", "b b", "c"))
            .message(9, message().text(1, "").integer(2, 17))
            .text(10, "mine");
    MessageWriter call = node("Twice", "m", "y", "slope", 0.5f).text(7, "mine");
    MessageWriter model = model(graph(node("Neg", "x", "m"), call), 17).message(25, function);
    assertThat(run(model)).startsWith(-0.0, -1, -2);

    MessageWriter endless =
        message()
            .text(1, "Twice")
            .text(4, "a")
            .text(5, "c")
            .text(10, "mine")
            .message(7, node("Twice", "a", "c").text(7, "mine"));
    assertThat(refused(model(graph(call), 17).message(25, endless)))
        .isEqualTo("m.onnx: has functions that call each other more than 16 deep");
  }

  @Test
  void allThatIsNotSupportedIsNamedAtOnce() throws IOException {
    MessageWriter model =
        model(
            graph(
                node("Foo", "x", "a"),
                node("Relu", "a", "b"),
                node("Foo", "b", "c"),
                node("Bar", "c", "d").text(7, "com.acme"),
                node("Conv", "d w", "y", "auto_pad", "SAME_MIDDLE"),
                node("Relu", "x", "z", "beta", 1f)),
            17);
    model.message(8, message().text(1, "com.acme").integer(2, 1));
    assertThat(refused(model))
        .isEqualTo(
            "m.onnx: asks for what is not supported: operator Foo (n_a, n_c); operator Bar of"
                + " domain com.acme (n_d); attribute auto_pad=SAME_MIDDLE of Conv (n_y);"
                + " attribute beta of Relu in operator set 17 (n_z)");
    assertThat(refused(model(graph(node("Relu", "x", "y")), 17).integer(1, 99)))
        .isEqualTo(
            "m.onnx: asks for what is not supported: IR version 99, expected 3 to 13 (the model)");
    MessageWriter text = message().integer(1, 1).integer(2, 8).text(6, "s").text(8, "w");
    assertThat(refused(model(graph(node("Relu", "x", "y")).message(5, text), 17)))
        .contains("elements of type strings (w)");
  }

  @Test
  void graphsThatDontFit() throws IOException {
    assertThat(refused(model(graph(node("MatMul", "x x", "y")), 17)))
        .isEqualTo(
            "m.onnx: node \"n_y\": MatMul of (F32[2, 3, 4], F32[2, 3, 4]): [2, 3, 4] and [2, 3, 4]"
                + " have no common inner dimension");
    assertThat(refused(model(graph(node("Relu", "q", "y")), 17)))
        .isEqualTo("m.onnx: node \"n_y\": Relu: input \"q\" is made by no node before it");
    assertThat(refused(model(graph(node("Relu", "x", "z")), 17)))
        .startsWith("m.onnx: output \"y\" is made by no node");
    assertThat(refused(message().integer(1, 8)))
        .isEqualTo("m.onnx: has no graph; is this an ONNX file?");
    assertThat(refused(message().integer(1, 8).message(7, graph(node("Relu", "x", "y")))))
        .isEqualTo("m.onnx: says no version of the operator set, for instance 17");
  }

  @Test
  void tensorsThatLie() throws IOException {
    TensorData bytes = TensorData.of(ElementType.U8, MemorySegment.ofArray(new byte[15]), 15);
    MessageWriter short1 = message().integer(1, 4).integer(2, 1).text(8, "w").elements(9, bytes);
    assertThat(refused(model(graph().message(5, short1), 17)))
        .isEqualTo("m.onnx: tensor \"w\" is F32[4], 16 bytes, but has 15");
    MessageWriter huge =
        message()
            .integer(1, 1L << 31)
            .integer(1, 1L << 31)
            .integer(1, 1L << 31)
            .integer(2, 1)
            .text(8, "w");
    assertThat(refused(model(graph().message(5, huge), 17))).startsWith("m.onnx: tensor \"w\": ");
    MessageWriter none = message().integer(1, 1 << 30).integer(2, 1).text(8, "w");
    assertThat(refused(model(graph().message(5, none), 17)))
        .isEqualTo("m.onnx: tensor \"w\" is F32[1073741824], but has 0 elements");
    MessageWriter other = message().integer(1, 1).integer(2, 1).text(8, "w").integer(5, 7);
    assertThat(refused(model(graph().message(5, other), 17)))
        .isEqualTo("m.onnx: tensor \"w\" is F32[1], but has its elements in field 5");
    MessageWriter negative = message().integer(1, -4).integer(2, 1).text(8, "w");
    assertThat(refused(model(graph().message(5, negative), 17)))
        .startsWith("m.onnx: tensor \"w\": ");
  }

  @Test
  void bytesThatAreNoMessage() throws IOException {
    Files.write(file(), new byte[] {0x3a, 0x7f, 1});
    assertThat(refused(() -> OnnxModel.open(file()).close()))
        .isEqualTo(
            "m.onnx: field 7 claims 127 bytes in the message at offset 0; the file is damaged, or"
                + " no ONNX file");
    byte[] endless = new byte[20];
    Arrays.fill(endless, (byte) -1);
    Files.write(file(), endless);
    assertThat(refused(() -> OnnxModel.open(file()).close()))
        .contains("a number has more than 10 bytes");
    Files.write(file(), new byte[] {0x0b});
    assertThat(refused(() -> OnnxModel.open(file()).close())).contains("unknown wire type 3");
    Files.delete(file());
    assertThat(refused(() -> OnnxModel.open(file()).close())).contains("no such file");
    assertThat(refused(() -> OnnxModel.open(folder.resolve(".")).close()))
        .endsWith("is a directory, expected an ONNX file");
  }

  private MessageWriter external(String location, String... more) {
    MessageWriter tensor = message().integer(1, 2).integer(2, 1).text(8, "w").integer(14, 1);
    tensor.message(13, message().text(1, "location").text(2, location));
    for (int i = 0; i < more.length; i += 2) {
      tensor.message(13, message().text(1, more[i]).text(2, more[i + 1]));
    }
    return model(graph(node("Identity", "w", "y")).message(5, tensor), 17);
  }

  @Test
  void elementsInOtherFilesOfTheFolder() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    byte[] bytes = new byte[12];
    bytes[6] = (byte) 0x80;
    bytes[7] = 0x3f; // 1 at offset 4
    Files.write(folder.resolve("data/w.bin"), bytes);
    assertThat(run(external("data/w.bin", "offset", "4", "length", "8"))).containsExactly(1, 0);

    assertThat(refused(external("data/w.bin", "offset", "8")))
        .isEqualTo(
            "m.onnx: external data \"data/w.bin\": offset 8 and length 8 don't fit 8 bytes of a"
                + " tensor and 12 of the file");
    assertThat(refused(external("data/w.bin", "offset", "-1"))).contains("has the offset \"-1\"");
    assertThat(refused(external("gone.bin"))).contains("no such file beside the model");
    String outside = "is not inside of the model's folder";
    Path elsewhere = Files.createTempFile("w", ".bin");
    try {
      Files.write(elsewhere, bytes);
      Files.createSymbolicLink(folder.resolve("link.bin"), elsewhere);
      for (String location :
          List.of(
              "../w.bin", "data/../../w.bin", elsewhere.toString(), "link.bin", "", ".", "a\0b")) {
        assertThat(refused(external(location))).as(location).contains(outside);
      }
    } finally {
      Files.delete(elsewhere);
    }
  }

  @Test
  void largeConstantsStayInTheFileUntilTheyAreAskedFor() throws IOException {
    GraphBuilder b = new GraphBuilder("g");
    String w = b.constant("w", TensorData.of(new float[5000], 5000));
    b.add(new Node("n", new Identity(), List.of(w), List.of("y")));
    OnnxWriter.write(b.output("y").build(), file());
    OnnxModel model = OnnxModel.open(file());
    TensorData data = model.graph().constant("w");
    assertThat(data.type()).isEqualTo(TensorType.of(ElementType.F32, 5000));
    assertThat(data.doubleAt(4999)).isZero();
    model.close();
    model.close();
    OnnxModel closed = OnnxModel.open(file());
    closed.close();
    assertThatThrownBy(() -> closed.graph().constant("w").segment())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed, open it again");
  }
}
