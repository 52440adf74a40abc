package dev.clasp.adapterosc;

import java.net.InetAddress;
import java.util.Optional;

/** Who does not hear what an OSC program writes (bridges.md 13.3). */
public enum EchoGuard {

  /** Nobody is spared: a program that subscribed gets the values back that it sets. */
  OFF,

  /** The session itself. */
  SESSION,

  /** All sessions of the same IP address: a program that uses several ports. */
  HOST;

  private record Host(InetAddress address) {}

  /** The circle of a session; see {@link dev.clasp.server.VirtualPeer#circle}. */
  Optional<Object> circle(Object session, InetAddress address) {
    return switch (this) {
      case OFF -> Optional.empty();
      case SESSION -> Optional.of(session);
      case HOST -> Optional.of(new Host(address));
    };
  }
}
