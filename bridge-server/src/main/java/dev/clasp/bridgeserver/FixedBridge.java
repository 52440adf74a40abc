package dev.clasp.bridgeserver;

import dev.clasp.bridge.BridgeDefinition;

/**
 * A bridge that somebody wrote into a file, where it is changed.
 *
 * @param place for people: {@code clasp.yaml, line 12}
 */
public record FixedBridge(BridgeDefinition definition, String place) {}
