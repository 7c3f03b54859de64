package io.github.octconv4j.nn;

import io.github.octconv4j.text.Checks;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Random values for every name, always the same for a seed.
 *
 * @param seed any number
 */
record RandomParameters(long seed) implements Parameters {
  @Override
  public float[] values(Parameter p) {
    Objects.requireNonNull(p, "parameter");
    SplittableRandom random =
        new SplittableRandom(seed ^ (0x9e3779b97f4a7c15L * p.name().hashCode()));
    double inputs = (double) p.count() / p.shape().getFirst();
    double middle =
        switch (p.kind()) {
          case SCALE, VARIANCE -> 1;
          case WEIGHT, BIAS, SHIFT, MEAN -> 0;
        };
    double range = p.kind() == Parameter.Kind.WEIGHT ? Math.sqrt(3 / inputs) : 0.1;
    float[] values = new float[Math.toIntExact(p.count())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (middle + range * (2 * random.nextDouble() - 1));
    }
    return values;
  }

  @Override
  public void check(List<Parameter> parameters) {
    Checks.elements("parameters", parameters);
  }
}
