package io.github.octconv4j.onnx;

import io.github.octconv4j.graph.Graph;
import io.github.octconv4j.graph.GraphBuilder;
import io.github.octconv4j.graph.Node;
import io.github.octconv4j.graph.Operands;
import io.github.octconv4j.graph.TensorData;
import io.github.octconv4j.graph.TensorType;
import io.github.octconv4j.graph.Value;
import io.github.octconv4j.text.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns the nodes of a file into those of a graph. */
final class Translation {
  private static final int MOST_NODES = 200_000;
  private static final int DEEPEST = 16;
  private static final int MOST_COPIES = 10_000;

  private final Map<String, FunctionProto> functions;
  private final Problems problems;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, TensorData> constants = new LinkedHashMap<>();
  private final Map<String, TensorType> types = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final KnownValues known = new KnownValues(constants, this::type);
  private final Bodies bodies;
  private int count;
  private int visited;
  private int copies;

  /** Reads the graphs that are attributes of nodes. */
  interface Bodies {
    GraphProto read(AttributeProto.Body body) throws IOException;
  }

  Translation(Map<String, FunctionProto> functions, Bodies bodies, Problems problems) {
    this.functions = functions;
    this.bodies = bodies;
    this.problems = problems;
  }

  /**
   * Translates a graph.
   *
   * @param opsets versions of the operator sets by domain
   * @throws IOException if the graph is malformed; what is not supported goes to the problems
   */
  Graph translate(GraphProto graph, Map<String, Long> opsets) throws IOException {
    for (Value input : graph.inputs) {
      types.put(input.name(), input.type());
      names.add(input.name());
    }
    constants.putAll(graph.initializers);
    constants.forEach((name, data) -> types.put(name, data.type()));
    names.addAll(constants.keySet());
    graph.nodes.forEach(node -> names.addAll(node.outputs()));
    nodes(graph.nodes, new Site(opsets, Scope.closed(), Map.of(), 0));
    if (!problems.isEmpty()) {
      return new GraphBuilder(graph.name).build();
    }
    List<Value> inputs = new ArrayList<>(graph.inputs);
    try {
      return new Graph(graph.name, inputs, constants, nodes, graph.outputs);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Where nodes stand: what versions, names and attributes of a function count there. */
  final class Site {
    private final Map<String, Long> opsets;
    private final Scope scope;
    private final Map<String, AttributeProto> references;
    private final int depth; // of functions and bodies

    private Site(
        Map<String, Long> opsets, Scope scope, Map<String, AttributeProto> references, int depth) {
      this.opsets = opsets;
      this.scope = scope;
      this.references = references;
      this.depth = depth;
    }

    GraphProto read(AttributeProto.Body body) throws IOException {
      return bodies.read(body);
    }

    /** See {@link Call#inline}. */
    List<String> inline(GraphProto body, List<String> values, String label) throws IOException {
      if (depth == DEEPEST || ++copies > MOST_COPIES) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "has bodies more than %d deep, or loops of more than %d iterations",
                DEEPEST,
                MOST_COPIES));
      }
      Scope inside = scope.inner();
      if (body.parameters.size() != values.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the body has %d inputs, given are %d",
                body.parameters.size(),
                values.size()));
      }
      for (int i = 0; i < values.size(); i++) {
        inside.put(body.parameters.get(i), values.get(i));
      }
      body.initializers.forEach(
          (name, data) -> {
            String own = fresh(label + "/" + name);
            inside.put(name, own);
            constant(own, data);
          });
      for (NodeProto node : body.nodes) {
        for (String output : node.outputs()) {
          if (!output.isEmpty()) {
            inside.put(output, fresh(label + "/" + output));
          }
        }
      }
      nodes(body.nodes, new Site(opsets, inside, references, depth + 1));
      return body.outputs.stream().map(inside::of).toList();
    }
  }

  private void nodes(List<NodeProto> list, Site site) throws IOException {
    for (NodeProto node : list) {
      if (++visited > MOST_NODES) {
        throw new IOException("has more than " + MOST_NODES + " nodes");
      }
      FunctionProto function = functions.get(node.domain() + ":" + node.operator());
      if (function != null) {
        inline(function, node, site);
      } else {
        one(node, site);
      }
    }
  }

  private void one(NodeProto node, Site site) throws IOException {
    Rules.Rule rule = node.domain().isEmpty() ? Rules.of(node.operator()) : null;
    if (rule == null) {
      String domain = node.domain().isEmpty() ? "" : " of domain " + node.domain();
      problems.add("operator " + node.operator() + domain, node.label());
      return;
    }
    Long version = site.opsets.get("");
    if (version == null) {
      throw new IOException("says no version of the operator set, for instance 17");
    }
    Call call =
        new Call(
            this,
            site,
            node,
            node.inputs().stream().map(site.scope::of).toList(),
            node.outputs().stream().map(site.scope::of).toList(),
            resolved(node.attributes(), site.references),
            Math.clamp(version, 0, 1 << 20));
    try {
      rule.translate(call);
      call.checkAttributes();
    } catch (UnsupportedException e) {
      problems.add(String.valueOf(e.getMessage()), node.label());
    } catch (IllegalArgumentException e) {
      if (problems.isEmpty()) { // else it may follow from one of them
        String message = String.valueOf(e.getMessage());
        throw new IOException(
            message.startsWith("node ")
                ? message
                : String.format(
                    Locale.ROOT,
                    "node %s: %s: %s",
                    Printable.quote(node.label()),
                    Printable.text(node.operator()),
                    Printable.text(message)),
            e);
      }
    }
  }

  /** Attributes with those of the function in place of references. */
  private static Map<String, AttributeProto> resolved(
      Map<String, AttributeProto> attributes, Map<String, AttributeProto> references) {
    Map<String, AttributeProto> all = new LinkedHashMap<>();
    attributes.forEach(
        (name, attribute) -> {
          AttributeProto value =
              attribute.reference().isEmpty() ? attribute : references.get(attribute.reference());
          if (value != null) { // what the caller left out is left out here
            all.put(name, value);
          }
        });
    return all;
  }

  private void inline(FunctionProto function, NodeProto caller, Site site) throws IOException {
    if (site.depth == DEEPEST) {
      throw new IOException("has functions that call each other more than " + DEEPEST + " deep");
    }
    Scope inside = Scope.closed();
    for (int i = 0; i < function.inputs.size(); i++) {
      String outer = i < caller.inputs().size() ? caller.inputs().get(i) : "";
      inside.put(function.inputs.get(i), site.scope.of(outer));
    }
    for (int i = 0; i < caller.outputs().size() && i < function.outputs.size(); i++) {
      inside.put(function.outputs.get(i), site.scope.of(caller.outputs().get(i)));
    }
    for (NodeProto node : function.nodes) {
      for (String output : node.outputs()) {
        String own = inside.own(output);
        if (!output.isEmpty() && (own == null || own.isEmpty())) {
          inside.put(output, fresh(caller.label() + "/" + output));
        }
      }
    }
    Map<String, AttributeProto> attributes = new HashMap<>(function.defaults);
    attributes.putAll(resolved(caller.attributes(), site.references));
    nodes(function.nodes, new Site(function.opsets, inside, attributes, site.depth + 1));
  }

  // ---- what translated nodes are added to

  String fresh(String base) {
    String name;
    do {
      name = base + "#" + count++;
    } while (!names.add(name));
    return name;
  }

  TensorType type(String value) {
    TensorType type = types.get(value);
    if (type == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "input %s is made by no node before it", Printable.quote(value)));
    }
    return type;
  }

  @Nullable TensorData known(String value) {
    return known.of(value);
  }

  @Nullable TensorData constant(String value) {
    return constants.get(value);
  }

  void constant(String value, TensorData data) {
    if (constants.put(value, data) != null) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is given twice", Printable.quote(value)));
    }
    types.put(value, data.type());
  }

  void add(Node node) {
    List<@Nullable TensorType> in = new ArrayList<>();
    List<@Nullable TensorData> known = new ArrayList<>();
    for (String input : node.inputs()) {
      in.add(input.isEmpty() ? null : type(input));
      known.add(constants.get(input));
    }
    Operands operands = Operands.of(in, known, node.outputs().size());
    List<TensorType> out;
    try {
      out = node.op().infer(operands);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "node %s: %s of %s: %s",
              Printable.quote(node.name()),
              node.op().name(),
              Printable.text(operands.toString()),
              e.getMessage()),
          e);
    }
    for (int i = 0; i < out.size(); i++) {
      if (!node.outputs().get(i).isEmpty()) {
        types.put(node.outputs().get(i), out.get(i));
      }
    }
    nodes.add(node);
    this.known.add(node);
  }
}
