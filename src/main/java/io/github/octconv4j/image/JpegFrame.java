package io.github.octconv4j.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The header of a JPEG image.
 *
 * @param progressive whether several scans make up each coefficient
 * @param width in pixels
 * @param height in pixels
 * @param components 1, 3 or 4, as the file lists them
 */
record JpegFrame(boolean progressive, int width, int height, List<JpegComponent> components) {
  private static final int MOST_SAMPLING = 4;

  /** Copies the list. */
  JpegFrame {
    components = List.copyOf(components);
  }

  /** Checks the numbers and gives the components their sizes. */
  static JpegFrame of(boolean progressive, int width, int height, List<JpegComponent> components)
      throws BadImageException {
    int mostH = 1;
    int mostV = 1;
    for (JpegComponent component : components) {
      if (!isSampling(component.h) || !isSampling(component.v) || component.quantization > 3) {
        throw new BadImageException(
            String.format(
                Locale.ROOT,
                "is a damaged JPEG image: component %d has sampling %d x %d and quantization table %d",
                component.id,
                component.h,
                component.v,
                component.quantization));
      }
      mostH = Math.max(mostH, component.h);
      mostV = Math.max(mostV, component.v);
    }
    for (JpegComponent component : components) {
      if (mostH % component.h != 0 || mostV % component.v != 0) {
        throw new BadImageException(
            String.format(
                    Locale.ROOT,
                    "is a JPEG image whose components have %d and %d samples side by side, which is not",
                    mostH,
                    component.h)
                + " supported; convert it with another program");
      }
      component.fit(width, height, mostH, mostV);
    }
    return new JpegFrame(progressive, width, height, components);
  }

  private static boolean isSampling(int n) {
    return n >= 1 && n <= MOST_SAMPLING;
  }

  /** Samples side by side where the densest component has them. */
  int mostH() {
    return components.stream().mapToInt(component -> component.h).max().orElseThrow();
  }

  /** Samples below each other where the densest component has them. */
  int mostV() {
    return components.stream().mapToInt(component -> component.v).max().orElseThrow();
  }

  /**
   * The components of a scan.
   *
   * @param ids as the scan lists them; where several components have one, each is taken once
   */
  List<JpegComponent> select(List<Integer> ids) throws BadImageException {
    List<JpegComponent> selected = new ArrayList<>();
    for (int id : ids) {
      Optional<JpegComponent> component =
          components.stream().filter(one -> one.id == id && !selected.contains(one)).findFirst();
      if (component.isEmpty()) {
        throw new BadImageException(
            String.format(
                Locale.ROOT,
                "is a damaged JPEG image: a scan has component %d, which is not there",
                id));
      }
      selected.add(component.get());
    }
    return selected;
  }
}
