package io.github.octconv4j.spark;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * The functions of sessions: one for each session and policy, for Spark takes two calls with the
 * same arguments for the same expression only where the function is the same object. A query may
 * then group by a call, and two calls for a row are one. Thread-safe.
 */
final class SessionFunctions {
  private static final Map<SparkSession, SessionFunctions> OF = new WeakHashMap<>();

  private final Map<String, String> settings;
  private final Map<ErrorPolicy, ClassifyFunction> functions = new EnumMap<>(ErrorPolicy.class);

  private SessionFunctions(Map<String, String> settings) {
    this.settings = settings;
  }

  /** Returns the function of a session; another one once its settings for files have changed. */
  static ClassifyFunction of(SparkSession session, ErrorPolicy errors) {
    Configuration configuration = OctaveClassifier.configuration(session);
    Map<String, String> settings = new HashMap<>();
    configuration.forEach(entry -> settings.put(entry.getKey(), entry.getValue()));
    synchronized (OF) {
      SessionFunctions made = OF.get(session);
      if (made == null || !made.settings.equals(settings)) {
        made = new SessionFunctions(settings);
        OF.put(session, made);
      }
      return made.functions.computeIfAbsent(
          errors, policy -> new ClassifyFunction(policy, session, configuration));
    }
  }
}
