package io.github.octconv4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.octconv4j.nn.Classification;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.Period;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import py4j.Gateway;

/** The transformer among what else a program has: other columns, stages, networks and sources. */
class PipelinesIT {
  @TempDir private static Path folder;
  private static SparkSession session;
  private static List<Classification> expected;

  @BeforeAll
  static void start() throws Exception {
    session =
        Sessions.local(folder)
            .config("spark.sql.extensions", OctaveExtensions.class.getName())
            .config("spark.files.overwrite", true)
            .getOrCreate();
    expected = Clothes.expected(Clothes.OCTAVE);
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  private static OctaveClassifier classifier() {
    return new OctaveClassifier().setModel(Clothes.OCTAVE.toString()).setOutput("label");
  }

  private static List<String> labels(int count) {
    return labels(expected, count);
  }

  private static List<String> labels(List<Classification> of, int count) {
    return of.subList(0, count).stream().map(c -> c.best().label()).toList();
  }

  private static <T> List<T> column(Dataset<Row> rows, String name) {
    return rows.collectAsList().stream().map(row -> row.<T>getAs(name)).toList();
  }

  private static void assertLabels(Dataset<Row> scored, int count) {
    assertThat(PipelinesIT.<String>column(scored, "prediction")).isEqualTo(labels(count));
  }

  @Test
  void emptyPartitionsAndEmptyTablesOpenNoNetwork() {
    OctaveClassifier classifier = classifier();
    Dataset<Row> none = Clothes.rows(session, 3).where("index > 5");
    assertThat(classifier.transform(none).collectAsList()).isEmpty();
    assertThat(classifier.transform(none.limit(0)).count()).isZero();
    assertThat(classifier.metrics().toString())
        .isEqualTo("0 rows, 0 errors, 0 batches, 0.0 s for inputs, 0.0 s in runs, 0.0 s to open");

    Dataset<Row> sparse = Clothes.rows(session, 3).repartition(9, functions.col("index"));
    assertThat(PipelinesIT.<String>column(classifier.transform(sparse), "prediction"))
        .containsExactlyInAnyOrderElementsOf(labels(3));
    assertThat(classifier.metrics().rows()).isEqualTo(3);
    assertThat(classifier.metrics().batches()).isBetween(1L, 3L);
  }

  @Test
  void columnsAreNamedAsElsewhereInSpark() {
    Dataset<Row> pictures = Clothes.rows(session, 20);
    Dataset<Row> nested =
        pictures.selectExpr(
            "index",
            "named_struct('name', 'x', 'File', named_struct('content', content)) AS picture");
    assertLabels(classifier().setInputCol("picture.File.content").transform(nested), 20);
    assertLabels(classifier().setInputCol("PICTURE.file.`content`").transform(nested), 20);
    assertLabels(classifier().setInputCol("CONTENT").transform(pictures), 20);
    Dataset<Row> dotted = pictures.withColumnRenamed("content", "picture.content");
    assertLabels(classifier().setInputCol("picture.content").transform(dotted), 20);
    assertLabels(classifier().setInputCol("`picture.content`").transform(dotted), 20);
    Dataset<Row> foreign = pictures.withColumnRenamed("content", "obrázek 图");
    assertLabels(
        classifier().setInputCol("obrázek 图").setOutputCol("prediction").transform(foreign), 20);

    List<Row> missing =
        classifier()
            .setErrors("null")
            .setInputCol("picture.File.content")
            .transform(nested.withColumn("picture", functions.expr("IF(index = 1, NULL, picture)")))
            .collectAsList();
    assertThat(missing.stream().filter(row -> row.isNullAt(2)).map(row -> row.getInt(0)))
        .containsExactly(1);
    assertThat(missing.get(1).<String>getAs("error")).isEqualTo("the input is null");
  }

  @Test
  void namesThatAreMissingOrTwiceThereAreExplained() {
    StructType schema =
        Clothes.rows(session, 1)
            .selectExpr("index", "named_struct('name', 'x', 'content', content) AS picture")
            .schema();
    assertWrong(
        "picture.file", schema, "there is no field file in picture, there are name, content");
    assertWrong("index.file", schema, "there is no field file in index, which is int");
    assertWrong("file.name", schema, "there is no column file, there are index, picture");
    assertWrong("picture.name", schema, "column picture.name is string, expected binary");
    assertWrong(
        "picture", schema, "column picture is struct<name:string,content:binary>, expected");

    StructType twice =
        new StructType().add("content", DataTypes.BinaryType).add("Content", DataTypes.BinaryType);
    assertWrong("content", twice, "there are 2 columns content; rename or drop all but one");
    session.conf().set("spark.sql.caseSensitive", true);
    try {
      assertThat(classifier().transformSchema(twice).fieldNames())
          .containsExactly("content", "Content", "prediction");
      assertThat(classifier().setOutputCol("CONTENT").transformSchema(twice).fieldNames())
          .containsExactly("content", "Content", "CONTENT");
      assertWrong("CONTENT", twice, "there is no column CONTENT, there are content, Content");
    } finally {
      session.conf().unset("spark.sql.caseSensitive");
    }
  }

  private static void assertWrong(String column, StructType schema, String message) {
    assertThatThrownBy(() -> classifier().setInputCol(column).transformSchema(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("inputCol: " + message);
  }

  /** As a join leaves them. */
  @Test
  void otherColumnsMayHaveTheSameName() {
    Dataset<Row> pictures = Clothes.rows(session, 20).coalesce(1);
    Dataset<Row> names = session.range(20).selectExpr("int(id) AS index", "id * 2 AS double");
    Dataset<Row> joined =
        pictures.join(
            functions.broadcast(names), pictures.col("index").equalTo(names.col("index")));
    List<Row> rows = classifier().transform(joined).collectAsList();
    for (int i = 0; i < 20; i++) {
      assertThat(rows.get(i).getInt(0)).isEqualTo(i);
      assertThat(rows.get(i).getInt(2)).isEqualTo(i);
      assertThat(rows.get(i).getLong(3)).isEqualTo(2L * i);
      assertThat(rows.get(i).getString(4)).isEqualTo(labels(20).get(i));
    }
  }

  @Test
  void otherColumnsKeepTheirTypesValuesAndMetadata() {
    Metadata metadata = new MetadataBuilder().putString("unit", "mm").build();
    StructType struct = new StructType().add("a", DataTypes.ByteType).add("b", DataTypes.DateType);
    Map<DataType, Object> values =
        Map.ofEntries(
            Map.entry(DataTypes.BooleanType, true),
            Map.entry(DataTypes.ShortType, (short) 7),
            Map.entry(DataTypes.DoubleType, Double.NaN),
            Map.entry(DataTypes.createDecimalType(20, 3), new BigDecimal("-12345678901234567.125")),
            Map.entry(DataTypes.DateType, Date.valueOf("1582-10-04")),
            Map.entry(DataTypes.TimestampType, Timestamp.valueOf("2026-03-29 02:30:00.123456")),
            Map.entry(DataTypes.TimestampNTZType, LocalDateTime.parse("2026-03-29T02:30:00")),
            Map.entry(DataTypes.createDayTimeIntervalType(), Duration.ofMillis(-1)),
            Map.entry(DataTypes.createYearMonthIntervalType(), Period.ofMonths(-13)),
            Map.entry(DataTypes.createArrayType(DataTypes.StringType), new String[] {"ü", null}),
            Map.entry(
                DataTypes.createMapType(DataTypes.StringType, DataTypes.LongType), Map.of("k", 1L)),
            Map.entry(struct, RowFactory.create((byte) 1, null)),
            Map.entry(
                SQLDataTypes.VectorType(), Vectors.sparse(3, new int[] {1}, new double[] {2})));
    StructType schema = new StructType().add("content", DataTypes.BinaryType, true);
    int column = 0;
    for (DataType type : values.keySet()) {
      schema = schema.add("c" + column++, type, true, metadata);
    }
    Object[] full = new Object[values.size() + 1];
    full[0] = Clothes.pngs().getFirst();
    System.arraycopy(values.values().toArray(), 0, full, 1, values.size());
    Object[] nulls = new Object[full.length];
    nulls[0] = full[0];
    Dataset<Row> before =
        session.createDataFrame(List.of(RowFactory.create(full), RowFactory.create(nulls)), schema);

    Dataset<Row> after = classifier().setErrors("null").transform(before);
    assertThat(after.schema()).isEqualTo(classifier().setErrors("null").transformSchema(schema));
    assertThat(after.drop("prediction", "error", "content").collectAsList().toString())
        .isEqualTo(before.drop("content").collectAsList().toString());
    assertThat(Arrays.asList(after.schema().fields()).subList(1, full.length))
        .extracting(StructField::metadata)
        .containsOnly(metadata);
  }

  @Test
  void stagesBeforeAndBehindIt(@TempDir Path saved) throws Exception {
    Dataset<Row> pictures =
        Clothes.rows(session, 60).selectExpr("index", "content", "concat('s', index % 3) AS shop");
    List<Classification> dense = Clothes.expected(Clothes.DENSE);
    PipelineStage[] stages = {
      new StringIndexer()
          .setInputCol("shop")
          .setOutputCol("shopIndex")
          .setStringOrderType("alphabetAsc"),
      new SQLTransformer().setStatement("SELECT *, length(content) AS bytes FROM __THIS__"),
      classifier().setOutputCol("first"),
      new OctaveClassifier()
          .setModel(Clothes.DENSE.toString())
          .setErrors("null")
          .setOutputCol("second")
          .setErrorCol("secondError"),
      new StringIndexer().setInputCol("first").setOutputCol("firstIndex"),
      new IndexToString().setInputCol("firstIndex").setOutputCol("firstAgain"),
      new IndexToString().setInputCol("shopIndex").setOutputCol("shopAgain"),
      new SQLTransformer()
          .setStatement(
              "SELECT *, second.index AS secondIndex FROM __THIS__ WHERE secondError IS NULL"),
    };
    PipelineModel fitted = new Pipeline().setStages(stages).fit(pictures);
    String path = saved.resolve("pipeline 1").toString();
    fitted.write().save(path);
    fitted.write().overwrite().save(path);
    for (PipelineModel model : List.of(fitted, PipelineModel.load(path))) {
      List<Row> rows = model.transform(pictures).orderBy("index").collectAsList();
      assertThat(rows).hasSize(60);
      for (int i = 0; i < 60; i++) {
        Row row = rows.get(i);
        assertThat(row.<String>getAs("first")).isEqualTo(labels(60).get(i));
        assertThat(row.<String>getAs("firstAgain")).isEqualTo(labels(60).get(i));
        assertThat(row.<Integer>getAs("secondIndex")).isEqualTo(dense.get(i).best().index());
        assertThat(row.<Double>getAs("shopIndex")).isEqualTo(i % 3);
        assertThat(row.<String>getAs("shopAgain")).isEqualTo("s" + i % 3);
        assertThat(row.<Integer>getAs("bytes")).isEqualTo(Clothes.pngs().get(i).length);
      }
      Attribute attribute =
          Attribute.fromStructField(model.transform(pictures).schema().apply("shopIndex"));
      assertThat(attribute.toString()).contains("s0", "s1", "s2");
    }
  }

  @Test
  void everyParameterIsSavedAndCopied(@TempDir Path saved) throws Exception {
    OctaveClassifier set =
        new OctaveClassifier("name")
            .setModel("m")
            .setModelFile("f")
            .setModelBytes(new byte[] {1, -1})
            .setInputCol("a.b")
            .setOutputCol("o")
            .setErrorCol("e")
            .setOutput("top")
            .setTopK(7)
            .setBatchSize(3)
            .setDataType("auto")
            .setThreads(2)
            .setLabels(List.of("ä", "b,c"))
            .setErrors("drop")
            .setIdleSeconds(0);
    String path = saved.resolve("uložený").toString();
    assumeTrue(isUnicode(), "names of files are not in Unicode here");
    set.write().overwrite().save(path);
    ParamMap other = new ParamMap().put(set.topK().w(9)).put(set.outputCol().w("p"));
    OctaveClassifier read = OctaveClassifier.load(path);
    OctaveClassifier copy = set.copy(other);
    assertThat(read.uid()).isEqualTo("name");
    assertThat(copy.uid()).isEqualTo("name");
    assertThat(set.params()).hasSize(14);
    for (Param<?> param : set.params()) {
      assertThat(set.isSet(param)).as(param.name()).isTrue();
      assertThat(read.getOrDefault(read.getParam(param.name())))
          .as(param.name())
          .isEqualTo(set.getOrDefault(param));
      if (!other.contains(param)) {
        assertThat(copy.getOrDefault(copy.getParam(param.name())))
            .as(param.name())
            .isEqualTo(set.getOrDefault(param));
      }
    }
    assertThat(copy.getOrDefault(copy.topK())).isEqualTo(9);
    assertThat(copy.getOrDefault(copy.outputCol())).isEqualTo("p");
    assertThat(set.getOrDefault(set.topK())).isEqualTo(7);

    OctaveClassifier plain = classifier();
    assertThat(plain.transform(Clothes.rows(session, 1), plain.outputCol().w("p")).columns())
        .containsExactly("index", "content", "p");
    assertThat(plain.transform(Clothes.rows(session, 1)).columns())
        .containsExactly("index", "content", "prediction");
  }

  private static boolean isUnicode() {
    return Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode("ž网");
  }

  @ParameterizedTest
  @ValueSource(strings = {"síť 网络.safetensors", "a b#1 %20+[x]{y}&.safetensors"})
  void pathsMayHaveAnyCharacters(String name, @TempDir Path models) throws Exception {
    assumeTrue(isUnicode(), "names of files are not in Unicode here");
    Path inner = Files.createDirectories(models.resolve("složka 1"));
    Path file = Files.copy(Clothes.OCTAVE, inner.resolve(name));
    for (String path :
        List.of(file.toString(), "file:" + file, "file://" + file, inner.toString())) {
      assertLabels(
          new OctaveClassifier()
              .setModel(path)
              .setOutput("label")
              .transform(Clothes.rows(session, 10)),
          10);
    }
  }

  @Test
  void aNetworkThatWasReplacedIsTheNextJobs(@TempDir Path models) throws Exception {
    Path file = models.resolve("replaced.safetensors");
    List<Classification> dense = Clothes.expected(Clothes.DENSE);
    Dataset<Row> pictures = Clothes.rows(session, 500);
    Dataset<Row> distributed = pictures.coalesce(1);
    assertThat(labels(dense, 500)).isNotEqualTo(labels(500));
    OctaveClassifier byPath = new OctaveClassifier().setModel(file.toString()).setOutput("label");
    OctaveClassifier byName =
        new OctaveClassifier().setModelFile("replaced.safetensors").setOutput("label");
    String sql = "octave_classify(content, '" + file + "').label AS prediction";
    int round = 0;
    for (Path network : List.of(Clothes.OCTAVE, Clothes.DENSE, Clothes.OCTAVE)) {
      Files.copy(network, file, StandardCopyOption.REPLACE_EXISTING);
      Path added = Files.createDirectory(models.resolve("" + round++)).resolve(file.getFileName());
      session.sparkContext().addFile(Files.copy(network, added).toString()); // each path but once
      List<String> labels = labels(network.equals(Clothes.DENSE) ? dense : expected, 500);
      assertThat(PipelinesIT.<String>column(byPath.transform(pictures), "prediction"))
          .isEqualTo(labels);
      assertThat(PipelinesIT.<String>column(byName.transform(pictures), "prediction"))
          .isEqualTo(labels);
      assertThat(PipelinesIT.<String>column(distributed.selectExpr(sql), "prediction"))
          .isEqualTo(labels);
      // The driver computes small tables itself.
      assertThat(PipelinesIT.<String>column(pictures.limit(20).selectExpr(sql), "prediction"))
          .isEqualTo(labels.subList(0, 20));
    }
  }

  @Test
  void aFileThatWasNotDistributedIsNamed() {
    assertThatThrownBy(
            () ->
                new OctaveClassifier()
                    .setModelFile("absent.onnx")
                    .transform(Clothes.rows(session, 1))
                    .collect())
        .hasStackTraceContaining("model absent.onnx: there is no file of this name among those");
  }

  @Test
  void aStreamIsScored(@TempDir Path streamed) throws Exception {
    Path incoming = Files.createDirectory(streamed.resolve("in"));
    Dataset<Row> pictures =
        session
            .readStream()
            .format("binaryFile")
            .schema(session.read().format("binaryFile").load(incoming.toString()).schema())
            .load(incoming.toString());
    assertThat(pictures.isStreaming()).isTrue();
    OctaveClassifier classifier = classifier().setErrors("null");
    Dataset<Row> scored =
        classifier
            .transform(pictures)
            .selectExpr(
                "int(regexp_extract(path, '([0-9]+)[.]png', 1)) AS index", "prediction", "error");
    StreamingQuery query =
        scored
            .writeStream()
            .format("memory")
            .queryName("scored")
            .option("checkpointLocation", streamed.resolve("checkpoint").toString())
            .start();
    try {
      for (int batch = 0; batch < 2; batch++) {
        for (int i = 10 * batch; i < 10 * (batch + 1); i++) {
          Path file = Files.write(streamed.resolve(i + ".part"), Clothes.pngs().get(i));
          Files.move(file, incoming.resolve(i + ".png"));
        }
        query.processAllAvailable();
        assertLabels(session.table("scored").orderBy("index"), 10 * (batch + 1));
      }
      assertThat(classifier.metrics().rows()).isEqualTo(20);
      assertThat(query.exception().isEmpty()).isTrue();
    } finally {
      query.stop();
    }
  }

  @Test
  void sparksSourcesOfPicturesAreScored(@TempDir Path pictures) throws Exception {
    for (int i = 0; i < 10; i++) {
      Files.write(pictures.resolve(i + ".png"), Clothes.pngs().get(i));
    }
    Files.writeString(pictures.resolve("x.txt"), "no picture");
    OctaveClassifier classifier = classifier().setErrors("null");
    List<Row> rows =
        classifier
            .setInputCol("image")
            .transform(session.read().format("image").load(pictures.toString()))
            .orderBy("image.origin")
            .collectAsList();
    assertThat(rows.subList(0, 10).stream().map(row -> row.<String>getAs("prediction")))
        .isEqualTo(labels(10));
    assertThat(rows.getLast().<String>getAs("error"))
        .startsWith("image must be of mode 0 (1 channel), 16 (3) or 24 (4), was -1");
    assertThat(rows).hasSize(11);

    Dataset<byte[]> typed = session.createDataset(Clothes.pngs().subList(0, 10), Encoders.BINARY());
    assertLabels(classifier().setInputCol("value").transform(typed), 10);
  }

  @Test
  void sqlTakesFieldsStructsNullsAndCallsFromPrograms() {
    String path = Clothes.OCTAVE.toAbsolutePath().toString();
    Dataset<Row> pictures = Clothes.rows(session, 10);
    assertLabels(
        pictures.select(
            functions
                .call_function("octave_classify", functions.col("content"), functions.lit(path))
                .getField("label")
                .as("prediction")),
        10);
    pictures
        .selectExpr("index", "named_struct('content', content) AS file")
        .createOrReplaceTempView("nested");
    assertLabels(
        session.sql(
            "SELECT octave_classify(file.content, '" + path + "').label AS prediction FROM nested"),
        10);
    for (String call : List.of("(content, NULL)", "(NULL, '" + path + "')")) {
      assertThat(pictures.selectExpr("octave_classify" + call + " AS p").where("p IS NULL").count())
          .isEqualTo(10);
    }
  }

  /** Constructors and methods are found by Py4J, as for the example of docs/spark.md. */
  @Test
  void whatPythonCallsIsFound() throws Exception {
    Gateway python = new Gateway(null);
    python.startup();
    try {
      String classifier = python.invoke(OctaveClassifier.class.getName(), List.of()).getName();
      python.invoke("setModel", classifier, List.of(Clothes.OCTAVE.toString()));
      python.invoke("setErrors", classifier, List.of("null"));
      python.invoke("setBatchSize", classifier, List.of(8));
      python.invoke("setOutput", classifier, List.of("label"));
      List<Object> names = IntStream.range(0, 10).<Object>mapToObj(i -> "class " + i).toList();
      python.invoke("setLabels", classifier, List.of(names));
      Dataset<Row> pictures = Clothes.rows(session, 20);
      String frame = python.invoke("transform", classifier, List.of(pictures)).getName();
      assertThat(
              PipelinesIT.<String>column(
                  ((Dataset<?>) python.getObject(frame)).toDF(), "prediction"))
          .isEqualTo(
              expected.subList(0, 20).stream().map(c -> "class " + c.best().index()).toList());
      String metrics = python.invoke("metrics", classifier, List.of()).getName();
      assertThat(python.invoke("rows", metrics, List.of()).getPrimitiveObject()).isEqualTo(20L);

      String bytes = python.invoke(OctaveClassifier.class.getName(), List.of()).getName();
      python.invoke("setModelBytes", bytes, List.of(Files.readAllBytes(Clothes.OCTAVE)));
      assertThat(((OctaveClassifier) python.getObject(bytes)).transform(pictures).count())
          .isEqualTo(20);
      python.invoke("register", "z:" + OctaveFunctions.class.getName(), List.of(session));
    } finally {
      python.shutdown();
    }
  }

  @Test
  void threadsThatDontAgreeWithCoresAreWarnedOf() {
    List<String> warnings = new ArrayList<>();
    String name = OctaveClassifier.class.getName();
    Appender appender =
        new AbstractAppender("warnings", null, null, true, Property.EMPTY_ARRAY) {
          @Override
          public void append(LogEvent event) {
            warnings.add(event.getMessage().getFormattedMessage());
          }
        };
    appender.start();
    Configurator.setLevel(name, Level.WARN);
    Logger logger = (Logger) LogManager.getLogger(name);
    logger.addAppender(appender);
    try {
      classifier().transform(Clothes.rows(session, 1)); // as many as there are
      classifier().setThreads(1).transform(Clothes.rows(session, 1));
      assertThat(warnings).isEmpty();
      classifier().setThreads(3).transform(Clothes.rows(session, 1));
      assertThat(warnings)
          .containsExactly(
              "threads is 3 and spark.task.cpus 1: tasks will wait for each other's cores; set spark.task.cpus to 3, or threads to 0");
    } finally {
      logger.removeAppender(appender);
    }
  }

  private static final AtomicInteger READ = new AtomicInteger();

  /** Where rows have messages in place of results, two batches of rows wait. */
  @ParameterizedTest
  @CsvSource({"fail, 0, 8", "null, 0, 8", "null, 100, 16", "null, 50, 16"})
  void noMoreRowsAreReadThanTwoBatchesAhead(String errors, int damaged, int most) {
    READ.set(0);
    Dataset<Row> counted =
        Clothes.rows(session, 400)
            .coalesce(1)
            .selectExpr("index", "IF(index % 100 < " + damaged + ", NULL, content) AS content");
    StructType schema = counted.schema();
    Dataset<Row> read =
        counted.mapPartitions(
            (MapPartitionsFunction<Row, Row>) PipelinesIT::count, Encoders.row(schema));
    List<Integer> ahead =
        classifier()
            .setErrors(errors)
            .setBatchSize(8)
            .transform(read)
            .mapPartitions((MapPartitionsFunction<Row, Integer>) PipelinesIT::ahead, Encoders.INT())
            .collectAsList();
    assertThat(READ).hasValue(400);
    assertThat(ahead).hasSize(400);
    assertThat(Collections.max(ahead)).isEqualTo(most);
  }

  private static Iterator<Row> count(Iterator<Row> rows) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        READ.incrementAndGet();
        return rows.next();
      }
    };
  }

  /** Of each row, how many were read that nobody has got before it. */
  private static Iterator<Integer> ahead(Iterator<Row> rows) {
    return new Iterator<>() {
      private int got;

      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Integer next() {
        rows.next();
        return READ.get() - got++;
      }
    };
  }
}
