package io.github.octconv4j.onnx;

import static io.github.octconv4j.onnx.Protos.message;
import static io.github.octconv4j.onnx.Protos.model;
import static io.github.octconv4j.onnx.Protos.node;
import static io.github.octconv4j.onnx.Protos.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.interpret.Interpreter;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.weights.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;

/**
 * A file of one node, as ONNX's own tests have them: what it makes of tensors in the interpreter,
 * in a compiled network, where the file leaves all sizes open, and where all inputs but the first
 * are constants.
 */
final class OneNode {
  private final Path folder;
  private final int opset;
  private final String operator;
  private final Object[] attributes;
  private final List<TensorData> inputs = new ArrayList<>();
  private final EnumSet<Form> forms = EnumSet.allOf(Form.class);
  private String outputs = "y";

  OneNode(Path folder, int opset, String operator, Object... attributes) {
    this.folder = folder;
    this.opset = opset;
    this.operator = operator;
    this.attributes = attributes;
  }

  /** Inputs in order, null for one that is left out. */
  OneNode of(TensorData... given) {
    for (TensorData data : given) {
      inputs.add(data);
    }
    return this;
  }

  /** Names of the outputs, an empty one for one that is not wanted. */
  OneNode makes(String names) {
    outputs = names;
    return this;
  }

  static TensorData floats(float[] values, long... dims) {
    return TensorData.of(values, dims);
  }

  /** Floats from -0.8 to 0.8 that begin differently by a number. */
  static TensorData waves(int first, long... dims) {
    long count = 1;
    for (long dim : dims) {
      count *= dim;
    }
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.8 * Math.sin(1.7 * i + first));
    }
    return TensorData.of(values, dims);
  }

  /** Numbers of any type, row by row. */
  static TensorData of(ElementType type, long[] dims, double... values) {
    byte[] bytes = new byte[(int) type.bytes(values.length)];
    MemorySegment segment = MemorySegment.ofArray(bytes);
    for (int i = 0; i < values.length; i++) {
      long bits =
          switch (type) {
            case F64 -> Double.doubleToRawLongBits(values[i]);
            case F32 -> Float.floatToRawIntBits((float) values[i]);
            case F16 -> Float.floatToFloat16((float) values[i]);
            case BF16 -> Float.floatToRawIntBits((float) values[i]) >>> 16;
            default -> (long) values[i];
          };
      int width = bytes.length / values.length;
      for (int k = 0; k < width; k++) { // tests run on little-endian machines alone
        bytes[i * width + k] = (byte) (bits >>> (8 * k));
      }
    }
    return TensorData.of(type, segment, dims);
  }

  /** The sizes of the file are always known. */
  OneNode known() {
    forms.remove(Form.OPEN);
    return this;
  }

  private enum Form {
    KNOWN,
    OPEN,
    CONSTANT
  }

  private Path write(Form form) throws IOException {
    StringBuilder names = new StringBuilder();
    MessageWriter graph = message().text(2, "g");
    for (int i = 0; i < inputs.size(); i++) {
      TensorData data = inputs.get(i);
      names.append(i == 0 ? "" : " ").append(data == null ? "" : "i" + i);
      if (data != null) {
        long[] dims = data.dims();
        int type = Elements.number(data.element());
        String name = "i" + i;
        switch (i == 0 && form == Form.CONSTANT ? Form.KNOWN : form) {
          case KNOWN -> graph.message(11, value(name, type, dims));
          case OPEN -> graph.message(11, unknown(name, type, dims.length));
          case CONSTANT -> graph.message(5, constant(name, type, data));
        }
      }
    }
    graph.message(1, node(operator, names.toString(), outputs, attributes));
    for (String output : outputs.split(" ", -1)) {
      if (!output.isEmpty()) {
        graph.message(12, message().text(1, output));
      }
    }
    return Files.write(folder.resolve("m.onnx"), model(graph, opset).toBytes());
  }

  private static MessageWriter constant(String name, int type, TensorData data) {
    MessageWriter tensor = message();
    for (long dim : data.dims()) {
      tensor.integer(1, dim);
    }
    return tensor.integer(2, type).text(8, name).elements(9, data);
  }

  private static MessageWriter unknown(String name, int type, int rank) {
    MessageWriter shape = message();
    for (int i = 0; i < rank; i++) {
      shape.message(1, message().text(2, name + "d" + i));
    }
    MessageWriter tensor = message().integer(1, type).message(2, shape);
    return message().text(1, name).message(2, message().message(1, tensor));
  }

  /** All outputs, which are the same in each way. */
  Map<String, TensorData> run() throws IOException {
    Map<String, TensorData> given = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i) != null) {
        given.put("i" + i, inputs.get(i));
      }
    }
    Map<String, TensorData> expected;
    try (OnnxModel model = OnnxModel.open(write(Form.KNOWN))) {
      expected = new Interpreter(1 << 24).run(model.graph(), given);
    }
    for (Form form : forms) {
      Map<String, TensorData> entering = new HashMap<>(given);
      if (form == Form.CONSTANT) {
        entering.keySet().retainAll(List.of("i0"));
      }
      try (Network network = Network.load(write(form))) {
        network
            .compute(entering)
            .forEach((name, data) -> same(name, data, Objects.requireNonNull(expected.get(name))));
      }
    }
    return expected;
  }

  private static void same(String name, TensorData actual, TensorData expected) {
    assertThat(actual.type()).as(name).isEqualTo(expected.type());
    assertThat(actual.toDoubles()).as(name).containsExactly(expected.toDoubles(), near(1e-5));
  }

  static Offset<Double> near(double difference) {
    return Offset.offset(difference);
  }

  /** The output y has this type and these elements. */
  void gives(String type, double... expected) throws IOException {
    TensorData y = Objects.requireNonNull(run().get("y"));
    TensorType actual = y.type();
    assertThat(actual).hasToString(type);
    assertThat(y.toDoubles()).containsExactly(expected, near(1e-4));
  }

  /** What is said where the file is read. */
  String refused() throws IOException {
    Path file = write(Form.KNOWN);
    String[] message = new String[1];
    assertThatThrownBy(() -> OnnxModel.open(file).close())
        .isInstanceOf(IOException.class)
        .satisfies(e -> message[0] = e.getMessage());
    return Objects.requireNonNull(message[0]).replace(file + ": ", "");
  }
}
