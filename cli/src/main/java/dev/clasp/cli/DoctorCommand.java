package dev.clasp.cli;

import dev.clasp.server.ServerConfig;
import dev.clasp.server.Version;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code clasp doctor}: looks for what commonly goes wrong on a machine, before it does. */
@Command(
    name = "doctor",
    description = {
      "Look for what commonly goes wrong with a router on this machine: settings, ports, open files, memory,"
          + " network, and a router that runs.",
      "",
      "Exits with 1 if something would keep a router from working."
    },
    footer = {
      "",
      "Examples:",
      "  clasp doctor",
      "  clasp doctor --bundle clasp-report.zip   what helps somebody who is to help; look into it before you"
          + " send it"
    })
final class DoctorCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final long FEW_FILES = 4096;

  private static final String[] PAGES = {
    "/health?verbose", "/ready?verbose", "/api/status", "/metrics"
  };

  /** How bad it is. */
  private enum Grade {
    GOOD("ok"),
    ODD("note"),
    BAD("problem");

    private final String word;

    Grade(String word) {
      this.word = word;
    }
  }

  private record Finding(Grade grade, String subject, String text) {}

  private final Clasp clasp;
  private final List<Finding> findings = new ArrayList<>();

  @Option(
      names = "--bundle",
      paramLabel = "FILE",
      description =
          "Write the findings, the settings without secrets and what a running router says of itself into"
              + " this ZIP file.")
  private @Nullable Path bundle;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Page of the router to ask (default: http://localhost:7330).")
  private URI url = URI.create("http://localhost:" + ServerConfig.DEFAULT_PORT);

  DoctorCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    findings.add(
        new Finding(
            Grade.GOOD,
            "program",
            "clasp " + Version.number() + " on Java " + Runtime.version() + ", " + platform()));
    Optional<ServerSettings> settings = settings();
    Map<String, String> pages = pages();
    boolean runs = !pages.isEmpty();
    port(runs, settings);
    files();
    memory();
    network();
    findings.forEach(this::print);
    if (bundle != null) {
      write(bundle, settings, pages);
    }
    return findings.stream().anyMatch(f -> f.grade == Grade.BAD)
        ? ExitStatus.FAILURE
        : ExitStatus.OK;
  }

  private static String platform() {
    return System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + " "
        + System.getProperty("os.arch")
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores";
  }

  private void print(Finding finding) {
    if (clasp.json()) {
      clasp
          .terminal()
          .out()
          .println(
              new JsonLine()
                  .put("grade", finding.grade.word)
                  .put("subject", finding.subject)
                  .put("text", finding.text)
                  .end());
    } else {
      clasp
          .terminal()
          .out()
          .println(
              String.format(
                  "%-8s %-9s %s",
                  finding.grade.word, finding.subject, Printable.escape(finding.text)));
    }
  }

  private Optional<ServerSettings> settings() {
    try {
      ServerSettings settings = ServerSettings.load(clasp.terminal(), List.of("server"));
      settings.check();
      findings.add(
          new Finding(
              Grade.GOOD,
              "settings",
              settings.file().map(file -> file + " is fine").orElse("no file; the defaults hold")));
      settings.warnings().forEach(w -> findings.add(new Finding(Grade.ODD, "settings", w)));
      return Optional.of(settings);
    } catch (CommandException e) {
      findings.add(new Finding(Grade.BAD, "settings", String.valueOf(e.getMessage())));
      return Optional.empty();
    }
  }

  /** What a router at the URL answers; empty if there is none. */
  private Map<String, String> pages() {
    Map<String, String> pages = new LinkedHashMap<>();
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      for (String page : PAGES) {
        HttpResponse<String> reply =
            http.send(
                HttpRequest.newBuilder(url.resolve(page))
                    .timeout(PATIENCE)
                    .header("Accept", "application/json, text/plain")
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        pages.put(page, "HTTP " + reply.statusCode() + "\n" + reply.body());
      }
      boolean healthy = pages.getOrDefault("/health?verbose", "").startsWith("HTTP 200");
      findings.add(
          new Finding(
              healthy ? Grade.GOOD : Grade.BAD,
              "router",
              healthy ? "one runs at " + url : "one at " + url + " says that it is not well"));
    } catch (IOException | IllegalArgumentException e) {
      findings.add(new Finding(Grade.ODD, "router", "none answers at " + url));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return pages;
  }

  private void port(boolean runs, Optional<ServerSettings> settings) {
    int port =
        settings.stream()
            .flatMap(s -> s.effective().stream())
            .filter(one -> one.setting().key().equals("port"))
            .map(one -> Integer.parseInt(one.value()))
            .findFirst()
            .orElse(ServerConfig.DEFAULT_PORT);
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      findings.add(new Finding(Grade.GOOD, "port", port + " is free"));
    } catch (IOException e) {
      findings.add(
          new Finding(
              runs ? Grade.GOOD : Grade.BAD,
              "port",
              runs
                  ? port + " is taken, by the router that runs"
                  : port
                      + " is taken by another program: choose one with --port, or find it with"
                      + " 'ss -ltnp'"));
    }
  }

  /** Every connection is an open file. */
  private void files() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith("Max open files")) {
          String soft = line.substring("Max open files".length()).strip().split("\\s+", -1)[0];
          boolean few = !soft.equals("unlimited") && Long.parseLong(soft) < FEW_FILES;
          findings.add(
              new Finding(
                  few ? Grade.ODD : Grade.GOOD,
                  "files",
                  soft
                      + " may be open at once"
                      + (few
                          ? ", one for each client: raise it with 'ulimit -n 65536' or LimitNOFILE="
                          : "")));
        }
      }
    } catch (IOException | NumberFormatException e) {
      findings.add(new Finding(Grade.ODD, "files", "their limit is not known here"));
    }
  }

  private void memory() {
    long mebibytes = Runtime.getRuntime().maxMemory() >> 20;
    findings.add(new Finding(Grade.GOOD, "memory", "this command may use " + mebibytes + " MiB"));
  }

  private void network() {
    TreeSet<String> addresses = new TreeSet<>();
    boolean multicast = false;
    try {
      for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
        if (card.isUp() && !card.isLoopback()) {
          multicast |= card.supportsMulticast();
          card.inetAddresses().forEach(a -> addresses.add(a.getHostAddress()));
        }
      }
    } catch (IOException e) {
      findings.add(new Finding(Grade.ODD, "network", "cannot be looked at: " + e.getMessage()));
      return;
    }
    findings.add(
        addresses.isEmpty()
            ? new Finding(Grade.ODD, "network", "only this machine itself can be reached")
            : new Finding(
                multicast ? Grade.GOOD : Grade.ODD,
                "network",
                String.join(", ", addresses)
                    + (multicast ? "" : "; no multicast, so that nobody finds a router by mDNS")));
  }

  private void write(Path file, Optional<ServerSettings> settings, Map<String, String> pages) {
    Map<String, String> parts = new LinkedHashMap<>();
    StringBuilder text = new StringBuilder();
    findings.forEach(f ->
        text.append(f.grade.word)
            .append(' ')
            .append(f.subject)
            .append(": ")
            .append(f.text)
            .append('\n'));
    parts.put("findings.txt", text.toString());
    StringBuilder held = new StringBuilder();
    settings
        .map(ServerSettings::effective)
        .orElse(List.of())
        .forEach(one ->
            held.append("server.")
                .append(one.setting().key())
                .append(": ")
                .append(one.value())
                .append("  # ")
                .append(one.origin())
                .append('\n'));
    parts.put("settings.txt", held.toString());
    parts.put(
        "variables.txt",
        // Their names only: values may be secrets.
        String.join(
                "\n",
                clasp.terminal().environment().keySet().stream()
                    .filter(name -> name.startsWith("CLASP_"))
                    .sorted()
                    .toList())
            + "\n");
    pages.forEach((page, body) ->
        parts.put("router" + page.replaceAll("[^a-z/]", "-") + ".txt", LogSecrets.hide(body)));
    try (OutputStream out =
            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, String> part : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry("clasp-report/" + part.getKey()));
        zip.write(part.getValue().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE, Printable.escape(file.toString()) + " cannot be written: " + e, e);
    }
    clasp.note(
        "wrote "
            + Printable.escape(file.toString())
            + "; addresses and names of clients are in it: look into it before you send it");
  }
}
