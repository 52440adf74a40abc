package dev.clasp.client;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** One attempt to connect, and what becomes of it. Loop. */
final class Connection implements FrameListener {

  private final Conductor conductor;
  private final URI uri;
  private final String token;
  private @Nullable FrameLink link;
  private boolean established;
  private long helloMicros;

  Connection(Conductor conductor, URI uri, String token) {
    this.conductor = conductor;
    this.uri = uri;
    this.token = token;
  }

  URI uri() {
    return uri;
  }

  /** Sent in HELLO; empty = none. */
  String token() {
    return token;
  }

  void opened(FrameLink value) {
    link = value;
  }

  @Nullable FrameLink link() {
    return link;
  }

  void helloSent(long micros) {
    helloMicros = micros;
  }

  long helloMicros() {
    return helloMicros;
  }

  void establish() {
    established = true;
  }

  /** WELCOME has come. */
  boolean isEstablished() {
    return established;
  }

  void close(int code, String text) {
    FrameLink l = link;
    if (l != null) {
      l.close(new CloseReason(code, text));
    }
  }

  /** Normally one frame; we read several as well. */
  @Override
  public void frame(byte[] buffer, int offset, int length) {
    int at = offset;
    int end = offset + length;
    conductor.arrived(length);
    try {
      while (at < end) {
        FrameCodec.Frame frame = FrameCodec.decode(buffer, at, end - at);
        at += frame.length();
        conductor.received(this, frame.message());
      }
    } catch (DecodeException e) {
      conductor.undecodable(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void readComplete() {
    conductor.endTurn();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (writable) {
      conductor.writable(this);
    }
  }

  @Override
  public void closed(CloseReason reason) {
    conductor.closed(this, reason);
  }
}
