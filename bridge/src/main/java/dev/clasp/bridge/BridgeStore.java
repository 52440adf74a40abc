package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Placeholder until the host's own comes. */
public record BridgeStore(Path path) {

  public List<BridgeDefinition> load() {
    try {
      return Files.exists(path)
          ? JsonValues.parse(Files.readString(path))
              .map(v ->
                  ((Value.Array) v)
                      .values().stream().map(d -> BridgeDefinition.parse(d, "")).toList())
              .orElse(List.of())
          : List.of();
    } catch (IOException e) {
      throw BridgeException.lasting(path + " cannot be read: " + e.getMessage());
    }
  }

  public void save(List<BridgeDefinition> definitions) {
    try {
      Files.writeString(
          path,
          JsonValues.text(Value.of(definitions.stream().map(BridgeDefinition::toValue).toList())));
    } catch (IOException e) {
      throw BridgeException.passing(path + " cannot be written: " + e.getMessage());
    }
  }
}
