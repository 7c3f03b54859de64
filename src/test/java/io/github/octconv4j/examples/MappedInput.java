package io.github.octconv4j.examples;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.FormatTag;
import io.github.octconv4j.octave.OctaveConv2d;
import io.github.octconv4j.octave.OctaveLayer;
import io.github.octconv4j.octave.OctaveTensor;
import io.github.octconv4j.octave.OctaveWeights;
import io.github.octconv4j.octave.OutputFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** NHWC floats in a mapped file, or in any direct buffer, are read where they are. */
public class MappedInput {
  public static void main(String[] args) throws IOException {
    Path file = Files.createTempFile("image", ".nhwc");
    ByteBuffer floats = ByteBuffer.allocate(8 * 8 * 16 * Float.BYTES);
    floats.order(ByteOrder.nativeOrder());
    for (int i = 0; i < 8 * 8 * 16; i++) {
      floats.putFloat(i % 16); // channel c of every pixel is c
    }
    Files.write(file, floats.array());

    OctaveConv2d spec = OctaveConv2d.of(16, 16).alpha(0, 0.25).build();
    float[] ones = new float[16 * 16];
    Arrays.fill(ones, 1);
    try (Engine engine = Engine.cpu();
        OctaveLayer layer = spec.on(engine, OctaveWeights.split(spec, ones, null));
        FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      MemorySegment data = MemorySegment.ofBuffer(mapped); // a view, nothing is copied
      OctaveTensor x = OctaveTensor.ofHigh(data, FormatTag.NHWC, 1, 16, 8, 8);
      OctaveTensor y = layer.apply(x, OutputFormat.NHWC, arena);
      MemorySegment high = y.high().segment();
      System.out.println("first pixel " + high.getAtIndex(ValueLayout.JAVA_FLOAT, 0));
    } finally {
      Files.delete(file);
    }
  }
}
