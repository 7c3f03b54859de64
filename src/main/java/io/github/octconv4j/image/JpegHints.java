package io.github.octconv4j.image;

import java.util.List;

/** What the metadata of a JPEG file say of its colors and of how the camera was held. */
final class JpegHints {
  private static final List<Integer> RGB = List.of((int) 'R', (int) 'G', (int) 'B');
  private static final int NO_ADOBE = -1;
  private static final int ADOBE_PLAIN = 0;

  private boolean jfif;
  private int adobe = NO_ADOBE; // or its number of the color transform
  private Orientation orientation = Orientation.UPRIGHT;
  private boolean exif;

  /** Takes an application segment, 0 to 15. */
  void accept(int application, byte[] body) {
    switch (application) {
      case 0 -> jfif |= body.length >= 14 && starts(body, "JFIF\0");
      case 1 -> {
        if (starts(body, "Exif\0") && !exif) {
          exif = true;
          orientation = Exif.orientation(body, Math.min(6, body.length));
        }
      }
      case 14 -> {
        if (body.length >= 12 && starts(body, "Adobe")) {
          adobe = body[11] & 0xFF;
        }
      }
      default -> {}
    }
  }

  private static boolean starts(byte[] body, String text) {
    boolean same = body.length >= text.length();
    for (int i = 0; same && i < text.length(); i++) {
      same = body[i] == text.charAt(i);
    }
    return same;
  }

  /** By the rules of libjpeg: JFIF first, then Adobe's word, then the components' numbers. */
  JpegColors colors(List<JpegComponent> components) {
    return switch (components.size()) {
      case 1 -> JpegColors.GRAY;
      case 3 -> isRgb(components) ? JpegColors.RGB : JpegColors.YCBCR;
      default -> adobe == NO_ADOBE || adobe == ADOBE_PLAIN ? JpegColors.CMYK : JpegColors.YCCK;
    };
  }

  private boolean isRgb(List<JpegComponent> components) {
    if (jfif) {
      return false;
    }
    return adobe == NO_ADOBE
        ? components.stream().map(component -> component.id).toList().equals(RGB)
        : adobe == ADOBE_PLAIN;
  }

  Orientation orientation() {
    return orientation;
  }
}
