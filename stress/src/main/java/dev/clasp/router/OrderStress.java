package dev.clasp.router;

import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** What the lanes of a router share, with both at work at once. */
public final class OrderStress {

  private static final RouterConfig SMALL =
      RouterConfig.builder().maxParameters(50).freshNanos(0).maxIdleAddresses(256).build();
  private static final RouterConfig ONE_PLACE =
      RouterConfig.builder().maxParameters(1).freshNanos(0).maxIdleAddresses(256).build();

  private OrderStress() {}

  private static boolean ascending(List<Long> revisions) {
    for (int i = 1; i < revisions.size(); i++) {
      if (revisions.get(i) < revisions.get(i - 1)) {
        return false;
      }
    }
    return true;
  }

  /** Two writers, each of them a subscriber: both see every revision, in order. */
  @JCStressTest
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "all revisions, in order")
  @Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "a revision lost or out of order")
  @State
  public static class TwoWriters {
    private final TwoLanes lanes = TwoLanes.take(SMALL);
    private final byte[] set = lanes.set(false);

    public TwoWriters() {
      lanes.one.send(lanes.subscribe());
      lanes.two.send(lanes.subscribe());
      lanes.settle();
    }

    @Actor
    public void first() {
      lanes.one.send(set);
      lanes.one.send(set);
    }

    @Actor
    public void second() {
      lanes.two.send(set);
      lanes.two.send(set);
    }

    @Arbiter
    public void settled(Z_Result r) {
      lanes.settle();
      List<Long> seen = lanes.one.revisions();
      r.r1 =
          seen.size() == 4
              && seen.getLast() == seen.getFirst() + 3
              && ascending(seen)
              && lanes.two.revisions().equals(seen);
      lanes.giveBack();
    }
  }

  /** A subscription while another lane writes: nothing is missed, nothing steps back. */
  @JCStressTest
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "ends on the newest, never steps back")
  @Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "a gap or a step back")
  @State
  public static class SubscribeWhileWritten {
    private final TwoLanes lanes = TwoLanes.take(SMALL);
    private final byte[] set = lanes.set(false);
    private final byte[] subscribe = lanes.subscribe();

    @Actor
    public void writer() {
      lanes.one.send(set);
      lanes.one.send(set);
      lanes.one.send(set);
    }

    @Actor
    public void reader() {
      lanes.two.send(subscribe);
    }

    @Arbiter
    public void settled(Z_Result r) {
      lanes.settle();
      List<Long> seen = lanes.two.revisions();
      r.r1 = !seen.isEmpty() && seen.getLast() == lanes.revision() && ascending(seen);
      lanes.giveBack();
    }
  }

  /** Two lanes meet a new address at once: it is interned once. */
  @JCStressTest
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "one address, two revisions")
  @Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "two addresses of one name")
  @State
  public static class Interning {
    private final TwoLanes lanes = TwoLanes.take(SMALL);
    private final byte[] set = lanes.set(false);

    @Actor
    public void first() {
      lanes.one.send(set);
    }

    @Actor
    public void second() {
      lanes.two.send(set);
    }

    @Arbiter
    public void settled(Z_Result r) {
      lanes.settle();
      List<Long> acked = lanes.acknowledged();
      r.r1 =
          acked.size() == 2
              && Math.abs(acked.get(0) - acked.get(1)) == 1
              && lanes.revision() == Math.max(acked.get(0), acked.get(1));
      lanes.giveBack();
    }
  }

  /** Two lanes want the same lock: one gets it. */
  @JCStressTest
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "one holder, one refusal")
  @Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "two holders, or none")
  @State
  public static class Locking {
    private final TwoLanes lanes = TwoLanes.take(SMALL);
    private final byte[] set = lanes.set(true);

    @Actor
    public void first() {
      lanes.one.send(set);
    }

    @Actor
    public void second() {
      lanes.two.send(set);
    }

    @Arbiter
    public void settled(Z_Result r) {
      lanes.settle();
      r.r1 = lanes.acknowledged().size() == 1 && Gauge.LOCKS.of(lanes.router) == 1;
      // Free for the next use: who does not hold it is refused.
      lanes.one.send(lanes.unlock());
      lanes.two.send(lanes.unlock());
      lanes.giveBack();
    }
  }

  /** One place, two lanes with a new parameter each: never more than one is stored. */
  @JCStressTest
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "one stored")
  @Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "over the limit, or miscounted")
  @State
  public static class OnePlace {
    private final TwoLanes lanes = TwoLanes.take(ONE_PLACE);
    private final byte[] set = lanes.set(false);
    private final byte[] other = TwoLanes.set(lanes.address + "/other", false);

    @Actor
    public void first() {
      lanes.one.send(set);
    }

    @Actor
    public void second() {
      lanes.two.send(other);
    }

    @Arbiter
    public void settled(Z_Result r) {
      lanes.settle();
      r.r1 =
          lanes.router.parameterCount() == 1
              && lanes.router.parameters(TwoLanes.ALL, 9).size() == 1
              && Gauge.STATE_BYTES.of(lanes.router)
                  == lanes.router.parameters(TwoLanes.ALL, 9).getFirst().address().length()
                      + 8
                      + Retention.OVERHEAD_BYTES;
      lanes.giveBack();
    }
  }

  /** A lane goes to sleep while another posts: the post is not forgotten. */
  @JCStressTest
  @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "delivered")
  @Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "left in the inbox")
  @State
  public static class WakeUp {
    private final TwoLanes lanes = TwoLanes.take(SMALL);
    private final byte[] set = lanes.set(false);

    public WakeUp() {
      lanes.two.send(lanes.subscribe());
      lanes.settle();
      lanes.one.send(set);
    }

    @Actor
    public void writer() {
      lanes.one.send(set);
    }

    @Actor
    public void sleeper() {
      lanes.settleSecond();
    }

    @Arbiter
    public void settled(Z_Result r) {
      lanes.settle();
      List<Long> seen = lanes.two.revisions();
      r.r1 = seen.size() == 2 && seen.getLast() == lanes.revision() && ascending(seen);
      lanes.giveBack();
    }
  }
}
