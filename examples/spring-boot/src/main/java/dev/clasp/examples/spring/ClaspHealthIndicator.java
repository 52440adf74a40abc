package dev.clasp.examples.spring;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClientState;
import dev.clasp.client.Statistics;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Up while connected. Does not ask the router, so that health stays cheap. */
final class ClaspHealthIndicator implements HealthIndicator {

  private final ClaspClient client;

  ClaspHealthIndicator(ClaspClient client) {
    this.client = client;
  }

  @Override
  public Health health() {
    ClientState state = client.state();
    Statistics statistics = client.statistics();
    return (state == ClientState.CONNECTED ? Health.up() : Health.down())
        .withDetail("state", state.name())
        .withDetail("router", client.server().name())
        .withDetail("connections", statistics.connections())
        .withDetail("dropped", statistics.dropped())
        .build();
  }
}
