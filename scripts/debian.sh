# Sourced by the scripts that run what is made for other platforms: packages of Debian 13 (or of DEBIAN_SUITE), unpacked into a folder of their own.
# It needs apt-get, dpkg-deb and Debian's keys, and no rights. The machine's own configuration of apt is not used but for its
# proxy and mirror (which DEBIAN_MIRROR overrides), nothing is installed, and nothing is written outside of the folder.

# debian_find FOLDER ARCHITECTURE...: prepares FOLDER for packages of these architectures and fetches their lists. Where that
# can't be done it sets DEBIAN_LACKS to the reason, for a message, and fails.
debian_find() {
  local folder=$1 command keys=/usr/share/keyrings/debian-archive-keyring.gpg mirror
  shift
  DEBIAN=$(mkdir -p "$folder" && cd "$folder" && pwd) || return
  DEBIAN_LACKS=
  mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(LABEL) $(SITE)' 2>/dev/null | sed -n 's/^Debian \(http.*\)/\1/p' | head -1)}
  [ -n "$mirror" ] || DEBIAN_LACKS="no mirror of Debian is among the sources of apt here, and DEBIAN_MIRROR names none"
  [ -e "$keys" ] || DEBIAN_LACKS="Debian's keys are not in $keys (package debian-archive-keyring)"
  for command in apt-get apt-config dpkg-deb; do
    command -v "$command" >/dev/null || DEBIAN_LACKS="there is no $command here, and so no packages of Debian"
  done
  [ -z "$DEBIAN_LACKS" ] || return
  mkdir -p "$DEBIAN"/apt/{etc/apt.conf.d,etc/preferences.d,state/lists/partial,cache/archives/partial} "$DEBIAN"/packages
  : >"$DEBIAN/apt/status"
  echo "deb [signed-by=$keys] $mirror ${DEBIAN_SUITE:-trixie} main" >"$DEBIAN/apt/etc/sources.list"
  (
    umask 077
    {
      printf 'Dir "%s";\n' "$DEBIAN/apt"
      printf 'Dir::Etc "etc"; Dir::State "state"; Dir::State::status "%s"; Dir::Cache "cache";\n' "$DEBIAN/apt/status"
      printf 'Dir::Log "%s";\n' "$DEBIAN/apt"
      printf 'APT::Architecture "%s"; APT::Architectures {%s };\n' "$1" "$(printf ' "%s";' "$@")"
      printf 'APT::Sandbox::User "%s";\n' "$(id -un 2>/dev/null || id -u)"
      echo 'Acquire::Languages "none"; Acquire::Retries "2"; Acquire::http::Timeout "30"; APT::Get::List-Cleanup "false";'
      apt-config dump 2>/dev/null | grep -iE '^Acquire::(http|https)::proxy'
    } >"$DEBIAN/apt/apt.conf"
  )
  debian_apt timeout 180 apt-get -q -q update >"$DEBIAN/apt/log" 2>&1 && ! grep -q '^Err' "$DEBIAN/apt/log" || {
    DEBIAN_LACKS="the lists of Debian's packages could not be fetched ($(debian_errors))"
    return 1
  }
}

# debian_apt COMMAND...: runs a command of apt with the folder's configuration.
debian_apt() {
  APT_CONFIG=$DEBIAN/apt/apt.conf LC_ALL=C "$@"
}

# debian_packages PACKAGE...: fetches packages that are not there yet, which apt verifies, and sets DEBIAN_PACKAGES to their
# files; a name may end with :ARCHITECTURE.
debian_packages() {
  local file missing=
  DEBIAN_PACKAGES=()
  while read -r file; do
    DEBIAN_PACKAGES+=("$DEBIAN/packages/$file")
    [ -e "$DEBIAN/packages/$file" ] || missing=$file
  done < <(debian_apt apt-get -q -q --print-uris download "$@" 2>"$DEBIAN/apt/log" | cut -d' ' -f2)
  if [ ${#DEBIAN_PACKAGES[@]} -ne $# ]; then
    missing=${1}...
  elif [ -n "$missing" ] &&
      (cd "$DEBIAN/packages" && debian_apt timeout 600 apt-get -q -q download "$@" >"$DEBIAN/apt/log" 2>&1); then
    missing=
  fi
  [ -z "$missing" ] || {
    DEBIAN_LACKS="Debian's package $missing could not be fetched ($(debian_errors))"
    return 1
  }
}

debian_errors() {
  grep -E '^(E|W|Err)' "$DEBIAN/apt/log" | head -1 | cut -c1-200
}

# debian_closure PACKAGE...: prints the packages that these need to work, and themselves.
debian_closure() {
  debian_apt apt-get -q -q -y --no-install-recommends -o Debug::NoLocking=1 -s install "$@" 2>/dev/null |
    sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}
