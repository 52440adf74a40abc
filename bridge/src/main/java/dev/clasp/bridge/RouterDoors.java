package dev.clasp.bridge;

import dev.clasp.bridge.spi.RouterDoor;
import dev.clasp.client.ClaspClient;
import dev.clasp.transport.ClientTls;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.LocalDoor;
import java.util.function.BiFunction;

/** Ways to a router for peers that say who they are. */
public final class RouterDoors {

  private RouterDoors() {}

  /**
   * To a router in the same process.
   *
   * @param doors makes one for a name and the address of a peer
   * @param loops of the clients; the caller closes them
   */
  public static RouterDoor inProcess(
      BiFunction<String, String, LocalDoor> doors, EventLoops loops) {
    return (name, peer, token) ->
        ClaspClient.builder(doors.apply(name, peer))
            .name(name)
            .token(token.orElse(""))
            .loops(loops);
  }

  /**
   * To a router over the network. It sees the address of this process, not that of the peer.
   *
   * @param loops of the clients; the caller closes them
   */
  public static RouterDoor at(String url, ClientTls tls, EventLoops loops) {
    return (name, _, token) ->
        ClaspClient.builder(url).name(name).token(token.orElse("")).tls(tls).loops(loops);
  }
}
