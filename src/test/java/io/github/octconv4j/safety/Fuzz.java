package io.github.octconv4j.safety;

import io.github.octconv4j.dnn.DnnException;
import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.NativeHandle;
import io.github.octconv4j.dnn.Status;
import io.github.octconv4j.dnn.Stream;
import io.github.octconv4j.nn.RunRejectedException;
import io.github.octconv4j.octave.PlanOptions;
import io.github.octconv4j.octave.Tuning;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Calls the whole API at random, with good arguments, bad ones and objects of earlier calls. Each
 * call must return or throw an exception that says what is wrong. Runs in a JVM of its own: the
 * arguments are seed, calls, a file for the last call, a file for the counts, a folder for files.
 */
public final class Fuzz {
  private static final int SHOWN = 300;

  /** What the JDK says of an index: not which, nor what to do. */
  private static final Pattern NAMELESS =
      Pattern.compile("(Index|Range|Array index|fromIndex|toIndex)\\b.* (out of bounds|<|>).*");

  /** Their exceptions have tests of their own; here they must not end the process. */
  private static final List<String> ELSEWHERE =
      List.of("io.github.octconv4j.image", "io.github.octconv4j.weights");

  /** What runs native code: it must get beyond its checks, often. */
  static final List<String> DEEP =
      List.of(
          "Primitive.execute(Stream,Arguments)",
          "Execution.run()",
          "Reorder.copy(Engine,Tensor,Tensor)",
          "OctaveLayer.apply(OctaveTensor)",
          "OctaveLayer.apply(OctaveTensor,OctaveTensor)");

  private final Values values;
  private final GoodArguments good;
  private final List<Executable> members =
      Api.members().stream()
          .filter(member -> !Api.name(member).startsWith("OctaveAdvisor.advise(")) // takes seconds
          .toList();
  private final Map<String, long[]> counts = new TreeMap<>(); // calls, returns
  private final Map<String, String> complaints = new TreeMap<>();
  private final Map<String, String> messages = new TreeMap<>();
  private final MappedByteBuffer last;
  private final Path folder;

