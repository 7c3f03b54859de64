package io.github.octconv4j.bench.start;

import ai.onnxruntime.OrtEnvironment;
import com.fasterxml.jackson.core.JsonFactory;
import io.github.octconv4j.nn.Model;
import io.github.octconv4j.nn.Network;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The programs of each workload, in a folder of their own. */
final class Programs {
  private static final String LIBRARIES = "ai/onnxruntime/native/linux-x64/";

  private final Path folder;
  private final ClassPath ours;
  private final ClassPath theirs;
  private final Path unpacked;

  /** Writes the jars that all programs use. */
  Programs(Path folder) throws IOException {
    this.folder = folder;
    String own = "io/github/octconv4j/bench/start";
    this.ours =
        new ClassPath(Files.createDirectory(folder.resolve("ours")))
            .of(Network.class, "")
            .of(JsonFactory.class, "")
            .of(StartMain.class, own)
            .add(Path.of("target", "natives"), "");
    this.theirs =
        new ClassPath(Files.createDirectory(folder.resolve("theirs")))
            .of(OrtEnvironment.class, "")
            .of(StartMain.class, own);
    this.unpacked = Files.createDirectory(folder.resolve("unpacked"));
    for (String name : List.of("libonnxruntime.so", "libonnxruntime4j_jni.so")) {
      String resource = LIBRARIES + name;
      try (InputStream in = OrtEnvironment.class.getClassLoader().getResourceAsStream(resource)) {
        Files.copy(Objects.requireNonNull(in, resource), unpacked.resolve(name));
      }
    }
  }

  /** One octave convolution. */
  List<StartProgram> layer() throws IOException {
    Path files = Files.createDirectory(folder.resolve("layer"));
    StartFiles.layer(files);
    List<String> all = List.of(files.toString());
    List<StartProgram> programs = new ArrayList<>();
    programs.add(ours(files, "octconv4j", LayerStart.class, all, false));
    programs.add(ours(files, "octconv4j, AOT cache", LayerStart.class, all, true));
    programs.addAll(onnxRuntime(files, LayerStart.DIMS));
    return programs;
  }

  /** A whole network. */
  List<StartProgram> network(Model model) throws IOException {
    Path files = Files.createDirectory(folder.resolve("network"));
    StartFiles.network(model, files);
    String image = files.resolve(StartFiles.INPUT).toString();
    List<String> weights = List.of(files.resolve(StartFiles.SAFETENSORS).toString(), image);
    List<String> onnx = List.of(files.resolve(StartFiles.ONNX).toString(), image);
    Class<?> main = NetworkStart.class;
    List<StartProgram> programs = new ArrayList<>();
    programs.add(ours(files, "octconv4j", main, weights, false));
    programs.add(ours(files, "octconv4j, AOT cache", main, weights, true));
    programs.add(ours(files, "octconv4j, ONNX file", main, onnx, false));
    programs.add(ours(files, "octconv4j, ONNX file, AOT cache", main, onnx, true));
    int size = model.imageSize();
    programs.addAll(onnxRuntime(files, new long[] {1, 3, size, size}));
    return programs;
  }

  private StartProgram ours(
      Path files, String name, Class<?> main, List<String> inputs, boolean cached)
      throws IOException {
    Path output = Files.createTempFile(files, "ours", ".f32");
    List<String> arguments = new ArrayList<>(inputs);
    arguments.add(output.toString());
    Path cache = cached ? files.resolve(output.getFileName() + ".aot") : null;
    return new StartProgram(name, main, ours, List.of(), arguments, output, cache);
  }

  /** It unpacks its library at each start, unless it is told where that lies. */
  private List<StartProgram> onnxRuntime(Path files, long[] dims) throws IOException {
    Path output = Files.createTempFile(files, "theirs", ".f32");
    List<String> arguments = new ArrayList<>();
    arguments.add(files.resolve(StartFiles.ONNX).toString());
    arguments.add(files.resolve(StartFiles.INPUT).toString());
    arguments.add(output.toString());
    for (long dim : dims) {
      arguments.add(Long.toString(dim));
    }
    List<StartProgram> programs = new ArrayList<>();
    for (boolean unpacks : new boolean[] {true, false}) {
      programs.add(
          new StartProgram(
              unpacks ? "ONNX Runtime" : "ONNX Runtime, unpacked",
              OnnxRuntimeStart.class,
              theirs,
              unpacks ? List.of() : List.of("-Donnxruntime.native.path=" + unpacked),
              arguments,
              output,
              null));
    }
    return programs;
  }
}
