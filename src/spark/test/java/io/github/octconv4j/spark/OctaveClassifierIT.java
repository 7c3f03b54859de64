package io.github.octconv4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.octconv4j.image.Image;
import io.github.octconv4j.image.ImageFiles;
import io.github.octconv4j.nn.Classification;
import io.github.octconv4j.nn.ImageInput;
import io.github.octconv4j.nn.Network;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.SparkException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The transformer and the functions, with tasks in this JVM. */
class OctaveClassifierIT {
  private static final byte[] DAMAGED = Arrays.copyOf(Clothes.pngs().getFirst(), 60);

  @TempDir private static Path folder;
  private static SparkSession session;
  private static List<Classification> expected;

  @BeforeAll
  static void start() throws Exception {
    session =
        Sessions.local(folder)
            .config("spark.sql.extensions", OctaveExtensions.class.getName())
            .config("spark.hadoop." + ObjectStore.SETTING, ObjectStore.class.getName())
            .getOrCreate();
    expected = Clothes.expected(Clothes.OCTAVE);
  }

  @AfterAll
  static void metricsOutliveTheSession() {
    OctaveClassifier classifier = classifier();
    assertThatThrownBy(classifier::metrics)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("before transform");
    classifier.transform(pictures(10)).collect();
    session.stop();
    assertThat(classifier.metrics().rows()).isEqualTo(10);
  }

  private static OctaveClassifier classifier() {
    return new OctaveClassifier().setModel(Clothes.OCTAVE.toString());
  }

  private static Dataset<Row> pictures(int count) {
    return Clothes.rows(session, count).repartitionByRange(3, functions.col("index"));
  }

  private static List<String> labels(int count) {
    return expected.subList(0, count).stream().map(c -> c.best().label()).toList();
  }

