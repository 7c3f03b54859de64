/**
 * From picture files to the input of a network: decode, resize, crop, normalise.
 *
 * <pre>{@code
 * float[] mean = {.485f, .456f, .406f};
 * float[] std = {.229f, .224f, .225f};
 * Image image = ImageFiles.read(Path.of("cat.jpg")).rgb().resize(256, 256).centerCrop(224, 224);
 * float[] input = image.normalize(mean, std); // (3, 224, 224)
 *
 * IdxFile fashion = IdxFile.read(Path.of("t10k-images-idx3-ubyte.gz"));
 * float[] first = fashion.image(0).normalize(new float[] {.286f}, new float[] {.353f});
 * }</pre>
 *
 * <p>{@link io.github.octconv4j.image.Image} is an immutable picture of floats in 0..1, {@link
 * io.github.octconv4j.image.ImageFiles} reads PNG and JPEG, {@link
 * io.github.octconv4j.image.IdxFile} reads the files of MNIST. Files are checked before memory is
 * allocated for what they claim.
 */
package io.github.octconv4j.image;
