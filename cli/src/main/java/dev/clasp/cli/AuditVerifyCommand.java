package dev.clasp.cli;

import dev.clasp.security.AuditCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code clasp audit verify}. */
@Command(
    name = "verify",
    description = {
      "Look whether the lines of an audit log with a chain are those that were written.",
      "",
      "The router must write it with --audit-chain. Ends with 1 and names the first line that does"
          + " not fit; else says how many there are, and the number and the hash of the last one."
          + " Keep these elsewhere: who can write the file can also write a new chain.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp audit verify audit.log              with audit.log.1, ... beside it",
      "  clasp audit verify may.log june.log       these alone, the oldest first",
    })
final class AuditVerifyCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "One, with the older ones beside it; or several, the oldest first.")
  private List<Path> files = new ArrayList<>();

  AuditVerifyCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    List<Path> all = files.size() == 1 ? AuditCommand.withOlder(files.getFirst()) : files;
    AuditCheck.Result result;
    try {
      result = AuditCheck.of(all);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "cannot read the audit log: " + Printable.escape(String.valueOf(e.getMessage())),
          e);
    }
    result
        .fault()
        .ifPresent(fault -> {
          throw new CommandException(
              ExitStatus.FAILURE,
              Printable.escape(fault.file().toString())
                  + ", line "
                  + fault.line()
                  + " does not fit: "
                  + fault.what());
        });
    if (result.checked() == 0) {
      throw new CommandException(
          ExitStatus.FAILURE,
          "there are no lines with a chain; the router writes them with --audit-chain");
    }
    clasp.terminal().out().println(clasp.json() ? json(result) : text(result));
    if (result.before() > 0) {
      clasp.note("lines before them, which have no chain and were not checked: " + result.before());
    }
    if (result.torn() > 0) {
      clasp.note("lines that are not whole, as after a kill or a power cut: " + result.torn());
    }
    return ExitStatus.OK;
  }

  private static String text(AuditCheck.Result result) {
    return result.checked()
        + " lines fit together, number "
        + result.first()
        + " to "
        + result.last()
        + "; hash of the last line: "
        + result.hash();
  }

  private static String json(AuditCheck.Result result) {
    return new JsonLine()
        .put("checked", result.checked())
        .put("first", result.first())
        .put("last", result.last())
        .put("before", result.before())
        .put("torn", result.torn())
        .put("hash", result.hash())
        .end();
  }
}
