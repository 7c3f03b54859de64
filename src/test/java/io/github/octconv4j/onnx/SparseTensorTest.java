package io.github.octconv4j.onnx;

import static io.github.octconv4j.onnx.Protos.floats;
import static io.github.octconv4j.onnx.Protos.graph;
import static io.github.octconv4j.onnx.Protos.message;
import static io.github.octconv4j.onnx.Protos.model;
import static io.github.octconv4j.onnx.Protos.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tensors of which some elements are stored. */
@SameOnEveryProcessor
class SparseTensorTest {
  @TempDir private Path folder;

  private static MessageWriter sparse(long[] dims, MessageWriter values, long[] shape, long... at) {
    MessageWriter indices = message().integer(2, 7);
    for (long size : shape) {
      indices.integer(1, size);
    }
    for (long index : at) {
      indices.integer(7, index);
    }
    MessageWriter sparse = message().message(1, values).message(2, indices);
    for (long dim : dims) {
      sparse.integer(3, dim);
    }
    return sparse;
  }

  private Path write(MessageWriter sparse) throws IOException {
    MessageWriter graph = graph(node("Add", "x s", "y")).message(15, sparse);
    return Files.write(folder.resolve("m.onnx"), model(graph, 17).toBytes());
  }

  private double[] read(MessageWriter sparse) throws IOException {
    try (OnnxModel model = OnnxModel.open(write(sparse))) {
      return model.graph().constants().get("s").toDoubles();
    }
  }

  @Test
  void elementsByOneNumberOrByOneForEachDimension() throws IOException {
    long[] dims = {2, 1, 4};
    double[] expected = {0, 5, 0, 0, 0, 0, 0, 6};
    assertThat(read(sparse(dims, floats("s", 5, 6), new long[] {2}, 1, 7))).isEqualTo(expected);
    assertThat(read(sparse(dims, floats("s", 5, 6), new long[] {2, 3}, 0, 0, 1, 1, 0, 3)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "8, 1, 16, has the index 16 of 16",
    "8, 1, -1, has the index -1 of 16",
    "8, 2, 1, has 1 values and indices I64[2]",
    "0, 1, 0, has a dimension of 0",
    "1000000000, 1, 5, has 8000000000 bytes as a usual one",
    "4000000000000000000, 1, 5, count is 8000000000000000000"
  })
  void whatDoesNotFitIsRefused(long dim, int count, long index, String message) {
    long[] at = new long[count];
    Arrays.fill(at, index);
    assertThatThrownBy(
            () ->
                OnnxModel.open(
                    write(sparse(new long[] {dim, 2}, floats("s", 5), new long[] {count}, at))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("m.onnx: sparse tensor \"s\": ")
        .hasMessageContaining(message);
  }
}
