package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Event;
import org.junit.jupiter.api.Test;

/**
 * What other threads see of an object that reached them. Processors of Arm show writes in another
 * order than they were made, so a field is final, or volatile, or a lock guards it, or one thread
 * at a time has its object. {@code docs/safety.md} says which publications there are.
 */
@SameOnEveryProcessor
@SameInEveryLocale
class PublicationTest {
  private static final String BASE = "io.github.octconv4j.";

  /** The packages of what threads share. */
  private static final Set<String> SHARED =
      Set.of(
          "compile",
          "dnn",
          "dnn.loader",
          "files",
          "graph",
          "nn",
          "octave",
          "octave.plan",
          "onnx",
          "pool",
          "serving",
          "weights");

  private static final JavaClasses CLASSES = new ClassFileImporter().importPath(ChildJvm.classes());

  /**
   * Builders, readers and trials, which live in one call or belong to who made them: whoever hands
   * one to another thread orders that.
   */
  private static final Set<String> OF_ONE_THREAD =
      Set.of(
          "compile.IntegerProducts",
          "compile.Measuring",
          "compile.Trials",
          "dnn.CallArena",
          "dnn.MemoryLimit",
          "dnn.ProgramBuilder",
          "dnn.ProgramFile",
          "dnn.Threads",
          "files.DataFile", // of a stream from it
          "graph.GraphBuilder",
          "nn.LayerDraft",
          "nn.MobileNetV2",
          "nn.NetworkBuilder",
          "nn.NetworkDraft",
          "octave.plan.Contest",
          "octave.OctaveConv2dBuilder",
          "octave.plan.OctaveExpression",
          "onnx.FunctionProto",
          "onnx.GraphProto",
          "onnx.KnownValues",
          "onnx.Message",
          "onnx.MessageWriter",
          "onnx.TensorProto",
          "onnx.Translation",
          "onnx.Wire",
          "weights.HeaderParser",
          "weights.WeightStore");

