package io.github.octconv4j;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows between packages, and what the exported ones show. */
@SameOnEveryProcessor
class ArchitectureTest {
  private static final String BASE = "io.github.octconv4j.";
  private static final String[] JDK = {"java..", "javax..", "jdk.jfr.."};

  /** The classes by their folder: a scan of the class path would miss those of a module. */
  private static final JavaClasses CLASSES = new ClassFileImporter().importPath(ChildJvm.classes());

  private static final List<String> EXPORTED =
      List.of(
          BASE + "dnn",
          BASE + "dnn.spi",
          BASE + "graph",
          BASE + "image",
          BASE + "nn",
          BASE + "octave",
          BASE + "onnx",
          BASE + "quant",
          BASE + "serving",
          BASE + "weights");

  private static void onlyUses(String name, String... others) {
    List<String> allowed = new ArrayList<>(Arrays.asList(JDK));
    allowed.add("org.jspecify.annotations"); // no more than words
    allowed.add(BASE + name);
    allowed.addAll(Arrays.asList(others));
    classes()
        .that()
        .resideInAPackage(BASE + name)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(allowed.toArray(String[]::new)).or(primitiveOrArray()))
        .check(CLASSES);
  }

  /** Types without a package of their own. */
  private static DescribedPredicate<JavaClass> primitiveOrArray() {
    return describe("primitive or array", type -> type.getBaseComponentType().isPrimitive());
  }

  private static String[] in(String... names) {
    return Arrays.stream(names).map(name -> BASE + name).toArray(String[]::new);
  }

  @Test
  void thePackagesAreThoseOfTheDesign() {
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.startsWith(BASE + "cli."))
            .collect(Collectors.toCollection(TreeSet::new));
    packages.remove(""); // module-info
    assertThat(packages)
        .containsExactlyInAnyOrder(
            in(
                "dnn.gen",
                "dnn.loader",
                "dnn.spi",
                "dnn",
                "octave",
                "octave.plan",
                "nn",
                "text",
                "timing",
                "pool",
                "recording",
                "trial",
                "graph",
                "graph.interpret",
                "graph.pass",
                "compile",
                "onnx",
                "quant",
                "weights",
                "files",
                "image",
                "serving",
                "cli"));
  }

  @Test
  void generatedCodeUsesTheLoaderAndThatTheJdk() {
    onlyUses("dnn.gen", in("dnn.loader")); // which finds its functions
    onlyUses("dnn.loader", in("dnn.spi", "text"));
    onlyUses("dnn.spi");
  }

  @Test
  void textUsesTheJdkOnly() {
    onlyUses("text");
  }

  @Test
  void dnnUsesItsOwnPartsOnly() {
    onlyUses("dnn", in("dnn.gen", "dnn.loader", "text"));
  }

  @Test
  void octaveUsesDnnAndItsPlans() {
    onlyUses("octave", in("octave.plan", "dnn", "pool", "text"));
    onlyUses("octave.plan", in("octave", "dnn", "timing", "recording", "text"));
  }

  /** Plans are made of descriptions; what holds native memory for users stands on plans. */
  @Test
  void plansKnowDescriptionsAlone() {
    Set<String> known =
        CLASSES.stream()
            .filter(type -> type.getPackageName().equals(BASE + "octave.plan"))
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(dependency -> dependency.getTargetClass().getBaseComponentType())
            .filter(type -> type.getPackageName().equals(BASE + "octave"))
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(known)
        .containsExactly(
            "Activation",
            "ChannelSplit",
            "Frequency",
            "Groups",
            "OctaveConv2d",
            "OctaveDesc",
            "OctavePath",
            "OctaveShape",
            "OutputFormat",
            "Padding",
            "PlanCandidate",
            "PlanChoices",
            "PlanOptions",
            "PlanStatistics",
            "SizeRule",
            "StrideRule",
            "Tuning");
  }

  @Test
  void timingAndPoolsDoNotKnowWhatTheyTimeAndKeep() {
    onlyUses("timing");
    onlyUses("pool");
  }

  @Test
  void recordedEventsKnowPrograms() {
    onlyUses("recording", in("dnn"));
  }

  @Test
  void trialsUseOctaveDnnAndTiming() {
    onlyUses("trial", in("octave", "dnn", "timing"));
  }

  @Test
  void nnUsesWhatComputesWeightsAndImage() {
    onlyUses(
        "nn",
        in(
            "octave",
            "octave.plan",
            "dnn",
            "timing",
            "trial",
            "pool",
            "compile",
            "graph",
            "onnx",
            "weights",
            "image",
            "text"));
  }

  @Test
  void servingUsesNetworks() {
    onlyUses("serving", BASE + "nn", BASE + "octave", "io.micrometer.core.instrument..");
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.serving\\.NetworkMeters(\\$.*)?") // for who has Micrometer
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.micrometer..")
        .check(CLASSES);
  }

  @Test
  void theCompilerUsesGraphsAndPrograms() {
    onlyUses(
        "compile",
        in(
            "graph",
            "graph.interpret",
            "graph.pass",
            "octave",
            "octave.plan",
            "dnn",
            "recording",
            "weights",
            "text",
            "timing"));
  }

  @Test
  void theQuantizerUsesNetworksAndTheirCompiler() {
    onlyUses(
        "quant",
        in("nn", "graph", "graph.pass", "compile", "octave", "dnn", "image", "weights", "text"));
  }

  @Test
  void graphsUseElementTypesAndNoCompiler() {
    onlyUses("graph", in("weights", "files", "text"));
    onlyUses("graph.interpret", in("graph", "weights", "files", "text"));
    onlyUses("graph.pass", in("graph", "graph.interpret", "weights", "files", "text"));
  }

  @Test
  void onnxUsesGraphsAndFiles() {
    onlyUses("onnx", in("graph", "graph.interpret", "graph.pass", "weights", "files", "text"));
  }

  @Test
  void weightsUseFilesAndTheJsonReader() {
    onlyUses("weights", BASE + "files", BASE + "text", "com.fasterxml.jackson.core..");
    onlyUses("files", in("text"));
  }

  @Test
  void imageUsesTheJdkAndText() {
    onlyUses("image", in("text"));
  }

  @Test
  void nothingUsesTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + "cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(BASE + "cli..")
        .check(CLASSES);
  }

  @Test
  void onlyDnnUsesGeneratedCodeAndTheLoader() {
    noClasses()
        .that()
        .resideOutsideOfPackages(in("dnn", "dnn.gen", "dnn.loader"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(in("dnn.gen", "dnn.loader"))
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackages(in("dnn", "dnn.gen"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(BASE + "dnn.gen")
        .check(CLASSES);
  }

  @Test
  void theModuleExportsWhatUsersCall() throws IOException {
    try (InputStream in = Files.newInputStream(ChildJvm.classes().resolve("module-info.class"))) {
      ModuleDescriptor module = ModuleDescriptor.read(in);
      assertThat(module.name()).isEqualTo("io.github.octconv4j");
      assertThat(module.exports())
          .allMatch(export -> !export.isQualified())
          .extracting(ModuleDescriptor.Exports::source)
          .containsExactlyInAnyOrderElementsOf(EXPORTED);
    }
  }

  /**
   * The API grows knowingly: a public type of an exported package is one that users need, and
   * stands in {@code src/test/resources/api.txt}.
   */
  @Test
  void theTypesOfTheApiAreThoseOfTheList() throws IOException {
    List<String> types =
        CLASSES.stream()
            .filter(type -> EXPORTED.contains(type.getPackageName()) && isReachable(type))
            .map(type -> type.getName().substring(BASE.length()).replace('$', '.'))
            .sorted()
            .toList();
    try (InputStream in = ArchitectureTest.class.getResourceAsStream("/api.txt")) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines())
          .containsExactlyElementsOf(types);
    }
  }

  /** Null is refused in all signatures that don't say otherwise. */
  @Test
  void exportedPackagesAreNullMarked() throws ClassNotFoundException {
    for (String name : EXPORTED) {
      assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class))
          .as(name)
          .isTrue();
    }
  }

  /** Fields, methods and constructors that users of the module can reach. */
  private static List<JavaMember> api() {
    List<JavaMember> api = new ArrayList<>();
    for (JavaClass type : CLASSES) {
      if (EXPORTED.contains(type.getPackageName()) && isReachable(type)) {
        type.getMembers().stream()
            .filter(ArchitectureTest::isPublicOrProtected)
            .filter(member -> !member.getModifiers().contains(JavaModifier.SYNTHETIC))
            .forEach(api::add);
      }
    }
    assertThat(api).hasSizeGreaterThan(200);
    return api;
  }

  private static boolean isReachable(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isReachable).orElse(true);
  }

  private static boolean isPublicOrProtected(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static Set<JavaClass> types(JavaMember member) {
    return member instanceof JavaField field
        ? field.getAllInvolvedRawTypes()
        : ((JavaCodeUnit) member).getAllInvolvedRawTypes();
  }

  @Test
  void publicSignaturesShowNoGeneratedTypeAndNothingInternal() {
    for (JavaMember member : api()) {
      for (JavaClass type : types(member)) {
        JavaClass element = type.getBaseComponentType();
        if (element.getPackageName().startsWith("io.github.octconv4j")) {
          assertThat(EXPORTED).as(member.getFullName()).contains(element.getPackageName());
          assertThat(isReachable(element))
              .as("%s mentions %s", member.getFullName(), element.getName())
              .isTrue();
        }
      }
    }
  }

  @Test
  void publicSignaturesShowNoForeignTypesButSegmentsAndArenas() {
    for (JavaMember member : api()) {
      for (JavaClass type : types(member)) {
        if (type.getName().startsWith("java.lang.foreign.")
            || type.getName().startsWith("java.lang.invoke.")) {
          assertThat(type.getSimpleName()).as(member.getFullName()).isIn("MemorySegment", "Arena");
        }
      }
    }
  }

  /** Of what calls native code, a segment in a signature is data; oneDNN's handles stay inside. */
  @Test
  void onlyDataSegmentsAreTakenOrReturned() {
    Set<String> takers =
        api().stream()
            .filter(
                member -> List.of(in("dnn", "octave")).contains(member.getOwner().getPackageName()))
            .filter(
                member ->
                    types(member).stream()
                        .anyMatch(type -> type.getSimpleName().equals("MemorySegment")))
            .map(member -> member.getOwner().getSimpleName() + "." + member.getName())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(takers).containsExactly("OctaveTensor.ofHigh", "Tensor.<init>", "Tensor.segment");
  }

  /** One class decides what platform this is; the names appear as constants nowhere else. */
  @Test
  void onlyPlatformReadsTheNameOfTheSystem() throws IOException {
    Set<String> readers = new TreeSet<>();
    try (Stream<Path> files = Files.walk(ChildJvm.classes())) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String constants = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (String name : new String[] {"os.name", "os.arch"}) {
          if (constants.contains("\1\0\7" + name)) {
            readers.add(file.getFileName().toString());
          }
        }
      }
    }
    assertThat(readers).containsExactly("Platform.class");
  }
}
