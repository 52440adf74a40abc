package dev.clasp.bridgeserver;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which bridges a server has.
 *
 * @param fixed written into the configuration
 * @param file where those are kept that are made while the server runs; empty: they end with it
 */
public record BridgesConfig(List<FixedBridge> fixed, Optional<Path> file) {

  public static final BridgesConfig NONE = new BridgesConfig(List.of(), Optional.empty());

  public BridgesConfig {
    fixed = List.copyOf(fixed);
  }
}
