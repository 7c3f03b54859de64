package io.github.octconv4j.safety;

import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A container: gives {@link RedeployedApp} a class loader with all classes of its own, runs it, and
 * drops both; then says how many class loaders are still there.
 */
public final class RedeployMain {
  private static final int SECONDS = 30;

  private RedeployMain() {}

  /** Something that the application's thread carries about. */
  private static final class Luggage {}

  /** A record whose component has a type of the class loader's own. */
  private record Label(Luggage of) {}

  private static final InheritableThreadLocal<Luggage> LUGGAGE = new InheritableThreadLocal<>();

  /**
   * Runs.
   *
   * @param args times; {@code own} where each application has a library of its own, {@code shared}
   *     where all use that of the container; whether they forget to close; a model; pictures
   */
  public static void main(String[] args) throws Exception {
    int times = Integer.parseInt(args[0]);
    boolean own = args[1].equals("own");
    boolean forget = Boolean.parseBoolean(args[2]);
    List<WeakReference<?>> left = new ArrayList<>();
    List<float[]> results = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      results.add(deploy(own, forget, args, left));
    }
    for (float[] result : results) {
      if (!Arrays.equals(result, results.getFirst())) {
        System.out.println("other numbers: " + Arrays.toString(result));
      }
    }
    displaceTheLastRecords();
    for (int i = 0; i < SECONDS * 10 && alive(left) > 0; i++) {
      System.gc();
      Thread.sleep(100);
    }
    System.out.println(
        results.size() + " deployed, " + alive(left) + " of " + left.size() + " still there");
  }

  /**
   * {@code java.lang.runtime.ObjectMethods} remembers softly, in its method handles of {@code
   * Objects.equals}, {@code hashCode} and {@code String.valueOf}, the type of component for which
   * an application's record got that method last; so the JDK keeps the loaders of these
   * applications until memory is short. One more application takes their place. Whatever else holds
   * an application, if only softly, shows.
   */
  private static void displaceTheLastRecords() throws ReflectiveOperationException, IOException {
    try (URLClassLoader another =
        new URLClassLoader("another", classPath(), ClassLoader.getPlatformClassLoader())) {
      Class.forName(RedeployMain.class.getName(), true, another)
          .getMethod("useRecords")
          .invoke(null);
    }
  }

  /** Uses all that records have, as an application does. */
  public static void useRecords() {
    Label label = new Label(new Luggage());
    Label like = new Label(label.of);
    if (!label.equals(like)
        || label.hashCode() != like.hashCode()
        || !label.toString().equals(like.toString())) {
      throw new IllegalStateException("a record is not equal to its like");
    }
  }

  private static long alive(List<WeakReference<?>> references) {
    return references.stream().filter(reference -> reference.get() != null).count();
  }

  private static float[] deploy(
      boolean own, boolean forget, String[] args, List<WeakReference<?>> left) throws Exception {
    float[][] result = new float[1][];
    Exception[] failure = new Exception[1];
    URLClassLoader loader =
        new URLClassLoader(
            "app",
            own ? classPath() : new URL[0],
            own ? ClassLoader.getPlatformClassLoader() : RedeployMain.class.getClassLoader());
    Thread thread =
        new Thread(
            () -> {
              Luggage luggage = new Luggage();
              LUGGAGE.set(luggage);
              left.add(new WeakReference<>(luggage));
              try {
                result[0] = run(loader, forget, args);
              } catch (ReflectiveOperationException e) {
                failure[0] = e;
              }
            });
    thread.setContextClassLoader(loader);
    thread.start();
    thread.join();
    left.add(new WeakReference<>(loader));
    loader.close();
    if (failure[0] != null) {
      throw failure[0];
    }
    return result[0];
  }

  private static float[] run(ClassLoader loader, boolean forget, String[] args)
      throws ReflectiveOperationException {
    Path[] pictures = Stream.of(args).skip(4).map(Path::of).toArray(Path[]::new);
    return (float[])
        Class.forName("io.github.octconv4j.safety.RedeployedApp", true, loader)
            .getMethod("run", Path.class, Path[].class, boolean.class)
            .invoke(null, Path.of(args[3]), pictures, forget);
  }

  private static URL[] classPath() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }
}
