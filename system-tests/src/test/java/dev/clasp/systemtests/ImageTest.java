package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The container image, without a container engine: its layers are laid over each other, and it runs
 * in namespaces of its own as an engine would run it: as the first process, as its user, with a
 * root that cannot be written and nothing but /data that can.
 */
@RealProgram
class ImageTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static Path layout;
  private static Path root;
  private static JsonNode manifest;
  private static JsonNode config;

  @BeforeAll
  static void unpack() throws IOException {
    layout = Files.createDirectory(folder.resolve("layout"));
    root = Files.createDirectory(folder.resolve("root"));
    Outcome.good("tar", "-xf", Packages.image().toString(), "-C", layout.toString());
    JsonNode index = JSON.readTree(layout.resolve("index.json").toFile());
    manifest = JSON.readTree(blob(index.at("/manifests/0")).toFile());
    config = JSON.readTree(blob(manifest.get("config")).toFile());
    for (JsonNode layer : manifest.get("layers")) {
      // Jib writes when a file was made, in a form that this tar does not know.
      Outcome.good(
          "tar",
          "--warning=no-unknown-keyword",
          "-xzpf",
          blob(layer).toString(),
          "-C",
          root.toString());
    }
  }

  private static Path blob(JsonNode descriptor) {
    return layout.resolve(
        "blobs/sha256/" + descriptor.get("digest").asText().substring("sha256:".length()));
  }

  private static List<String> words(String pointer) {
    List<String> words = new ArrayList<>();
    config.at(pointer).forEach(word -> words.add(word.asText()));
    return words;
  }

  @Test
  void everyBlobIsWhatItsNameSays() throws Exception {
    try (Stream<Path> blobs = Files.list(layout.resolve("blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(blob));
        assertThat(HexFormat.of().formatHex(sum)).isEqualTo(blob.getFileName().toString());
      }
    }
  }

  @Test
  void theFormOfOlderVersionsOfDockerNamesTheSameLayers() throws IOException {
    JsonNode list = JSON.readTree(layout.resolve("manifest.json").toFile()).get(0);
    assertThat(layout.resolve(list.get("Config").asText())).isEqualTo(blob(manifest.get("config")));
    assertThat(list.get("Layers")).hasSameSizeAs(manifest.get("layers"));
    for (JsonNode layer : list.get("Layers")) {
      assertThat(layout.resolve(layer.asText())).exists();
    }
  }

  /** The tool that copies images between registries and engines reads both forms. */
  @Test
  void skopeoReadsBothForms() throws IOException {
    for (String form : List.of("oci-archive:", "docker-archive:")) {
      JsonNode seen =
          JSON.readTree(Outcome.good("skopeo", "inspect", form + Packages.image().toString()));
      assertThat(seen.get("Os").asText()).isEqualTo("linux");
      assertThat(seen.get("Architecture")).isEqualTo(config.get("architecture"));
      assertThat(seen.get("Layers")).hasSameSizeAs(manifest.get("layers"));
    }
    Path copy = folder.resolve("copy");
    Outcome.good(
        "skopeo",
        "--insecure-policy",
        "copy",
        "oci-archive:" + Packages.image(),
        "oci:" + copy + ":clasp");
    assertThat(copy.resolve("index.json")).isNotEmptyFile();
  }

  @Test
  void theImageSaysHowItIsRun() {
    assertThat(config.at("/config/User").asText()).isEqualTo("10001:10001");
    assertThat(config.at("/config/StopSignal").asText()).isEqualTo("SIGTERM");
    assertThat(words("/config/Healthcheck/Test")).startsWith("CMD").contains("healthcheck");
    assertThat(config.at("/config/Volumes").has("/data")).isTrue();
    assertThat(config.at("/config/Labels/org.opencontainers.image.version").asText())
        .isEqualTo(Installation.version());
    assertThat(config.at("/created").asText()).isEqualTo("2025-01-01T00:00:00Z");
  }

  @Test
  void thereIsNoShellAndNothingOfTheUser() throws IOException {
    assertThat(root.resolve("bin")).doesNotExist();
    assertThat(root.resolve("usr/bin")).doesNotExist();
    try (Stream<Path> files = Files.walk(root)) {
      assertThat(
              files.filter(
                  file -> owner(file) != 0 && !file.startsWith(root.resolve("data/state"))))
          .containsExactly(root.resolve("data"));
    }
    assertThat(root.resolve("usr/share/doc/libc6/copyright")).isNotEmptyFile();
    assertThat(root.resolve("usr/share/doc/base.cdx.json")).content().contains("\"libc6\"");
  }

  private static int owner(Path file) {
    try {
      return (Integer)
          Files.getAttribute(file, "unix:uid", java.nio.file.LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void itServesWithAReadOnlyRootAndStopsWhenAsked() throws Exception {
    List<String> command = new ArrayList<>(words("/config/Entrypoint"));
    command.addAll(words("/config/Cmd"));
    command.add("--allow-open");
    Received<String> lines = new Received<>("the image");
    try (Program program =
        Program.start("the image", contained(command), lines::add, () -> lines.end("it ended"))) {
      lines.awaitAnswer(
          "line that says it is ready",
          Patience.START,
          all ->
              all.stream()
                  .filter(line -> Pattern.matches("CLASP router ready: ws://.*:7330.*", line))
                  .findFirst());
      long server = program.child();

      List<String> check = words("/config/Healthcheck/Test");
      Outcome healthy = Outcome.of(beside(server, check.subList(1, check.size())));
      assertThat(healthy)
          .isEqualTo(new Outcome(0, "healthy: http://127.0.0.1:7360/healthz answers 200\n"));
      List<String> set = new ArrayList<>(words("/config/Entrypoint"));
      set.addAll(List.of("set", "--server", "ws://127.0.0.1:7330", "/a", "1"));
      assertThat(Outcome.of(beside(server, set)).status()).isZero();

      // A first process that does not hear the signal would be killed in the end.
      ProcessHandle.of(server).orElseThrow().destroy();
      assertThat(program.awaitExit()).as(program.transcript()).isZero();
    }
    assertThat(root.resolve("data/state")).isNotEmptyDirectory();
    try (Stream<Path> files = Files.list(root.resolve("tmp"))) {
      assertThat(files).isEmpty();
    }
  }

  /** The variables of the image and no others, its user, its root, and namespaces of its own. */
  private static List<String> contained(List<String> command) {
    String script =
        """
        set -e
        root=$1
        shift
        ip link set lo up
        mount --bind "$root" "$root"
        mount --bind "$root/data" "$root/data"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -o remount,bind,ro "$root"
        cd "$root"
        exec env -i "$@"
        """;
    List<String> all = new ArrayList<>();
    all.addAll(
        List.of(
            "unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "sh", "-c", script));
    all.add("sh");
    all.add(root.toString());
    all.addAll(words("/config/Env"));
    all.addAll(List.of("/usr/sbin/chroot", "--userspec=10001:10001", "."));
    all.addAll(command);
    return all;
  }

  /** Another process in the container of the first. */
  private static List<String> beside(long server, List<String> command) {
    List<String> all = new ArrayList<>();
    all.addAll(
        List.of(
            "nsenter",
            "--target=" + server,
            "--mount",
            "--pid",
            "--net",
            "--root",
            "--wd",
            "--setuid=10001",
            "--setgid=10001"));
    all.addAll(command);
    return all;
  }
}
