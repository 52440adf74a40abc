package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive for everybody, and the Debian package: unpacked elsewhere, they run. */
@RealProgram
class PackageTest {

  private static final String CONFFILES = "${Conffiles}";

  @TempDir private static Path folder;
  private static Path home;

  @BeforeAll
  static void unpackTheArchive() throws IOException {
    Outcome.good("tar", "-xzf", Packages.archive().toString(), "-C", folder.toString());
    try (Stream<Path> files = Files.list(folder)) {
      home = files.findFirst().orElseThrow();
    }
  }

  private static String clasp(String name) {
    return home.resolve("bin").resolve(name).toString();
  }

  @Test
  void everyFileIsAsTheListOfSumsSays() {
    assertThat(Outcome.in(home, List.of("sha256sum", "-c", "--quiet", "SHA256SUMS")))
        .isEqualTo(new Outcome(0, ""));
    assertThat(Outcome.in(Packages.folder(), List.of("sha256sum", "-c", "--quiet", "SHA256SUMS")))
        .isEqualTo(new Outcome(0, ""));
  }

  @Test
  void everyFileBelongsToRootAndHasTheOneTimeStamp() {
    String list =
        Outcome.good("tar", "--utc", "--full-time", "-tvzf", Packages.archive().toString());
    assertThat(list.lines())
        .hasSizeGreaterThan(100)
        .allMatch(line -> line.matches("\\S+ 0/0 .* 2025-01-01 00:00:00 .*"));
  }