  private static <T> List<T> column(Dataset<Row> rows, String name) {
    return rows.collectAsList().stream().map(row -> row.<T>getAs(name)).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 1024})
  void rowsKeepTheirOrderAndGetTheLibrarysClasses(int batch) {
    OctaveClassifier classifier = classifier().setBatchSize(batch);
    List<Row> rows = classifier.transform(pictures(100)).collectAsList();

    assertThat(rows).hasSize(100);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Row prediction = row.getAs("prediction");
      Classification.Candidate best = expected.get(i).best();
      assertThat(row.<Integer>getAs("index")).isEqualTo(i);
      assertThat(prediction.<String>getAs("label")).isEqualTo(best.label());
      assertThat(prediction.<Integer>getAs("index")).isEqualTo(best.index());
      assertThat(prediction.<Double>getAs("probability"))
          .isCloseTo(best.probability(), org.assertj.core.data.Offset.offset(1e-5));
    }
    ScoringMetrics metrics = classifier.metrics();
    assertThat(metrics.rows()).isEqualTo(100);
    assertThat(metrics.errors()).isZero();
    assertThat(metrics.batches()).isBetween((100L + batch - 1) / batch, 100L / batch + 3);
    assertThat(metrics.runTime()).isPositive();
    assertThat(metrics.inputTime()).isPositive();
    assertThat(metrics.openTime()).isPositive();
  }

  @Test
  void theTopClassesAndTheRawOutputsAreTheLibrarys() throws Exception {
    Row top = classifier().setOutput("top").setTopK(3).transform(pictures(1)).head();
    List<Row> three = top.getList(2);
    assertThat(three.stream().map(row -> row.<String>getAs("label")))
        .containsExactlyElementsOf(
            expected.getFirst().top(3).stream().map(Classification.Candidate::label).toList());

    List<Float> raw = classifier().setOutput("raw").transform(pictures(1)).head().getList(2);
    try (Network network = Network.load(Clothes.OCTAVE)) {
      Image image = image(0);
      float[] logits = network.run(new ImageInput(network.info()).values(image));
      assertThat(raw).hasSize(logits.length);
      for (int i = 0; i < logits.length; i++) {
        assertThat(raw.get(i)).isCloseTo(logits[i], org.assertj.core.data.Offset.offset(1e-4f));
      }
    }
  }

  private static Image image(int index) throws Exception {
    return ImageFiles.read(new ByteArrayInputStream(Clothes.pngs().get(index)), "png", 1 << 20);
  }

  @Test
  void labelsOfOnesOwnTakeThePlaceOfTheNetworks() {
    String[] names = IntStream.range(0, 10).mapToObj(i -> "class " + i).toArray(String[]::new);
    List<String> named =
        column(
            classifier().setLabels(names).setOutput("label").transform(pictures(20)), "prediction");
    assertThat(named)
        .isEqualTo(expected.subList(0, 20).stream().map(c -> "class " + c.best().index()).toList());

    assertThatThrownBy(
            () -> classifier().setLabels(new String[] {"a", "b"}).transform(pictures(1)).collect())
        .hasStackTraceContaining("labels has 2 texts")
        .hasStackTraceContaining("10 classes");
  }

  @Test
  void imageStructsAndArraysAreScoredToo() throws Exception {
    List<Row> images = new ArrayList<>();
    List<Row> arrays = new ArrayList<>();
    try (Network network = Network.load(Clothes.OCTAVE)) {
      ImageInput input = new ImageInput(network.info());
      for (int i = 0; i < 40; i++) {
        Image image = image(i);
        byte[] bytes = new byte[28 * 28 * 3];
        for (int p = 0; p < 28 * 28; p++) {
          byte value = (byte) Math.round(255 * image.at(0, p / 28, p % 28));
          Arrays.fill(bytes, 3 * p, 3 * p + 3, value);
        }
        images.add(RowFactory.create(RowFactory.create("memory", 28, 28, 3, 16, bytes)));
        float[] values = input.values(image);
        Float[] boxed = new Float[values.length];
        Arrays.setAll(boxed, v -> values[v]);
        arrays.add(RowFactory.create((Object) boxed));
      }
    }
    Dataset<Row> structs = session.createDataFrame(images, ImageSchema.imageSchema());
    Dataset<Row> floats =
        session.createDataFrame(
            arrays, new StructType().add("values", DataTypes.createArrayType(DataTypes.FloatType)));

    OctaveClassifier labels = classifier().setOutput("label");
    assertThat(
            OctaveClassifierIT.<String>column(
                labels.setInputCol("image").transform(structs), "prediction"))
        .isEqualTo(labels(40));
    assertThat(
            OctaveClassifierIT.<String>column(
                labels.setInputCol("values").transform(floats), "prediction"))
        .isEqualTo(labels(40));
  }

  @Test
  void imageStructsWithNullsAreRejected() {
    List<Row> rows = new ArrayList<>();
    for (int missing = 0; missing < 6; missing++) {
      Object[] values = {"memory", 28, 28, 3, 16, new byte[28 * 28 * 3]};
      values[missing] = null;
      rows.add(RowFactory.create(RowFactory.create(values)));
    }
    Dataset<Row> structs =
        session.createDataFrame(rows, nullable(ImageSchema.imageSchema())).coalesce(1);
    OctaveClassifier classifier = classifier().setInputCol("image").setErrors("null");
    List<String> messages = column(classifier.transform(structs), "error");
    assertThat(messages.getFirst()).isNull(); // nobody needs the origin
    List<String> names = List.of("height", "width", "nChannels", "mode", "data");
    assertThat(messages.subList(1, 6))
        .isEqualTo(
            names.stream().map(n -> "image must have values, its " + n + " is null").toList());
    assertThat(classifier.setErrors("drop").transform(structs).count()).isEqualTo(1);
  }

  private static StructType nullable(StructType schema) {
    StructType image = new StructType();
    for (var field : ((StructType) schema.apply("image").dataType()).fields()) {
      image = image.add(field.name(), field.dataType(), true);
    }
    return new StructType().add("image", image, true);
  }

  @Test
  void channelsOfStructsAreInTheOrderOfOpenCv() throws Exception {
    // One pixel, blue 10, green 20, red 30, half transparent.
    StructType schema = ImageSchema.columnSchema();
    Row row =
        new org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema(
            new Object[] {"memory", 1, 1, 4, 24, new byte[] {10, 20, 30, (byte) 128}}, schema);
    Image image = Input.image(row);
    assertThat(image.toFloats())
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(30 / 255f * 128 / 255f, 20 / 255f * 128 / 255f, 10 / 255f * 128 / 255f);
  }

  @Test
  void onnxAndSafetensorsAreScoredAlike(@TempDir Path models) throws Exception {
    Path onnx = models.resolve("net.onnx");
    try (Network network = Network.load(Clothes.OCTAVE)) {
      network.save(onnx);
    }
    OctaveClassifier classifier = new OctaveClassifier().setOutput("label");
    List<String> byPath =
        column(classifier.setModel(onnx.toString()).transform(pictures(50)), "prediction");
    assertThat(byPath).isEqualTo(labels(50));

    List<String> ofFolder =
        column(
            classifier
                .copy(ParamMap.empty())
                .setModel(models.toUri().toString())
                .transform(pictures(50)),
            "prediction");
    assertThat(ofFolder).isEqualTo(labels(50));

    session.sparkContext().addFile(onnx.toString());
    List<String> byFile =
        column(
            new OctaveClassifier()
                .setModelFile("net.onnx")
                .setOutput("label")
                .transform(pictures(50)),
            "prediction");
    assertThat(byFile).isEqualTo(labels(50));

    List<String> byBytes =
        column(
            new OctaveClassifier()
                .setModelBytes(Files.readAllBytes(onnx))
                .setOutput("label")
                .transform(pictures(50)),
            "prediction");
    assertThat(byBytes).isEqualTo(labels(50));
  }

  @Test
  void aFolderOfAnObjectStoreIsCopied(@TempDir Path models) throws Exception {
    Path file = Files.copy(Clothes.OCTAVE, models.resolve("net.safetensors"));
    OctaveClassifier classifier =
        new OctaveClassifier().setModel(ObjectStore.path(models)).setOutput("label");
    Dataset<Row> scored = classifier.setIdleSeconds(0).transform(pictures(50));
    assertThat(OctaveClassifierIT.<String>column(scored, "prediction")).isEqualTo(labels(50));

    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    await(() -> !SharedNetworks.OF_EXECUTOR.isThere(ObjectStore.name(models)));
    assertThatThrownBy(scored::collect)
        .hasStackTraceContaining("the file was replaced since the job began");
  }

  @Test
  void pathsAreLookedUpWithTheSettingsOfTheSession() {
    SparkSession other = session.newSession();
    assertThatThrownBy(() -> ofSession(other)).hasMessageContaining("ocsession");
    other.conf().set("fs.ocsession.impl", SessionStore.class.getName());
    assertThat(OctaveClassifierIT.<String>column(ofSession(other), "prediction"))
        .isEqualTo(labels(10));
  }

  private static Dataset<Row> ofSession(SparkSession other) {
    return new OctaveClassifier()
        .setModel("ocsession://" + Clothes.OCTAVE.toAbsolutePath())
        .setOutput("label")
        .transform(Clothes.rows(other, 10));
  }

  /** Files of this machine under a scheme that one session knows. */
  public static final class SessionStore extends RawLocalFileSystem {
    /** Hadoop makes one. */
    public SessionStore() {}

    @Override
    public URI getUri() {
      return URI.create("ocsession:///");
    }
  }

  @ParameterizedTest
  @CsvSource({"f32, 1", "f32, 2", "auto, 0"})
  void typesAndThreadsAreTaken(String type, int threads) {
    List<String> labels =
        column(
            classifier()
                .setDataType(type)
                .setThreads(threads)
                .setOutput("label")
                .transform(pictures(50)),
            "prediction");
    // BF16 may see a doubtful one differently.
    long different =
        IntStream.range(0, 50).filter(i -> !labels.get(i).equals(labels(50).get(i))).count();
    assertThat(different).isLessThanOrEqualTo(type.equals("f32") ? 0 : 2);
  }

  private static Dataset<Row> damaged() {
    return pictures(60)
        .withColumn(
            "content",
            functions.expr(
                "CASE index WHEN 0 THEN NULL WHEN 30 THEN substring(content, 1, 60) WHEN 59 THEN cast('text' AS binary) ELSE content END"));
  }

  @Test
  void aDamagedPictureFailsTheJobAndIsNamed() {
    assertThatThrownBy(() -> classifier().transform(damaged().where("index = 30")).collect())
        .isInstanceOf(SparkException.class)
        .hasStackTraceContaining("row 0 of partition")
        .hasStackTraceContaining("picture")
        .hasStackTraceContaining("set errors to null or drop");
  }

  @Test
  void damagedPicturesAreNullWithAMessage() {
    OctaveClassifier classifier = classifier().setErrors("null").setErrorCol("why");
    List<Row> rows = classifier.transform(damaged()).collectAsList();
    assertThat(rows).hasSize(60);
    for (int i = 0; i < 60; i++) {
      Row row = rows.get(i);
      assertThat(row.<Integer>getAs("index")).isEqualTo(i);
      boolean bad = i == 0 || i == 30 || i == 59;
      assertThat(row.<Object>getAs("prediction") == null).as("row %d", i).isEqualTo(bad);
      assertThat(row.<Object>getAs("why") != null).as("row %d", i).isEqualTo(bad);
      if (!bad) {
        assertThat(row.<Row>getAs("prediction").<String>getAs("label"))
            .isEqualTo(labels(60).get(i));
      }
    }
    assertThat(rows.get(0).<String>getAs("why")).isEqualTo("the input is null");
    assertThat(rows.get(30).<String>getAs("why")).startsWith("picture: ");
    assertThat(classifier.metrics().errors()).isEqualTo(3);
    assertThat(classifier.metrics().rows()).isEqualTo(57);
  }

  @Test
  void damagedPicturesAreDropped() {
    OctaveClassifier classifier = classifier().setErrors("drop").setOutput("label");
    List<Row> rows = classifier.transform(damaged()).collectAsList();
    assertThat(rows.stream().map(row -> row.<Integer>getAs("index")))
        .containsExactlyElementsOf(
            IntStream.range(0, 60).filter(i -> i != 0 && i != 30 && i != 59).boxed().toList());
    assertThat(classifier.metrics().errors()).isEqualTo(3);
  }

  @Test
  void aPartitionOfDamagedPicturesTakesNoMoreMemory() {
    // All are taken back at once where they are dropped, and come by and by where they are null.
    Dataset<Row> bad = session.range(10_000).withColumn("content", functions.lit(DAMAGED));
    assertThat(classifier().setErrors("drop").setBatchSize(4).transform(bad).count()).isZero();
    assertThat(classifier().setErrors("null").setBatchSize(4).transform(bad).count())
        .isEqualTo(10_000);
  }

  @Test
  void aPipelineIsSavedAndLoaded(@TempDir Path saved) throws Exception {
    String path = saved.resolve("pipeline").toString();
    OctaveClassifier stage =
        new OctaveClassifier()
            .setModelBytes(Files.readAllBytes(Clothes.OCTAVE))
            .setOutput("label")
            .setBatchSize(8)
            .setLabels(new String[0]);
    new Pipeline().setStages(new PipelineStage[] {stage}).fit(pictures(1)).write().save(path);

    PipelineModel loaded = PipelineModel.load(path);
    OctaveClassifier again = (OctaveClassifier) loaded.stages()[0];
    assertThat(again.uid()).isEqualTo(stage.uid());
    assertThat(again.getOrDefault(again.batchSize())).isEqualTo(8);
    assertThat(again.getOrDefault(again.modelBytes()))
        .isEqualTo(Files.readAllBytes(Clothes.OCTAVE));
    assertThat(OctaveClassifierIT.<String>column(loaded.transform(pictures(30)), "prediction"))
        .isEqualTo(labels(30));

    String single = saved.resolve("single").toString();
    OctaveClassifier simple = classifier().setErrors("drop").setTopK(2);
    simple.write().save(single);
    OctaveClassifier read = OctaveClassifier.load(single);
    assertThat(read.getOrDefault(read.errors())).isEqualTo("drop");
    assertThat(read.getOrDefault(read.model())).isEqualTo(Clothes.OCTAVE.toString());
    assertThat(read.getOrDefault(read.topK())).isEqualTo(2);
  }

  @Test
  void schemasAreCheckedAndExplained() {
    StructType schema = pictures(1).schema();
    assertThat(classifier().transformSchema(schema).simpleString())
        .isEqualTo(
            "struct<index:int,content:binary,prediction:struct<label:string,probability:double,index:int>>");
    assertThat(classifier().setErrors("null").transformSchema(schema).fieldNames())
        .containsExactly("index", "content", "prediction", "error");
    assertThatThrownBy(() -> classifier().setInputCol("picture").transformSchema(schema))
        .hasMessage("inputCol: there is no column picture, there are index, content");
    assertThatThrownBy(() -> classifier().setInputCol("index").transformSchema(schema))
        .hasMessageStartingWith("inputCol: column index is int, expected binary");
    assertThatThrownBy(() -> classifier().setOutputCol("Index").transformSchema(schema))
        .hasMessage(
            "outputCol: there is a column Index already; drop it, or give the new one another name");
    assertThatThrownBy(
            () -> classifier().setErrors("null").setErrorCol("content").transformSchema(schema))
        .hasMessageStartingWith("errorCol: there is a column content already");
  }

  @Test
  void parametersAreCheckedAndExplained() {
    assertThatThrownBy(() -> classifier().setErrors("ignore")).hasMessageContaining("errors");
    assertThatThrownBy(() -> classifier().setBatchSize(0)).hasMessageContaining("batchSize");
    assertThatThrownBy(() -> classifier().setThreads(1025)).hasMessageContaining("threads");
    assertThatThrownBy(() -> classifier().setDataType("f64")).hasMessageContaining("dataType");
    assertThat(classifier().explainParams())
        .contains("errors: what becomes of rows that can't be scored: fail, null or drop");
    assertThatThrownBy(() -> new OctaveClassifier().transform(pictures(1)))
        .hasMessageContaining("must be set, none was");
    assertThatThrownBy(() -> classifier().setModelFile("a").transform(pictures(1)))
        .hasMessageContaining("were model and modelFile");
    assertThatThrownBy(() -> new OctaveClassifier().setModel("/not/there").transform(pictures(1)))
        .hasMessageContaining("model: there is no file /not/there");
  }

  @Test
  void aFileThatIsNoNetworkFailsTheJobAndSaysSo(@TempDir Path models) throws Exception {
    Path text = Files.writeString(models.resolve("net.safetensors"), "text");
    assertThatThrownBy(
            () -> new OctaveClassifier().setModel(text.toString()).transform(pictures(3)).collect())
        .hasStackTraceContaining(text.toString());
    await(
        () -> !SharedNetworks.OF_EXECUTOR.isThere("file:" + text)); // other tasks end after the job
  }

  @Test
  void threadsThatDontAgreeWithCoresAreWarnedOf() {
    assertThat(OctaveClassifier.threadAdvice(0, 4)).isEmpty();
    assertThat(OctaveClassifier.threadAdvice(4, 4)).isEmpty();
    assertThat(OctaveClassifier.threadAdvice(4, 1))
        .hasValue(
            "threads is 4 and spark.task.cpus 1: tasks will wait for each other's cores; set spark.task.cpus to 4, or threads to 0");
    assertThat(OctaveClassifier.threadAdvice(1, 4).orElseThrow()).contains("will be idle");
  }

  @Test
  void sqlHasTheFunctionsOfTheExtension() {
    pictures(40).createOrReplaceTempView("pictures");
    damaged().createOrReplaceTempView("damaged");
    String path = Clothes.OCTAVE.toAbsolutePath().toString();
    List<String> labels =
        column(
            session.sql(
                "SELECT octave_classify(content, '"
                    + path
                    + "').label AS label FROM pictures ORDER BY index"),
            "label");
    assertThat(labels).isEqualTo(labels(40));
    assertThat(
            session
                .sql(
                    "SELECT count(*) FROM damaged WHERE try_octave_classify(content, '"
                        + path
                        + "') IS NULL")
                .head()
                .getLong(0))
        .isEqualTo(3);
    assertThatThrownBy(
            () ->
                session
                    .sql(
                        "SELECT octave_classify(content, '"
                            + path
                            + "') FROM damaged WHERE index = 30")
                    .collect())
        .hasStackTraceContaining("picture: ");
    assertThatThrownBy(() -> session.sql("SELECT octave_classify(content) FROM pictures").collect())
        .hasStackTraceContaining("takes a picture and the path of a network");
    assertThatThrownBy(() -> session.sql("SELECT octave_classify(content, 5) FROM pictures"))
        .hasStackTraceContaining("the argument for the path of a network is int, expected string");
    for (String array : List.of("array(1.0D)", "array(1.0)", "'text'")) {
      assertThatThrownBy(
              () -> session.sql("SELECT octave_classify(" + array + ", '" + path + "')").collect())
          .hasStackTraceContaining("the argument for a picture is ")
          .hasStackTraceContaining("expected binary");
    }
    assertThatThrownBy(
            () ->
                session
                    .sql("SELECT try_octave_classify(content, '/not/there') FROM pictures")
                    .collect())
        .hasStackTraceContaining("there is no file /not/there");
  }

  @Test
  void sqlGroupsByTheFunctionAndCallsItOnceARow() {
    pictures(40).createOrReplaceTempView("pictures");
    String call = "octave_classify(content, '" + Clothes.OCTAVE.toAbsolutePath() + "')";
    Map<String, Long> expectedCounts =
        labels(40).stream().collect(Collectors.groupingBy(l -> l, Collectors.counting()));
    SparkSession other = session.newSession();
    Clothes.rows(other, 40).createOrReplaceTempView("pictures");
    OctaveFunctions.register(other);
    for (SparkSession each : List.of(session, other)) {
      Map<String, Long> counts =
          each
              .sql("SELECT " + call + ".label, count(*) FROM pictures GROUP BY " + call + ".label")
              .collectAsList()
              .stream()
              .collect(Collectors.toMap(row -> row.getString(0), row -> row.getLong(1)));
      assertThat(counts).isEqualTo(expectedCounts);

      ScoringMetrics metrics = SessionFunctions.of(each, ErrorPolicy.FAIL).metrics();
      long before = metrics.rows();
      each.sql("SELECT " + call + ".label, " + call + ".probability FROM pictures").collect();
      assertThat(metrics.rows() - before).isEqualTo(40);
    }
  }

  @Test
  void networksTakeTurnsInAQuery(@TempDir Path models) throws Exception {
    for (int i = 0; i < ClassifyFunction.MOST + 2; i++) {
      Path from = i == 1 ? Clothes.DENSE : Clothes.OCTAVE;
      Files.copy(from, models.resolve(i + ".safetensors"));
    }
    Clothes.rows(session, 60).coalesce(1).createOrReplaceTempView("pictures");
    List<Classification> dense = Clothes.expected(Clothes.DENSE);
    int lookups = ObjectStore.LOOKUPS.get();
    List<String> labels = alternating(models, 2);
    for (int i = 0; i < 60; i++) {
      assertThat(labels.get(i)).isEqualTo((i % 2 == 1 ? dense : expected).get(i).best().label());
    }
    assertThat(ObjectStore.LOOKUPS.get() - lookups).isLessThan(60);

    assertThat(alternating(models, ClassifyFunction.MOST + 2)).hasSize(60).doesNotContainNull();
    for (int i = 0; i < ClassifyFunction.MOST + 2; i++) {
      String name = ObjectStore.name(models.resolve(i + ".safetensors"));
      await(() -> SharedNetworks.OF_EXECUTOR.users(name) == 0);
    }
  }

  private static List<String> alternating(Path models, int count) {
    return column(
        session.sql(
            "SELECT octave_classify(content, concat('"
                + ObjectStore.path(models)
                + "/', cast(index % "
                + count
                + " AS string), '.safetensors')).label AS label FROM pictures"),
        "label");
  }

  @Test
  void sqlHasTheFunctionsThatAreRegistered() {
    SparkSession other = session.newSession();
    Clothes.rows(other, 40).createOrReplaceTempView("pictures");
    OctaveFunctions.register(other);
    OctaveFunctions.register(other, "clothes", classifier().setOutput("label").setErrors("null"));
    assertThat(
            OctaveClassifierIT.<String>column(
                other.sql("SELECT clothes(content) AS label FROM pictures ORDER BY index"),
                "label"))
        .isEqualTo(labels(40));
    // The driver computes constants, without a task.
    assertThat(
            OctaveClassifierIT.<String>column(
                other.sql("SELECT clothes(cast('text' AS binary)) AS label"), "label"))
        .containsExactly((String) null);
    assertThatThrownBy(
            () ->
                other
                    .sql("SELECT clothes(array_repeat(cast(index AS double), 784)) FROM pictures")
                    .collect())
        .hasStackTraceContaining("array must be array<float>, has 0.0 of type Double at index 0");
    assertThatThrownBy(
            () -> other.sql("SELECT octave_classify(content, 5) FROM pictures").collect())
        .hasStackTraceContaining("path");
    assertThat(
            other
                .sql(
                    "SELECT octave_classify(content, '"
                        + Clothes.OCTAVE
                        + "').index FROM pictures WHERE index = 7")
                .head()
                .getInt(0))
        .isEqualTo(expected.get(7).best().index());
  }

  @Test
  void copiesShareTheirMetrics() {
    OctaveClassifier classifier = classifier();
    classifier.transform(pictures(10), ParamMap.empty()).collect();
    assertThat(classifier.metrics().rows()).isEqualTo(10);
  }

  @Test
  void whoStopsEarlyRunsNoMoreThanNeeded() {
    OctaveClassifier classifier = classifier().setBatchSize(4);
    List<Row> rows = classifier.transform(Clothes.rows(session, 2000).coalesce(1)).takeAsList(3);
    assertThat(rows).hasSize(3);
    assertThat(classifier.metrics().rows()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCancelledJobReleasesTheNetwork(boolean damaged) throws Exception {
    // Of damaged rows that are dropped no batch is ever full.
    OctaveClassifier classifier =
        classifier().setIdleSeconds(0).setBatchSize(damaged ? 1024 : 1).setErrors("drop");
    byte[] content = damaged ? DAMAGED : Clothes.pngs().getFirst();
    Dataset<Row> endless =
        session.range(0, 400_000_000, 1, 2).withColumn("content", functions.lit(content));
    Thread job =
        Thread.ofPlatform()
            .start(
                () -> {
                  session.sparkContext().setJobGroup("cancelled", "", true);
                  assertThatThrownBy(() -> classifier.transform(endless).count())
                      .hasMessageContaining("cancel");
                });
    String path = "file:" + Clothes.OCTAVE.toAbsolutePath();
    await(() -> SharedNetworks.OF_EXECUTOR.users(path) == 2);
    session.sparkContext().cancelJobGroup("cancelled");
    job.join(60_000);
    assertThat(job.isAlive()).isFalse();
    await(() -> SharedNetworks.OF_EXECUTOR.users(path) == 0);
  }

  private static void await(java.util.function.BooleanSupplier condition)
      throws InterruptedException {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("within a minute").isLessThan(end);
      Thread.sleep(10);
    }
  }
}
