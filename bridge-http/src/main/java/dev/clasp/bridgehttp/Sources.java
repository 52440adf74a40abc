package dev.clasp.bridgehttp;

import dev.clasp.bridge.spi.EndpointContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the bridge listens to, and what of it works: up while anything works, down when nothing
 * does. The same trouble is told once. Thread-safe.
 */
final class Sources {

  private final EndpointContext context;
  private final boolean otherwiseUp;
  private final String how;

  /** What is wrong with each; guarded by this. */
  private final Map<String, String> troubles = new LinkedHashMap<>();

  private int known;
  private boolean down;

  /**
   * @param otherwiseUp whether there is more to the bridge than these
   * @param how it works, for people
   */
  Sources(EndpointContext context, boolean otherwiseUp, String how) {
    this.context = context;
    this.otherwiseUp = otherwiseUp;
    this.how = how;
  }

  synchronized void add() {
    known++;
  }

  void working(String source) {
    boolean up;
    Optional<String> told;
    synchronized (this) {
      boolean was = troubles.remove(source) != null;
      up = down;
      down = false;
      told = was ? Optional.of(source + " works again") : Optional.empty();
    }
    if (up || told.isPresent()) {
      context.up(told.map(text -> text + "; " + how).orElse(how));
    }
  }

  void failing(String source, String why) {
    boolean nothing;
    boolean news;
    synchronized (this) {
      news = !why.equals(troubles.put(source, why));
      nothing = !otherwiseUp && troubles.size() >= known && (!down || news);
      down |= nothing;
    }
    if (nothing) {
      context.down(source + " " + why);
    } else if (news) {
      context.error(source + " " + why);
    }
  }
}
