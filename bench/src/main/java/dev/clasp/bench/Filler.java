package dev.clasp.bench;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/** Sets many parameters, with a window, and counts how many the server took. Loop thread. */
final class Filler implements LoadSession.Receiver {

  private static final int WINDOW = 500;

  private final LoadSession session;
  private final int count;
  private final IntFunction<String> addresses;
  private final CompletableFuture<Integer> done = new CompletableFuture<>();

  private int sent;
  private int accepted;
  private int refused;

  private Filler(LoadSession session, int count, IntFunction<String> addresses) {
    this.session = session;
    this.count = count;
    this.addresses = addresses;
  }

  /**
   * Any thread but the loop's. Sets parameters 0 to {@code count - 1} to their own number; returns
   * how many the server took.
   */
  static int fill(Rig rig, int count, IntFunction<String> addresses) {
    LoadSession session = rig.open(LoadSession.Receiver.NONE);
    Member<Filler> filler = rig.member(session, s -> new Filler(s, count, addresses));
    rig.on(
        session.loop(),
        () -> {
          filler.receiver().pump();
          return count;
        });
    int accepted = rig.await(filler.receiver().done);
    rig.close(List.of(session));
    return accepted;
  }

  private void pump() {
    while (sent < count && sent - accepted - refused < WINDOW) {
      session.append(FrameTemplate.set(addresses.apply(sent), 8, Qos.CONFIRM), sent);
      sent++;
    }
    session.flush();
    if (accepted + refused == count) {
      done.complete(accepted);
    }
  }

  @Override
  public void message(int type, byte[] b, int payload, int end) {
    if (type == MessageType.ACK) {
      accepted++;
    }
  }

  @Override
  public boolean error(Message.Error error) {
    refused++;
    return true;
  }

  @Override
  public void readComplete() {
    pump();
  }
}
