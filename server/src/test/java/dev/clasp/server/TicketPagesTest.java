package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clasp.security.Authenticator;
import dev.clasp.security.TokenAuthenticator;
import dev.clasp.security.TokenConfig;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tickets against the real look at tokens, with a clock of the test. */
class TicketPagesTest {

  private static final String TOKEN = "cpsk_reader00000000000000000000000000000";

  private final TokenAuthenticator tokens =
      new TokenAuthenticator(
          TokenConfig.NOBODY.withLines(List.of(TOKEN + " read:/lights/**")),
          InstantSource.system(),
          report -> {});

  /** Near the end of its range: it may begin anywhere. */
  private long now = Long.MAX_VALUE - 1;

  private final TicketPages pages = pages(tokens, true);

  @AfterEach
  void close() {
    tokens.close();
  }

  private TicketPages pages(Authenticator authenticator, boolean wantsTokens) {
    return new TicketPages(
        new ApiAccess(authenticator, (path, peer, status) -> {}),
        wantsTokens,
        () -> now,
        new SecureRandom());
  }

  private static HttpReply ask(
      TicketPages pages, String method, String path, Map<String, String> headers, String body)
      throws Exception {
    CompletableFuture<HttpReply> reply = new CompletableFuture<>();
    pages.handle(
        new HttpQuery(
            new InetSocketAddress("127.0.0.1", 40_000),
            method,
            path,
            "",
            headers,
            body.getBytes(StandardCharsets.UTF_8)),
        reply::complete);
    HttpReply answer = reply.get(30, TimeUnit.SECONDS);
    assertThat(answer.headers()).containsEntry("Cache-Control", "no-store");
    return answer;
  }

  private HttpReply make() throws Exception {
    return ask(pages, "POST", "/api/ticket", Map.of("authorization", "Bearer " + TOKEN), "");
  }

  private HttpReply redeem(String ticket) throws Exception {
    return ask(pages, "POST", "/api/ticket/redeem", Map.of(), ticket);
  }

  private static String field(HttpReply reply, String name) throws Exception {
    return new ObjectMapper().readTree(reply.body()).get(name).asText();
  }

  private String ticket() throws Exception {
    HttpReply made = make();
    assertThat(made.status()).isEqualTo(201);
    assertThat(field(made, "secondsLeft")).isEqualTo("60");
    return field(made, "ticket");
  }

  @Test
  void aTicketIsGoodForTheTokenOnce() throws Exception {
    String ticket = ticket();
    assertThat(ticket).matches("[A-Za-z0-9_-]{32}").isNotEqualTo(ticket());

    HttpReply first = redeem(ticket);

    assertThat(first.status()).isEqualTo(200);
    assertThat(field(first, "token")).isEqualTo(TOKEN);
    assertThat(redeem(ticket).status()).isEqualTo(404);
  }

  @Test
  void aTicketIsGoodForAMinute() throws Exception {
    String last = ticket();
    now += TicketPages.GOOD_FOR.toNanos() - 1;
    assertThat(redeem(last).status()).isEqualTo(200);

    String late = ticket();
    now += TicketPages.GOOD_FOR.toNanos();
    assertThat(redeem(late).status()).isEqualTo(404);
  }

  @Test
  void whoShowsNoTokenGetsNoTicket() throws Exception {
    assertThat(ask(pages, "POST", "/api/ticket", Map.of(), "").status()).isEqualTo(401);
    assertThat(
            ask(pages, "POST", "/api/ticket", Map.of("authorization", "Bearer cpsk_other"), "")
                .status())
        .isEqualTo(401);
    assertThat(ask(pages(Authenticator.OPEN, false), "POST", "/api/ticket", Map.of(), "").status())
        .isEqualTo(409);
  }

  @Test
  void nothingElseIsTaken() throws Exception {
    for (String wrong : List.of("", "x", "../..", TOKEN)) {
      assertThat(redeem(wrong).status()).isEqualTo(404);
    }
    assertThat(redeem("x".repeat(65)).status()).isEqualTo(413);
    assertThat(ask(pages, "GET", "/api/ticket/redeem", Map.of(), "").status()).isEqualTo(405);
  }

  @Test
  void tooManyPushOutTheOldest() throws Exception {
    List<String> tickets = new ArrayList<>();
    for (int i = 0; i <= TicketPages.MOST; i++) {
      tickets.add(ticket());
    }

    assertThat(redeem(tickets.getFirst()).status()).isEqualTo(404);
    for (String ticket : tickets.subList(1, tickets.size())) {
      assertThat(redeem(ticket).status()).isEqualTo(200);
    }
  }
}
