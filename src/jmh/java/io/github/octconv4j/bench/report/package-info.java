/** Turns measurements into one page and plots; what is not measured yet is left out. */
package io.github.octconv4j.bench.report;