  /** What orders the accesses to each other field that is neither final nor volatile. */
  private static final Map<String, String> ORDERED =
      Map.ofEntries(
          Map.entry("dnn.Bindings.disjoint", "Execution.running"),
          Map.entry("dnn.BufferLayout.bytes", "set before the constructor of Program ends"),
          Map.entry("dnn.BufferLayout.largestLive", "set before the constructor of Program ends"),
          Map.entry(
              "dnn.BufferLayout.scratchpadBytes", "set before the constructor of Program ends"),
          Map.entry("dnn.Execution.event", "Execution.running"),
          Map.entry("dnn.Execution.primitiveEvents", "Execution.running"),
          Map.entry("dnn.Forgotten.newest", "Forgotten.LOCK"),
          Map.entry("dnn.Forgotten.running", "Forgotten.LOCK"),
          Map.entry("dnn.Forgotten$Entry.listed", "Forgotten.LOCK"),
          Map.entry("dnn.Forgotten$Entry.newer", "Forgotten.LOCK"),
          Map.entry("dnn.Forgotten$Entry.older", "Forgotten.LOCK"),
          Map.entry("dnn.Holds.count", "Execution.running or Arguments.running, then Lanes.team"),
          Map.entry("dnn.Lanes.arrivedBefore", "Execution.running, then Lanes.team"),
          Map.entry("dnn.Lanes.ends", "Execution.running, then Lanes.team"),
          Map.entry("dnn.Lanes.events", "Execution.running, then Lanes.team"),
          Map.entry("dnn.Workers.count", "Workers.IDLE"),
          Map.entry("dnn.Workers.users", "Workers.IDLE"),
          Map.entry("dnn.Workers.warned", "Workers.IDLE"),
          Map.entry("dnn.Workers$Worker.lane", "Worker.task"),
          Map.entry("dnn.loader.NativeLibrary.failure", "the monitor of the class"),
          Map.entry("nn.IdleRunners.bytes", "IdleRunners.idle"),
          Map.entry("nn.LateService.options", "LateService.lock"),
          Map.entry("octave.plan.PlanCache.buildNanos", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache.bytes", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache.clock", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache.closed", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache.evictions", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache.hits", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache.misses", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache$Entry.dropped", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache$Entry.lastUse", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache$Entry.users", "the monitor of the cache"),
          Map.entry("octave.plan.PlanCache$Lease.returned", "the monitor of the cache"),
          Map.entry("octave.PlanChoices.read", "the monitor of the choices"),
          Map.entry("serving.Batcher.closed", "Batcher.lock"),
          Map.entry("serving.Batcher.idle", "Batcher.lock"),
          Map.entry("serving.Batcher.threads", "Batcher.lock"),
          Map.entry("serving.NetworkReference.closed", "NetworkReference.lock"),
          Map.entry("serving.NetworkReference.current", "NetworkReference.lock"),
          Map.entry("serving.NetworkReference$Held.users", "NetworkReference.lock"),
          Map.entry("serving.NetworkReference$Lease.returned", "NetworkReference.lock"),
          Map.entry("weights.TensorView.segment", "the monitor of the view"));

  /**
   * Fields that may change, and that a constructor sets: a thread that gets the object by a race
   * may see 0 or null in them unless something orders that, too.
   */
  private static final Map<String, String> SET_AT_FIRST =
      Map.of(
          "dnn.NativeHandle$State.users", "a final field of NativeHandle leads to the state",
          "serving.NetworkReference.current", "set with the lock held",
          "serving.NetworkReference$Held.users", "current leads to it, with the lock held");

  private static Stream<JavaClass> shared() {
    return CLASSES.stream()
        .filter(type -> type.getPackageName().startsWith(BASE))
        .filter(type -> SHARED.contains(type.getPackageName().substring(BASE.length())))
        .filter(type -> !type.isAssignableTo(Event.class)) // one for each event or execution
        .filter(type -> !OF_ONE_THREAD.contains(outermost(type)));
  }

  private static String name(JavaClass type) {
    return type.getName().substring(BASE.length());
  }

  private static String outermost(JavaClass type) {
    return name(type).replaceFirst("\\$.*", "");
  }

  private static String name(JavaField field) {
    return name(field.getOwner()) + "." + field.getName();
  }

  private static boolean changes(JavaField field) {
    return !field.getModifiers().contains(JavaModifier.FINAL)
        && !field.getModifiers().contains(JavaModifier.SYNTHETIC);
  }

  @Test
  void somethingOrdersTheAccessesToEachFieldThatChanges() {
    Set<String> plain =
        shared()
            .flatMap(type -> type.getFields().stream())
            .filter(PublicationTest::changes)
            .filter(field -> !field.getModifiers().contains(JavaModifier.VOLATILE))
            .map(PublicationTest::name)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(plain)
        .as("say in ORDERED what guards a field, or make it final or volatile")
        .isEqualTo(new TreeSet<>(ORDERED.keySet()));
  }

  @Test
  void whatConstructorsSetIsFinalOrOrdered() {
    Map<String, List<String>> set =
        shared()
            .flatMap(type -> type.getFieldAccessesFromSelf().stream())
            .filter(access -> access.getAccessType() == JavaFieldAccess.AccessType.SET)
            .filter(access -> access.getOrigin().isConstructor())
            .flatMap(
                access ->
                    access.getTarget().resolveMember().stream()
                        .filter(PublicationTest::changes)
                        .map(field -> Map.entry(name(field), access.getDescription())))
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    TreeMap::new,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    assertThat(set).containsOnlyKeys(SET_AT_FIRST.keySet());
  }

  /** Or else the lists would keep names of what there is no more. */
  @Test
  void theClassesOfOneThreadAreThere() {
    Set<String> outermost =
        CLASSES.stream()
            .filter(type -> type.getPackageName().startsWith(BASE))
            .map(PublicationTest::outermost)
            .collect(Collectors.toSet());
    assertThat(outermost).containsAll(OF_ONE_THREAD);
  }
}
