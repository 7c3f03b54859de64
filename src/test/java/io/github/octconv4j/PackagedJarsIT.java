package io.github.octconv4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.octconv4j.dnn.loader.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is in the jars that were just packaged, and that the executable one runs. */
class PackagedJarsIT {
  private static final String PREFIX = System.getProperty("jars.prefix");
  private static final String VERSION = System.getProperty("jars.version");
  private static final String SERVICE = "io.github.octconv4j.dnn.spi.NativeFiles";

  @TempDir private Path folder;

  private static Path jar(Platform platform) {
    return Path.of(PREFIX + "-" + platform.classifier() + ".jar");
  }

  private static Set<String> files(JarFile jar) {
    Set<String> names = new TreeSet<>();
    jar.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName).forEach(names::add);
    return names;
  }

  private static Properties pins() throws IOException {
    Properties pins = new Properties();
    try (InputStream in = Files.newInputStream(Path.of("native/natives.properties"))) {
      pins.load(in);
    }
    return pins;
  }

  private static String text(JarFile jar, String name) throws IOException {
    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String sha256(JarFile jar, String name) throws Exception {
    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(in.readAllBytes());
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  private static ModuleDescriptor module(Path jar) {
    return ModuleFinder.of(jar).findAll().iterator().next().descriptor();
  }

  @ParameterizedTest
  @EnumSource
  void aClassifierJarHoldsThePinnedFilesTheirLicencesAndNothingElse(Platform platform)
      throws Exception {
    Properties pins = pins();
    String classifier = platform.classifier();
    String inside = "META-INF/octconv4j/" + classifier + "/";
    Set<String> expected = new TreeSet<>();
    try (JarFile jar = new JarFile(jar(platform).toFile())) {
      Manifest manifest = jar.getManifest();
      for (String kind : List.of("library", "openmp")) {
        String file = pins.getProperty(classifier + "." + kind);
        if (file != null) {
          String sha256 = pins.getProperty(classifier + "." + kind + ".sha256");
          expected.add(inside + file);
          assertThat(sha256(jar, inside + file)).isEqualTo(sha256);
          assertThat(manifest.getAttributes(inside + file).getValue("SHA-256")).isEqualTo(sha256);
        }
      }
      Attributes main = manifest.getMainAttributes();
      assertThat(main.getValue("Implementation-Version")).isEqualTo(VERSION);
      assertThat(main.getValue("OneDNN-Version")).isEqualTo(pins.getProperty("onednn.version"));

      expected.add(inside + "bom.cdx.json");
      String licenses = inside + "licenses/";
      expected.addAll(
          List.of(
              licenses + "README.txt",
              licenses + "oneDNN-LICENSE.txt",
              licenses + "oneDNN-THIRD-PARTY-PROGRAMS.txt"));
      switch (platform) {
        case LINUX_X86_64, LINUX_AARCH_64 -> {
          expected.add(licenses + "libgomp-GPL-3.txt");
          expected.add(licenses + "libgomp-GCC-RUNTIME-LIBRARY-EXCEPTION.txt");
        }
        case OSX_AARCH_64, OSX_X86_64 -> expected.add(licenses + "libomp-LICENSE.txt");
        case WINDOWS_X86_64 -> {} // the OpenMP runtime is the system's
      }
      String provider = module(jar(platform)).name() + ".Provider";
      expected.addAll(
          List.of(
              "META-INF/MANIFEST.MF",
              "META-INF/services/" + SERVICE,
              "module-info.class",
              provider.replace('.', '/') + ".class"));
      assertThat(files(jar)).containsExactlyElementsOf(expected);
      assertThat(text(jar, "META-INF/services/" + SERVICE).strip()).isEqualTo(provider);
    }
  }

  /** A bill of materials of its own: Maven knows nothing of native files. */
  @ParameterizedTest
  @EnumSource
  void aClassifierJarListsItsPartsInCycloneDx(Platform platform) throws Exception {
    Properties pins = pins();
    String classifier = platform.classifier();
    try (JarFile jar = new JarFile(jar(platform).toFile())) {
      String bom = text(jar, "META-INF/octconv4j/" + classifier + "/bom.cdx.json");
      List<String> values = new ArrayList<>();
      try (JsonParser parser = new JsonFactory().createParser(bom)) {
        while (parser.nextToken() != null) {
          if (parser.currentToken() == JsonToken.VALUE_STRING) {
            values.add(parser.currentName() + "=" + parser.getText());
          }
        }
      }
      assertThat(values)
          .contains(
              "bomFormat=CycloneDX",
              "purl=pkg:github/uxlfoundation/oneDNN@v" + pins.getProperty("onednn.version"),
              String.format(
                  Locale.ROOT,
                  "purl=pkg:maven/io.github.octconv4j/octconv4j@%s?classifier=%s&type=jar",
                  VERSION,
                  classifier));
      for (String kind : List.of("library", "openmp")) {
        String sha256 = pins.getProperty(classifier + "." + kind + ".sha256");
        if (sha256 != null) {
          assertThat(values)
              .contains("content=" + sha256, "value=" + pins.getProperty(classifier + "." + kind));
        }
        if (sha256 != null && kind.equals("openmp")) {
          assertThat(values)
              .anyMatch(
                  value ->
                      value.matches(
                          "purl=pkg:generic/lib(g?)omp@[0-9.]+\\?checksum=sha256:" + sha256));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClassifierJarIsANamedModuleThatProvidesItsFiles(Platform platform) {
    ModuleDescriptor module = module(jar(platform));
    String name = "io.github.octconv4j.natives." + platform.classifier().replace('-', '_');
    assertThat(module.isAutomatic()).isFalse();
    assertThat(module.name()).isEqualTo(name);
    assertThat(module.rawVersion()).contains(VERSION);
    assertThat(module.requires())
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactlyInAnyOrder("java.base", "io.github.octconv4j");
    assertThat(module.exports()).isEmpty();
    assertThat(module.provides()).hasSize(1);
    ModuleDescriptor.Provides provides = module.provides().iterator().next();
    assertThat(provides.service()).isEqualTo(SERVICE);
    assertThat(provides.providers()).containsExactly(name + ".Provider");
  }

  @Test
  void theLibraryJarIsJavaOnlyAndNamesItsDependenciesExactly() throws IOException {
    Path path = Path.of(PREFIX + ".jar");
    ModuleDescriptor module = module(path);
    assertThat(module.name()).isEqualTo("io.github.octconv4j");
    assertThat(module.rawVersion()).contains(VERSION);
    assertThat(module.uses()).contains(SERVICE);
    assertThat(module.requires())
        .filteredOn(
            requires -> !requires.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactlyInAnyOrder(
            "java.base", "java.desktop", "jdk.jfr", "com.fasterxml.jackson.core");
    try (JarFile jar = new JarFile(path.toFile())) {
      assertThat(files(jar)).contains("META-INF/LICENSE", "META-INF/NOTICE");
      assertThat(files(jar))
          .noneMatch(name -> name.matches(".*\\.(so|dylib|dll)(\\.\\d+)?"))
          .noneMatch(name -> name.contains("/natives/"));
    }
  }

  /** Who uses the library carries no weights of demonstrations. */
  @Test
  void theExecutableJarAloneHasTheEmbeddedNetworks() throws IOException {
    String demo = "io/github/octconv4j/cli/demo/";
    for (String end : List.of(".jar", "-sources.jar")) {
      try (JarFile jar = new JarFile(PREFIX + end)) {
        assertThat(files(jar)).isNotEmpty().noneMatch(name -> name.startsWith(demo));
      }
    }
    try (JarFile jar = new JarFile(System.getProperty("jars.executable"));
        Stream<Path> sources = Files.walk(Path.of("src/main/resources", demo))) {
      for (Path file : sources.filter(Files::isRegularFile).toList()) {
        Path inside = Path.of("src/main/resources").relativize(file);
        try (InputStream in = jar.getInputStream(jar.getEntry(inside.toString()))) {
          assertThat(in.readAllBytes()).as(inside.toString()).isEqualTo(Files.readAllBytes(file));
        }
      }
    }
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Doctconv4j.cache.dir=" + folder,
                "-jar",
                System.getProperty("jars.executable")));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  @Test
  void theExecutableJarRunsWithoutFlagsAndWithoutWarnings() throws Exception {
    assertThat(run("--version").strip()).isEqualTo("octconv " + VERSION);
    assertThat(run("info"))
        .contains(Platform.current().classifier(), folder.toString())
        .doesNotContain("WARNING");
    assertThat(run("classify").lines())
        .anyMatch(line -> line.startsWith("rocket.png "))
        .noneMatch(line -> line.contains("WARNING"));
  }

  /** Each library in it is in the list of licences, with a text that is there. */
  @Test
  void theExecutableJarHoldsTheLicencesOfAllThatIsInIt() throws IOException {
    try (JarFile jar = new JarFile(System.getProperty("jars.executable"));
        Stream<Path> libraries = Files.list(Path.of("target/lib"))) {
      assertThat(text(jar, "META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("LICENSE")));
      assertThat(text(jar, "META-INF/NOTICE")).contains("octconv4j", "Jackson", "libgomp");
      String list = text(jar, "META-INF/licenses/README.txt");
      for (Path library : libraries.toList()) {
        String name = library.getFileName().toString().replaceFirst("-[0-9].*", "");
        assertThat(list.lines()).anyMatch(line -> line.startsWith(name + " "));
      }
      Set<String> found = new TreeSet<>();
      Matcher texts =
          Pattern.compile("META-INF/[A-Za-z-]+(?![A-Za-z0-9/-])|\\S+\\.txt").matcher(list);
      while (texts.find()) {
        String name = texts.group();
        if (!name.contains("<platform>")) {
          found.add(name.startsWith("META-INF/") ? name : "META-INF/licenses/" + name);
        }
      }
      assertThat(found).hasSizeGreaterThan(5);
      assertThat(files(jar)).containsAll(found);
    }
  }

  @Test
  void theExecutableJarHoldsTheNativeLibraryOfThisPlatformOnly() throws IOException {
    try (JarFile jar = new JarFile(System.getProperty("jars.executable"))) {
      Set<String> folders = new TreeSet<>();
      for (String name : files(jar)) {
        if (name.matches("META-INF/octconv4j/[^/]+/[^/]+")) {
          folders.add(Path.of(name).getName(2).toString());
        }
      }
      assertThat(folders).containsExactly(Platform.current().classifier());
      assertThat(jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"))
          .isEqualTo("ALL-UNNAMED");
      assertThat(files(jar)).doesNotContain("module-info.class");
    }
  }
}
