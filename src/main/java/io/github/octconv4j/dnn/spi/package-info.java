/** How the jars with native files make themselves known. */
package io.github.octconv4j.dnn.spi;
