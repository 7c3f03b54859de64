#!/usr/bin/env python3
"""Lets the functions that jextract made share two kinds of calls: share_calls.py FILE...

jextract links each function by itself, and the JVM writes classes for every kind of function that is linked, which takes
long in a process that has just begun. dnn.loader.Downcall says which functions can be called through its two handles and
why. The others, those that take floats, stay as they are. A function's address is looked up when it is called first, as
jextract has it, without a class for each of them.
"""
import re
import sys

FEW, MOST = 6, 14
CALL = "Downcall"
IMPORT = "import io.github.octconv4j.dnn.loader.Downcall;\n\n"

HOLDER = re.compile(
    r"    private static class (?P<name>\w+) \{\n"
    r"        public static final FunctionDescriptor DESC = (?P<desc>FunctionDescriptor\.of(?P<void>Void)?\([^;]*\));\n\n"
    r'        public static final MemorySegment ADDR = SYMBOL_LOOKUP\.findOrThrow\("(?P=name)"\);\n\n'
    r"        public static final MethodHandle HANDLE = .*;\n"
    r"    \}\n"
)
BODY = (
    r"        var mh\$ = {name}\.HANDLE;\n"
    r"        try \{{\n"
    r"            if \(TRACE_DOWNCALLS\) \{{\n"
    r"                (?P<trace>.*;)\n"
    r"            \}}\n"
    r"            .*invokeExact\((?P<arguments>.*)\);\n"
    r"        \}} catch \(Error \| RuntimeException ex\) \{{\n"
    r"           throw ex;\n"
    r"        \}} catch \(Throwable ex\$\) \{{\n"
    r'           throw new AssertionError\("should not reach here", ex\$\);\n'
    r"        \}}\n"
)
RETURNS = {
    "void": "{};",
    "int": "return (int) {};",
    "long": "return {};",
    "MemorySegment": f"return {CALL}.pointer({{}});",
}


def fail(message):
    sys.exit(f"share_calls.py: {message}")


def replaced(text, pattern, replacement, what):
    text, count = re.subn(pattern, lambda _: replacement, text)
    if count != 1:
        fail(f"expected one {what}, found {count}")
    return text


def call(text, name):
    """The text with the function's body as a shared call."""
    signature = re.search(rf"    public static (\w+) {name}\((.*)\) \{{\n", text)
    body = re.compile(BODY.format(name=re.escape(name))).search(text, signature.end() if signature else 0)
    if not signature or not body or body.start() != signature.end():
        fail(f"{name} does not look as jextract made it before")
    arguments = []
    for parameter in filter(None, signature[2].split(", ")):
        kind, argument = parameter.split(" ")
        if kind not in ("int", "long", "MemorySegment"):
            fail(f"{name} takes {kind}, which has no shared call")
        arguments.append(argument if kind == "MemorySegment" else f"{CALL}.word({argument})")
    if len(arguments) > MOST:
        fail(f"{name} has more than {MOST} arguments: raise Downcall.MOST")
    room = len(arguments) if len(arguments) <= 2 else FEW if len(arguments) <= FEW else MOST
    arguments += [f"{CALL}.NONE"] * (room - len(arguments))
    made = f"{CALL}.call({', '.join([name + '$address()', *arguments])})"
    shared = (
        "        if (TRACE_DOWNCALLS) {\n"
        f"            {body['trace']}\n"
        "        }\n"
        f"        {RETURNS[signature[1]].format(made)}\n"
    )
    return text[: body.start()] + shared + text[body.end() :]


def share(text):
    before = text
    for holder in list(HOLDER.finditer(text)):
        name = holder["name"]
        if "C_FLOAT" in holder["desc"] or "C_DOUBLE" in holder["desc"]:
            continue
        text = call(text, name)
        text = text.replace(holder[0], f"    private static MemorySegment {name}$ADDR;\n", 1)
        text = replaced(text, rf"return {name}\.DESC;", f"return {holder['desc']};", f"descriptor of {name}")
        handle = (
            rf"    /\*\*\n     \* Downcall method handle for:\n(?:     \*.*\n)*     \*/\n"
            rf"    public static MethodHandle {name}\$handle\(\) \{{\n.*\n    \}}\n\n"
        )
        text = replaced(text, handle, "", f"handle of {name}")
        address = (
            f"MemorySegment address = {name}$ADDR;\n"
            "        if (address == null) {\n"
            f'            address = SYMBOL_LOOKUP.findOrThrow("{name}");\n'
            f"            {name}$ADDR = address;\n"
            "        }\n"
            "        return address;"
        )
        text = replaced(text, rf"return {name}\.ADDR;", address, f"address of {name}")
    return text if text == before else text.replace("import java", IMPORT + "import java", 1)


for path in sys.argv[1:]:
    with open(path, encoding="utf-8", newline="") as file:
        before = file.read()
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(share(before))
