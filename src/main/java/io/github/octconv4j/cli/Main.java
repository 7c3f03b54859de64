package io.github.octconv4j.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code octconv} and the entry of the JVM. */
@Command(
    name = "octconv",
    description = "Octave Convolution on oneDNN.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true,
    subcommands = {
      ClassifyCommand.class,
      ServeCommand.class,
      MapsCommand.class,
      VerifyCommand.class,
      ShapesCommand.class,
      BenchCommand.class,
      ExplainCommand.class,
      OnnxTestCommand.class,
      QuantizeCommand.class,
      InfoCommand.class
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done",
      "1:a check failed",
      "2:bad usage or bad input, one line says which and why",
      "3:this machine lacks something, one line says what to do",
      "4:results could not be written, one line says which and why; 141 and no line where they"
          + " went into a pipe that nobody reads any more"
    })
public final class Main implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print stack traces of failures.")
  private boolean debug;

  private Main() {}

  /** Runs the command line on the standard streams and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    Locale.setDefault(Locale.ROOT); // for the messages of picocli and the progress bar
    System.exit(run(args, StandardOutput.writer(), writer(System.err)));
  }

  /** Writes in the encoding of the terminal. */
  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, false, stream.charset());
  }

  /**
   * Runs the command line.
   *
   * @param args a command and its arguments
   * @param out takes results; flushed, not closed
   * @param err takes the line of a failure; flushed, not closed
   * @return the exit code
   */
  public static int run(String[] args, PrintWriter out, PrintWriter err) {
    Main main = new Main();
    CommandLine commandLine =
        new CommandLine(main)
            .setOut(out)
            .setErr(err)
            .setExpandAtFiles(false)
            .setAllowOptionsAsOptionParameters(false)
            .setParameterExceptionHandler((e, unused) -> main.reportUsage(e))
            .setExecutionExceptionHandler((e, command, unused) -> main.report(command, e));
    for (String arg : args) { // the converters of picocli can't say it for each of several files
      if (!Unmappable.isMappable(arg)) {
        print(commandLine, Unmappable.say(arg));
        return Failure.BAD_INPUT;
      }
    }
    try {
      int code = commandLine.execute(args);
      out.flush();
      return code;
    } catch (Error e) { // picocli hands on exceptions alone
      return main.report(running(commandLine), e);
    } finally {
      out.flush(); // what was printed before a failure
      err.flush();
    }
  }

  private static CommandLine running(CommandLine top) {
    ParseResult parsed = top.getParseResult();
    CommandLine running = top;
    while (parsed != null && parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
      running = parsed.commandSpec().commandLine();
    }
    return running;
  }

  /** Called where no command is given. */
  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "a command is missing: " + commands(spec));
  }

  /** The names of a command's own commands. */
  static String commands(CommandSpec spec) {
    return String.join(", ", spec.subcommands().keySet());
  }

  private int report(CommandLine command, Throwable e) {
    Failure failure = Failure.of(e);
    if (failure.isWorthALine()) {
      print(command, failure.line());
    }
    if (debug) {
      e.printStackTrace(command.getErr());
    }
    return failure.exitCode();
  }

  private int reportUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String message = e.getMessage();
    if (!command.getSubcommands().isEmpty()
        && e instanceof UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()) {
      message =
          String.format(
              Locale.ROOT,
              "unknown command %s, there are %s",
              shown(unmatched.getUnmatched().getFirst()),
              commands(command.getCommandSpec()));
    }
    print(
        command,
        String.format(
            Locale.ROOT, "%s; see %s --help", message, command.getCommandSpec().qualifiedName()));
    if (debug) {
      e.printStackTrace(command.getErr());
    }
    return Failure.BAD_INPUT;
  }

  /** An empty argument, which nobody would see, in quotes. */
  private static String shown(String argument) {
    return argument.isBlank() ? "\"" + argument + "\"" : argument;
  }

  private static void print(CommandLine command, String message) {
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(Failure.oneLine(name + ": " + message));
    command.getErr().flush();
  }
}
