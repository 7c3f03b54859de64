package io.github.octconv4j.octave.plan;

import io.github.octconv4j.dnn.Operand;
import io.github.octconv4j.octave.plan.Expression.Output;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** Adds the steps of an {@link Expression} to a program, cut among the program's threads. */
final class Partition {
  /** Threads that share the rows of each image of a larger batch would make very many steps. */
  private static final int MOST_SHARED = 8;

  private final OctaveProgramBuilder builder;
  private final Expression expression;
  private final int threads;
  private final Map<Value, Operand> standing = new HashMap<>(); // pools made before

  Partition(OctaveProgramBuilder builder, Expression expression) {
    this.builder = builder;
    this.expression = expression;
    this.threads = builder.threads();
  }

  /** Whether threads take whole images, evenly or nearly so, and not rows of each image. */
  static boolean areWhole(int batch, int threads) {
    return batch % threads == 0 || batch > MOST_SHARED;
  }

  /** Adds everything as it is; where each primitive has one thread, threads share each step. */
  void whole() {
    addBefore(Partition::whole);
    walk(true, output -> output.value().all()).add();
  }

  /** Each thread makes some images of the batch. */
  void images() {
    addBefore(Partition::images);
    builder.share(
        expression.batch(),
        1,
        images -> walk(false, output -> output.value().all().ofImages(images)).add());
  }

  /**
   * Each thread makes rows of each image, or all rows of some images, band after band.
   *
   * @param most how many of {@link Expression#rows} a band may have, 0 for all that a thread has
   */
  void rows(int most) {
    addBefore(pool -> pool.rows(0));
    int batch = expression.batch();
    Range rows = Range.all(expression.rows());
    builder
        .program()
        .sideBySide(
            threads,
            lane -> {
              boolean whole = areWhole(batch, threads);
              Range images = whole ? Range.share(batch, 1, lane, threads) : Range.all(batch);
              Range own = whole ? rows : Range.share(rows.count(), 1, lane, threads);
              for (int image = images.first(); image < images.end(); image++) {
                addBands(new Range(image, 1), own.bands(most));
              }
            });
  }

  private void addBands(Range image, List<Range> bands) {
    List<Map<Value, Region>> regions =
        bands.stream()
            .map(
                band ->
                    regions(
                        output -> {
                          Range rows = band.times(output.rowsOfEach());
                          return output.value().all().ofImages(image).ofRows(rows);
                        }))
            .toList();
    new Walk(builder, expression, false, standing, regions).add();
  }

  /** Each thread makes blocks of the channels of each output, of a single image. */
  void channels() {
    addBefore(Partition::channels);
    builder
        .program()
        .sideBySide(
            threads,
            lane ->
                walk(
                        false,
                        output -> {
                          Value y = output.value();
                          return y.all()
                              .ofChannels(
                                  Range.share(y.channels(), Layout.blockSize(), lane, threads));
                        })
                    .add());
  }

  /**
   * Two threads have stages of their own, of which none reads what one of the other thread makes;
   * then others follow.
   *
   * @param first what one thread does
   * @param last what follows when both have ended
   */
  void branches(Predicate<Stage> first, Predicate<Stage> last) {
    addBefore(Partition::whole);
    Walk walk = walk(true, output -> output.value().all());
    builder
        .program()
        .sideBySide(
            2, lane -> walk.add(stage -> !last.test(stage) && first.test(stage) == (lane == 0)));
    walk.add(last);
  }

  /** Adds the pools that all threads share, each made by all of them. */
  private void addBefore(Consumer<Partition> cut) {
    for (Stage.Pool pool : expression.before()) {
      Layout layout = pool.x().layout();
      Operand given = standing.getOrDefault(pool.x(), pool.x().memory());
      Operand x = Objects.requireNonNull(given, pool.name());
      Consumer<Operand> steps =
          y -> {
            Stage alone = pool.between(Value.given(x, layout), Value.given(y, layout));
            cut.accept(new Partition(builder, Expression.of(alone)));
          };
      standing.put(pool.y(), builder.pools().of(x, pool.y(), steps));
    }
  }

  private Walk walk(boolean alone, Function<Output, Region> wanted) {
    return new Walk(builder, expression, alone, standing, List.of(regions(wanted)));
  }

  private Map<Value, Region> regions(Function<Output, Region> wanted) {
    Map<Value, Region> regions = new HashMap<>();
    for (Output output : expression.outputs()) {
      Region region = wanted.apply(output);
      if (!region.isEmpty()) {
        regions.put(output.value(), region);
      }
    }
    return regions;
  }
}
