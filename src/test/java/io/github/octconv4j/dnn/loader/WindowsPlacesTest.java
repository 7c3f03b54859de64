package io.github.octconv4j.dnn.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.github.octconv4j.SameOnEveryProcessor;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the files go on Windows, in a file system in memory that has the paths of Windows. */
@SameOnEveryProcessor
class WindowsPlacesTest {
  private static final Platform WINDOWS = Platform.WINDOWS_X86_64;
  private static final List<NativeFile> FILES = NativeFile.of(WINDOWS);

  private final Map<String, String> properties = new HashMap<>();
  private final Map<String, String> variables = new HashMap<>();
  private FileSystem files;

  @BeforeEach
  void system() {
    files =
        Jimfs.newFileSystem(
            Configuration.windows().toBuilder()
                .setRoots("C:\\", "D:\\", "\\\\server\\share\\")
                .setWorkingDirectory("C:\\work")
                .build());
    properties.put("user.home", "C:\\Users\\Some Body");
  }

  @AfterEach
  void close() throws IOException {
    files.close();
  }

  private Path unpack() {
    return NativeCache.unpack(
        WINDOWS, FILES, new Surroundings(files, properties::get, variables::get));
  }

  private static String version() {
    return String.join(
        "-",
        NativeFile.pinnedVersion(),
        WINDOWS.classifier(),
        FILES.getLast().sha256().substring(0, 16));
  }

  @ParameterizedTest
  @CsvSource({
    "C:\\Users\\Some Body\\AppData\\Local, C:\\Users\\Some Body\\AppData\\Local\\octconv4j",
    "D:\\, D:\\octconv4j",
    "D:/Daten/lokal, D:\\Daten\\lokal\\octconv4j",
    "C:\\Users\\Jürgen Straßer\\AppData, C:\\Users\\Jürgen Straßer\\AppData\\octconv4j",
    "C:\\Users\\山田\\数据 и кэш, C:\\Users\\山田\\数据 и кэш\\octconv4j",
    "\\\\server\\share\\profile, \\\\server\\share\\profile\\octconv4j",
    // Relative ones, those of no drive, and blanks are ignored.
    "AppData\\Local, C:\\Users\\Some Body\\octconv4j",
    ".., C:\\Users\\Some Body\\octconv4j",
    "'  ', C:\\Users\\Some Body\\octconv4j",
    ", C:\\Users\\Some Body\\octconv4j",
  })
  void unpacksBelowTheFolderForLocalData(String local, String root) throws IOException {
    variables.put("LOCALAPPDATA", local);
    variables.put("XDG_CACHE_HOME", "C:\\xdg"); // is not for Windows
    Path folder = unpack();
    assertThat(folder).hasToString(root + "\\" + version());
    assertThat(FILES.getLast().matches(folder.resolve("dnnl.dll"))).isTrue();
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).hasSize(FILES.size());
    }
  }

  @Test
  void thePropertyComesFirst() {
    variables.put("LOCALAPPDATA", "C:\\local");
    properties.put("octconv4j.cache.dir", "D:\\a b\\ç");
    assertThat(unpack()).hasToString("D:\\a b\\ç\\" + version());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cache", "..\\cache", ".", "a/b"})
  void aRelativePropertyIsRefused(String value) {
    properties.put("octconv4j.cache.dir", value);
    assertThatThrownBy(this::unpack)
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageStartingWith(
            "octconv4j: -Doctconv4j.cache.dir must be an absolute path, was " + value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"C:\\cache\"", "C:\\a<b", "C:\\a|b", "C:\\what?", "C:\\*"})
  void whatIsNoPathSaysSo(String value) {
    properties.put("octconv4j.cache.dir", value);
    assertThatThrownBy(this::unpack)
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageStartingWith(
            "octconv4j: -Doctconv4j.cache.dir=" + value + " is no path on this system (")
        .hasMessageEndingWith(
            "; give one without quotes and other characters that it does not allow");
  }

  @Test
  void whatIsThereIsUsedAndWhatWasChangedIsReplaced() throws IOException {
    Path library = unpack().resolve("dnnl.dll");
    FileTime old = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(library, old);
    unpack();
    assertThat(Files.getLastModifiedTime(library)).isEqualTo(old);
    Files.write(library, new byte[] {'M', 'Z'});
    Path abandoned = Files.createFile(library.resolveSibling("dnnl.dll123.part"));
    unpack();
    assertThat(FILES.getLast().matches(library)).isTrue();
    assertThat(abandoned).doesNotExist();
  }

  /** Names differ in upper and lower case only: it is the same folder. */
  @Test
  void caseDoesNotMatter() throws IOException {
    variables.put("LOCALAPPDATA", "C:\\Local");
    Path first = unpack();
    variables.put("LOCALAPPDATA", "c:\\LOCAL");
    assertThat(Files.isSameFile(unpack(), first)).isTrue();
  }

  @Test
  void aFileInTheWayIsNamed() throws IOException {
    Files.createFile(files.getPath("D:\\taken"));
    properties.put("octconv4j.cache.dir", "D:\\taken\\cache");
    assertThatThrownBy(this::unpack)
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageStartingWith("octconv4j: could not unpack the native library into D:\\taken\\")
        .hasMessageContaining("D:\\taken is not a folder");
  }

  /** The file can't be moved in place, as where another program keeps the old one open. */
  @Test
  void aLibraryThatCanNotBeReplacedIsNamed() throws IOException {
    Path library = unpack().resolve("dnnl.dll");
    Files.delete(library);
    Files.createDirectories(library.resolve("in use"));
    assertThatThrownBy(this::unpack)
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageStartingWith("octconv4j: could not unpack the native library into C:\\Users\\")
        .hasMessageContaining("dnnl.dll");
    try (Stream<Path> all = Files.list(library.getParent())) {
      assertThat(all).containsExactly(library); // and no .part file
    }
  }

  @Test
  void aFullDiskIsNamed() throws IOException {
    files.close();
    files = Jimfs.newFileSystem(Configuration.windows().toBuilder().setMaxSize(1 << 20).build());
    assertThatThrownBy(this::unpack)
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageContaining("its file system is full, 100 MB are needed");
  }
}
