package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.router.RouterConnection;
import dev.clasp.transport.FrameListener;

/** What a link brings, handed to the router. */
record RouterListener(RouterConnection connection) implements FrameListener {

  @Override
  public void frame(byte[] buffer, int offset, int length) {
    connection.frame(buffer, offset, length);
  }

  @Override
  public void readComplete() {
    connection.readComplete();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    connection.writabilityChanged();
  }

  @Override
  public void alive() {
    connection.alive();
  }

  @Override
  public void closed(CloseReason reason) {
    connection.closed(reason);
  }
}
