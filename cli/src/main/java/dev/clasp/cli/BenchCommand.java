package dev.clasp.cli;

import dev.clasp.bench.Baseline;
import dev.clasp.bench.Bench;
import dev.clasp.bench.BenchException;
import dev.clasp.bench.BenchListener;
import dev.clasp.bench.BenchPlan;
import dev.clasp.bench.BenchReport;
import dev.clasp.bench.BenchTarget;
import dev.clasp.bench.LightPorts;
import dev.clasp.bench.ReportFormat;
import dev.clasp.bench.Scenario;
import dev.clasp.bench.ServerProcess;
import dev.clasp.security.OwnCertificate;
import dev.clasp.transport.ClientTls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp bench}: a front of the bench module (operations.md 11.8). */
@Command(
    name = "bench",
    aliases = "benchmark",
    description = {
      "Measure throughput and latency of a CLASP router.",
      "",
      "Any router will do: give its URL, or let --embedded start one of ours in a process of its own."
          + " Tables show the median of the runs and their spread. The load comes from this machine:"
          + " leave it alone meanwhile.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp bench --embedded --quick",
      "  clasp bench --url ws://localhost:7330 --scenario hop,fanout --subs 100",
      "  clasp bench --embedded --scenario fanout --compare-netty",
      "  clasp bench --embedded --save before.json",
      "  clasp bench --embedded --baseline before.json --max-regress 10%%",
    })
final class BenchCommand implements Callable<Integer>, Glossary {

  /** What a router of ours can be measured over. */
  private static final List<String> TRANSPORTS = List.of("ws", "wss", "tcp", "tls", "quic", "udp");

  private static final Duration QUICK_DURATION = Duration.ofSeconds(2);
  private static final Duration QUICK_WARMUP = Duration.ofSeconds(1);

