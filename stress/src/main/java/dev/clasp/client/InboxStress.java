package dev.clasp.client;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The hand-over from the threads of the user to the loop: nothing is left behind. */
public final class InboxStress {

  private InboxStress() {}

  /** An inbox and whoever empties it. */
  private static final class Box {
    private final MortalLoop loop = new MortalLoop();
    private final Inbox inbox = new Inbox(loop, 1 << 20, this::drain, this::sweep);
    private int taken;

    void submit() {
      inbox.submit(new Submission.Task(() -> {}));
    }

    private void drain() {
      inbox.draining();
      sweep();
    }

    /** The loop has ended, or is running: as in the client, one at a time. */
    private synchronized void sweep() {
      while (inbox.poll() != null) {
        taken++;
      }
    }

    synchronized int taken() {
      return taken;
    }
  }

  /** A thread submits while the loop empties the inbox: the loop is always asked again. */
  @JCStressTest
  @Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "everything was taken")
  @Outcome(expect = Expect.FORBIDDEN, desc = "something is left, and nobody was asked")
  @State
  public static class WakeUp {
    private final Box box = new Box();

    @Actor
    public void user() {
      box.submit();
      box.submit();
      box.submit();
    }

    @Actor
    public void loop() {
      box.loop.run();
      box.loop.run();
    }

    @Arbiter
    public void later(I_Result r) {
      // The loop goes on with what it was asked for, and with nothing else.
      box.loop.run();
      r.r1 = box.taken();
    }
  }

  /** Two threads submit at once: one of them asks the loop. */
  @JCStressTest
  @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "everything was taken")
  @Outcome(expect = Expect.FORBIDDEN, desc = "something is left, and nobody was asked")
  @State
  public static class TwoUsers {
    private final Box box = new Box();

    @Actor
    public void first() {
      box.submit();
    }

    @Actor
    public void second() {
      box.submit();
    }

    @Arbiter
    public void later(I_Result r) {
      box.loop.run();
      r.r1 = box.taken();
    }
  }

  /** The loop ends meanwhile: what it does not take any more is swept up. */
  @JCStressTest
  @Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "everything was taken")
  @Outcome(expect = Expect.FORBIDDEN, desc = "something waits for a loop that has ended")
  @State
  public static class LoopEnds {
    private final Box box = new Box();

    @Actor
    public void user() {
      box.submit();
      box.submit();
      box.submit();
    }

    @Actor
    public void loop() {
      box.loop.run();
      box.loop.end();
    }

    @Arbiter
    public void later(I_Result r) {
      r.r1 = box.taken();
    }
  }
}