  @Test
  void onlyTheNativeLibrariesOfThisProcessorAreInIt() throws IOException {
    String other = System.getProperty("os.arch").equals("aarch64") ? "x86_64" : "aarch";
    try (Stream<Path> files = Files.walk(home.resolve("lib"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.contains(other))
          .anyMatch(name -> name.startsWith("libnetty_transport_native_epoll"));
    }
  }

  @Test
  void theProgramRunsOnTheJavaThatIsInIt() {
    assertThat(Outcome.good("env", "-i", clasp("clasp"), "--version"))
        .isEqualTo("clasp " + Installation.version() + "\n");
    assertThat(
            Outcome.good(
                "env",
                "-i",
                "CLASP_JAVA_OPTS=-XshowSettings:properties",
                clasp("clasp"),
                "--version"))
        .contains("java.home = " + home.toAbsolutePath() + "/runtime");
  }

  /** A JVM that was told to insist on the cache refuses to start if it does not fit. */
  @Test
  void theCacheOfClassesIsValidAtAnotherPlace() {
    assertThat(
            Outcome.good(
                "env", "-i", "CLASP_JAVA_OPTS=-XX:AOTMode=on", clasp("clasp"), "--version"))
        .isEqualTo("clasp " + Installation.version() + "\n");
  }

  @Test
  void anotherNameIsAnotherCommand() throws IOException {
    Path link =
        Files.createSymbolicLink(
            folder.resolve("clasp-info"), home.resolve("bin").resolve("clasp"));
    assertThat(Outcome.good(link.toString(), "--help")).startsWith("Usage: clasp info ");
    assertThat(home.resolve("bin/clasp-router")).isSymbolicLink();
    assertThat(home.resolve("bin/clasp-relay")).isSymbolicLink();
    assertThat(home.resolve("bin/clasp-service")).isSymbolicLink();
  }

  @Test
  void valuesGoThroughAServerOfIt() {
    serves(clasp("clasp"));
  }

  /** What the desktop app and scripts start, by the names that they know. */
  @Test
  void theProgramsWithNamesOfTheirOwnStartAndStop() {
    servesAs("clasp-router", "--listen", "127.0.0.1:0");
    servesAs("clasp-relay", "--host", "127.0.0.1", "--ws-port", "0");
  }

  private static void servesAs(String name, String... options) {
    Received<String> lines = new Received<>(name);
    List<String> command = Stream.concat(Stream.of(clasp(name)), Stream.of(options)).toList();
    Program program = Program.start(name, command, lines::add, () -> lines.end("it ended"));
    try {
      awaitStart(lines, "Router ready, accepting connections..."::equals);
    } finally {
      assertThat(program.stop()).as(program.transcript()).isZero();
    }
  }

  private static void awaitStart(Received<String> lines, Predicate<String> ready) {
    lines.awaitAnswer(
        "line that says ready", Patience.START, all -> all.stream().filter(ready).findFirst());
  }

  @Test
  void theServiceAnswersUntilItsInputEnds() {
    Received<String> lines = new Received<>("clasp-service");
    Program program =
        Program.start(
            "clasp-service",
            List.of(clasp("clasp-service")),
            lines::add,
            () -> lines.end("it ended"));
    try (program) {
      awaitStart(lines, line -> line.startsWith("{\"type\":\"ready\","));
      program.write("{\"type\":\"ping\"}");
      lines.awaitFirst("answer", line -> line.contains("\"pong\":true"));
    }
    assertThat(program.awaitEnd()).as(program.transcript()).isZero();
  }

  @Test
  void theDebianPackageRunsToo() throws IOException {
    Path root = Files.createDirectory(folder.resolve("debian"));
    Outcome.good("dpkg-deb", "-x", Packages.debian().toString(), root.toString());
    assertThat(root.resolve("etc/clasp/clasp.yaml")).exists();
    assertThat(root.resolve("usr/lib/systemd/system/clasp.service"))
        .hasSameTextualContentAs(Installation.root().resolve("deploy/systemd/clasp.service"));
    serves(root.resolve("usr/bin/clasp").toString());
  }

  /** A root folder of its own for dpkg, so that this machine keeps what it has. */
  @Test
  void theDebianPackageIsInstalledUpgradedAndRemoved() throws IOException {
    Path root = Files.createDirectory(folder.resolve("system"));
    Path database = Files.createDirectories(root.resolve("var/lib/dpkg"));
    Files.createDirectories(database.resolve("info"));
    Files.createDirectories(database.resolve("updates"));
    Files.createFile(database.resolve("status"));
    String[] install = {
      "dpkg",
      "--root=" + root,
      "--force-depends",
      "--force-script-chrootless",
      "-i",
      Packages.debian().toString()
    };
    Outcome.good(install);
    for (String name : List.of("clasp", "clasp-router", "clasp-relay", "clasp-service")) {
      assertThat(root.resolve("usr/bin").resolve(name)).isSymbolicLink().isExecutable();
      assertThat(root.resolve("usr/share/man/man1").resolve(name + ".1.gz")).exists();
    }
    assertThat(Outcome.good("dpkg", "--root=" + root, "--verify", "clasp")).isEmpty();
    assertThat(Outcome.good("dpkg-query", "--admindir=" + database, "-f", CONFFILES, "-W", "clasp"))
        .contains("/etc/clasp/clasp.yaml");
    Files.writeString(root.resolve("etc/clasp/clasp.yaml"), "# mine\n");
    Outcome.good(install);
    assertThat(root.resolve("etc/clasp/clasp.yaml")).hasContent("# mine");
    Outcome.good("dpkg", "--root=" + root, "--force-script-chrootless", "-r", "clasp");
    assertThat(root.resolve("usr/lib/clasp")).doesNotExist();
    assertThat(root.resolve("etc/clasp/clasp.yaml")).exists();
    Outcome.good("dpkg", "--root=" + root, "--force-script-chrootless", "-P", "clasp");
    assertThat(root.resolve("etc/clasp")).doesNotExist();
  }

  @Test
  void lintianFindsNoErrors() {
    Outcome outcome = Outcome.of("lintian", "--fail-on", "error", Packages.debian().toString());
    assertThat(outcome.status()).as(outcome.text()).isZero();
  }

  private static void serves(String program) {
    try (ServerProcess server = ServerProcess.startProgram(program)) {
      String url = server.url().toString();
      assertThat(Outcome.good(program, "set", "--server", url, "/stage/level", "0.5"))
          .contains("/stage/level");
      assertThat(Outcome.good(program, "get", "--server", url, "/stage/level")).isEqualTo("0.5\n");
      assertThat(
              Outcome.good(
                  program, "healthcheck", "--ready", "--url", "http://127.0.0.1:" + server.port()))
          .startsWith("healthy: ");
      assertThat(server.stop()).isZero();
    }
  }
}
