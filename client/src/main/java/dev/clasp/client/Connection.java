package dev.clasp.client;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** One attempt to connect, and what becomes of it: frames become messages. Loop. */
final class Connection implements FrameListener {

  /** Whom connections belong to. Loop. */
  interface Owner {

    /** A transport message of so many bytes has come; its contents follow. */
    void arrived(int bytes);

    void received(Connection connection, Message message);

    /** A frame that is none; it is ignored. */
    void undecodable(String reason);

    /** Everything that was read has been handed over. */
    void endTurn();

    /** There is room to write again. Called in the middle of a write. */
    void writable(Connection connection);

    /** It has ended. Last. */
    void closed(Connection connection, CloseReason reason);
  }

  private final Owner owner;
  private final URI uri;
  private final String token;
  private @Nullable FrameLink link;
  private long helloMicros;

  Connection(Owner owner, URI uri, String token) {
    this.owner = owner;
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

  /** The transport is open. */
  void opened(FrameLink value) {
    link = value;
  }

  @Nullable FrameLink link() {
    return link;
  }

  void helloSent(long micros) {
    helloMicros = micros;
  }

  /** Local time at which HELLO was sent. */
  long helloMicros() {
    return helloMicros;
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
    owner.arrived(length);
    try {
      while (at < end) {
        FrameCodec.Frame frame = FrameCodec.decode(buffer, at, end - at);
        at += frame.length();
        owner.received(this, frame.message());
      }
    } catch (DecodeException e) {
      owner.undecodable(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void readComplete() {
    owner.endTurn();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (writable) {
      owner.writable(this);
    }
  }

  @Override
  public void closed(CloseReason reason) {
    owner.closed(this, reason);
  }
}
