package dev.clasp.client;

/** A {@link Reactor} that ends the turn after each timer. */
final class TurnReactor implements Reactor {

  private final Reactor reactor;
  private final Runnable endTurn;

  TurnReactor(Reactor reactor, Runnable endTurn) {
    this.reactor = reactor;
    this.endTurn = endTurn;
  }

  @Override
  public void execute(Runnable task) {
    reactor.execute(task);
  }

  @Override
  public Timer whenEnded(Runnable task) {
    return reactor.whenEnded(task);
  }

  @Override
  public Timer schedule(Runnable task, long delayNanos) {
    return reactor.schedule(
        () -> {
          task.run();
          endTurn.run();
        },
        delayNanos);
  }

  @Override
  public boolean inLoop() {
    return reactor.inLoop();
  }

  @Override
  public long nanos() {
    return reactor.nanos();
  }

  @Override
  public long unixMicros() {
    return reactor.unixMicros();
  }
}
