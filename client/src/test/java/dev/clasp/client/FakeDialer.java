package dev.clasp.client;

import dev.clasp.transport.FrameLink;
import dev.clasp.transport.LinkAcceptor;
import dev.clasp.transport.TransportException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Opens {@link FakeLink}s, or fails as told. */
final class FakeDialer implements Dialer {

  /** What the next dial does. */
  enum Outcome {
    OPEN,
    UNREACHABLE,
    /** Nothing happens until {@link #open}. */
    SILENT
  }

  private record Dial(LinkAcceptor acceptor, CompletableFuture<FrameLink> result) {}

  private final ManualReactor reactor;
  private final ArrayDeque<Outcome> outcomes = new ArrayDeque<>();
  private final List<URI> dialed = new ArrayList<>();
  private final List<FakeLink> links = new ArrayList<>();
  private final ArrayDeque<Dial> silent = new ArrayDeque<>();
  private boolean closed;

  FakeDialer(ManualReactor reactor) {
    this.reactor = reactor;
  }

  /** After these, dials open. */
  void next(Outcome... values) {
    outcomes.addAll(List.of(values));
  }

  @Override
  public CompletableFuture<FrameLink> dial(URI uri, Duration timeout, LinkAcceptor acceptor) {
    dialed.add(uri);
    CompletableFuture<FrameLink> result = new CompletableFuture<>();
    Dial dial = new Dial(acceptor, result);
    switch (outcomes.isEmpty() ? Outcome.OPEN : outcomes.remove()) {
      case OPEN -> reactor.execute(() -> open(dial));
      case UNREACHABLE ->
          reactor.execute(() ->
              result.completeExceptionally(
                  new TransportException(
                      TransportException.Kind.UNREACHABLE, "nobody listens on " + uri)));
      case SILENT -> silent.add(dial);
    }
    return result;
  }

  /** The oldest silent dial opens after all. */
  void open() {
    open(silent.remove());
    reactor.run();
  }

  private void open(Dial dial) {
    FakeLink link = new FakeLink(reactor);
    links.add(link);
    link.accepted(dial.acceptor.accept(link));
    dial.result.complete(link);
  }

  List<URI> dialed() {
    return dialed;
  }

  List<FakeLink> links() {
    return links;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
  }
}
