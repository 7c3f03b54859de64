package io.github.octconv4j.bench.kernel;

import java.util.List;

/** Pooling or resampling in Java. */
final class JavaStep implements Kernel {
  private final Runnable work;
  private final Feature y;

  private JavaStep(Runnable work, Feature y) {
    this.work = work;
    this.y = y;
  }

  static JavaStep pooling(ImageData data, JavaMaths maths) {
    Feature x = Feature.of(data, 0, maths.pixel(data.c()));
    Feature y = new Feature(data.n(), data.c(), data.h() / 2, data.w() / 2, 0, x.pixel);
    return new JavaStep(() -> maths.pool(x, y), y);
  }

  static JavaStep resampling(ImageData data, JavaMaths maths) {
    Feature x = Feature.of(data, 0, maths.pixel(data.c()));
    Feature y = new Feature(data.n(), data.c(), 2 * data.h(), 2 * data.w(), 0, x.pixel);
    return new JavaStep(() -> maths.upsample(x, y, false), y);
  }

  @Override
  public void run() {
    work.run();
  }

  @Override
  public List<float[]> outputs() {
    return List.of(y.toArray());
  }
}
