module example {
  requires io.github.octconv4j;
}
