package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The samples in deploy: each is read by the program that it is for. Traefik, Docker and Kubernetes
 * are not on the machines that test this; their files are only looked at as text.
 */
@RealProgram
class DeploymentFilesTest {

  private static final Path DEPLOY = Installation.root().resolve("deploy");

  /** Of 10, after systemd-analyze security: what is left is the network, which a router needs. */
  private static final String EXPOSURE_TENTHS = "15";

  @TempDir private static Path folder;

  @BeforeAll
  static void makeACertificate() throws IOException {
    Path key = folder.resolve("privkey.pem");
    Path certificate = folder.resolve("fullchain.pem");
    Outcome.good(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=stage.example",
        "-keyout",
        key.toString(),
        "-out",
        certificate.toString());
    Files.writeString(
        folder.resolve("bundle.pem"), Files.readString(certificate) + Files.readString(key));
  }

  /** A copy of a sample that finds its certificate. */
  private static Path here(String sample) throws IOException {
    String text = Files.readString(DEPLOY.resolve(sample));
    return Files.writeString(
        folder.resolve(Path.of(sample).getFileName()),
        text.replace("/etc/ssl/clasp", folder.toString()));
  }

  private static void accepts(String... command) {
    Outcome outcome = Outcome.of(command);
    assertThat(outcome.status()).as(outcome.text()).isZero();
    assertThat(outcome.text().toLowerCase()).doesNotContain("[warn", "level\":\"warn");
  }

  @Test
  void nginxTakesItsSample() throws IOException {
    Path main =
        Files.writeString(
            folder.resolve("main.conf"),
            "pid "
                + folder.resolve("pid")
                + ";\nerror_log stderr;\nevents {}\nhttp {\n  access_log off;\n  include "
                + here("proxy/nginx.conf")
                + ";\n}\n");
    accepts("/usr/sbin/nginx", "-t", "-p", folder.toString(), "-c", main.toString());
  }

  @Test
  void haproxyTakesItsSample() throws IOException {
    accepts("/usr/sbin/haproxy", "-c", "-f", here("proxy/haproxy.cfg").toString());
  }

  @Test
  void caddyTakesItsSample() throws IOException {
    accepts(
        "env",
        "HOME=" + folder,
        "/usr/bin/caddy",
        "validate",
        "--adapter",
        "caddyfile",
        "--config",
        here("proxy/Caddyfile").toString());
  }

  @Test
  void noSampleForwardsToThePortsThatAreNotForEverybody() throws IOException {
    try (Stream<Path> samples = Files.list(DEPLOY.resolve("proxy"))) {
      for (Path sample : samples.toList()) {
        assertThat(Files.readString(sample).lines().filter(line -> !line.strip().startsWith("#")))
            .as(sample.toString())
            .noneMatch(line -> line.matches(".*(7350|7360|9090).*"));
      }
    }
  }

  @Test
  void systemdTakesTheUnit() throws IOException {
    Path unit =
        Files.writeString(
            folder.resolve("clasp.service"),
            Files.readString(DEPLOY.resolve("systemd/clasp.service"))
                .replace("ExecStart=/usr/bin/clasp", "ExecStart=/bin/true"));
    accepts("systemd-analyze", "verify", "--man=no", "--generators=no", unit.toString());
  }

  @Test
  void theServiceIsHardlyExposed() {
    Outcome outcome =
        Outcome.of(
            "systemd-analyze",
            "security",
            "--offline=true",
            "--no-pager",
            "--threshold=" + EXPOSURE_TENTHS,
            DEPLOY.resolve("systemd/clasp.service").toString());
    assertThat(outcome.status()).as(outcome.text()).isZero();
    System.out.println(outcome.text().lines().toList().getLast());
  }

  @Test
  void composeFilesUseTheImageOfThisVersionAndFilesThatAreThere() throws IOException {
    assertThat(Files.readString(DEPLOY.resolve("docker/compose.yml")))
        .contains("clasp:" + Installation.version() + "}", "read_only: true")
        .contains("stop_grace_period: 45s");
    for (String file : List.of("docker/prometheus.yml", "docker/grafana/datasource.yml")) {
      assertThat(DEPLOY.resolve(file)).exists();
    }
  }

  /** The schema of Compose knows no {@code !reset}, which is an instruction to Compose itself. */
  @Test
  void composeFilesFitTheSchemaOfCompose() throws IOException {
    try (Stream<Path> files = Files.list(DEPLOY.resolve("docker"))) {
      for (Path file :
          files.filter(file -> file.getFileName().toString().startsWith("compose")).toList()) {
        Path copy =
            Files.writeString(
                folder.resolve(file.getFileName()), Files.readString(file).replace("!reset ", ""));
        Outcome outcome = checkedByCompose(copy);
        assertThat(outcome.status()).as(outcome.text()).isZero();
      }
    }
    Path wrong =
        Files.writeString(
            folder.resolve("wrong.yml"), "services: {clasp: {image: clasp, prots: []}}\n");
    assertThat(checkedByCompose(wrong).status()).isNotZero();
  }

  private static Outcome checkedByCompose(Path file) {
    return Outcome.of(
        Installation.pythonModule(
            "check_jsonschema", "--builtin-schema", "vendor.compose-spec", file.toString()));
  }

  @Test
  void releaseNotesAreASectionOfTheChangelog() {
    Outcome none = Outcome.of("scripts/release-notes.sh", "99.9.9");
    assertThat(none)
        .isEqualTo(new Outcome(1, "CHANGELOG.md has no section ## [99.9.9], or nothing in it\n"));
    assertThat(Outcome.good("scripts/release-notes.sh", "Unreleased")).startsWith("### ");
  }
}
