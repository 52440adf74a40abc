package dev.clasp.osc;

import java.util.List;

/**
 * A message. Immutable.
 *
 * @param address begins with a slash; may be a pattern when it was received
 */
public record OscMessage(String address, List<OscArgument> arguments) implements OscPacket {

  public OscMessage {
    arguments = List.copyOf(arguments);
  }

  public OscMessage(String address, OscArgument... arguments) {
    this(address, List.of(arguments));
  }
}
