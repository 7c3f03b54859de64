/** Plain Java, the Vector API and oneDNN in the same race. */
package io.github.octconv4j.bench.compare;
