// It ran, on nothing but the library, its native library and the JSON reader; the other dependency holds annotations.
def log = new File(basedir, 'build.log').text
assert log.contains('1003520 bytes')
assert !log.contains('WARNING: ')

def tree = new File(basedir, 'target/tree.txt').readLines()
assert tree.size() == 5
assert tree[0] == 'example:class-path:jar:1'
assert tree[1] ==~ /\+- io\.github\.octconv4j:octconv4j:jar:[^:]+:compile/
assert tree[2] ==~ /\|  \+- com\.fasterxml\.jackson\.core:jackson-core:jar:[^:]+:compile/
assert tree[3] ==~ /\|  \\- org\.jspecify:jspecify:jar:[^:]+:compile/
assert tree[4] ==~ /\\- io\.github\.octconv4j:octconv4j:jar:[a-z]+-[a-z0-9_]+:[^:]+:compile/
