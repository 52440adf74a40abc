package dev.clasp.discovery;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Any request is answered, with a status that it may have. */
class RendezvousPagesFuzzTest {

  private static final Set<Integer> STATUSES =
      Set.of(200, 201, 204, 400, 403, 404, 405, 413, 415, 422);

  private final Registry registry =
      new Registry(RegistryConfig.DEFAULT, () -> 1, () -> 1, new SecureRandom(), new byte[32]);
  private final RendezvousPages pages =
      new RendezvousPages(registry, RendezvousConfig.DEFAULT, () -> 1);

  @FuzzTest
  void anyRequest(FuzzedDataProvider data) {
    Map<String, String> headers = new HashMap<>();
    headers.put("content-type", data.pickValue(new String[] {"application/json", "x"}));
    if (data.consumeBoolean()) {
      headers.put("origin", data.consumeString(40));
      headers.put("x-forwarded-for", data.consumeString(40));
    }
    String path =
        data.pickValue(
                List.of(
                    "/api/v1/register",
                    "/api/v1/discover",
                    "/discover",
                    "/api/v1/refresh/",
                    "/api/v1/unregister/",
                    "/"))
            + data.consumeString(20);
    HttpReply reply =
        pages.handle(
            new HttpQuery(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                data.pickValue(List.of("GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT")),
                path,
                data.consumeString(60),
                headers,
                data.consumeRemainingAsBytes()));
    if (!STATUSES.contains(reply.status()) || registry.inconsistency() != null) {
      throw new AssertionError("status " + reply.status() + ": " + registry.inconsistency());
    }
  }
}
