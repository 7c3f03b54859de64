def log = new File(basedir, 'build.log').text
assert log.contains('1003520 bytes')
