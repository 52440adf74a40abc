package dev.clasp.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * An image in the layout of OCI, in memory, to which is added what Jib cannot write there: the
 * health check and the signal that stops it, which Docker and Podman read from this place too, and
 * the list that older versions of Docker load images by.
 */
final class ImageArchive {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INDEX = "index.json";
  private static final String BLOBS = "blobs/sha256/";

  private final Map<String, byte[]> files = new TreeMap<>();

  private ImageArchive() {}

  static ImageArchive read(Path tar) throws IOException {
    ImageArchive archive = new ImageArchive();
    try (InputStream in = Files.newInputStream(tar);
        TarArchiveInputStream entries = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry entry = entries.getNextEntry();
          entry != null;
          entry = entries.getNextEntry()) {
        if (entry.isFile()) {
          archive.files.put(entry.getName(), entries.readAllBytes());
        }
      }
    }
    return archive;
  }

  /**
   * Adds to what the container is run with.
   *
   * @param healthCheck the command that says whether it is well
   */
  void complete(String name, List<String> healthCheck) throws IOException {
    ObjectNode index = (ObjectNode) JSON.readTree(file(INDEX));
    ObjectNode listed = (ObjectNode) index.at("/manifests/0");
    ObjectNode manifest = (ObjectNode) JSON.readTree(take(listed));
    ObjectNode described = (ObjectNode) manifest.get("config");
    ObjectNode config = (ObjectNode) JSON.readTree(take(described));

    ObjectNode run = (ObjectNode) config.get("config");
    run.put("StopSignal", "SIGTERM");
    ObjectNode check = run.putObject("Healthcheck");
    ArrayNode test = check.putArray("Test").add("CMD");
    healthCheck.forEach(test::add);
    check.put("Interval", 30_000_000_000L);
    check.put("Timeout", 5_000_000_000L);
    check.put("StartPeriod", 10_000_000_000L);
    check.put("Retries", 3);

    put(described, JSON.writeValueAsBytes(config));
    put(listed, JSON.writeValueAsBytes(manifest));
    files.put(INDEX, JSON.writeValueAsBytes(index));

    ArrayNode list = JSON.createArrayNode();
    ObjectNode image = list.addObject().put("Config", blob(described));
    image.putArray("RepoTags").add(name);
    ArrayNode layers = image.putArray("Layers");
    for (JsonNode layer : manifest.get("layers")) {
      layers.add(blob(layer));
    }
    files.put("manifest.json", JSON.writeValueAsBytes(list));
  }

  private byte[] file(String name) throws IOException {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      throw new IOException("the image has no " + name);
    }
    return bytes;
  }

  private static String blob(JsonNode descriptor) {
    return BLOBS + descriptor.get("digest").asText().substring("sha256:".length());
  }

  private byte[] take(JsonNode descriptor) throws IOException {
    byte[] bytes = file(blob(descriptor));
    files.remove(blob(descriptor));
    return bytes;
  }

  private void put(ObjectNode descriptor, byte[] bytes) {
    String sum;
    try {
      sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    descriptor.put("digest", "sha256:" + sum).put("size", bytes.length);
    files.put(blob(descriptor), bytes);
  }

  /** Always the same bytes for the same image. */
  void write(Path tar, long seconds) throws IOException {
    try (TarArchiveOutputStream out =
        new TarArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(tar)))) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        entry.setModTime(seconds * 1000);
        entry.setIds(0, 0);
        out.putArchiveEntry(entry);
        out.write(file.getValue());
        out.closeArchiveEntry();
      }
    }
  }
}
