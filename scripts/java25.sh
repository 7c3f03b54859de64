# Sourced by the other scripts: finds JDK 25, sets JAVA25 and JAVA_HOME to its home and puts it on the PATH, so that Maven
# runs on it; or says what to install.

is_jdk25() {
  [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release" 2>/dev/null
}

find_java25() {
  local candidate on_path
  on_path=$(command -v javac || true)
  [ -n "$on_path" ] && on_path=$(dirname "$(dirname "$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java/* /opt/jdk* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
    if [ -n "$candidate" ] && is_jdk25 "$candidate"; then
      JAVA25=$candidate
      export JAVA_HOME=$candidate PATH=$candidate/bin:$PATH
      return 0
    fi
  done
  echo "octconv4j needs JDK 25 and found none (JAVA_HOME, PATH and the usual folders were searched)." >&2
  echo "Install one, for instance Temurin 25 from https://adoptium.net, and set JAVA_HOME to it." >&2
  return 3
}

need_maven() {
  command -v mvn >/dev/null && return 0
  echo "octconv4j needs Maven 3.8.7 or later and found no mvn on the PATH; install it (Debian: apt-get install maven)." >&2
  return 3
}