  private Fuzz(long seed, Path lastCall, Path folder, Arena strangers, MemorySegment strange)
      throws IOException {
    this.folder = folder;
    values = new Values(new Random(seed), strangers, strange, FuzzFiles.in(folder));
    try (FileChannel channel =
        FileChannel.open(
            lastCall,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      last = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
    }
    good = new GoodArguments(values, members, this::note);
  }

  /** Runs. */
  public static void main(String[] args) throws Exception {
    long seed = Long.parseLong(args[0]);
    int calls = Integer.parseInt(args[1]);
    // Warnings about what the calls leave open, and traces of the files' parsers.
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    Arena[] strangers = new Arena[1];
    MemorySegment[] strange = new MemorySegment[1];
    Thread stranger =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  strangers[0] = Arena.ofConfined();
                  strange[0] = strangers[0].allocate(1 << 16, 64);
                });
    stranger.join();
    Fuzz fuzz = new Fuzz(seed, Path.of(args[2]), Path.of(args[4]), strangers[0], strange[0]);
    try {
      fuzz.run(calls);
    } catch (IOException | RuntimeException | Error e) {
      System.out.println("seed " + seed + ": the fuzzer itself failed");
      e.printStackTrace(System.out);
      System.exit(2);
    }
    fuzz.write(Path.of(args[3]));
    if (!fuzz.complaints.isEmpty()) {
      System.out.println("seed " + seed);
      fuzz.complaints.values().forEach(System.out::println);
      System.exit(1);
    }
    System.out.println(calls + " calls, seed " + seed);
    System.exit(0);
  }

  private void run(int calls) throws IOException {
    List<Executable> deep =
        members.stream().filter(member -> DEEP.contains(Api.name(member))).toList();
    Executable execute =
        deep.stream()
            .filter(m -> Api.name(m).equals("Primitive.execute(Stream,Arguments)"))
            .findFirst()
            .orElseThrow();
    values.keep(PlanOptions.DEFAULT.tuning(Tuning.OFF));
    for (int i = 0; i < calls; i++) {
      if (i % 500 == 0) { // there is always something to work with
        Engine engine = Engine.cpu();
        values.keep(engine);
        values.keep(Stream.of(engine));
      }
      if (i % 2000 == 0) {
        System.gc(); // before the system's limit of mappings is reached, 65,530 on Linux
        values.renew(FuzzFiles.in(Files.createDirectories(folder.resolve("from" + i))));
      }
      if (i % 40 == 0) {
        values.closeAnArena();
      }
      List<Executable> some = values.chance(0.03) ? deep : members;
      Executable member = values.chance(0.12) ? execute : some.get(values.below(some.size()));
      if (isRare(member) && values.chance(0.7)) {
        continue;
      }
      call(i, member);
    }
  }

  /** What takes milliseconds is called less often, and what is many and never meets native code. */
  private static boolean isRare(Executable member) {
    String name = Api.name(member);
    return member.getDeclaringClass().getPackageName().endsWith(".graph")
        || name.startsWith("OctaveLayer.explain")
        || name.startsWith("Network")
        || name.startsWith("Batcher")
        || name.startsWith("LibraryInfo.load")
        || name.startsWith("NativeHandle.close")
        || name.contains(".tracingPredictor(");
  }

  private void call(int number, Executable member) {
    String name = Api.name(member);
    Object receiver;
    Object[] args;
    note("call " + number + ": arguments for " + name);
    try {
      Object[] fitting = values.chance(0.85) ? good.of(name) : null;
      boolean isStatic =
          Modifier.isStatic(member.getModifiers()) || member instanceof Constructor<?>;
      receiver =
          fitting != null ? fitting[0] : isStatic ? null : values.kept(member.getDeclaringClass());
      args = fitting == null ? random(member) : Arrays.copyOfRange(fitting, 1, fitting.length);
      if (receiver == null && !isStatic) {
        return;
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      if (e instanceof DnnException failure && failure.status() == Status.RUNTIME_ERROR) {
        complaints.putIfAbsent(
            "arguments",
            String.format(Locale.ROOT, "call %d, arguments of %s: %s", number, name, e));
      }
      return; // no arguments this time
    }
    if (args.length > 0 && values.chance(0.15)) {
      mutate(member, args);
    }
    if (isLong(name, args)) {
      return;
    }
    note(number, name, receiver, args);
    long[] count = counts.computeIfAbsent(name, n -> new long[2]);
    count[0]++;
    try {
      Object result =
          member instanceof Constructor<?> constructor
              ? constructor.newInstance(args)
              : ((Method) member).invoke(receiver, args);
      count[1]++;
      values.keep(result);
      good.after(receiver, args, result);
    } catch (InvocationTargetException e) {
      judge(number, member, receiver, args, e.getCause());
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      complaints.put(name, name + ": could not be called: " + e);
    }
  }

  /** Whether a call would take minutes, and rightly. */
  private static boolean isLong(String name, Object... args) {
    return name.contains("rofile")
        && args[args.length - 1] instanceof Integer runs
        && runs > 100
        && runs <= 1_000_000;
  }

  private void mutate(Executable member, Object[] args) {
    int index = values.below(args.length);
    Type type = member.getGenericParameterTypes()[index];
    boolean primitive = member.getParameterTypes()[index].isPrimitive();
    if (values.chance(0.25) && !primitive) {
      args[index] = null;
      return;
    }
    Object other;
    try {
      other = mutated(args[index], type);
    } catch (RuntimeException e) {
      return; // no such value this time
    }
    if (other != null) {
      args[index] = other;
    }
  }

  private Object[] random(Executable member) {
    Type[] types = member.getGenericParameterTypes();
    Object[] args = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      args[i] = values.make(types[i]);
      if (args[i] == null && member.getParameterTypes()[i].isPrimitive()) {
        throw new IllegalStateException("no value of " + types[i]);
      }
    }
    return args;
  }

  /** Another value of the type; of an array of numbers mostly the same with an absurd one. */
  private Object mutated(Object value, Type type) {
    if (value instanceof long[] numbers && numbers.length > 0 && values.chance(0.7)) {
      long[] copy = numbers.clone();
      copy[values.below(copy.length)] = values.chance(0.5) ? values.absurd() : values.number();
      return copy;
    }
    if (value instanceof Integer && values.chance(0.5)) {
      return (int) values.absurd();
    }
    if (value instanceof Long && values.chance(0.5)) {
      return values.absurd();
    }
    return values.make(type);
  }

  /** Whether a function that the fuzzer handed in threw, which is passed on. */
  private static boolean isOurs(Throwable e) {
    for (StackTraceElement frame : e.getStackTrace()) {
      if (frame.getClassName().startsWith("io.github.octconv4j.")) {
        return frame.getClassName().startsWith("io.github.octconv4j.safety.");
      }
    }
    return false;
  }

  /** Only what says what is wrong is right. */
  private void judge(int number, Executable member, Object receiver, Object[] args, Throwable e) {
    if (isOurs(e)) {
      return;
    }
    String message = String.valueOf(e.getMessage());
    String wrong = null;
    if (e instanceof DnnException failure && failure.status() == Status.RUNTIME_ERROR) {
      wrong = "oneDNN could not compile what it offered";
    } else if (e instanceof NullPointerException) {
      boolean byHand = e.getMessage() != null && !message.startsWith("Cannot ");
      boolean named = byHand || member.getDeclaringClass().isEnum(); // valueOf is the compiler's
      for (Parameter parameter : member.getParameters()) {
        named |= message.contains(parameter.getName());
      }
      wrong = named ? null : "a null that is not named";
    } else if (e instanceof IllegalArgumentException
        || e instanceof IllegalStateException
        || e instanceof DnnException
        || e instanceof RunRejectedException
        || e instanceof IOException
        || e instanceof UncheckedIOException // a file that was changed while it is open
        || e instanceof IndexOutOfBoundsException) {
      wrong = message.length() < 10 || message.equals("Already closed") ? "too short" : null;
      if (NAMELESS.matcher(message).matches()) {
        wrong = "an index that is not named";
      }
    } else {
      wrong = "not expected";
    }
    String name = Api.name(member);
    boolean elsewhere = ELSEWHERE.contains(member.getDeclaringClass().getPackageName());
    if (wrong != null && !elsewhere) {
      complaints.putIfAbsent(
          name + e.getClass().getName() + wrong,
          String.format(
              Locale.ROOT,
              "call %d %s: %s: %s%n    at %s%n    of %s",
              number,
              name,
              wrong,
              e,
              frames(e),
              shown(receiver, args)));
    }
    messages.putIfAbsent(
        name + " " + message.replaceAll("[0-9]+", "0").replaceAll("0x\\w+", "x"),
        name + "  ->  " + e.getClass().getSimpleName() + ": " + message);
  }

  private static String frames(Throwable e) {
    List<String> frames = new ArrayList<>();
    for (StackTraceElement frame : e.getStackTrace()) {
      if (frames.size() < 6) {
        frames.add(frame.getFileName() + ":" + frame.getLineNumber());
      }
    }
    return String.join(" < ", frames);
  }

  /** Leaves the call where it is found after the end of the process. */
  private void note(int number, String name, Object receiver, Object[] args) {
    note(String.format(Locale.ROOT, "call %d %s of %s", number, name, shown(receiver, args)));
  }

  private void note(String call) {
    byte[] text = call.replace('\n', ' ').getBytes(StandardCharsets.UTF_8);
    last.clear();
    last.put(ByteBuffer.wrap(text, 0, Math.min(text.length, last.capacity() - 1)));
    last.put((byte) 0);
  }

  private static String shown(Object receiver, Object[] args) {
    StringBuilder text = new StringBuilder();
    text.append(shown(receiver)).append(" with");
    for (Object arg : args) {
      text.append(' ').append(shown(arg)).append(';');
    }
    return text.toString();
  }

  private static String shown(Object object) {
    String text;
    if (object instanceof long[] numbers) {
      text = Arrays.toString(numbers);
    } else if (object instanceof float[] floats) {
      text = "float[" + floats.length + "]";
    } else if (object instanceof NativeHandle handle) {
      text = object.getClass().getSimpleName() + (handle.isClosed() ? " closed" : "");
      if (object instanceof io.github.octconv4j.dnn.PrimitiveDesc desc) {
        text += " " + desc;
      } else if (object instanceof io.github.octconv4j.dnn.Primitive primitive) {
        text += " " + primitive.desc() + " threads " + primitive.desc().threads();
      }
    } else if (object instanceof Arena || object instanceof MemoryDesc) {
      text = object.toString();
    } else {
      try {
        text = String.valueOf(object);
      } catch (RuntimeException e) {
        text = object.getClass().getSimpleName() + " that " + e;
      }
    }
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }

  private void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Executable member : members) {
      String name = Api.name(member);
      long[] count = counts.getOrDefault(name, new long[2]);
      boolean makes = true;
      for (Type type : member.getGenericParameterTypes()) {
        makes &= values.canMake(type);
      }
      lines.add(String.format(Locale.ROOT, "%s\t%d\t%d\t%s", name, count[0], count[1], makes));
    }
    Files.write(file, lines);
    Files.write(Path.of(file + ".messages"), messages.values());
  }
}
