package dev.clasp.webrtc;

import java.util.ArrayList;
import java.util.List;

/** Connections that do what the test says, and note what they were asked. */
final class FakeConnections implements PeerConnection.Factory {

  static final String SDP =
      """
      v=0
      o=- 1 2 IN IP4 127.0.0.1
      s=-
      t=0 0
      m=application 9 UDP/DTLS/SCTP webrtc-datachannel
      c=IN IP4 0.0.0.0
      a=mid:0
      a=max-message-size:262144
      """;

  final List<Fake> opened = new ArrayList<>();
  boolean closed;
  boolean unsupported;

  @Override
  public PeerConnection open(PeerConnection.Listener listener) {
    if (unsupported) {
      throw new PeerException(PeerException.Kind.UNSUPPORTED, "not here");
    }
    Fake fake = new Fake(listener);
    opened.add(fake);
    return fake;
  }

  Fake last() {
    return opened.getLast();
  }

  long open() {
    return opened.stream().filter(fake -> !fake.closed).count();
  }

  @Override
  public void close() {
    closed = true;
  }

  static final class Fake implements PeerConnection {

    final Listener listener;
    final List<String> asked = new ArrayList<>();
    final List<Candidate> added = new ArrayList<>();
    final List<byte[]> reliableSent = new ArrayList<>();
    final List<byte[]> unreliableSent = new ArrayList<>();
    String local = SDP;
    long buffered;
    boolean open;
    boolean closed;
    Runnable drained = () -> {};

    Fake(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void offer() {
      check();
      asked.add("offer");
    }

    @Override
    public void answer(String offer) {
      check();
      asked.add("answer");
    }

    @Override
    public void complete(String answer) {
      check();
      asked.add("complete");
    }

    @Override
    public void add(Candidate candidate) {
      check();
      added.add(candidate);
    }

    @Override
    public String localDescription() {
      check();
      return local;
    }

    @Override
    public long buffered(boolean reliable) {
      check();
      return buffered;
    }

    @Override
    public boolean send(byte[] data, boolean reliable) {
      check();
      if (open) {
        (reliable ? reliableSent : unreliableSent).add(data);
      }
      return open;
    }

    @Override
    public void drain(Runnable done) {
      check();
      drained = done;
    }

    @Override
    public void close() {
      check();
      closed = true;
    }

    /** The native library would read freed memory. */
    private void check() {
      if (closed) {
        throw new AssertionError("called after close");
      }
    }

    /** Everything is gathered at once. */
    void described() {
      listener.localSet();
      listener.gathered();
    }

    void opened() {
      open = true;
      listener.open(false);
      listener.open(true);
    }
  }
}