  /** For the shell. */
  static final class ScenarioKeys implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Scenario.values()).map(Scenario::key).iterator();
    }
  }

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-u", "--url"},
      paramLabel = "URL",
      description = "The router to measure; the same as --server.")
  private @Nullable String url;

  @Option(
      names = "--osc",
      paramLabel = "PORT",
      description = "Where the router takes OSC over UDP, for the scenario osc.")
  private @Nullable Integer oscPort;

  private Optional<LightPorts> lightPorts = Optional.empty();

  @Option(
      names = "--embedded",
      description = "Start a router of ours for the measurement, in a process of its own.")
  private boolean embedded;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description = "Process of the router at --url, for its processor time and memory.")
  private @Nullable Long pid;

  @Option(
      names = "--scenario",
      split = ",",
      paramLabel = "NAME",
      completionCandidates = ScenarioKeys.class,
      description = "What to measure, see below (default: everything).")
  private List<String> scenarios = new ArrayList<>();

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "Of each measurement (default: 10s).")
  private @Nullable Duration duration;

  @Option(
      names = "--warmup",
      paramLabel = "TIME",
      description = "The same work before each measurement, not counted (default: 3s).")
  private @Nullable Duration warmup;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "How often each is measured (default: 5).")
  private @Nullable Integer runs;

  @Option(names = "--quick", description = "One run of 2s after 1s: for a first impression.")
  private boolean quick;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Messages a second where the rate is fixed (default: 1000).")
  private @Nullable Integer rate;

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "Connections that write at once (default: as the scenario says).")
  private @Nullable Integer clients;

  @Option(
      names = "--subs",
      paramLabel = "N",
      description = "Subscribers of fanout and slow-consumer (default: as the scenario says).")
  private @Nullable Integer subscribers;

  @Option(
      names = "--payload",
      paramLabel = "BYTES",
      description = "Size of a value: 8 is an integer, more is bytes (default: 8).")
  private @Nullable Integer payload;

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Messages on their way where the load is saturated (default: 256).")
  private @Nullable Integer window;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Event loops of the load generator (default: 1).")
  private @Nullable Integer loops;

  @Option(
      names = "--compare-netty",
      description =
          "Measure a bare Netty server beside it where that makes sense, and show ratios.")
  private boolean compareNetty;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      description =
          "With --embedded: ws, wss, tcp, tls, quic or udp (default: ws). With a URL, what it says.")
  private @Nullable String transport;

  @Option(
      names = "--baseline",
      paramLabel = "FILE",
      description = "Compare with a report that was saved; status 1 if something got worse.")
  private @Nullable Path baseline;

  @Option(
      names = "--max-regress",
      paramLabel = "PERCENT",
      description = "By how much it may be worse than --baseline (default: 10%%).")
  private String maxRegress = "10%";

  @Option(names = "--save", paramLabel = "FILE", description = "Save the report, for --baseline.")
  private @Nullable Path save;

  @Option(
      names = {"-q", "--quiet"},
      description = "Do not say on stderr how far it is.")
  private boolean quiet;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  BenchCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public String heading() {
    return "Scenarios:";
  }

  @Override
  public Map<String, String> words() {
    Map<String, String> words = new LinkedHashMap<>();
    for (Scenario scenario : Scenario.values()) {
      words.put(scenario.key(), scenario.description());
    }
    return words;
  }

  @Override
  public Integer call() {
    BenchPlan.Builder plan = settings();
    double allowed = allowedRegression();
    clasp.startLogging(Clasp.LogLevel.ERROR);
    Optional<Baseline> before = Optional.ofNullable(baseline).map(Baseline::read);
    try (BenchTarget target = target()) {
      BenchReport report = Bench.run(plan.target(target).build(), progress());
      print(report);
      return before.map(base -> compare(base, report, allowed)).orElse(ExitStatus.OK);
    } catch (BenchException e) {
      throw new CommandException(ExitStatus.FAILURE, String.valueOf(e.getMessage()), e);
    }
  }

  private BenchTarget target() {
    if (embedded) {
      return startRouter(transport == null ? "ws" : transport, oscPort(), lightPorts());
    }
    if (url != null) {
      connection.useServer(url);
    }
    URI uri = URI.create(connection.url());
    if (transport != null && !transport.equalsIgnoreCase(uri.getScheme())) {
      throw wrong("--transport " + transport + " is not what the URL says: " + uri.getScheme());
    }
    // Finds out whether a router is there, and says so in the words of the other commands.
    connection.connect("bench", ConnectionOptions.Reconnect.NEVER, event -> {}).close();
    return (pid == null ? BenchTarget.at(uri) : BenchTarget.at(uri, pid))
        .trusting(connection.tls());
  }

  /**
   * A router in a process of its own, without the limits that a measurement would meet.
   *
   * @param transport one of {@link #TRANSPORTS}
   */
  static BenchTarget startRouter(String transport) {
    return startRouter(transport, OptionalInt.empty(), Optional.empty());
  }

  /** With a port for OSC and bridges to lights too, if somebody is going to measure them. */
  private static BenchTarget startRouter(
      String transport, OptionalInt oscPort, Optional<LightPorts> lights) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "server",
                "--port",
                "0",
                "--max-sessions",
                "0",
                "--max-connections",
                "0",
                "--accept-rate",
                "0",
                "--max-parameters",
                "1000000",
                "--log-level",
                "warn",
                "--stop-with-stdin"));
    oscPort.ifPresent(port -> arguments.add("--osc=" + port));
    lights.ifPresent(ports -> arguments.add("--bridges=" + definitions(ports)));
    switch (transport) {
      case "quic" -> arguments.addAll(List.of("--quic", "0"));
      case "udp" -> arguments.addAll(List.of("--udp", "0"));
      default -> {}
    }
    if (List.of("ws", "tcp", "udp").contains(transport)) {
      return start(transport, arguments);
    }
    try {
      // Read before this ends: the router prints its URL when it has the certificate.
      Path folder = Files.createTempDirectory("clasp-bench");
      Path certificate = folder.resolve("cert.pem");
      Path key = folder.resolve("key.pem");
      try {
        OwnCertificate made =
            OwnCertificate.make(
                new OwnCertificate.Request(
                    OwnCertificate.Use.SERVER,
                    "localhost",
                    List.of("localhost"),
                    Duration.ofDays(1)),
                Instant.now(),
                new SecureRandom());
        Files.writeString(certificate, made.certificatePem());
        Files.writeString(key, made.keyPem());
        arguments.addAll(
            List.of("--tls-cert", certificate.toString(), "--tls-key", key.toString()));
        return start(transport, arguments).trusting(ClientTls.pinned(made.fingerprint()));
      } finally {
        Files.deleteIfExists(certificate);
        Files.deleteIfExists(key);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new BenchException("cannot make a certificate for the measurement: " + e, e);
    }
  }

  /** Given, or, for a router that is started here, one that is free now. */
  private OptionalInt oscPort() {
    if (oscPort != null) {
      return OptionalInt.of(oscPort);
    }
    boolean wanted = scenarios.isEmpty() || scenarios.contains(Scenario.OSC.key());
    if (!embedded || !wanted) {
      return OptionalInt.empty();
    }
    oscPort = freeUdpPort();
    return OptionalInt.of(oscPort);
  }

  /** Free ones, for a router that is started here. */
  private Optional<LightPorts> lightPorts() {
    boolean wanted = scenarios.isEmpty() || scenarios.contains(Scenario.LIGHTS.key());
    if (!embedded || !wanted) {
      return Optional.empty();
    }
    if (lightPorts.isEmpty()) {
      lightPorts = Optional.of(new LightPorts(freeUdpPort(), freeUdpPort(), freeUdpPort()));
    }
    return lightPorts;
  }

  /** A file of bridges, which the router reads at its start; gone when this program ends. */
  private static Path definitions(LightPorts ports) {
    try {
      Path file = Files.createTempFile("clasp-bench-bridges", ".json");
      file.toFile().deleteOnExit();
      Files.writeString(file, ports.definitions());
      return file;
    } catch (IOException e) {
      throw new BenchException("cannot write the bridges for the measurement: " + e, e);
    }
  }

  private static int freeUdpPort() {
    try (DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      return socket.getLocalPort();
    } catch (SocketException e) {
      throw new BenchException("there is no free UDP port: " + e.getMessage(), e);
    }
  }

  private static ServerProcess start(String transport, List<String> arguments) {
    return ServerProcess.start(
        "clasp server",
        transport,
        ServerProcess.java(
            List.of("--sun-misc-unsafe-memory-access=allow", "-XX:+UseG1GC", "-Xms64m", "-Xmx1g"),
            Main.class.getName(),
            arguments.toArray(String[]::new)));
  }

  private BenchPlan.Builder settings() {
    if (embedded && (url != null || pid != null)) {
      throw wrong("--embedded starts a router: leave out --url and --pid");
    }
    if (transport != null && !TRANSPORTS.contains(transport)) {
      throw wrong("--transport " + transport + " is none of " + String.join(", ", TRANSPORTS));
    }
    BenchPlan.Builder plan = BenchPlan.builder().compareNetty(compareNetty);
    if (!scenarios.isEmpty()) {
      plan.scenarios(scenarios.stream().map(this::scenario).toList());
    }
    if (quick) {
      plan.duration(QUICK_DURATION).warmup(QUICK_WARMUP).runs(1);
    }
    connection.token().ifPresent(plan::token);
    oscPort().ifPresent(plan::oscPort);
    lightPorts().ifPresent(plan::lightPorts);
    Optional.ofNullable(duration).ifPresent(plan::duration);
    Optional.ofNullable(warmup).ifPresent(plan::warmup);
    Optional.ofNullable(runs).ifPresent(plan::runs);
    Optional.ofNullable(rate).ifPresent(plan::rate);
    Optional.ofNullable(clients).ifPresent(plan::clients);
    Optional.ofNullable(subscribers).ifPresent(plan::subscribers);
    Optional.ofNullable(payload).ifPresent(plan::payload);
    Optional.ofNullable(window).ifPresent(plan::window);
    Optional.ofNullable(loops).ifPresent(plan::loops);
    try {
      plan.build();
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    return plan;
  }

  private Scenario scenario(String key) {
    return Scenario.ofKey(key)
        .orElseThrow(() ->
            wrong(
                "there is no scenario '"
                    + Printable.escape(key)
                    + "': choose of "
                    + Scenario.keys()));
  }

  private double allowedRegression() {
    try {
      double percent = Double.parseDouble(maxRegress.replaceFirst("%$", ""));
      if (percent >= 0 && percent <= 1000) {
        return percent / 100;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw wrong("--max-regress must be a percentage such as 10%, not '" + maxRegress + "'");
  }

  private BenchListener progress() {
    return quiet ? BenchListener.SILENT : new BenchProgress(clasp);
  }

  private void print(BenchReport report) {
    ReportFormat format =
        switch (clasp.output) {
          case TEXT -> ReportFormat.TEXT;
          case JSON -> ReportFormat.JSON;
          case CSV -> ReportFormat.CSV;
        };
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      format.write(report, bytes);
      clasp.terminal().out().print(bytes.toString(StandardCharsets.UTF_8));
      clasp.terminal().out().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (save != null) {
      try (OutputStream file = Files.newOutputStream(save)) {
        ReportFormat.JSON.write(report, file);
      } catch (IOException e) {
        throw new CommandException(
            ExitStatus.FAILURE, "cannot save the report as " + save + ": " + e.getMessage(), e);
      }
    }
  }

  private int compare(Baseline before, BenchReport report, double allowed) {
    List<Baseline.Regression> regressions = before.regressions(report, allowed);
    regressions.forEach(regression -> clasp.note(regression.toString()));
    if (regressions.isEmpty()) {
      clasp.note("nothing is more than " + maxRegress + " worse than " + baseline);
    }
    return regressions.isEmpty() ? ExitStatus.OK : ExitStatus.FAILURE;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
