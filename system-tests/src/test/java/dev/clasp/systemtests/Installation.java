package dev.clasp.systemtests;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the built program and the peers are. What is missing is said in one sentence with what to
 * do.
 */
final class Installation {

  private static final Path ROOT = find();
  private static final Path MODULE = ROOT.resolve("system-tests");

  private Installation() {}

  /** The folder of the whole project: the test may run there or in its module. */
  private static Path find() {
    Path here = Path.of("").toAbsolutePath();
    return Stream.iterate(here, folder -> folder != null, Path::getParent)
        .filter(folder -> Files.exists(folder.resolve("system-tests/peers")))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("run the system tests inside the project, not in " + here));
  }

  /** The folder of the whole project. */
  static Path root() {
    return ROOT;
  }

  /** What tests leave behind for a look: screenshots. */
  static Path output(String file) {
    return MODULE.resolve("target").resolve(file);
  }

  /**
   * The command line of the server, as {@code ./clasp server} runs it: the jars of this build, on
   * the JDK of this test.
   */
  static List<String> server(List<String> options) {
    return clasp("server", options);
  }

  /** The command line of another command. */
  static List<String> clasp(String command, List<String> options) {
    Path libraries = ROOT.resolve("cli/target/dist/lib");
    requireFile(
        libraries.resolve("clasp-cli-" + version() + ".jar"),
        "the program has not been packaged: run ./verify, or mvn verify in the root of the project");
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseG1GC",
            "-Xms64m",
            "-Xmx1g",
            "-cp",
            libraries + "/*",
            "dev.clasp.cli.Main",
            command);
    return Stream.concat(java.stream(), options.stream()).toList();
  }

  /** The version that this build gives itself. */
  static String version() {
    return System.getProperty("clasp.version", "0.1.0");
  }

  /** A program among the tests themselves, with what they need on its class path. */
  static List<String> testProgram(Class<?> main) {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-cp",
        classPath,
        main.getName());
  }

  /** A script of the JavaScript peers. */
  static List<String> nodeScript(String name) {
    Path scripts = MODULE.resolve("peers/node");
    requireFile(
        scripts.resolve("node_modules/@clasp-to/core/package.json"),
        "the JavaScript client @clasp-to/core is not installed: run ./verify, which installs the peers, or npm ci in "
            + scripts);
    return List.of("node", scripts.resolve(name).toString());
  }

  /** The folder of the console. */
  static Path console() {
    return ROOT.resolve("console");
  }

  /**
   * Tests of the console that need a server; to be run in its folder.
   *
   * @param report where the counts go, as JSON
   * @param file below that folder
   */
  static List<String> consoleTests(URI server, Path report, String file) {
    Path runner = console().resolve("node_modules/vitest/vitest.mjs");
    requireFile(runner, "vitest is not installed: run ./verify, or npm ci in " + console());
    return List.of(
        "env",
        "NO_COLOR=1",
        "CLASP_ROUTER=" + server,
        "node",
        runner.toString(),
        "run",
        "--reporter=default",
        "--reporter=json",
        "--outputFile.json=" + report,
        file);
  }

  /** The browser and the script that drives it. */
  static List<String> browser() {
    requireFile(
        Path.of("/usr/bin/chromium"),
        "Chromium is not installed: run ./verify as root, or install the package chromium");
    return nodeScript("browser-peer.mjs");
  }

  /** The Python client. */
  static List<String> python() {
    return pythonScript("peer.py");
  }

  /** A QUIC of its own, in Python. */
  static List<String> pythonQuic() {
    return pythonScript("quic_peer.py");
  }

  /** A module among the Python peers, as a program. */
  static List<String> pythonModule(String... module) {
    return Stream.concat(Stream.of(pythonScript("peer.py").getFirst(), "-m"), Stream.of(module))
        .toList();
  }

  /** Looks whether a document is one of OpenAPI. */
  static List<String> openApiValidator(String document) {
    Path program = MODULE.resolve("target/python-venv/bin/openapi-spec-validator");
    requireFile(
        program,
        "openapi-spec-validator is not installed: run ./verify, which installs the Python peers");
    return List.of(program.toString(), document);
  }

  /** A program of Debian's package prometheus: the server, or promtool. */
  static String prometheus(String program) {
    return Stream.of("/usr/bin", "/usr/local/bin")
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new AssertionError(
                program
                    + " is not installed: run ./verify as root, or install the package prometheus"))
        .toString();
  }

  private static List<String> pythonScript(String name) {
    Path environment = MODULE.resolve("target/python-venv");
    requireFile(
        environment.resolve(".installed"),
        "the Python peers are not installed: run ./verify, which installs them in " + environment);
    return List.of(
        environment.resolve("bin/python").toString(),
        MODULE.resolve("peers/python").resolve(name).toString());
  }

  /** The published embedded client, in a program around it. */
  static List<String> embedded() {
    return built(Path.of("embedded", "release", "embedded-peer"));
  }

  /** What speaks as the Arduino library does. */
  static List<String> arduino() {
    return built(Path.of("arduino"));
  }

  private static List<String> built(Path program) {
    Path file = MODULE.resolve("target/peers").resolve(program);
    requireFile(
        file,
        program.getFileName()
            + " has not been built: run ./verify, which does it with cargo and a C compiler");
    return List.of(file.toString());
  }

  /** A program of Debian's mosquitto packages. */
  static String mosquitto(String program) {
    return Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new AssertionError(
                program
                    + " is not installed: run ./verify as root, or install the packages mosquitto"
                    + " and mosquitto-clients"))
        .toString();
  }

  /** The TURN server of Debian's package coturn. */
  static String turnServer() {
    requireFile(
        Path.of("/usr/bin/turnserver"),
        "coturn is not installed: run ./verify as root, or install the package coturn");
    return "/usr/bin/turnserver";
  }

  private static void requireFile(Path file, String otherwise) {
    if (!Files.exists(file)) {
      throw new AssertionError(otherwise);
    }
  }
}
