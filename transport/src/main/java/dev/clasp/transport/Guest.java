package dev.clasp.transport;

import io.netty.channel.Channel;
import java.net.SocketAddress;

/** A connection that speaks a {@link GuestProtocol}. Loop thread. */
public final class Guest {

  private final Channel channel;
  private final Arrival arrival;
  private final boolean webSocket;

  Guest(Channel channel, Arrival arrival, boolean webSocket) {
    this.channel = channel;
    this.arrival = arrival;
    this.webSocket = webSocket;
  }

  public Channel channel() {
    return channel;
  }

  /** The peer as limits, logs and the router see it: behind a trusted proxy, whom it names. */
  public SocketAddress peer() {
    return arrival.peer();
  }

  /** Is it inside TLS? */
  public boolean secure() {
    return arrival.secure();
  }

  /** Is it inside a WebSocket? */
  public boolean webSocket() {
    return webSocket;
  }

  /** It has been let in. Until then it has to make room for others when there are too many. */
  public void established() {
    arrival.letIn();
  }
}
