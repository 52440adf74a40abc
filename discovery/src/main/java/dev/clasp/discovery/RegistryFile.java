package dev.clasp.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.discovery.Registry.Kept;
import dev.clasp.discovery.RendezvousJson.MalformedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The file in which a rendezvous server keeps its devices over a restart. It holds no secrets of
 * devices but the key of their public ids, and only its owner may read it. A new one is written
 * beside it and takes its name when it is on the disk. Not thread-safe.
 */
final class RegistryFile {

  /** Of a registry that is as full as it may be, with room for escapes. */
  private static final int MAX_BYTES = 128 << 20;

  private static final int FORMAT = 1;

  /** What was in a file. */
  record Content(byte[] key, List<Kept> devices) {}

  private final Path file;

  RegistryFile(Path file) {
    this.file = file;
  }

  /**
   * @return empty if there is no file
   * @throws RendezvousException there is one, and it cannot be used
   */
  Optional<Content> read() {
    try {
      byte[] bytes;
      try (var in = Files.newInputStream(file)) {
        bytes = in.readNBytes(MAX_BYTES + 1);
      }
      if (bytes.length > MAX_BYTES) {
        throw broken("it is too long");
      }
      return Optional.of(content(RendezvousJson.tree(bytes)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new RendezvousException(
          RendezvousException.Kind.FILE, "cannot read " + file + ": " + e.getMessage(), e);
    } catch (MalformedException | IllegalArgumentException e) {
      throw broken(String.valueOf(e.getMessage()));
    }
  }

  private RendezvousException broken(String why) {
    return new RendezvousException(
        RendezvousException.Kind.FILE,
        "cannot use " + file + ", where devices are kept: " + why + ". Delete it to begin anew");
  }

  private static Content content(JsonNode root) {
    byte[] key = Base64.getDecoder().decode(root.path("key").asText(""));
    if (root.path("format").asInt() != FORMAT || key.length != Registry.KEY_LENGTH) {
      throw new IllegalArgumentException("it is not of this program");
    }
    List<Kept> devices = new ArrayList<>();
    for (JsonNode node : root.path("devices")) {
      String id = node.path("id").asText("");
      String source = node.path("source").asText("");
      if (id.isEmpty() || id.length() > 64 || source.length() > 64) {
        throw new IllegalArgumentException("a device in it has no id");
      }
      devices.add(
          new Kept(
              new RegisteredDevice(
                  id,
                  RendezvousJson.registration(node),
                  node.path("registeredAt").asLong(),
                  node.path("lastSeen").asLong()),
              source,
              node.path("local").asBoolean()));
    }
    return new Content(key, devices);
  }

  void write(byte[] key, List<Kept> devices) throws IOException {
    ObjectNode root =
        RendezvousJson.object()
            .put("format", FORMAT)
            .put("key", Base64.getEncoder().encodeToString(key));
    ArrayNode list = root.putArray("devices");
    for (Kept kept : devices) {
      list.add(
          RendezvousJson.device(kept.device())
              .put("source", kept.source())
              .put("local", kept.local()));
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            ownerOnly(fresh))) {
      ByteBuffer bytes = ByteBuffer.wrap(RendezvousJson.bytes(root));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static FileAttribute<?>[] ownerOnly(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
