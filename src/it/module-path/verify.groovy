// It ran twice: from the module path, and as an image that holds no class path and no other JDK.
def log = new File(basedir, 'build.log').text
assert log.count('1003520 bytes') == 2
assert !log.contains('WARNING: ')

def release = new File(basedir, 'target/image/release').text
assert release =~ /MODULES=".*\bexample\b.*"/
assert release =~ /\bio\.github\.octconv4j\.natives\.\w+\b/
assert !release.contains('jdk.compiler')
