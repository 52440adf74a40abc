package dev.clasp.server;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.server.ApiAccess.Answer;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Tickets: a token goes to a page of this router without standing in an address.
 *
 * <p>Browsers write every address that they open into their history, fragments too, and command
 * lines are seen by every user of a machine. So {@code clasp console} shows its token here, gets a
 * ticket, and opens the page with that. The page brings the ticket and gets the token: once, within
 * a minute. Thread-safe.
 */
final class TicketPages {

  /** Where a ticket is made. */
  static final String PATH = "/api/ticket";

  /** Where it is brought. */
  static final String REDEEM = PATH + "/redeem";

  /** For a browser to start and to load the page. */
  static final Duration GOOD_FOR = Duration.ofMinutes(1);

  /** Tickets that wait; one more pushes out the oldest. */
  static final int MOST = 64;

  private static final int RANDOM_BYTES = 24;
  private static final int LONGEST_BODY = 64;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * @param until on the clock of {@link #nanos}
   */
  private record Held(String token, long until) {}

  private final ApiAccess access;
  private final boolean wantsTokens;
  private final LongSupplier nanos;
  private final SecureRandom random;

  /** By ticket, the oldest first; guarded by this. */
  private final Map<String, Held> waiting = new LinkedHashMap<>();

  /**
   * @param wantsTokens whether clients need one; without, there are no tickets
   * @param nanos a clock that only runs forward
   */
  TicketPages(ApiAccess access, boolean wantsTokens, LongSupplier nanos, SecureRandom random) {
    this.access = access;
    this.wantsTokens = wantsTokens;
    this.nanos = nanos;
    this.random = random;
  }

  /** What is answered. */
  static List<String> calls() {
    return List.of("POST " + PATH, "POST " + REDEEM);
  }

  /** Is this path one of these? */
  static boolean has(String path) {
    return path.equals(PATH) || path.equals(REDEEM);
  }

  /** Answers at once, or when the token has been looked at. */
  void handle(HttpQuery query, Consumer<HttpReply> answer) {
    Consumer<HttpReply> to = reply -> answer.accept(reply.withHeader("Cache-Control", "no-store"));
    if (!query.method().equals("POST")) {
      to.accept(HttpReply.text(405, "this is for POST alone\n").withHeader("Allow", "POST"));
    } else if (query.path().equals(PATH)) {
      make(query, to);
    } else {
      to.accept(redeem(query));
    }
  }

  private void make(HttpQuery query, Consumer<HttpReply> to) {
    if (!wantsTokens) {
      to.accept(HttpReply.text(409, "this router wants no token, so there is none to hand over\n"));
      return;
    }
    access.reader(
        query,
        given ->
            to.accept(
                switch (given) {
                  case Answer.Denied(HttpReply reply) -> reply;
                  case Answer.Granted _ -> made(ApiAccess.bearer(query).orElse(""));
                }));
  }

  private HttpReply made(String token) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    synchronized (this) {
      long now = nanos.getAsLong();
      Iterator<Held> oldest = waiting.values().iterator();
      while (oldest.hasNext() && (oldest.next().until() - now <= 0 || waiting.size() >= MOST)) {
        oldest.remove();
      }
      waiting.put(ticket, new Held(token, now + GOOD_FOR.toNanos()));
    }
    return json(
        201,
        JSON.createObjectNode().put("ticket", ticket).put("secondsLeft", GOOD_FOR.toSeconds()));
  }

  private HttpReply redeem(HttpQuery query) {
    if (query.body().length > LONGEST_BODY) {
      return HttpReply.text(413, "no ticket is that long\n");
    }
    String ticket = new String(query.body(), StandardCharsets.UTF_8).strip();
    Optional<Held> held;
    synchronized (this) {
      held = Optional.ofNullable(waiting.remove(ticket));
    }
    return held.filter(h -> h.until() - nanos.getAsLong() > 0)
        .map(h -> json(200, JSON.createObjectNode().put("token", h.token())))
        .orElseGet(() ->
            HttpReply.text(
                404,
                "this ticket is no longer good: it is for one visit, within "
                    + GOOD_FOR.toSeconds()
                    + " s\n"));
  }

  private static HttpReply json(int status, ObjectNode body) {
    return new HttpReply(
        status, "application/json", body.toString().getBytes(StandardCharsets.UTF_8));
  }
}
