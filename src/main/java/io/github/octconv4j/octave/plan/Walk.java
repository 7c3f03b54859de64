package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.MemoryDesc;
import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.octave.plan.Stage.Part;
import io.github.octconv4j.octave.plan.Stage.Pool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Adds the steps that make some bands of the outputs of an {@link Expression}, one after the other,
 * as one thread does. Of what is made on the way each band makes the rows that it reads and earlier
 * ones did not make.
 */
final class Walk {
  private final OctaveProgramBuilder builder;
  private final List<Stage> stages;
  private final boolean alone;
  private final List<Map<Value, Region>> bands = new ArrayList<>(); // what each makes
  private final Set<Value> kept = new HashSet<>(); // read by later bands than the one that made it
  private final Map<Value, Memory> memory = new HashMap<>(); // of what is made on the way

  /**
   * Where a part of a value is.
   *
   * @param operand holds the region, and perhaps another value's before it along the channels
   * @param firstChannel where the region's channels begin
   * @param region what it holds now
   */
  private record Memory(Operand operand, int firstChannel, Region region) {}

  /**
   * Begins a walk.
   *
   * @param alone whether no other thread makes parts of the same: only then are pools made for all
   *     who want them, as two threads might want the whole of one
   * @param standing pools that stand already
   * @param bands which region of each output each band makes; empty ones may be missing
   */
  Walk(
      OctaveProgramBuilder builder,
      Expression expression,
      boolean alone,
      Map<Value, Operand> standing,
      List<Map<Value, Region>> bands) {
    this.builder = builder;
    this.stages = expression.stages();
    this.alone = alone;
    standing.forEach((value, pool) -> memory.put(value, new Memory(pool, 0, value.all())));
    bands.forEach(band -> this.bands.add(regions(band)));
  }

  /** What a band makes of each value, from the last stage to the first. */
  private Map<Value, Region> regions(Map<Value, Region> wanted) {
    Map<Value, Region> regions = new HashMap<>(wanted);
    for (Stage stage : stages.reversed()) {
      for (Value y : stage.outputs()) {
        regions.computeIfPresent(y, this::withoutMade);
        Region out = regions.get(y);
        if (out != null) {
          for (Value x : stage.inputs()) {
            regions.merge(x, stage.read(x, out), Region::hull);
          }
        }
      }
    }
    return regions;
  }

  /** The region without the rows that earlier bands made, null where nothing is left. */
  private @Nullable Region withoutMade(Value value, Region region) {
    Region left = region;
    if (value.memory() == null) {
      for (Map<Value, Region> earlier : bands) {
        Region made = earlier.get(value);
        if (made != null && made.rows().end() > left.rows().first()) {
          kept.add(value);
          left = left.ofRows(left.rows().from(made.rows().end()));
        }
      }
    }
    return left.isEmpty() ? null : left;
  }

  /** Adds all steps. */
  void add() {
    add(stage -> true);
  }

  /** Adds the steps of some stages. */
  void add(Predicate<Stage> some) {
    for (Map<Value, Region> band : bands) {
      for (Stage stage : stages) {
        if (some.test(stage)) {
          add(stage, band);
        }
      }
    }
  }

  private void add(Stage stage, Map<Value, Region> band) {
    Map<Value, Region> out = new LinkedHashMap<>();
    for (Value y : stage.outputs()) {
      if (band.containsKey(y)) {
        out.put(y, band.get(y));
      }
    }
    if (out.isEmpty()) {
      return;
    }
    Value y = stage.y();
    boolean whole = y.memory() == null && y.all().equals(out.get(y));
    if (alone && whole && stage instanceof Pool pool && pool.common()) {
      Operand made =
          builder
              .pools()
              .of(
                  of(pool.x(), pool.x().all()),
                  y,
                  to -> {
                    memory.put(y, new Memory(to, 0, y.all()));
                    share(stage, out);
                  });
      memory.put(y, new Memory(made, 0, y.all()));
      return;
    }
    if (y.memory() == null) {
      hold(stage, out);
    }
    share(stage, out);
  }

  /** Makes room for what a stage makes: memory that all bands use, perhaps of two values. */
  private void hold(Stage stage, Map<Value, Region> out) {
    int channels = out.values().stream().mapToInt(region -> region.channels().count()).sum();
    Map.Entry<Value, Region> first = out.entrySet().iterator().next();
    Region room = room(first.getKey(), first.getValue());
    Memory known = memory.get(first.getKey());
    Operand operand =
        known != null
            ? known.operand()
            : builder.temporary(
                stage.y().name(),
                first.getKey().layout(),
                room.images().count(),
                channels,
                room.rows().count(),
                first.getKey().width());
    int channel = 0;
    for (Map.Entry<Value, Region> each : out.entrySet()) {
      Value value = each.getKey();
      Region now = kept.contains(value) ? room(value, each.getValue()) : each.getValue();
      memory.put(value, new Memory(operand, channel, now));
      channel += each.getValue().channels().count();
    }
  }

