package io.github.octconv4j.image;

import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.spi.IIORegistry;

/** The writers of ImageIO, which keeps no class loader of an application for their sake. */
final class Codecs {
  static {
    // The JDK keeps for ever the context class loader with which ImageIO was first used: let it not
    // be that of an application.
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
    try {
      IIORegistry.getDefaultInstance();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private Codecs() {}

  /** Returns a writer, to be disposed by the caller. */
  static ImageWriter writer(String format) {
    return ImageIO.getImageWritersByFormatName(format).next();
  }
}
