package dev.clasp.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.router.RouterConfig;
import dev.clasp.transport.ConnectionLimits;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;

/**
 * The limits that can change while the router runs, under the names that they have in the
 * configuration. What is there already stays, even above a new limit.
 */
final class AdminLimits {

  /** So much that nobody has more, and every limit is still a number of 32 bits. */
  private static final long MOST = Integer.MAX_VALUE;

  private static final long MEBIBYTE = 1L << 20;

  /** What a request changes. */
  private static final class Draft {
    private final RouterConfig.Builder router;
    private ConnectionLimits connections;

    Draft(ServerConfig config) {
      router = config.router().toBuilder();
      connections = config.network().limits();
    }

    ServerConfig of(ServerConfig config) {
      return config
          .withRouter(router.build())
          .withNetwork(config.network().withLimits(connections));
    }
  }

  private record Limit(
      String name,
      long least,
      long most,
      ToLongFunction<ServerConfig> value,
      ObjLongConsumer<Draft> change) {}

  private static final List<Limit> ALL =
      List.of(
          limit(
              "max_sessions",
              0,
              c -> c.router().maxSessions(),
              (d, n) -> d.router.maxSessions((int) n)),
          limit(
              "max_state_entries",
              1,
              c -> c.router().maxParameters(),
              (d, n) -> d.router.maxParameters((int) n)),
          limit(
              "max_state_entries_per_client",
              0,
              c -> c.router().maxParametersPerSession(),
              (d, n) -> d.router.maxParametersPerSession((int) n)),
          new Limit(
              "max_state_mebibytes",
              1,
              MOST,
              c -> c.router().maxStateBytes() / MEBIBYTE,
              (d, n) -> d.router.maxStateBytes(n * MEBIBYTE)),
          limit(
              "max_subscriptions_per_client",
              0,
              c -> c.router().maxSubscriptionsPerSession(),
              (d, n) -> d.router.maxSubscriptionsPerSession((int) n)),
          limit(
              "max_messages_per_second",
              0,
              c -> c.router().maxMessagesPerSecond(),
              (d, n) -> d.router.maxMessagesPerSecond((int) n)),
          limit(
              "max_connections",
              0,
              c -> connections(c).maxConnections(),
              (d, n) -> d.connections = d.connections.withMaxConnections((int) n)),
          limit(
              "max_connections_per_ip",
              0,
              c -> connections(c).maxPerAddress(),
              (d, n) -> d.connections = d.connections.withMaxPerAddress((int) n)),
          limit(
              "max_unauthenticated",
              1,
              c -> connections(c).maxUnauthenticated(),
              (d, n) -> d.connections = d.connections.withMaxUnauthenticated((int) n)),
          limit(
              "max_unauthenticated_per_ip",
              0,
              c -> connections(c).maxUnauthenticatedPerAddress(),
              (d, n) -> d.connections = d.connections.withMaxUnauthenticatedPerAddress((int) n)),
          limit(
              "connection_rate",
              0,
              c -> connections(c).ratePerAddress(),
              (d, n) ->
                  d.connections =
                      d.connections.withRatePerAddress((int) n, d.connections.burstPerAddress())),
          limit(
              "connection_burst",
              1,
              c -> connections(c).burstPerAddress(),
              (d, n) ->
                  d.connections =
                      d.connections.withRatePerAddress(d.connections.ratePerAddress(), (int) n)));

  private AdminLimits() {}

  private static Limit limit(
      String name, long least, ToLongFunction<ServerConfig> value, ObjLongConsumer<Draft> change) {
    return new Limit(name, least, MOST, value, change);
  }

  private static ConnectionLimits connections(ServerConfig config) {
    return config.network().limits();
  }

  static byte[] json(ServerConfig config) {
    return AdminJson.object(json -> {
      for (Limit limit : ALL) {
        json.writeNumberField(limit.name, limit.value.applyAsLong(config));
      }
    });
  }

  /** A configuration with what a request wants, and what is different, in words. */
  record Change(ServerConfig config, List<String> words) {}

  /**
   * @param body any of the limits
   * @throws AdminCall.Mistake it cannot be; then nothing is to change
   */
  static Change change(ServerConfig config, byte[] body) {
    Set<String> names = new LinkedHashSet<>();
    ALL.forEach(limit -> names.add(limit.name));
    ObjectNode wanted = AdminJson.read(body, names);
    Draft draft = new Draft(config);
    List<String> words = new ArrayList<>();
    for (Limit limit : ALL) {
      JsonNode value = wanted.get(limit.name);
      if (value == null) {
        continue;
      }
      if (!value.isIntegralNumber()
          || !value.canConvertToLong()
          || value.longValue() < limit.least
          || value.longValue() > limit.most) {
        throw new AdminCall.Mistake(
            400, limit.name + " must be a whole number, " + limit.least + " to " + limit.most);
      }
      long before = limit.value.applyAsLong(config);
      if (before != value.longValue()) {
        limit.change.accept(draft, value.longValue());
        words.add(limit.name + " " + before + " -> " + value.longValue());
      }
    }
    return new Change(draft.of(config), words);
  }
}