  /** All that the bands make of a kept value; of another as many rows as one of them makes. */
  private Region room(Value value, Region now) {
    Region room = now;
    for (Map<Value, Region> band : bands) {
      Region made = band.get(value);
      if (made != null && kept.contains(value)) {
        room = room.hull(made);
      } else if (made != null && made.rows().count() > room.rows().count()) {
        room = made;
      }
    }
    return room;
  }

  /** Where a region of a value is. */
  private Operand of(Value value, Region region) {
    Operand given = value.memory();
    if (given != null) {
      return region.of(given, value.layout());
    }
    Memory held = Objects.requireNonNull(memory.get(value), value.name());
    Region within = region.relativeTo(held.region);
    Range channels = within.channels();
    return within
        .ofChannels(new Range(held.firstChannel + channels.first(), channels.count()))
        .of(held.operand, value.layout());
  }

  /** Adds the step of a stage, or one for each thread where each primitive has one thread alone. */
  private void share(Stage stage, Map<Value, Region> out) {
    Value y = stage.y();
    if (!builder.sharesSteps() || y.layout() != Layout.NHWC || !stage.isCut()) {
      step(stage, out);
      return;
    }
    Region all = out.values().iterator().next();
    int batch = all.images().count();
    long pixels = (long) batch * y.height() * y.width();
    boolean point = stage.window() != null && WindowRows.isPoint(stage.window());
    if (Partition.areWhole(batch, builder.threads())) {
      builder.share(batch, 1, images -> step(stage, with(out, region -> region.ofImages(images))));
    } else if (point && pixels <= Integer.MAX_VALUE) {
      // pixels can be shared more evenly than rows
      Part whole = part(stage, out);
      builder.share(
          (int) pixels,
          1,
          some ->
              stage.add(
                  builder,
                  new Part(
                      out,
                      whole.x().stream().map(x -> pixels(x, some)).toList(),
                      pixels(whole.y(), some))));
    } else {
      shareRows(stage, out);
    }
  }

  /** Adds a step for each thread and image: some of the rows, none of which reads padding alone. */
  private void shareRows(Stage stage, Map<Value, Region> out) {
    Region all = out.values().iterator().next();
    int height = stage.y().height();
    int unit = stage.rowUnit();
    Range reading =
        stage.window() == null
            ? Range.all(height / unit)
            : new WindowRows(stage.window(), stage.inputs().getFirst().height()).reading(height);
    builder.share(
        reading.count(),
        1,
        share -> {
          // Rows in the padding go with the first and the last that are not.
          int first = share.first() == 0 ? 0 : reading.first() + share.first();
          int end =
              share.end() == reading.count() ? height : (reading.first() + share.end()) * unit;
          Range rows = Range.between(first * unit, end);
          for (int image = 0; image < all.images().count(); image++) {
            Range one = new Range(image, 1);
            step(stage, with(out, region -> region.ofImages(one).ofRows(rows)));
          }
        });
  }

  private static Map<Value, Region> with(Map<Value, Region> out, UnaryOperator<Region> cut) {
    Map<Value, Region> some = new LinkedHashMap<>();
    out.forEach((value, region) -> some.put(value, cut.apply(region)));
    return some;
  }

  private void step(Stage stage, Map<Value, Region> out) {
    stage.add(builder, part(stage, out));
  }

  private Part part(Stage stage, Map<Value, Region> out) {
    Map.Entry<Value, Region> first = out.entrySet().iterator().next();
    Region region = first.getValue();
    List<Operand> x =
        stage.inputs().stream().map(input -> of(input, stage.read(input, region))).toList();
    if (out.size() == 1) {
      return new Part(out, x, of(first.getKey(), region));
    }
    Memory both = Objects.requireNonNull(memory.get(first.getKey()));
    Region within =
        region.relativeTo(both.region).ofChannels(Range.all(both.operand.desc().dim(1)));
    return new Part(out, x, within.of(both.operand, first.getKey().layout()));
  }

  /** Pixels of all images, channels innermost, as an image of one row. */
  private static Operand pixels(Operand x, Range some) {
    MemoryDesc all = x.desc();
    MemoryDesc row = Layout.NHWC.desc(all.type(), 1, all.dim(1), 1, some.count());
    return x.view(some.first() * all.dim(1) * all.type().bytes(), row);
  }
}
