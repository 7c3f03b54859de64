package io.github.octconv4j.examples;

import io.github.octconv4j.dnn.Tensor;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.FeatureMap;
import io.github.octconv4j.nn.Network;
import io.github.octconv4j.nn.NetworkBuilder;
import io.github.octconv4j.nn.NetworkGraph;
import io.github.octconv4j.nn.Norm;
import io.github.octconv4j.nn.Upsampling;
import io.github.octconv4j.octave.Activation;
import io.github.octconv4j.octave.OctaveConv2d;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The code of docs/networks.md. The tests run each. */
final class OwnNetworks {
  private OwnNetworks() {}

  // @start region="unet"
  /** Two octave convolutions 3x3 with batch norm and ReLU. */
  static FeatureMap twice(NetworkBuilder net, String name, FeatureMap x, int out) {
    double alpha = x.channels().low() > 0 ? 0.5 : 0;
    OctaveConv2d first =
        OctaveConv2d.of(x.channels().total(), out).kernel(3).padding(1).alpha(alpha, 0.5).build();
    OctaveConv2d second = OctaveConv2d.of(out, out).kernel(3).padding(1).alpha(0.5).build();
    FeatureMap y = net.convolution(name + ".0", x, first, Norm.BATCH, Activation.RELU);
    return net.convolution(name + ".1", y, second, Norm.BATCH, Activation.RELU);
  }

  /** A U-Net for images (3, size, size); scores of the classes for each pixel. */
  static NetworkGraph unet(int size, int classes) {
    NetworkBuilder net = new NetworkBuilder(3, size, size);
    FeatureMap fine = twice(net, "down1", net.input(), 16); // 8 x size, 8 x size / 2
    FeatureMap x = twice(net, "down2", net.maxPool("half", fine, 2, 2, 0), 32);
    x = net.upsample("up", x, 2, Upsampling.NEAREST);
    x = twice(net, "up1", net.concat("skip", x, fine), 16);
    OctaveConv2d last = OctaveConv2d.of(16, classes).alpha(0.5, 0).build();
    return net.build(net.convolution("scores", x, last, Norm.BIAS, Activation.NONE));
  }

  // @end

  static Tensor segment(Path file, Tensor images) throws IOException {
    // @start region="segment"
    try (Network network = Network.load(file, unet(32, 4))) {
      Tensor scores = network.run(Map.of("input", images)).get("scores"); // (n, 4, 32, 32)
      return scores;
    }
    // @end
  }

  // @start region="lxtgh"
  /** The trained network of this project's demo, whose tensors are named as in lxtGH's modules. */
  static NetworkGraph fashion() {
    NetworkBuilder net =
        new NetworkBuilder(1, 28, 28)
            .tensorNames(name -> name.replace(".conv.conv_", ".conv.")); // L.conv.h2l.weight
    OctaveConv2d first = OctaveConv2d.of(1, 32).kernel(3).padding(1).alpha(0, 0.5).build();
    FeatureMap x = net.convolution("first", net.input(), first, Norm.BATCH, Activation.RELU);
    x = bottleneck(net, "block1", x, 64, 2);
    x = bottleneck(net, "block2", x, 64, 1);
    x = bottleneck(net, "block3", x, 128, 1);
    OctaveConv2d last = OctaveConv2d.of(128, 128).alpha(0.5, 0).build();
    x = net.convolution("last", x, last, Norm.BATCH, Activation.RELU);
    return net.build(net.linear("fc", net.globalAverage("pool", x), 10, Activation.NONE));
  }

  /** 1x1, 3x3 and 1x1 with a convolution on the shortcut; a stride of 2 pools both parts. */
  static FeatureMap bottleneck(NetworkBuilder net, String name, FeatureMap x, int out, int stride) {
    int in = x.channels().total();
    OctaveConv2d narrow = OctaveConv2d.of(in, 32).alpha(0.5).build();
    OctaveConv2d wide =
        OctaveConv2d.of(32, 32).kernel(3).padding(1).alpha(0.5).stride(stride).build();
    OctaveConv2d back = OctaveConv2d.of(32, out).alpha(0.5).build();
    OctaveConv2d down = OctaveConv2d.of(in, out).alpha(0.5).stride(stride).build();
    FeatureMap y = net.convolution(name + ".c1", x, narrow, Norm.BATCH, Activation.RELU);
    y = net.convolution(name + ".c2", y, wide, Norm.BATCH, Activation.RELU);
    y = net.convolution(name + ".c3", y, back, Norm.BATCH, Activation.NONE);
    FeatureMap shortcut = net.convolution(name + ".down", x, down, Norm.BATCH, Activation.NONE);
    return net.sum(name, y, shortcut, Activation.RELU);
  }

  // @end

  static String classify(Path file, Path picture) throws IOException {
    // @start region="classify"
    try (Network network = Network.load(file, fashion())) { // labels of the file's metadata
      return network.classify(ImageFiles.read(picture)).best().label();
    }
    // @end
  }
}
