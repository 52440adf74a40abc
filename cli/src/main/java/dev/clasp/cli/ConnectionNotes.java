package dev.clasp.cli;

import dev.clasp.client.ClientEvent;
import java.util.function.Consumer;

/** Says on stderr what happens to the connection of a command that stays connected. */
final class ConnectionNotes implements Consumer<ClientEvent> {

  /** A lost connection is tried again for ever; every so many attempts one line says so. */
  private static final int ATTEMPTS_PER_NOTE = 10;

  private final Clasp clasp;
  private final String url;
  private final Consumer<? super RuntimeException> failed;
  private boolean waitingTold;

  /**
   * @param failed told when the command cannot go on
   */
  ConnectionNotes(Clasp clasp, String url, Consumer<? super RuntimeException> failed) {
    this.clasp = clasp;
    this.url = url;
    this.failed = failed;
  }

  @Override
  public void accept(ClientEvent event) {
    switch (event) {
      case ClientEvent.Connected connected -> {
        if (connected.resumed()) {
          clasp.note("connected to " + url + " again");
        }
        waitingTold = false;
      }
      case ClientEvent.Disconnected lost -> {
        String reason = Printable.escape(lost.reason().text());
        clasp.note(
            "lost the connection to "
                + url
                + (reason.isEmpty() ? "" : " (" + reason + ")")
                + ", trying again");
        waitingTold = true;
      }
      case ClientEvent.Reconnecting again -> {
        if (!waitingTold) {
          waitingTold = true;
          clasp.note("no router answers at " + url + " yet, trying again");
        } else if (again.attempt() % ATTEMPTS_PER_NOTE == 0) {
          clasp.note("still no router at " + url + " after " + again.attempt() + " attempts");
        }
      }
      case ClientEvent.ReconnectGaveUp gaveUp -> failed.accept(gaveUp.cause());
      case ClientEvent.Dropped dropped ->
          clasp.note(dropped.count() + " signals were left out: the output is too slow");
      case ClientEvent.CallbackFailed failure ->
          failed.accept(new IllegalStateException(failure.cause()));
      case ClientEvent.ErrorReceived error -> {
        if (!error.expected()) {
          clasp.note(
              "the router says: " + Printable.escape(error.message()) + " (" + error.code() + ")");
        }
      }
      case ClientEvent.Connecting _, ClientEvent.Undecodable _, ClientEvent.Closed _ -> {}
    }
  }
}
