package dev.clasp.tools;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * Writes the container image of a packaged program as an archive, with Jib: neither a container
 * engine nor a registry is asked. {@code ./package} runs it.
 *
 * <pre>Image PROGRAM BASE.tar ARCHITECTURE VERSION REVISION SECONDS OUT.tar</pre>
 *
 * <p>The layers go from what seldom changes to what often does: the base (the C library), the Java
 * runtime, the libraries of others, ours. All files belong to root and have the one time stamp that
 * the cache of classes was made for.
 */
public final class Image {

  /** Where the program is in the image. */
  private static final String HOME = "/opt/clasp";

  /** Fixed, so that owners of volumes can be set beforehand (operations.md 10.2). */
  private static final String USER = "10001:10001";

  private static final String JAVA = HOME + "/runtime/bin/java";
  private static final String OPTIONS = "@" + HOME + "/lib/java.options";

  /**
   * On a port for probes alone, which also answers while the router wants TLS. It runs for a
   * moment: the collector and the compiler that start fastest.
   */
  private static final List<String> HEALTH_CHECK =
      List.of(
          JAVA,
          OPTIONS,
          "-XX:-UseG1GC",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "dev.clasp.cli.Main",
          "healthcheck",
          "--url",
          "http://127.0.0.1:7360");

  private Image() {}

  /** Ends with a stack trace if the image cannot be written. */
  public static void main(String[] args)
      throws InvalidImageReferenceException,
          CacheDirectoryCreationException,
          IOException,
          InterruptedException,
          RegistryException,
          ExecutionException {
    Path program = Path.of(args[0]);
    Path base = Path.of(args[1]);
    String architecture = args[2];
    String version = args[3];
    String revision = args[4];
    Instant time = Instant.ofEpochSecond(Long.parseLong(args[5]));
    Path out = Path.of(args[6]);

    Path lib = program.resolve("lib");
    List<Path> ours = new ArrayList<>();
    List<Path> others = new ArrayList<>();
    for (Path file : children(lib)) {
      boolean of = file.getFileName().toString().matches("clasp.*|classpath|java\\.options");
      (of ? ours : others).add(file);
    }
    Path cache = Files.createTempDirectory("clasp-image");
    try {
      JibContainerBuilder image =
          Jib.from(TarImage.at(base))
              .setFormat(ImageFormat.OCI)
              .setPlatforms(Set.of(new Platform(architecture, "linux")))
              .setCreationTime(time)
              .addFileEntriesLayer(
                  layer("runtime", program, List.of(program.resolve("runtime")), time))
              .addFileEntriesLayer(layer("libraries", program, others, time))
              .addFileEntriesLayer(
                  layer("papers", program, List.of(program.resolve("share")), time))
              .addFileEntriesLayer(layer("clasp", program, ours, time))
              .setUser(USER)
              .setWorkingDirectory(AbsoluteUnixPath.get("/data"))
              .setEntrypoint(JAVA, OPTIONS, "dev.clasp.cli.Main")
              .setProgramArguments("server", "--persist", "/data/state")
              .setEnvironment(
                  sorted(
                      "CLASP_BIND", "0.0.0.0",
                      "CLASP_HEALTH_HOST", "0.0.0.0",
                      "CLASP_HEALTH_PORT", "7360",
                      "HOME", "/data"))
              .addExposedPort(Port.tcp(7330))
              .addExposedPort(Port.udp(7330))
              .addExposedPort(Port.tcp(7360))
              .addVolume(AbsoluteUnixPath.get("/data"))
              .setLabels(
                  sorted(
                      "org.opencontainers.image.title",
                      "clasp",
                      "org.opencontainers.image.description",
                      "Router for the signals of a show",
                      "org.opencontainers.image.version",
                      version,
                      "org.opencontainers.image.revision",
                      revision,
                      "org.opencontainers.image.created",
                      time.toString(),
                      "org.opencontainers.image.licenses",
                      "MIT OR Apache-2.0"));
      Path written = cache.resolve("image.tar");
      image.containerize(
          Containerizer.to(TarImage.at(written).named("clasp:" + version))
              .setOfflineMode(true)
              .setBaseImageLayersCache(cache.resolve("base"))
              .setApplicationLayersCache(cache.resolve("layers"))
              .setToolName("clasp")
              .setToolVersion(version));
      ImageArchive archive = ImageArchive.read(written);
      archive.complete("clasp:" + version, HEALTH_CHECK);
      archive.write(out, time.getEpochSecond());
    } finally {
      delete(cache);
    }
  }

  private static FileEntriesLayer layer(String name, Path program, List<Path> roots, Instant time)
      throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
    for (Path root : roots) {
      for (Path file : tree(root)) {
        layer.addEntry(
            file,
            AbsoluteUnixPath.get(HOME + "/" + program.relativize(file)),
            FilePermissions.fromOctalString(Files.isExecutable(file) ? "755" : "644"),
            time,
            "0:0");
      }
    }
    return layer.build();
  }

  /** Names and values in turn; in an order that is always the same, unlike that of Map.of. */
  private static Map<String, String> sorted(String... pairs) {
    Map<String, String> map = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static List<Path> tree(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.sorted().toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(file);
        }
      }
    }
  }
}
