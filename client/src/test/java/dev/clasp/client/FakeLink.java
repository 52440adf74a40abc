package dev.clasp.client;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection without a network: shows what the client sent, says what the router says. */
final class FakeLink implements FrameLink {

  /** A frame as the client sent it. */
  record Sent(Message message, Qos qos) {}

  private final ManualReactor reactor;
  private final List<Sent> sent = new ArrayList<>();
  private final List<CloseReason> closes = new ArrayList<>();
  private @Nullable FrameListener listener;
  private boolean writable = true;
  private boolean over;
  private int writes;
  private boolean answersClose = true;

  FakeLink(ManualReactor reactor) {
    this.reactor = reactor;
  }

  void accepted(FrameListener value) {
    listener = value;
  }

  // --- the router's side -------------------------------------------------------------------------

  /** One read of the socket that brings these messages. */
  void says(Message... messages) {
    for (Message message : messages) {
      byte[] frame = FrameCodec.encode(message);
      listener().frame(frame, 0, frame.length);
    }
    listener().readComplete();
    reactor.run();
  }

  /** One read that brings these bytes in one message. */
  void says(byte[] bytes) {
    listener().frame(bytes, 0, bytes.length);
    listener().readComplete();
    reactor.run();
  }

  /** The connection breaks. */
  void breaks(String why) {
    ends(new CloseReason(CloseReason.ABNORMAL, why));
  }

  /** The router closes the connection. */
  void ends(CloseReason reason) {
    over = true;
    listener().closed(reason);
    reactor.run();
  }

  /** The socket is full, or has room again. */
  void writable(boolean value) {
    writable = value;
    listener().writabilityChanged(value);
    reactor.run();
  }

  /** From now on the peer does not answer a close frame. */
  void ignoresClose() {
    answersClose = false;
  }

  /** Everything sent since the last call, without clock measurements. */
  List<Message> takeSent() {
    return takeFrames().stream().map(Sent::message).toList();
  }

  /** The same with quality of service. */
  List<Sent> takeFrames() {
    reactor.run();
    List<Sent> taken =
        sent.stream().filter(frame -> !(frame.message instanceof Message.Sync)).toList();
    sent.clear();
    return taken;
  }

  /** Clock measurements sent since the last call. */
  List<Message.Sync> takeSyncs() {
    reactor.run();
    List<Message.Sync> syncs = new ArrayList<>();
    sent.removeIf(frame -> frame.message instanceof Message.Sync sync && syncs.add(sync));
    return syncs;
  }

  /** Calls of {@link #write}. */
  int writes() {
    return writes;
  }

  /** Why the client closed it. */
  List<CloseReason> closes() {
    return closes;
  }

  private FrameListener listener() {
    FrameListener l = listener;
    if (l == null) {
      throw new IllegalStateException("not accepted");
    }
    return l;
  }

  // --- the client's side -------------------------------------------------------------------------

  @Override
  public void write(byte[] framed, int offset, int length) {
    if (over || !closes.isEmpty()) {
      return;
    }
    writes++;
    for (int at = offset; at < offset + length; ) {
      FrameCodec.Frame frame = FrameCodec.decode(framed, at, offset + length - at);
      sent.add(new Sent(frame.message(), frame.qos()));
      at += frame.length();
    }
  }

  @Override
  public void close(CloseReason reason) {
    if (over || !closes.isEmpty()) {
      return;
    }
    closes.add(reason);
    if (answersClose) {
      reactor.execute(() -> {
        if (!over) {
          over = true;
          listener().closed(reason);
        }
      });
    }
  }

  @Override
  public boolean writable() {
    return writable;
  }

  @Override
  public long pendingBytes() {
    return 0;
  }

  @Override
  public EventLoop loop() {
    throw new UnsupportedOperationException("no loop");
  }

  @Override
  public Framing framing() {
    return Framing.BARE;
  }

  @Override
  public int maxFrame() {
    return FrameDescriptor.MAX_FRAME;
  }

  @Override
  public String transport() {
    return "fake";
  }

  @Override
  public SocketAddress remote() {
    return InetSocketAddress.createUnresolved("fake", 1);
  }

  @Override
  public void pauseReading() {}

  @Override
  public void resumeReading() {}
}
