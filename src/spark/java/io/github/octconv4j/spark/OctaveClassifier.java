package io.github.octconv4j.spark;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A transformer from a column of pictures to a column of what a network says of them.
 *
 * <p>The input column is {@code binary} (PNG or JPEG files), a struct of Spark's image source, or
 * {@code array<float>} with values (c, h, w) that are normalised as the network wants them. The
 * network comes from one of {@code model}, {@code modelFile} and {@code modelBytes}, an ONNX or
 * safetensors file that classifies images: one input of floats (n, c, h, w), one output (n,
 * classes).
 *
 * <p>Each task fills batches of its partition's rows, in their order, and runs them; tasks of one
 * executor share one network. The driver never loads it, so that it needs no native library. Rows
 * keep all their columns: select what is wanted before, and leave the pictures out after.
 *
 * <p>Part of a {@code Pipeline} as other transformers are, and saved with it. Setters return this
 * object. Like other transformers it is for one thread while it is set up.
 *
 * @since 0.1.0
 */
public final class OctaveClassifier extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final int MOST = 1024;

  private final String uid;
  private final Param<String> model;
  private final Param<String> modelFile;
  private final BytesParam modelBytes;
  private final Param<String> inputCol;
  private final Param<String> outputCol;
  private final Param<String> errorCol;
  private final Param<String> output;
  private final IntParam topK;
  private final IntParam batchSize;
  private final Param<String> dataType;
  private final IntParam threads;
  private final StringArrayParam labels;
  private final Param<String> errors;
  private final IntParam idleSeconds;

  private Counted counted = new Counted();

  /** The metrics, which copies share. */
  private static final class Counted implements Serializable {
    private static final long serialVersionUID = 1L;

    private transient @Nullable SparkContext context; // guarded by this
    private transient @Nullable ScoringMetrics metrics; // guarded by this

    synchronized Optional<ScoringMetrics> last() {
      return Optional.ofNullable(metrics);
    }

    synchronized ScoringMetrics in(SparkContext current) {
      ScoringMetrics made = metrics;
      if (made == null || context != current) {
        made = new ScoringMetrics(current);
        metrics = made;
        context = current;
      }
      return made;
    }
  }

  /** Makes a classifier with a random name. */
  public OctaveClassifier() {
    this(Identifiable$.MODULE$.randomUID("octave"));
  }

  /**
   * Makes a classifier; Spark calls this for copies and when it reads a pipeline.
   *
   * @param uid the name of this stage
   */
  public OctaveClassifier(String uid) {
    this.uid = uid;
    model = text("model", "file of the network, or folder with one, on any Hadoop file system");
    modelFile =
        text(
            "modelFile",
            "name of the network's file among those of --files or SparkContext.addFile");
    modelBytes = new BytesParam(this, "modelBytes", "content of the network's file");
    inputCol = text("inputCol", "column of pictures: " + Input.EXPECTED);
    outputCol = text("outputCol", "column that is added");
    errorCol =
        text("errorCol", "column that is added where errors is null: why there is no output");
    output = choice("output", "what is in the output column", Output.class);
    topK = number("topK", "how many classes output top has", 1, Integer.MAX_VALUE);
    batchSize = number("batchSize", "pictures in a run of the network", 1, MOST);
    dataType = choice("dataType", "type that the network computes in", ElementType.class);
    threads = number("threads", "threads of a run, 0 for spark.task.cpus", 0, MOST);
    labels =
        new StringArrayParam(this, "labels", "names of the classes, in place of the network's");
    errors = choice("errors", "what becomes of rows that can't be scored", ErrorPolicy.class);
    idleSeconds =
        number(
            "idleSeconds", "how long an executor keeps the network after its last task", 0, 86_400);
    setDefault(inputCol, "content");
    setDefault(outputCol, "prediction");
    setDefault(errorCol, "error");
    setDefault(output, "class");
    setDefault(topK, 5);
    setDefault(batchSize, 16);
    setDefault(dataType, "f32");
    setDefault(threads, 0);
    setDefault(labels, new String[0]);
    setDefault(errors, "fail");
    setDefault(idleSeconds, 10);
  }

  private Param<String> text(String name, String doc) {
    return new Param<>(uid, name, doc, value -> !value.isBlank(), String.class);
  }

  private <E extends Enum<E>> Param<String> choice(String name, String doc, Class<E> type) {
    return new Param<>(
        uid, name, doc + ": " + Choice.all(type), value -> Choice.has(type, value), String.class);
  }

  private IntParam number(String name, String doc, int least, int most) {
    return new IntParam(
        this,
        name,
        String.format(Locale.ROOT, "%s, %d to %d", doc, least, most),
        ParamValidators.inRange(least, most));
  }

  /** Returns a reader of saved classifiers, which {@code PipelineModel.load} calls too. */
  public static MLReader<OctaveClassifier> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a saved classifier. */
  public static OctaveClassifier load(String path) {
    return read().load(path);
  }

  @Override
  public String uid() {
    return uid;
  }

  /** The parameter of {@link #setModel}. */
  public Param<String> model() {
    return model;
  }

  /**
   * Sets the file of the network, or a folder with one such file and what it refers to.
   *
   * @param path on any Hadoop file system, which the driver and all executors can read; without a
   *     scheme on the default one
   */
  public OctaveClassifier setModel(String path) {
    set(model, path);
    return this;
  }

  /** The parameter of {@link #setModelFile}. */
  public Param<String> modelFile() {
    return modelFile;
  }

  /**
   * Sets the name of the network's file among those of {@code --files} or {@code
   * SparkContext.addFile}.
   */
  public OctaveClassifier setModelFile(String name) {
    set(modelFile, name);
    return this;
  }

  /** The parameter of {@link #setModelBytes}. */
  public Param<byte[]> modelBytes() {
    return modelBytes;
  }

  /** Sets the content of the network's file, which is broadcast, and saved with a pipeline. */
  public OctaveClassifier setModelBytes(byte[] content) {
    set(modelBytes, content.clone());
    return this;
  }

  /** The parameter of {@link #setInputCol}. */
  public Param<String> inputCol() {
    return inputCol;
  }

  /**
   * Sets the column of pictures; {@code content} by default, as {@code binaryFile} has it. {@code
   * picture.content} is a field of a struct.
   */
  public OctaveClassifier setInputCol(String name) {
    set(inputCol, name);
    return this;
  }

  /** The parameter of {@link #setOutputCol}. */
  public Param<String> outputCol() {
    return outputCol;
  }

  /** Sets the column that is added; {@code prediction} by default. */
  public OctaveClassifier setOutputCol(String name) {
    set(outputCol, name);
    return this;
  }

  /** The parameter of {@link #setErrorCol}. */
  public Param<String> errorCol() {
    return errorCol;
  }

  /** Sets the column of messages, for {@code errors} {@code null}; {@code error} by default. */
  public OctaveClassifier setErrorCol(String name) {
    set(errorCol, name);
    return this;
  }

  /** The parameter of {@link #setOutput}. */
  public Param<String> output() {
    return output;
  }

  /**
   * Sets what the output column has.
   *
   * @param kind {@code class} (default): {@code struct<label: string, probability: double, index:
   *     int>} of the most probable class; {@code label}: its label; {@code top}: an array of the
   *     {@code topK} most probable ones; {@code raw}: what the network gives, {@code array<float>}
   */
  public OctaveClassifier setOutput(String kind) {
    set(output, kind);
    return this;
  }

  /** The parameter of {@link #setTopK}. */
  public IntParam topK() {
    return topK;
  }

  /** Sets how many classes {@code output} {@code top} has at most; 5 by default. */
  public OctaveClassifier setTopK(int count) {
    set(topK, count);
    return this;
  }

  /** The parameter of {@link #setBatchSize}. */
  public IntParam batchSize() {
    return batchSize;
  }

  /**
   * Sets the pictures in a run, 1 to 1024; 16 by default. Each task has memory for a batch of the
   * network's activations, and for two batches of rows.
   */
  public OctaveClassifier setBatchSize(int count) {
    set(batchSize, count);
    return this;
  }

  /** The parameter of {@link #setDataType}. */
  public Param<String> dataType() {
    return dataType;
  }

  /**
   * Sets the type that the network computes in.
   *
   * @param type {@code f32} (default); {@code bf16}, which some processors can't; {@code auto},
   *     BF16 on executors whose processor has its arithmetic, so that results depend on the
   *     executor
   */
  public OctaveClassifier setDataType(String type) {
    set(dataType, type);
    return this;
  }

  /** The parameter of {@link #setThreads}. */
  public IntParam threads() {
    return threads;
  }

  /**
   * Sets the threads of a run, 1 to 1024, or 0 (default) for {@code spark.task.cpus}: another
   * number than that leaves cores idle, or lets tasks wait for each other, and a warning says so.
   */
  public OctaveClassifier setThreads(int count) {
    set(threads, count);
    return this;
  }

  /** The parameter of {@link #setLabels(String[])}. */
  public StringArrayParam labels() {
    return labels;
  }

  /** Sets the names of the classes, one for each output; those of the network by default. */
  public OctaveClassifier setLabels(String[] names) {
    set(labels, names.clone());
    return this;
  }

  /** Sets the names of the classes, as {@link #setLabels(String[])} does; Python has lists. */
  public OctaveClassifier setLabels(List<String> names) {
    return setLabels(names.toArray(String[]::new));
  }

  /** The parameter of {@link #setErrors}. */
  public Param<String> errors() {
    return errors;
  }

  /**
   * Sets what becomes of rows that can't be scored: null, no picture, damaged, too large, of the
   * wrong length, not finite.
   *
   * @param policy {@code fail} (default): the job fails and says which row; {@code null}: the
   *     output is null and {@code errorCol} says why; {@code drop}: the row is left out and counted
   */
  public OctaveClassifier setErrors(String policy) {
    set(errors, policy);
    return this;
  }

  /** The parameter of {@link #setIdleSeconds}. */
  public IntParam idleSeconds() {
    return idleSeconds;
  }

  /**
   * Sets how long an executor keeps the network after the last task that used it, so that the next
   * one finds it; 10 by default, 0 closes it at once.
   */
  public OctaveClassifier setIdleSeconds(int seconds) {
    set(idleSeconds, seconds);
    return this;
  }

  /**
   * Returns what was done with this classifier and its copies so far, in the Spark application that
   * {@link #transform} was last called in; also after its end.
   *
   * @throws IllegalStateException if nothing was transformed
   */
  public ScoringMetrics metrics() {
    return counted
        .last()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "there are no metrics before transform has been called; ask for them after it"));
  }

  /**
   * Returns the schema with the output column, and with the error column where {@code errors} is
   * {@code null}.
   *
   * @throws IllegalArgumentException if the input column is missing or nothing that can be scored,
   *     or an added column is there already; the message says which
   */
  @Override
  public StructType transformSchema(StructType schema) {
    InputColumn.of(schema, $(inputCol));
    StructType added =
        add(schema, outputCol, Choice.of(Output.class, $(output)).type(), $(outputCol));
    return errorPolicy() == ErrorPolicy.NULL
        ? add(added, errorCol, DataTypes.StringType, $(errorCol))
        : added;
  }

  private StructType add(
      StructType schema,
      Param<String> param,
      org.apache.spark.sql.types.DataType type,
      String name) {
    if (InputColumn.isIn(schema, name)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: there is a column %s already; drop it, or give the new one another name",
              param.name(),
              name));
    }
    return schema.add(name, type, errorPolicy() == ErrorPolicy.NULL);
  }

  private ErrorPolicy errorPolicy() {
    return Choice.of(ErrorPolicy.class, $(errors));
  }

  /**
   * Returns the rows with what the network says, once somebody asks for them; of a stream as well.
   *
   * @throws IllegalArgumentException as {@link #transformSchema} does, or if not exactly one of
   *     {@code model}, {@code modelFile} and {@code modelBytes} is set, or there is no such file
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = dataset.schema();
    StructType scored = transformSchema(schema);
    SparkSession session = dataset.sparkSession();
    Scoring scoring = scoring(session);
    return dataset
        .toDF()
        .mapPartitions(
            new ScorePartition(scoring, InputColumn.of(schema, $(inputCol))),
            Encoders.row(numbered(scored)))
        .select(named(scored));
  }

  /** With names that are never twice there, as those of a join may be. */
  private static StructType numbered(StructType schema) {
    StructField[] fields = schema.fields().clone();
    for (int i = 0; i < fields.length; i++) {
      fields[i] =
          new StructField(number(i), fields[i].dataType(), fields[i].nullable(), Metadata.empty());
    }
    return new StructType(fields);
  }

  /** With names and metadata again, such as the labels of an index, which encoders lose. */
  private static Column[] named(StructType schema) {
    StructField[] fields = schema.fields();
    Column[] columns = new Column[fields.length];
    for (int i = 0; i < fields.length; i++) {
      columns[i] = functions.col(number(i)).as(fields[i].name(), fields[i].metadata());
    }
    return columns;
  }

  private static String number(int column) {
    return "c" + column;
  }

  /** What executors need to know, also of a function. */
  Scoring scoring(SparkSession session) {
    int cpus = session.sparkContext().conf().getInt("spark.task.cpus", 1);
    threadAdvice((int) $(threads), cpus).ifPresent(advice -> log().warn(advice));
    return new Scoring(
        source(session),
        (int) $(batchSize),
        Choice.of(ElementType.class, $(dataType)),
        (int) $(threads),
        Choice.of(Output.class, $(output)),
        (int) $(topK),
        List.of($(labels)),
        errorPolicy(),
        Duration.ofSeconds((int) $(idleSeconds)),
        counted.in(session.sparkContext()));
  }

  /** What to say where threads and cores don't agree. */
  static Optional<String> threadAdvice(int threads, int cpus) {
    if (threads == 0 || threads == cpus) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "threads is %d and spark.task.cpus %d: %s; set spark.task.cpus to %d, or threads to 0",
            threads,
            cpus,
            threads > cpus
                ? "tasks will wait for each other's cores"
                : "cores of each task will be idle",
            threads));
  }

  private ModelSource source(SparkSession session) {
    List<String> set = new ArrayList<>();
    for (Param<?> param : List.<Param<?>>of(model, modelFile, modelBytes)) {
      if (isDefined(param)) {
        set.add(param.name());
      }
    }
    if (set.size() != 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "one of model (a path), modelFile (a name among --files) and modelBytes must be set, %s",
              set.isEmpty() ? "none was" : "were " + String.join(" and ", set)));
    }
    return switch (set.getFirst()) {
      case "model" -> ModelSource.Stored.of($(model), configuration(session));
      case "modelFile" -> new ModelSource.Distributed($(modelFile));
      default -> {
        byte[] content = $(modelBytes);
        yield new ModelSource.Bytes(
            ModelSource.Bytes.sha256(content),
            new JavaSparkContext(session.sparkContext()).broadcast(content));
      }
    };
  }

  /** With what the session itself has set, such as its credentials. */
  static Configuration configuration(SparkSession session) {
    return session.sessionState().newHadoopConf();
  }

  @Override
  public OctaveClassifier copy(ParamMap extra) {
    OctaveClassifier copy = defaultCopy(extra);
    copy.counted = counted;
    return copy;
  }
}
