package dev.clasp.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClientState;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FakeAuthenticator;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** The starter in a real Spring Boot application, against a real router. */
class SpringBootTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static ClaspServer server() {
    return ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
  }

  private static ConfigurableApplicationContext run(
      Class<?> application, String url, String... settings) {
    String[] arguments =
        Stream.concat(
                // The machine may be busy.
                Stream.of(
                    "--clasp.url=" + url,
                    "--clasp.connect-timeout=" + LIMIT.toSeconds() + "s",
                    "--clasp.request-timeout=" + LIMIT.toSeconds() + "s"),
                Stream.of(settings).map(setting -> "--" + setting))
            .toArray(String[]::new);
    SpringApplication spring = new SpringApplication(application);
    spring.setLogStartupInfo(false);
    return spring.run(arguments);
  }

  @Test
  @SuppressWarnings("try") // closed in the middle of it
  void aServiceGetsAConnectedClient() {
    try (ClaspServer server = server();
        ConfigurableApplicationContext context =
            run(DeskApplication.class, server.url(), "clasp.name=desk")) {
      DeskApplication.Lights lights = context.getBean(DeskApplication.Lights.class);
      assertThat(lights.dim(1, 0.5)).isEqualTo(1);

      ClaspClient client = context.getBean(ClaspClient.class);
      assertThat(client.toString()).contains("desk");
      assertThat(client.blocking().get("/lights/1").orElseThrow().value()).isEqualTo(Value.of(0.5));
      context.close();
      assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    }
  }

  private static Health of(HealthIndicator indicator) {
    return Objects.requireNonNull(indicator.health());
  }

  @Test
  @SuppressWarnings("try") // closed in the middle of it
  void healthFollowsTheConnection() {
    try (ClaspServer server = server();
        ConfigurableApplicationContext context = run(DeskApplication.class, server.url())) {
      HealthIndicator health = context.getBean("claspHealthIndicator", HealthIndicator.class);
      assertThat(of(health).getStatus()).isEqualTo(Status.UP);
      assertThat(of(health).getDetails()).containsEntry("state", "CONNECTED");

      server.close();

      Eventually.is("health is down", () -> of(health).getStatus().equals(Status.DOWN));
    }
  }

  @Test
  void theTokenOfTheSettingsIsSentAndNotShown() {
    ServerConfig config =
        ServerConfig.DEFAULT
            .withPort(0)
            .withAuthenticator(new FakeAuthenticator().admit("secret", "admin:/**"));
    try (ClaspServer server = ClaspServer.start(config)) {
      try (ConfigurableApplicationContext context =
          run(DeskApplication.class, server.url(), "clasp.token=secret")) {
        assertThat(context.getBean(DeskApplication.Lights.class).dim(1, 1)).isEqualTo(1);
        assertThat(context.getBean(ClaspProperties.class).toString()).doesNotContain("secret");
      }
      assertThatThrownBy(() -> run(DeskApplication.class, server.url()))
          .hasStackTraceContaining("Authentication required");
    }
  }

  /** Not found by looking for components: the other tests do not want it. */
  @EnableAutoConfiguration
  static class WithItsOwn {
    @Bean(destroyMethod = "close")
    ClaspClient mine(ClaspProperties properties) {
      return ClaspClient.builder(properties.url())
          .name("mine")
          .connectTimeout(properties.connectTimeout())
          .connectBlocking();
    }
  }

  @Test
  void aClientOfTheApplicationsOwnIsTheOnlyOne() {
    try (ClaspServer server = server();
        ConfigurableApplicationContext context = run(WithItsOwn.class, server.url())) {
      assertThat(context.getBeansOfType(ClaspClient.class)).containsOnlyKeys("mine");
    }
  }
}
