package dev.clasp.router;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.router.spi.Connection;

/** A connection without a socket that takes everything, on the thread of its lane. */
abstract class MemoryConnection implements Connection {

  final RouterConnection connection;

  @SuppressWarnings("this-escape")
  MemoryConnection(Router router, Lane lane) {
    this.connection = router.open(lane, this);
  }

  void send(Message message, Qos qos) {
    byte[] frame = FrameCodec.encode(message, qos);
    connection.frame(frame, 0, frame.length);
  }

  @Override
  public Framing framing() {
    return Framing.BARE;
  }

  @Override
  public String peer() {
    return "test";
  }

  @Override
  public String transport() {
    return "memory";
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public void reading(boolean enabled) {}

  @Override
  public void close(CloseReason reason) {
    connection.closed(reason);
  }
}
