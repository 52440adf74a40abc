package dev.clasp.client;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The router's answer to a write.
 *
 * @param address what was written; empty for a bundle
 * @param revision the new revision; empty for a write with {@link dev.clasp.protocol.Qos#FIRE},
 *     which nobody confirms, and for a bundle without parameters
 */
public record Ack(Optional<String> address, OptionalLong revision) {}
