package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.ChildJvm;
import io.github.octconv4j.SameOnEveryProcessor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where the library is unpacked to and loaded from: places that are full, closed, or others'. */
@EnabledOnOs(
    value = OS.LINUX,
    disabledReason = "file systems, users and messages of Linux; elsewhere nobody could try it")
@SameOnEveryProcessor
class NativePlacesTest {
  private static final Platform PLATFORM = Platform.current();
  private static final List<NativeFile> FILES = NativeFile.of(PLATFORM);
  private static final String VERSION =
      NativeFile.pinnedVersion()
          + "-"
          + PLATFORM.classifier()
          + "-"
          + FILES.getLast().sha256().substring(0, 16);
  private static final String ELSEWHERE =
      "; choose another folder with -Doctconv4j.cache.dir=<folder> or the environment variable"
          + " XDG_CACHE_HOME=<folder>";

  @TempDir private Path folder;

  @BeforeEach
  void letOthersIn() throws IOException {
    permit(folder, "rwxr-xr-x");
  }

  private static Path permit(Path path, String permissions) throws IOException {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private static ChildJvm child(Path cache) {
    return ChildJvm.of(LoadMain.class).option("-Doctconv4j.cache.dir=" + cache);
  }

  private ChildJvm userChild(Path cache) {
    return child(cache).under(Sandbox.asUser()).copiedTo(folder);
  }

  private static void loads(ChildJvm child, Path cache) {
    assertThat(child.run().output())
        .startsWith("path: " + cache.resolve(VERSION).resolve(FILES.getLast().name()))
        .contains("verified: true", "version: 3.");
  }

  private static void fails(ChildJvm child, Path cache, String reason) {
    assertThat(child.run().output().lines())
        .containsExactly(
            "error: octconv4j: could not unpack the native library into "
                + cache.resolve(VERSION)
                + ": "
                + reason
                + ELSEWHERE);
  }

  @Test
  void whereItCanBeUnpackedIsKnownBefore() throws IOException {
    Path fresh = folder.resolve("some/folder");
    assertThat(NativeLibrary.canUnpackInto(fresh)).isTrue();
    assertThat(filesIn(fresh)).isEmpty();

    Path ofOthers = permit(Files.createDirectory(folder.resolve("shared")), "rwxrwxrwx");
    assertThat(NativeLibrary.canUnpackInto(ofOthers)).isFalse();
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(NativeLibrary.canUnpackInto(file.resolve("below"))).isFalse();
    assertThat(NativeLibrary.canUnpackInto(Path.of("/proc/none"))).isFalse();
    assertThat(NativeLibrary.canUnpackInto(Path.of("relative"))).isFalse();
  }

  private static List<Path> filesIn(Path cache) throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void anInterruptStopsNoUnpacking() throws IOException {
    Path cache = folder.resolve("interrupted");
    Surroundings here =
        new Surroundings(
            FileSystems.getDefault(),
            Map.of(NativeCache.DIRECTORY_PROPERTY, cache.toString())::get,
            _ -> null);
    Thread.currentThread().interrupt();
    try {
      assertThat(NativeLibrary.canUnpackInto(cache)).isTrue();
      Path unpacked = NativeCache.unpack(PLATFORM, FILES, here);
      assertThat(NativeCache.unpack(PLATFORM, FILES, here)).isEqualTo(unpacked);
      for (NativeFile file : FILES) {
        assertThat(file.matches(unpacked.resolve(file.name()))).isTrue();
      }
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void whatFailsOnAnInterruptedThreadIsTriedAgain() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(
            ChildJvm.of(InterruptedLoadMain.class)
                .option("-Doctconv4j.cache.dir=" + file)
                .run(folder.resolve("cache").toString())
                .output()
                .lines())
        .containsExactly("failed", "interrupted", "loaded");
  }

  @Test
  void mountedNoexec() throws IOException {
    try (Sandbox.Mount mount = Sandbox.mount(folder.resolve("noexec"), "noexec,mode=755")) {
      Path file = mount.folder().resolve(VERSION).resolve(FILES.getFirst().name());
      assertThat(child(mount.folder()).run().output().lines())
          .containsExactly(
              String.format(
                  Locale.ROOT,
                  "error: octconv4j: the system could not load %s (%s: %s: failed to map segment from shared object); its folder is on a file system that is mounted noexec, or a security policy forbids to run code from there%s",
                  file,
                  file,
                  file,
                  ELSEWHERE));
    }
  }

  @Test
  void fullFromTheBeginning() throws IOException {
    try (Sandbox.Mount mount = Sandbox.mount(folder.resolve("full"), "size=4k,mode=755")) {
      Files.write(mount.folder().resolve("filler"), new byte[4096]);
      fails(
          child(mount.folder()),
          mount.folder(),
          "its file system is full, 100 MB are needed (No space left on device)");
    }
  }

  @Test
  void fullHalfWay() throws IOException {
    try (Sandbox.Mount mount = Sandbox.mount(folder.resolve("small"), "size=20m,mode=755")) {
      fails(
          child(mount.folder()),
          mount.folder(),
          "its file system is full, 100 MB are needed (No space left on device)");
      assertThat(filesIn(mount.folder()))
          .extracting(path -> path.getFileName().toString())
          .containsExactly(FILES.getFirst().name());
    }
  }

  @Test
  void mountedReadOnly() throws IOException {
    try (Sandbox.Mount mount = Sandbox.mount(folder.resolve("ro"), "ro,mode=755")) {
      fails(child(mount.folder()), mount.folder(), "its file system is read-only");
    }
  }

  @Test
  void whatWasUnpackedCanBeReadOnly() throws IOException {
    try (Sandbox.Mount mount = Sandbox.mount(folder.resolve("later"), "mode=755")) {
      loads(child(mount.folder()), mount.folder());
      mount.remount("ro");
      loads(child(mount.folder()), mount.folder());
    }
  }

  @Test
  void aFileInTheWay() throws IOException {
    Path file = Files.createFile(folder.resolve("a-file"));
    fails(child(file), file, file + " is not a folder");
    Path device = Path.of("/dev/null");
    fails(child(device), device, "/dev/null is not a folder");
  }

  @Test
  void aFileSystemThatTakesNoFiles() throws IOException {
    Path cache = Path.of("/proc/octconv4j");
    fails(
        child(cache), cache, "/proc is on a file system of type proc, which has no room for files");
  }

  @Test
  void aFolderInTheWayOfAFile() throws IOException {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    Path way = cache.resolve(VERSION).resolve(FILES.getFirst().name());
    Files.createDirectories(way);
    assertThat(child(cache).run().output())
        .startsWith("error: octconv4j: could not unpack the native library into ")
        .contains(way.toString(), "Is a directory");
  }

  @Test
  void aFolderThatThisUserMayNotWriteTo() throws IOException {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    fails(
        userChild(cache),
        cache,
        String.format(Locale.ROOT, "this user may not write there (%s)", cache.resolve(VERSION)));
  }

  @Test
  void aFolderOfAnotherUser() throws IOException {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    Path version = Sandbox.giveAway(Files.createDirectory(cache.resolve(VERSION)));
    permit(version, "rwx------");
    fails(child(cache), cache, belongsToUser(version));
    assertThat(filesIn(cache)).isEmpty();
  }

  @Test
  void aFolderInOneOfAnotherUser() throws IOException {
    Path home = Sandbox.giveAway(Files.createDirectory(folder.resolve("home")));
    Path cache = home.resolve("a/b");
    fails(child(cache), cache, belongsToUser(home));
  }

  private static String belongsToUser(Path path) {
    return String.format(
        Locale.ROOT,
        "%s belongs to the user with number %d, who could put other code there",
        path,
        Sandbox.USER);
  }

  @Test
  void aFolderThatOthersCanWriteTo() throws IOException {
    Path cache = folder.resolve("cache");
    loads(child(cache), cache);
    for (String mode : List.of("rwx-w----", "rwx----w-")) {
      permit(cache.resolve(VERSION), mode);
      fails(
          child(cache),
          cache,
          writable(cache.resolve(VERSION), mode.equals("rwx-w----") ? "720" : "702"));
    }
  }

  @Test
  void aFolderInOneThatOthersCanWriteTo() throws IOException {
    Path open = permit(Files.createDirectory(folder.resolve("open")), "rwxrwxrwx");
    fails(child(open), open, writable(open, "777"));
    Path cache = open.resolve("mine");
    fails(child(cache), cache, writable(open, "777"));

    // As /tmp is: others can add to it, but not rename what is another's.
    Files.setAttribute(open, "unix:mode", 01777);
    loads(child(cache), cache);
  }

  @Test
  void aFolderThatOthersCouldWriteToButDontReach() throws IOException {
    Path closed = permit(Files.createDirectory(folder.resolve("closed")), "rwx------");
    Path inside = permit(Files.createDirectory(closed.resolve("inside")), "rwxrwxr-x");
    loads(child(inside), inside);
    permit(closed, "rwx--x---");
    fails(child(inside), inside, writable(inside, "775"));
  }

  private static String writable(Path path, String mode) {
    return String.format(
        Locale.ROOT, "others can write to %s (mode %s) and could put other code there", path, mode);
  }

  @Test
  void aLinkThatOthersCanTurnIsFollowedOnce() throws IOException {
    Path open = permit(Files.createDirectory(folder.resolve("open")), "rwxrwxrwx");
    Path mine = Files.createDirectory(folder.resolve("mine"));
    Path link = Files.createSymbolicLink(open.resolve("link"), mine);
    loads(child(link), mine); // and from there, not through the link
    Path theirs = Sandbox.giveAway(Files.createDirectory(folder.resolve("theirs")));
    Files.delete(link);
    Files.createSymbolicLink(link, theirs);
    fails(child(link), link, belongsToUser(theirs));
  }

  @Test
  void filesThatOthersCanChangeAreReplaced() throws IOException {
    Path cache = folder.resolve("cache");
    loads(child(cache), cache);
    Path file = cache.resolve(VERSION).resolve(FILES.getLast().name());
    Path right = Files.copy(file, folder.resolve("right"));

    permit(file, "rw-rw-rw-");
    loads(child(cache), cache);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");

    Files.delete(file);
    Files.createSymbolicLink(file, right);
    loads(child(cache), cache);
    assertThat(file).isRegularFile();
    assertThat(Files.isSymbolicLink(file)).isFalse();
    assertThat(FILES.getLast().matches(right)).isTrue();

    Sandbox.giveAway(file);
    loads(child(cache), cache);
    assertThat(Files.getAttribute(file, "unix:uid"))
        .isEqualTo(Files.getAttribute(folder, "unix:uid"));
  }

  @Test
  void aUserWithAFolderOfTheirOwn() throws IOException {
    Path home = Sandbox.giveAway(Files.createDirectory(folder.resolve("home")));
    Path cache = home.resolve(".cache/octconv4j");
    loads(
        ChildJvm.of(LoadMain.class)
            .under(Sandbox.asUser())
            .copiedTo(folder)
            .option("-Duser.home=" + home)
            .environment("XDG_CACHE_HOME", ""),
        cache);
    for (Path made : List.of(home.resolve(".cache"), cache, cache.resolve(VERSION))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
          .isEqualTo("rwx------");
      assertThat(Files.getAttribute(made, "unix:uid")).isEqualTo(Sandbox.USER);
    }
  }

  @Test
  void aFolderThatRootHasPreparedForAll() throws IOException {
    Path cache = folder.resolve("cache");
    loads(child(cache), cache);
    permit(cache, "rwxr-xr-x");
    permit(cache.resolve(VERSION), "rwxr-xr-x");
    for (Path file : filesIn(cache)) {
      permit(file, "rw-r--r--");
    }
    loads(userChild(cache), cache);
  }

  /** In a sandbox the folders above often belong to a root whom it does not know. */
  @Test
  void aUserInANamespaceOfTheirOwn() throws IOException {
    Path cache = Sandbox.giveAway(Files.createDirectory(folder.resolve("cache")));
    loads(child(cache).under(Sandbox.asUserAlone()).copiedTo(folder), cache);

    Path strange = Files.createDirectory(folder.resolve("strange"));
    permit(Files.createDirectory(strange.resolve(VERSION)), "rwxr-xr-x");
    fails(
        child(strange).under(Sandbox.asUserAlone()).copiedTo(folder),
        strange,
        String.format(
            Locale.ROOT,
            "%s belongs to the user with number 65534, who could put other code there",
            strange.resolve(VERSION)));
  }

  @Test
  void theEnvironmentChoosesTheFolderToo() {
    loads(
        ChildJvm.of(LoadMain.class).environment("XDG_CACHE_HOME", folder.toString()),
        folder.resolve("octconv4j"));
    // A relative one must be ignored.
    loads(
        ChildJvm.of(LoadMain.class)
            .environment("XDG_CACHE_HOME", "relative")
            .option("-Duser.home=" + folder),
        folder.resolve(".cache/octconv4j"));
  }

  @Test
  void aUserWithoutAHome() {
    Path cache = Path.of("?/.cache/octconv4j");
    fails(
        ChildJvm.of(LoadMain.class).environment("XDG_CACHE_HOME", "").option("-Duser.home=?"),
        cache,
        "this user has no home folder");
  }

  private static void says(ChildJvm child, String message) {
    assertThat(child.run().output().lines()).containsExactly("error: octconv4j: " + message);
  }

  /** Nothing is unpacked into the working folder, which may be anybody's. */
  @Test
  void pathsThatAreEmptyOrRelative() {
    for (String property : List.of("-Doctconv4j.cache.dir", "-Doctconv4j.library.path")) {
      for (String nothing : List.of("", " ")) {
        says(
            ChildJvm.of(LoadMain.class).option(property + "=" + nothing),
            property + " is empty; give an absolute path or leave it out");
      }
    }
    says(
        ChildJvm.of(LoadMain.class).environment("XDG_CACHE_HOME", "").option("-Duser.home="),
        "-Duser.home is empty; give an absolute path or leave it out");
    says(
        ChildJvm.of(LoadMain.class).option("-Doctconv4j.cache.dir=some/where"),
        "-Doctconv4j.cache.dir must be an absolute path, was some/where: a relative one would be"
            + " another folder wherever the process is started");
    for (String ignored : List.of(" ", "some/where")) {
      loads(
          ChildJvm.of(LoadMain.class)
              .environment("XDG_CACHE_HOME", ignored)
              .option("-Duser.home=" + folder),
          folder.resolve(".cache/octconv4j"));
    }
  }

  /** In the C locale Java has no name for files whose names are not ASCII. */
  @Test
  void pathsThatTheLocaleCanNotWrite() {
    for (String locale : List.of("C", "POSIX")) {
      ChildJvm named = ChildJvm.of(LoadMain.class).environment("LC_ALL", locale);
      assertThat(named.environment("XDG_CACHE_HOME", folder + "/z\u00fcrich").run().output())
          .startsWith("error: octconv4j: XDG_CACHE_HOME=" + folder)
          .contains("whose encoding of file names is ANSI_X3.4-1968", "; set LC_ALL=C.UTF-8 or")
          .endsWith(ELSEWHERE.substring("; ".length()) + "\n");
      for (String property : List.of("octconv4j.cache.dir", "user.home")) {
        assertThat(
                ChildJvm.of(LoadMain.class)
                    .environment("LC_ALL", locale)
                    .environment("XDG_CACHE_HOME", "")
                    .option("-D" + property + "=" + folder + "/z\u00fcrich")
                    .run()
                    .output())
            .startsWith("error: octconv4j: -D" + property + "=" + folder)
            .contains("; set LC_ALL=C.UTF-8 or")
            .endsWith(ELSEWHERE.substring("; ".length()) + "\n");
      }
      assertThat(
              ChildJvm.of(LoadMain.class)
                  .environment("LC_ALL", locale)
                  .option("-Doctconv4j.library.path=" + folder + "/z\u00fcrich")
                  .run()
                  .output())
          .startsWith("error: octconv4j: -Doctconv4j.library.path=" + folder)
          .endsWith("; set LC_ALL=C.UTF-8 or another locale in UTF-8, or give a path in ASCII\n");
    }
  }

  private static List<Path> parts(Path cache) throws IOException {
    return !Files.exists(cache)
        ? List.of()
        : filesIn(cache).stream().filter(file -> file.toString().endsWith(".part")).toList();
  }

  @Test
  void whatKilledProcessesLeaveIsDeleted() throws IOException, InterruptedException {
    Path cache = folder.resolve("killed");
    for (int i = 0; i < 50 && parts(cache).isEmpty(); i++) {
      Process process = child(cache).start();
      while (process.isAlive() && parts(cache).isEmpty()) {
        Thread.onSpinWait();
      }
      process.destroyForcibly().waitFor();
      try (Stream<Path> files = Files.walk(cache)) {
        for (Path file : files.filter(file -> file.toString().contains(".so")).toList()) {
          if (!file.toString().endsWith(".part")) {
            Files.delete(file);
          }
        }
      }
    }
    assertThat(parts(cache)).isNotEmpty();
    Path older = Files.createDirectories(cache.resolve("3.12-linux-x86_64-0123456789abcdef"));
    Files.createFile(older.resolve("libdnnl.so.3123.part"));

    loads(child(cache), cache);

    assertThat(parts(cache)).isEmpty();
    assertThat(filesIn(cache)).hasSameSizeAs(FILES);
  }

  @Test
  void whatALiveProcessWritesIsLeftAlone() throws IOException {
    Path cache = folder.resolve("alive");
    loads(child(cache), cache);
    try (PartFile part = PartFile.create(cache.resolve(VERSION), "libdnnl.so.3")) {
      loads(child(cache), cache);
      assertThat(parts(cache)).hasSize(1);
      part.write(new ByteArrayInputStream(new byte[] {1, 2, 3}));
      assertThat(part.sha256())
          .isEqualTo("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
      loads(child(cache), cache);
      assertThat(parts(cache)).hasSize(1);
    }
    assertThat(parts(cache)).isEmpty();
  }
}
