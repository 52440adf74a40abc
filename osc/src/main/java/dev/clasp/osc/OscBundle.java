package dev.clasp.osc;

import java.util.List;

/**
 * Packets that happen together. Immutable.
 *
 * @param time when; see {@link OscTimeTag#IMMEDIATELY}
 */
public record OscBundle(OscTimeTag time, List<OscPacket> elements) implements OscPacket {

  public OscBundle {
    elements = List.copyOf(elements);
  }
}
