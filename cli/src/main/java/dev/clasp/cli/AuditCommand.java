package dev.clasp.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code clasp audit}: shows the audit log of a router. */
@Command(
    name = "audit",
    description = {
      "Show who did what: the audit log that 'clasp server --audit FILE' writes.",
      "",
      "The older files beside it (FILE.1, FILE.2, ...) come first.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp audit audit.log",
      "  clasp audit audit.log --since 2h --result fail,denied",
      "  clasp audit audit.log --subject foh --follow",
      "  clasp audit audit.log --output json | jq .peer",
      "  clasp audit verify audit.log",
    })
final class AuditCommand implements Callable<Integer>, CommandGroup {

  private static final int MAX_OLDER = 1000;
  private static final int MAX_LINE = 65_536;
  private static final long POLL_MILLIS = 250;

  private final Clasp clasp;
  private final ObjectReader reader = new ObjectMapper().reader();
  private int broken;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "The audit log (default: ${DEFAULT-VALUE}).")
  private Path file = Path.of("audit.log");

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only what is younger: 30m, 2h, 7d, 2026-11-26, 2026-11-26T18:30:00Z.")
  private @Nullable String since;

  @Option(
      names = {"-e", "--event"},
      split = ",",
      paramLabel = "NAME",
      description = "Only these events: auth, authz.denied, session, token, ...")
  private List<String> events = new ArrayList<>();

  @Option(
      names = "--result",
      split = ",",
      paramLabel = "RESULT",
      description = "Only these: ok, fail, denied.")
  private List<String> results = new ArrayList<>();

  @Option(names = "--subject", paramLabel = "NAME", description = "Only tokens of this subject.")
  private @Nullable String subject;

  @Option(names = "--token", paramLabel = "ID", description = "Only this token, by its id.")
  private @Nullable String token;

  @Option(names = "--peer", paramLabel = "ADDRESS", description = "Only this address of a client.")
  private @Nullable String peer;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what is written, until Ctrl-C.")
  private boolean follow;

  AuditCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public List<Object> commands() {
    return List.of(new AuditVerifyCommand(clasp));
  }

  /** A log with the older files beside it, the oldest first. */
  static List<Path> withOlder(Path file) {
    List<Path> all = new ArrayList<>();
    for (int i = MAX_OLDER; i >= 1; i--) {
      Path older = file.resolveSibling(file.getFileName() + "." + i);
      if (Files.exists(older)) {
        all.add(older);
      }
    }
    all.add(file);
    return all;
  }

  @Override
  public Integer call() {
    Instant from = since == null ? Instant.MIN : instant(since);
    if (!Files.exists(file)) {
      throw new CommandException(
          ExitStatus.FAILURE, "there is no audit log " + Printable.escape(file.toString()));
    }
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Interrupts.Registration _ =
        clasp.terminal().interrupts().onInterrupt(interrupted::countDown)) {
      List<Path> all = withOlder(file);
      for (Path older : all.subList(0, all.size() - 1)) {
        print(older, from);
      }
      if (follow) {
        follow(from, interrupted);
      } else {
        print(file, from);
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE, "cannot read " + file + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (broken > 0) {
      clasp.note(broken + " lines are no events and were left out");
    }
    return ExitStatus.OK;
  }

  private void print(Path path, Instant from) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        print(line, from);
      }
    } catch (NoSuchFileException e) {
      // It has just moved on.
    }
  }

  /** Reads what comes, and the next file of the name when this one has moved on. */
  private void follow(Instant from, CountDownLatch interrupted)
      throws IOException, InterruptedException {
    boolean ended = false;
    while (!ended) {
      try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        Object key = keyOf(file).orElse(lines);
        boolean moved = false;
        StringBuilder begun = new StringBuilder();
        while (!ended) {
          int c = lines.read();
          if (c == '\n') {
            print(begun.toString(), from);
            begun.setLength(0);
          } else if (c >= 0) {
            if (begun.length() <= MAX_LINE) {
              begun.append((char) c);
            }
          } else if (moved) {
            // Read once more after it was seen to have moved: nothing is written to it any more.
            break;
          } else {
            clasp.terminal().out().flush();
            ended =
                interrupted.await(POLL_MILLIS, TimeUnit.MILLISECONDS)
                    || clasp.terminal().out().checkError();
            moved = !keyOf(file).filter(key::equals).isPresent();
          }
        }
      } catch (NoSuchFileException e) {
        ended = interrupted.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private static Optional<Object> keyOf(Path path) {
    try {
      return Optional.ofNullable(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void print(String line, Instant from) {
    JsonNode event;
    try {
      event = reader.readTree(line);
      if (event == null || !event.isObject() || !matches(event, from)) {
        broken += event == null || !event.isObject() ? 1 : 0;
        return;
      }
    } catch (JsonProcessingException | DateTimeException e) {
      broken++;
      return;
    }
    clasp.terminal().out().println(clasp.json() ? line : text(event));
  }

  private boolean matches(JsonNode event, Instant from) {
    return !Instant.parse(event.path("ts").asText()).isBefore(from)
        && (events.isEmpty() || events.stream().anyMatch(e -> named(event, e)))
        && (results.isEmpty() || results.contains(event.path("result").asText()))
        && (subject == null || event.path("subject").asText().equals(subject))
        && (token == null || event.path("token_id").asText().equals(token))
        && (peer == null || isFrom(event.path("peer").asText(), peer));
  }

  /** {@code session} is session.open and session.close. */
  private static boolean named(JsonNode event, String name) {
    String actual = event.path("event").asText();
    return actual.equals(name) || actual.startsWith(name + ".");
  }

  private static boolean isFrom(String actual, String wanted) {
    return actual.equals(wanted) || actual.startsWith(wanted + ":");
  }

  private String text(JsonNode event) {
    Style style = clasp.style();
    String result = event.path("result").asText();
    StringBuilder out = new StringBuilder();
    out.append(style.dim(event.path("ts").asText().replaceFirst("\\.\\d+Z$", "Z")))
        .append(' ')
        .append(style.bold(padded(event, "event", 13)))
        .append(' ')
        .append(result.equals("ok") ? padded(event, "result", 6) : style.error(result));
    append(out, "", event.path("subject"));
    append(out, "token ", event.path("token_id"));
    append(out, "from ", event.path("peer"));
    if (event.hasNonNull("address")) {
      out.append(' ').append(style.address(Printable.escape(event.path("address").asText())));
    }
    append(out, "", event.path("code"));
    append(out, "", event.path("detail"));
    if (event.hasNonNull("left_out")) {
      out.append(" (").append(event.path("left_out").asLong()).append(" like it left out)");
    }
    return out.toString();
  }

  private static String padded(JsonNode event, String field, int width) {
    String text = Printable.escape(event.path(field).asText());
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static void append(StringBuilder out, String before, JsonNode field) {
    if (!field.isMissingNode() && !field.isNull()) {
      out.append(' ').append(before).append(Printable.escape(field.asText()));
    }
  }

  private Instant instant(String text) {
    try {
      if (text.endsWith("d") && text.matches("[0-9]{1,5}d")) {
        return now().minus(Duration.ofDays(Long.parseLong(text.substring(0, text.length() - 1))));
      }
      if (text.contains("T")) {
        return Instant.parse(text);
      }
      if (text.contains("-")) {
        return LocalDate.parse(text).atStartOfDay(clasp.terminal().zone()).toInstant();
      }
      return now().minus(new DurationText().convert(text));
    } catch (DateTimeParseException | TypeConversionException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--since takes a time such as 30m, 2h, 7d, 2026-11-26 or 2026-11-26T18:30:00Z, not '"
              + Printable.escape(text)
              + "'",
          e);
    }
  }

  private Instant now() {
    return Instant.EPOCH.plusNanos(TimeUnit.MICROSECONDS.toNanos(clasp.terminal().unixMicros()));
  }
}
