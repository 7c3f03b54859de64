package io.github.octconv4j.spark;

/** What becomes of a row that can't be scored; damaged pictures, not faults of the machine. */
enum ErrorPolicy {
  /** The task fails, and after its retries the job, with the row's message. */
  FAIL,
  /** The output is null, and another column says why. */
  NULL,
  /** The row is left out and counted. */
  DROP
}
