package io.github.octconv4j.octave;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.octconv4j.dnn.Engine;
import io.github.octconv4j.octave.plan.Candidates;
import io.github.octconv4j.octave.plan.Formulation;
import io.github.octconv4j.octave.plan.Formulations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a measurement chose is kept, and a file of choices is never trusted. */
class PlanChoicesTest {
  private static final OctaveConv2d SPEC =
      OctaveConv2d.of(32, 32).kernel(3).padding(1).alpha(0.5).build();
  private static final OctaveShape SHAPE = OctaveShape.of(1, 8, 8, SizeRule.FLOOR);
  private static final List<Formulation> POSSIBLE =
      Candidates.all(SPEC, SHAPE, PlanOptions.DEFAULT);

  @TempDir Path folder;

  @Test
  void aChoiceIsFoundAgainInMemory() {
    PlanChoices choices = PlanChoices.inMemory();
    assertThat(Formulations.kept(choices, "plan", POSSIBLE)).isEmpty();
    choices.put("plan", POSSIBLE.getLast().toString());
    assertThat(Formulations.kept(choices, "plan", POSSIBLE)).contains(POSSIBLE.getLast());
    assertThat(Formulations.kept(choices, "another", POSSIBLE)).isEmpty();
  }

  @Test
  void aFileServesTheNextProcess() {
    Path file = folder.resolve("new").resolve("choices.txt");
    PlanChoices.inFile(file).put("plan", POSSIBLE.get(1).toString());
    assertThat(Formulations.kept(PlanChoices.inFile(file), "plan", POSSIBLE))
        .contains(POSSIBLE.get(1));
  }

  @Test
  void linesOfOtherMachinesAreKeptAndNotUsed() throws Exception {
    Path file = folder.resolve("choices.txt");
    PlanChoices.inFile(file).put("plan", POSSIBLE.get(1).toString());
    List<String> lines = Files.readAllLines(file);
    String foreign = "other processor\tplan\t" + POSSIBLE.get(2);
    Files.write(file, List.of(lines.getFirst(), foreign));

    PlanChoices choices = PlanChoices.inFile(file);
    assertThat(Formulations.kept(choices, "plan", POSSIBLE)).isEmpty();
    choices.put("plan", POSSIBLE.get(3).toString());
    assertThat(Files.readAllLines(file)).contains(foreign).hasSize(3);
  }

  @Test
  void aDamagedFileIsIgnoredAndReplaced() throws Exception {
    Path file = folder.resolve("choices.txt");
    Files.writeString(file, "octconv4j plan choices, version 1\none field only\n");
    PlanChoices choices = PlanChoices.inFile(file);
    assertThat(Formulations.kept(choices, "plan", POSSIBLE)).isEmpty();
    choices.put("plan", POSSIBLE.getFirst().toString());
    assertThat(Files.readString(file)).doesNotContain("one field only");
    assertThat(Formulations.kept(PlanChoices.inFile(file), "plan", POSSIBLE))
        .contains(POSSIBLE.getFirst());
  }

  @Test
  void aChoiceThatIsNotPossibleIsNotTaken() throws Exception {
    Path file = folder.resolve("choices.txt");
    PlanChoices.inFile(file).put("plan", POSSIBLE.getFirst().toString());
    String text = Files.readString(file);
    Files.writeString(file, text.replace(POSSIBLE.getFirst().toString(), "nhwc, magic"));
    assertThat(Formulations.kept(PlanChoices.inFile(file), "plan", POSSIBLE)).isEmpty();
  }

  /** A device must not be replaced by a file, nor a pipe be waited for. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void whatIsNoRegularFileIsLeftAlone() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("directory"));
    Path device = folder.resolve("device");
    Files.createSymbolicLink(device, Path.of("/dev/zero"));
    for (Path file : List.of(directory, device)) {
      PlanChoices choices = PlanChoices.inFile(file);
      assertThat(Formulations.kept(choices, "plan", POSSIBLE)).isEmpty();
      choices.put("plan", POSSIBLE.getLast().toString());
      assertThat(Formulations.kept(choices, "plan", POSSIBLE)).contains(POSSIBLE.getLast());
      assertThat(Files.isRegularFile(file)).isFalse();
    }
    assertThat(directory).isEmptyDirectory();
    Files.delete(device);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void aLinkStaysOne() throws Exception {
    Path file = folder.resolve("choices.txt");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    PlanChoices.inFile(file).put("plan", POSSIBLE.get(1).toString());
    PlanChoices.inFile(link).put("other plan", POSSIBLE.get(2).toString());
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Formulations.kept(PlanChoices.inFile(file), "plan", POSSIBLE))
        .contains(POSSIBLE.get(1));
    assertThat(Formulations.kept(PlanChoices.inFile(file), "other plan", POSSIBLE))
        .contains(POSSIBLE.get(2));
  }

  @Test
  void aHugeFileIsIgnored() throws Exception {
    Path file = folder.resolve("choices.txt");
    PlanChoices.inFile(file).put("plan", POSSIBLE.get(1).toString());
    Files.writeString(file, "x".repeat(4 << 20), StandardOpenOption.APPEND);
    assertThat(Formulations.kept(PlanChoices.inFile(file), "plan", POSSIBLE)).isEmpty();
  }

  @Test
  void aMeasuredPlanIsBuiltFromTheKeptChoice() {
    PlanOptions options =
        PlanOptions.DEFAULT.tuning(Tuning.MEASURED).choices(PlanChoices.inMemory());
    try (Engine engine = Engine.cpu();
        OctaveLayer layer = SPEC.on(engine, weights(SPEC), options);
        OctavePlan first = layer.plan(OctaveDesc.any(SPEC.in(), SHAPE), OutputFormat.ANY);
        OctavePlan second = layer.plan(OctaveDesc.any(SPEC.in(), SHAPE), OutputFormat.ANY)) {
      assertThat(second.formulation()).isEqualTo(first.formulation());
    }
  }

  @Test
  void referenceImplementationsAreRefusedWhereThereIsAnything() {
    List<OctaveConv2d> specs =
        List.of(
            SPEC,
            OctaveConv2d.of(4, 10).kernel(3).stride(2).alpha(0, 0.5).build(),
            OctaveConv2d.of(64, 64).kernel(3).padding(1).alpha(0.125).build(),
            OctaveConv2d.of(48, 24).alpha(0.25).build());
    OctaveShape shape = OctaveShape.of(1, 14, 14, SizeRule.FLOOR);
    try (Engine engine = Engine.cpu()) {
      for (OctaveConv2d spec : specs) {
        PlanOptions options =
            PlanOptions.DEFAULT.tuning(Tuning.MEASURED).choices(PlanChoices.inMemory());
        try (OctaveLayer layer = spec.on(engine, weights(spec), options)) {
          List<PlanCandidate> all =
              layer.explain(OctaveDesc.any(spec.in(), shape), OutputFormat.ANY);
          assertThat(all).filteredOn(PlanCandidate::chosen).hasSize(1);
          if (all.stream().anyMatch(c -> c.measured() && c.references().isEmpty())) {
            assertThat(all)
                .filteredOn(PlanCandidate::chosen)
                .allMatch(c -> c.references().isEmpty() && c.measured());
          }
        }
      }
    }
  }

  private static OctaveWeights weights(OctaveConv2d spec) {
    int count = spec.out().total() * spec.in().total() * spec.kernelHeight() * spec.kernelWidth();
    return OctaveWeights.split(spec, new float[count], null);
  }
}
