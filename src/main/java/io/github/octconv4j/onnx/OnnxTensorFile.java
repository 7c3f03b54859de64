package io.github.octconv4j.onnx;

import io.github.octconv4j.files.DataFile;
import io.github.octconv4j.graph.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Files that hold one tensor, as ONNX's tests have them ({@code input_0.pb}).
 *
 * @since 0.1.0
 */
public final class OnnxTensorFile {
  private OnnxTensorFile() {}

  /**
   * Reads a file.
   *
   * @param path the file
   * @return the tensor, all of it
   * @throws IOException if the file can't be read, is damaged, or holds what is not supported; one
   *     line that begins with the path
   */
  public static TensorData read(Path path) throws IOException {
    Objects.requireNonNull(path, "path");
    try (DataFile file = DataFile.open(path, "a tensor of ONNX")) {
      ExternalData none = new ExternalData(path);
      Wire wire = new Wire(file);
      TensorData data = TensorProto.read(wire, wire.message(), none).data();
      MemorySegment elements = data.segment();
      none.close();
      return TensorData.of(data.element(), elements, data.dims());
    } catch (UncheckedIOException e) {
      throw OnnxModel.prefixed(path, Objects.requireNonNull(e.getCause()));
    } catch (UnsupportedException e) {
      throw new IOException(path + ": has what is not supported: " + e.getMessage(), e);
    } catch (IOException e) {
      throw OnnxModel.prefixed(path, e);
    }
  }
}
