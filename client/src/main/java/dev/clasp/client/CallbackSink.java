package dev.clasp.client;

import java.util.Optional;
import java.util.function.Consumer;

/** Feeds a callback through a line of tasks: one task for each waiting signal. */
final class CallbackSink implements SignalSink {

  private final SignalBuffer buffer;
  private final TaskLine line;
  private final Consumer<? super Signal> callback;
  private final Consumer<Throwable> onFailure;

  /** One for each signal that waits. */
  private final TaskLine.Task next =
      new TaskLine.Task() {
        @Override
        public void run() {
          next();
        }

        @Override
        public void refused() {
          // Lost, as it is said; else all that follow would come one too late.
          buffer.poll();
        }
      };

  /**
   * @param onFailure told what the callback throws
   */
  CallbackSink(
      SignalBuffer buffer,
      TaskLine line,
      Consumer<? super Signal> callback,
      Consumer<Throwable> onFailure) {
    this.buffer = buffer;
    this.line = line;
    this.callback = callback;
    this.onFailure = onFailure;
  }

  @Override
  public SignalBuffer.Outcome signal(Signal signal) {
    SignalBuffer.Outcome outcome = buffer.offer(signal);
    if (outcome == SignalBuffer.Outcome.ADDED) {
      line.stage(next);
    }
    return outcome;
  }

  private void next() {
    Signal signal = buffer.poll();
    if (signal == null) {
      return;
    }
    try {
      callback.accept(signal);
    } catch (Throwable e) {
      onFailure.accept(e);
    }
  }

  @Override
  public void ended(Optional<ClaspException> failure, boolean now) {
    buffer.end();
    if (now) {
      buffer.clear();
    }
  }
}
