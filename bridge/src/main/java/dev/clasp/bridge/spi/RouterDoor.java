package dev.clasp.bridge.spi;

import dev.clasp.client.ClaspClient;
import java.util.Optional;

/**
 * Sessions of their own on the router, for a protocol whose peers say who they are: each then has
 * the rights of its own token, and not those of the bridge. Thread-safe.
 */
public interface RouterDoor {

  /**
   * A client that is not connected yet.
   *
   * @param name of the client, as sessions and the audit log show it
   * @param peer where it comes from, for the router's log and its patience with wrong tokens
   * @param token what the peer has shown; empty if nothing
   */
  ClaspClient.Builder client(String name, String peer, Optional<String> token);
}
