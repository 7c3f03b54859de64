package io.github.octconv4j.cli;

import io.github.octconv4j.image.Image;
import java.util.Optional;

/**
 * A picture to be classified.
 *
 * @param file its name as it was given
 * @param image as it is in the file
 * @param trueLabel what it shows, where that is known
 */
public record Picture(String file, Image image, Optional<String> trueLabel) {}
