package io.github.octconv4j.image;

import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;
import javax.imageio.spi.IIORegistry;

/**
 * The JDK's own readers and writers, whose behaviour on bad files is known, before any other on the
 * path.
 */
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

  /** Returns a reader, to be disposed by the caller. */
  static ImageReader reader(String format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (reader.getClass().getModule() == ImageReader.class.getModule()) {
        return reader;
      }
      reader.dispose();
    }
    throw new IllegalStateException("this Java runtime has no " + format + " reader");
  }

  /** Returns a writer, to be disposed by the caller. */
  static ImageWriter writer(String format) {
    return ImageIO.getImageWritersByFormatName(format).next();
  }
}
