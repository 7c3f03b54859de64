// One line says what is missing and what to add.
def log = new File(basedir, 'build.log').text
assert log =~ /UnsatisfiedLinkError: octconv4j: the native library for this platform, ([a-z]+-[a-z0-9_]+), is missing: the module or class path offers none; add the dependency io\.github\.octconv4j:octconv4j with classifier \1, or set -Doctconv4j\.library\.path=<file or folder>/
assert !log.contains('1003520 bytes')
