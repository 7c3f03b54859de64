package io.github.octconv4j.bench.peers;

import static org.bytedeco.dnnl.global.dnnl.*;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.FloatPointer;

/** The other libraries' side of the code in docs/migrating.md. */
final class Migrating {
  private Migrating() {}

  static float[] onnxRuntime(String file, float[] image) throws OrtException {
    // @start region="onnxruntime"
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file);
        OnnxTensor x =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(image), new long[] {1, 3, 224, 224});
        OrtSession.Result result = session.run(Map.of("input", x))) {
      float[][] scores = (float[][]) result.get(0).getValue();
      return scores[0];
    }
    // @end
  }

  static float[] javaCpp(float[] image, float[] kernel) {
    // @start region="javacpp"
    dnnl_engine engine = new dnnl_engine();
    dnnl_engine_create(engine, dnnl_cpu, 0); // and check what each of these returns
    dnnl_stream stream = new dnnl_stream();
    dnnl_stream_create(stream, engine, dnnl_stream_default_flags);
    dnnl_memory_desc src = new dnnl_memory_desc();
    dnnl_memory_desc_create_with_tag(src, 4, new long[] {1, 3, 8, 8}, dnnl_f32, dnnl_nchw);
    dnnl_memory_desc weights = new dnnl_memory_desc();
    dnnl_memory_desc_create_with_tag(weights, 4, new long[] {4, 3, 3, 3}, dnnl_f32, dnnl_oihw);
    dnnl_memory_desc dst = new dnnl_memory_desc();
    dnnl_memory_desc_create_with_tag(dst, 4, new long[] {1, 4, 8, 8}, dnnl_f32, dnnl_nchw);
    dnnl_post_ops postOps = new dnnl_post_ops();
    dnnl_post_ops_create(postOps);
    dnnl_post_ops_append_eltwise(postOps, dnnl_eltwise_relu, 0, 0);
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    dnnl_primitive_attr_create(attributes);
    dnnl_primitive_attr_set_post_ops(attributes, postOps);
    long[] ones = {1, 1};
    long[] zeros = {0, 0};
    dnnl_primitive_desc desc = new dnnl_primitive_desc();
    dnnl_convolution_forward_primitive_desc_create(
        desc,
        engine,
        dnnl_forward_inference,
        dnnl_convolution_direct,
        src,
        weights,
        null,
        dst,
        ones,
        zeros,
        ones,
        ones,
        attributes);
    dnnl_primitive primitive = new dnnl_primitive();
    dnnl_primitive_create(primitive, desc);

    FloatPointer result = new FloatPointer(4 * 8 * 8);
    dnnl_memory x = new dnnl_memory();
    dnnl_memory_create(x, src, engine, new FloatPointer(image));
    dnnl_memory w = new dnnl_memory();
    dnnl_memory_create(w, weights, engine, new FloatPointer(kernel));
    dnnl_memory y = new dnnl_memory();
    dnnl_memory_create(y, dst, engine, result);
    dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(3);
    arguments.position(0).arg(DNNL_ARG_SRC).memory(x);
    arguments.position(1).arg(DNNL_ARG_WEIGHTS).memory(w);
    arguments.position(2).arg(DNNL_ARG_DST).memory(y);
    dnnl_primitive_execute(primitive, stream, 3, arguments.position(0));
    dnnl_stream_wait(stream);
    float[] values = new float[4 * 8 * 8];
    result.get(values); // and destroy the ten objects
    // @end
    return values;
  }
}
