package io.github.octconv4j.onnx;

import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.graph.Graph;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A model as the file has it, but for its graph, which is translated.
 *
 * @param opsets versions by domain, ONNX's own being the empty one
 * @param metadata in the file's order
 */
record ModelProto(
    long irVersion,
    String producer,
    Map<String, Long> opsets,
    Map<String, String> metadata,
    Graph graph) {
  private static final int LEAST_IR = 3;
  private static final int MOST_IR = 13;

  /**
   * Reads a model.
   *
   * @param external the files beside it
   * @throws IOException if the file is damaged, or asks for what is not supported; one line names
   *     all of that
   */
  static ModelProto read(DataFile file, TensorProto.External external) throws IOException {
    long irVersion = 0;
    String producer = "";
    Map<String, Long> opsets = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    Wire wire = new Wire(file);
    Problems problems = new Problems();
    Message model = wire.message();
    List<Message> graphs = new ArrayList<>();
    Map<String, FunctionProto> functions = new HashMap<>();
    while (model.next()) {
      switch (model.field()) {
        case 1 -> irVersion = model.integer();
        case 2 -> producer = model.text();
        case 7 -> graphs.add(model.message());
        case 8 -> FunctionProto.opset(model.message(), opsets);
        case 14 -> model.message().entry(metadata);
        case 25 ->
            problems.trying(
                "a function",
                () -> {
                  FunctionProto function = FunctionProto.read(wire, model.message(), external);
                  functions.put(function.domain + ":" + function.name, function);
                });
        default -> {}
      }
    }
    if (graphs.size() != 1) {
      throw new IOException("has no graph; is this an ONNX file?");
    }
    if (irVersion < LEAST_IR || irVersion > MOST_IR) {
      problems.add(
          String.format(
              Locale.ROOT, "IR version %d, expected %d to %d", irVersion, LEAST_IR, MOST_IR),
          "the model");
    }
    GraphProto proto = GraphProto.read(wire, graphs.getFirst(), external, problems);
    Graph graph =
        new Translation(
                functions,
                body -> GraphProto.readBody(wire, body.message().again(), external, problems),
                problems)
            .translate(proto, opsets);
    if (!problems.isEmpty()) {
      throw new IOException("asks for what is not supported: " + problems);
    }
    return new ModelProto(irVersion, producer, opsets, metadata, graph);
  }
}
